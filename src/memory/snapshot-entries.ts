/** @file The entries in a memory's snapshot, to look at and to change without the agent around it. */
import type { MemoryEntry, MemoryShape } from "../contract/memory.ts";
import type { Snapshot, SnapshotValue } from "../contract/snapshot.ts";
import { restoreRows, snapshotRows } from "./memory-snapshot.ts";
import { Rows } from "./rows.ts";

/** What is in a memory's snapshot; absent if it is a snapshot of something else. The shape is absent where there are no entries to tell it. */
export interface SnapshotContent {
  readonly entries: readonly MemoryEntry[];
  readonly shape?: MemoryShape;
}

/** @throws {SnapshotError} A memory's snapshot that is damaged. */
export function contentOf(snapshot: Snapshot): SnapshotContent | undefined {
  const { rows } = snapshot;
  if (!isSnapshot(rows) || typeof snapshot["nextId"] !== "number" || typeof snapshot["encoder"] !== "number") return undefined;
  const { ids, keys, values, observations } = rows;
  if (!(ids instanceof Float64Array)) return undefined;
  if (ids.length === 0) return { entries: [] };
  const width = (column: SnapshotValue | undefined): number => (column instanceof Float32Array ? column.length / ids.length : Number.NaN);
  const shape = { keySize: width(keys), valueSize: width(values), observationSize: width(observations) };
  return { entries: restoreRows(snapshot, shape).entries, shape };
}

/** The snapshot of a memory with these entries instead. @param entries By ascending id. */
export function withEntries(snapshot: Snapshot, entries: readonly MemoryEntry[], shape: MemoryShape): Snapshot {
  const rows = new Rows(shape, "l2");
  for (const entry of entries) rows.append(entry);
  const nextId = Math.max(Number(snapshot["nextId"] ?? 1), (entries.at(-1)?.id ?? 0) + 1);
  const changed = { ...snapshot, nextId, rows: snapshotRows(rows) };
  rows.dispose();
  return changed;
}

const isSnapshot = (value: SnapshotValue | undefined): value is Snapshot =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
