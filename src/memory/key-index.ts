/**
 * @file The keys of a memory, and exact search over them: where the wasm backend computes by its scanning kernel, in its heap, elsewhere by plain
 * loops. Every key is compared, so removal, change and recall are exact. Not an approximate index.
 */
import { FlatVector } from "../tensor/flat-vector.ts";
import { nearest, type Metric, type Nearest } from "./exact-index.ts";

/** As `assembly/scan.ts` counts them. */
const kinds: Readonly<Record<Metric, number>> = { l2: 0, cosine: 1, "inner product": 2 };

/** Rows of keys, each padded with zeros to a multiple of four numbers. Rows are counted and checked by the memory around it. */
export class KeyIndex {
  readonly size: number;
  readonly metric: Metric;
  readonly #stride: number;
  #capacity: number;
  #keys: FlatVector;
  /** 1 / length of each key. */
  #inverses: FlatVector;
  readonly #query: FlatVector;
  /** Room for the rows that a scan finds, and their distances. */
  #found: FlatVector;

  /** @param size Numbers in a key. */
  constructor(size: number, metric: Metric, capacity: number) {
    this.size = size;
    this.metric = metric;
    this.#stride = 4 * Math.ceil(size / 4);
    this.#capacity = 4 * Math.ceil(capacity / 4);
    this.#keys = new FlatVector(this.#capacity * this.#stride);
    this.#inverses = new FlatVector(this.#capacity);
    this.#query = new FlatVector(this.#stride);
    this.#found = new FlatVector(2 * 16);
  }

  /** The key of a row; valid until the next computation with tensors. */
  at(row: number): Float32Array {
    return this.#keys.numbers.subarray(row * this.#stride, row * this.#stride + this.size);
  }

  set(row: number, key: Float32Array): void {
    if (row >= this.#capacity) this.#grow(row + 1);
    this.#keys.numbers.set(key, row * this.#stride);
    this.#inverses.numbers[row] = 1 / length(key);
  }

  move(from: number, to: number): void {
    const { numbers } = this.#keys;
    numbers.copyWithin(to * this.#stride, from * this.#stride, (from + 1) * this.#stride);
    this.#inverses.numbers[to] = this.#inverses.numbers[from]!;
  }

  /** The k nearest of the first `count` rows, nearest first; of equally near ones the earlier. */
  nearest(query: Float32Array, k: number, count: number, into: Nearest): void {
    const { heap } = this.#keys;
    if (heap === undefined) {
      nearest(
        { keys: this.#keys.numbers, inverses: this.#inverses.numbers, count, size: this.size, stride: this.#stride },
        query,
        this.metric,
        k,
        into,
      );
      return;
    }
    if (2 * k > this.#found.size) this.#found = replaced(this.#found, 2 * k);
    const [rows, distances] = [this.#found.address, this.#found.address + 4 * k];
    this.#query.numbers.set(query);
    const inverse = this.metric === "cosine" ? 1 / length(query) : 1;
    const { kernels } = heap;
    into.count = kernels.scan(kinds[this.metric], count, 4 * this.#stride, this.#keys.address, this.#inverses.address, this.#query.address, inverse, 0, k, rows, distances); // prettier-ignore
    const { numbers, integers } = heap;
    for (let i = 0; i < into.count; i++) {
      into.rows[i] = integers[rows / 4 + i]!;
      into.distances[i] = numbers[distances / 4 + i]!;
    }
  }

  dispose(): void {
    for (const vector of [this.#keys, this.#inverses, this.#query, this.#found]) vector.dispose();
  }

  #grow(rows: number): void {
    this.#capacity = Math.max(4 * Math.ceil(rows / 4), 2 * this.#capacity);
    this.#keys = grown(this.#keys, this.#capacity * this.#stride);
    this.#inverses = grown(this.#inverses, this.#capacity);
  }
}

function grown(vector: FlatVector, size: number): FlatVector {
  const larger = new FlatVector(size);
  larger.numbers.set(vector.numbers);
  vector.dispose();
  return larger;
}

function replaced(vector: FlatVector, size: number): FlatVector {
  vector.dispose();
  return new FlatVector(size);
}

function length(key: Float32Array): number {
  let square = 0;
  for (let k = 0; k < key.length; k++) square += key[k]! * key[k]!;
  return Math.sqrt(square);
}
