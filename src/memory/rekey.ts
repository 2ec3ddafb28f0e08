/** @file Keys that age: after the encoder has changed, every key is made anew beside the old ones, and all change over at once. */
import { KeyIndex, type Metric, type Nearest } from "./key-index.ts";
import { penaltyOf, selectionOf, type Rows } from "./rows.ts";

/** Writes the key of a row from its observation. */
export type Encode = (observation: Float32Array, row: number, key: Float32Array) => void;

/** What a change of keys did. */
export interface RekeyReport {
  readonly entries: number;
  /**
   * How much neighbours changed: 1 − the mean share of an entry's ten nearest that are still among its ten nearest, over up to 64 entries spread evenly;
   * 0 where there is nothing to compare.
   */
  readonly drift: number;
}

interface RekeyOptions {
  /** The encoder's versions before and after. */
  readonly from: number;
  readonly to: number;
  readonly encode: Encode;
}

/** Keys made at a turn. */
const BATCH = 256;
const SAMPLES = 64;
const NEIGHBOURS = 10;

/**
 * Works in turns, each of which answers how many keys are made. Rows stay where they are meanwhile; entries may be added and forgotten. Whoever ends it
 * before its last turn leaves the old keys as they were.
 */
export function* rekey(rows: Rows, metric: Metric, { from, to, encode }: RekeyOptions): Generator<number, RekeyReport> {
  const { keySize, observationSize } = rows.shape;
  const fresh = new KeyIndex(keySize, metric);
  const key = new Float32Array(keySize);
  let adopted = false;
  rows.holds++;
  try {
    let row = 0;
    while (row < rows.count) {
      const end = Math.min(rows.count, row + BATCH);
      for (; row < end; row++) {
        encode(rows.columns.observations.array.subarray(row * observationSize, (row + 1) * observationSize), row, key);
        fresh.set(row, key);
      }
      if (row < rows.count) yield row;
    }
    const { encoders } = rows.columns;
    const compared = rows.where((each) => encoders.array[each] === from);
    const drift = driftOf(rows.keys, fresh, compared);
    for (let each = 0; each < rows.count; each++) {
      encoders.array[each] = to;
      // Now, since importances may have changed since the row's turn.
      fresh.setPenalty(each, penaltyOf(rows.columns.importances.array[each]!));
    }
    rows.adopt(fresh);
    adopted = true;
    return { entries: rows.live, drift };
  } finally {
    if (!adopted) fresh.dispose();
    rows.holds--;
  }
}

/** See `RekeyReport`. @param rows Those that the old keys can be compared of. */
function driftOf(old: KeyIndex, fresh: KeyIndex, rows: Int32Array): number {
  const k = Math.min(NEIGHBOURS, rows.length - 1);
  if (k < 1) return 0;
  const samples = Math.min(SAMPLES, rows.length);
  const among = selectionOf(rows);
  let kept = 0;
  for (let s = 0; s < samples; s++) {
    const row = rows[Math.floor((s * rows.length) / samples)]!;
    const before = new Set(neighboursOf(old, row, k, among));
    kept += neighboursOf(fresh, row, k, among).filter((each) => before.has(each)).length;
  }
  return 1 - kept / (samples * k);
}

/** Without the row itself. */
function neighboursOf(index: KeyIndex, row: number, k: number, among: Int32Array): number[] {
  const query = new Float32Array(index.size);
  index.read(row, query);
  const found: Nearest = { count: 0, rows: new Int32Array(k + 1), distances: new Float32Array(k + 1) };
  index.nearest(query, k + 1, [found], { among });
  return Array.from(found.rows.subarray(0, found.count)).filter((each) => each !== row).slice(0, k); // prettier-ignore
}
