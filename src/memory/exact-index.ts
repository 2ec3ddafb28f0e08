/**
 * @file Exact nearest neighbours by a scan over keys in one array. Bounded by reading the keys; every entry is compared, so removal,
 * change and recall are exact. Not an approximate index.
 */

/** How far a query is from a key. */
export type Metric = "l2" | "cosine";

/** Keys as they lie in memory: `count` rows of `size` numbers. */
export interface KeyColumns {
  readonly keys: Float32Array;
  readonly count: number;
  readonly size: number;
}

/** Where a scan writes what it finds, nearest first. */
export interface Nearest {
  count: number;
  readonly rows: Int32Array;
  readonly distances: Float32Array;
}

/**
 * The k nearest rows, nearest first; of equally near rows the earlier comes first. Distances are squared L2, or 1 − cosine.
 * Sums in float64.
 */
export function nearest({ keys, count, size }: KeyColumns, query: Float32Array, metric: Metric, k: number, into: Nearest): void {
  const { rows, distances } = into;
  const scale = metric === "cosine" ? 1 / norm(query, 0, size) : 1;
  let found = 0;
  let worst = Infinity;
  for (let row = 0, at = 0; row < count; row++, at += size) {
    // Rounded as it is stored, so that equally near entries compare as equal and the earlier stays first.
    const distance = Math.fround(
      metric === "l2" ? squaredDistance(keys, at, query, size, worst) : 1 - (dot(keys, at, query, size) * scale) / norm(keys, at, size),
    );
    if (!(distance < worst) && found === k) continue;
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

/** ‖key − query‖², given up as soon as it is certain to be beyond `limit`. */
function squaredDistance(keys: Float32Array, at: number, query: Float32Array, size: number, limit: number): number {
  let sum = 0;
  let i = 0;
  for (; i + 8 <= size; i += 8) {
    const d0 = keys[at + i]! - query[i]!;
    const d1 = keys[at + i + 1]! - query[i + 1]!;
    const d2 = keys[at + i + 2]! - query[i + 2]!;
    const d3 = keys[at + i + 3]! - query[i + 3]!;
    const d4 = keys[at + i + 4]! - query[i + 4]!;
    const d5 = keys[at + i + 5]! - query[i + 5]!;
    const d6 = keys[at + i + 6]! - query[i + 6]!;
    const d7 = keys[at + i + 7]! - query[i + 7]!;
    sum += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3) + (d4 * d4 + d5 * d5 + (d6 * d6 + d7 * d7));
    if (sum > limit) return sum;
  }
  for (; i < size; i++) {
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

const norm = (vector: Float32Array, at: number, size: number): number => Math.sqrt(dot(vector, at, vector.subarray(at, at + size), size));
