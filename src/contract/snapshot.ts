/** @file State that can be saved and sent: plain data, so that one codec serves files, worker messages and tests. */

export type SnapshotValue =
  null | boolean | number | string | Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array | readonly SnapshotValue[] | Snapshot;

/** Everything an object needs to go on exactly as it would have. Taken by value: later steps do not change it. */
export interface Snapshot {
  readonly [key: string]: SnapshotValue;
}
