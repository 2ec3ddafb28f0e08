/** @file Exact nearest neighbours in plain loops: the reference of `assembly/scan.ts`, and what searches where there are no kernels. */

/** How far a query is from a key: squared L2, 1 − cosine, or the negative inner product. */
export type Metric = "l2" | "cosine" | "inner product";

/** Keys as they lie in memory: `count` rows of `size` numbers, `stride` apart. */
export interface KeyColumns {
  readonly keys: Float32Array;
  /** 1 / length of each key. */
  readonly inverses: Float32Array;
  readonly count: number;
  readonly size: number;
  readonly stride: number;
}

/** Where a search writes what it finds, nearest first. */
export interface Nearest {
  count: number;
  readonly rows: Int32Array;
  readonly distances: Float32Array;
}

/** The k nearest rows, nearest first; of equally near rows the earlier comes first. Sums in float64. */
export function nearest(columns: KeyColumns, query: Float32Array, metric: Metric, k: number, into: Nearest): void {
  const { rows, distances } = into;
  const distanceOf = distanceTo(columns, query, metric);
  let found = 0;
  let worst = Infinity;
  for (let row = 0; row < columns.count; row++) {
    // Rounded as it is stored, so that equally near entries compare as equal and the earlier stays first.
    const distance = Math.fround(distanceOf(row));
    if (!(distance < worst)) continue;
    let slot = found < k ? found++ : k - 1;
    while (slot > 0 && distances[slot - 1]! > distance) {
      distances[slot] = distances[slot - 1]!;
      rows[slot] = rows[slot - 1]!;
      slot--;
    }
    distances[slot] = distance;
    rows[slot] = row;
    if (found === k) worst = distances[k - 1]!;
  }
  into.count = found;
}

function distanceTo({ keys, inverses, size, stride }: KeyColumns, query: Float32Array, metric: Metric): (row: number) => number {
  if (metric === "l2") return (row) => squaredDistance(keys, row * stride, query, size);
  if (metric === "inner product") return (row) => -dot(keys, row * stride, query, size);
  const inverse = 1 / Math.sqrt(dot(query, 0, query, size));
  return (row) => 1 - dot(keys, row * stride, query, size) * inverse * inverses[row]!;
}

function squaredDistance(keys: Float32Array, at: number, query: Float32Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const d = keys[at + i]! - query[i]!;
    sum += d * d;
  }
  return sum;
}

function dot(keys: Float32Array, at: number, query: Float32Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += keys[at + i]! * query[i]!;
  return sum;
}
