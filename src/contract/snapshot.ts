/** @file State that can be saved and sent: plain data, so that one codec serves files, worker messages and tests. */
import { describe, SnapshotError } from "./errors.ts";

export type SnapshotValue =
  null | boolean | number | string | Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array | readonly SnapshotValue[] | Snapshot;

/** Everything an object needs to go on exactly as it would have. Taken by value: later steps do not change it. */
export interface Snapshot {
  readonly [key: string]: SnapshotValue;
}

/**
 * A snapshot within a snapshot.
 * @throws {SnapshotError} There is none under that key.
 */
export function nested(snapshot: Snapshot, key: string): Snapshot {
  const value = snapshot[key];
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new SnapshotError(`Expected the snapshot to hold another under \`${key}\`, got ${describe(value)}.`);
  }
  return value as Snapshot;
}
