/** @file The fields of a snapshot that may be damaged. */
import { describe, SnapshotError } from "../contract/errors.ts";
import { nested, type Snapshot, type SnapshotValue } from "../contract/snapshot.ts";

/** @throws {SnapshotError} There is no number under that key. */
export function numberIn(snapshot: Snapshot, key: string): number {
  const value = snapshot[key];
  if (typeof value !== "number") throw new SnapshotError(`Expected a number as \`${key}\`, got ${describe(value)}: the snapshot is damaged.`);
  return value;
}

/** @throws {SnapshotError} There is no list of snapshots under that key. */
export function listIn(snapshot: Snapshot, key: string): readonly Snapshot[] {
  const list = snapshot[key];
  if (!Array.isArray(list)) throw new SnapshotError(`Expected a list as \`${key}\`, got ${describe(list)}: the snapshot is damaged.`);
  return list.map((value: SnapshotValue, k) => nested({ [`${key}[${k}]`]: value }, `${key}[${k}]`));
}

/**
 * @param like An array of the kind and length that is expected.
 * @throws {SnapshotError} There is no such array under that key.
 */
export function arrayIn<A extends Float32Array | Float64Array>(snapshot: Snapshot, key: string, like: A): A {
  const value = snapshot[key];
  if (value?.constructor === like.constructor && (value as A).length === like.length) return value as A;
  throw new SnapshotError(
    `Expected a ${like.constructor.name} of length ${like.length} as \`${key}\`, got ${describe(value)}: the snapshot is damaged.`,
  );
}
