/** @file Mean keys of growing groups, searchable: what stands for a task or an episode when somebody looks for the right one. */
import { KeyIndex, type Metric, type Nearest } from "../key-index.ts";
import { selectionOf } from "../rows.ts";

export class Centroids {
  readonly #index: KeyIndex;
  readonly #metric: Metric;
  /** Σ of each group's keys; under cosine, of their directions. */
  readonly #sums: Float64Array[] = [];
  readonly #counts: number[] = [];
  readonly #centre: Float32Array;
  #found: Nearest = { count: 0, rows: new Int32Array(0), distances: new Float32Array(0) };

  constructor(keySize: number, metric: Metric) {
    this.#index = new KeyIndex(keySize, metric);
    this.#metric = metric;
    this.#centre = new Float32Array(keySize);
  }

  get count(): number {
    return this.#counts.length;
  }

  /** Counts a key in; a group's number is at most `count`, which makes a new one. */
  add(group: number, key: Float32Array): void {
    if (group === this.count) {
      this.#sums.push(new Float64Array(key.length));
      this.#counts.push(0);
    }
    const sum = this.#sums[group]!;
    const scale = this.#metric === "cosine" ? 1 / Math.hypot(...key) : 1;
    for (let i = 0; i < key.length; i++) sum[i] = sum[i]! + key[i]! * scale;
    const count = ++this.#counts[group]!;
    for (let i = 0; i < key.length; i++) this.#centre[i] = sum[i]! / count;
    // Directions that cancel leave none; the group is then found by its latest key.
    this.#index.set(group, this.#metric === "cosine" && this.#centre.every((x) => x === 0) ? key : this.#centre);
  }

  /** The nearest groups to a query, nearest first; of equally near ones the earlier. Valid until the next call. @param among Ascending; all by default. */
  nearest(query: Float32Array, count: number, among?: Int32Array): Int32Array {
    const most = Math.min(count, among?.length ?? this.count);
    if (this.#found.rows.length < most) this.#found = { count: 0, rows: new Int32Array(2 * most), distances: new Float32Array(2 * most) };
    this.#index.nearest(query, most, [this.#found], { among: among === undefined ? this.count : selectionOf(among) });
    return this.#found.rows.subarray(0, this.#found.count);
  }

  dispose(): void {
    this.#index.dispose();
  }
}
