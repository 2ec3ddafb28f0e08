/**
 * @file The keys of a memory, and exact search over them, in the memory of a SIMD kernel. Every key that counts is compared, so removal, change,
 * filters and recall are exact. Not an approximate index.
 */
import type { Metric } from "../contract/memory-index.ts";
import { kernel, numbers, release, reserve, Scratch, wholeNumbers, type Address } from "./search-kernel.ts";

export type { Metric };

/** As `assembly/search.ts` counts them. */
const kinds: Readonly<Record<Metric, number>> = { l2: 0, cosine: 1, "inner product": 2 };

/** Where a search writes what it finds, nearest first. */
export interface Nearest {
  count: number;
  readonly rows: Int32Array;
  readonly distances: Float32Array;
}

/** The rows that count: indices of tiles of 16 rows, ascending, and the bits of the rows in each; 2 numbers a tile. */
export type Selection = Int32Array;

export interface SearchOptions {
  /** How many rows there are, or which of them count. */
  readonly among: number | Selection;
  /** Factor of each row's penalty, which is added to its distance. */
  readonly penalty?: number;
  /** Only rows that are nearer are found. */
  readonly within?: number;
}

/** Rows of a tile: see `assembly/search.ts`. */
export const TILE_ROWS = 16;
/** Stretches of tiles are at least this large [B], unless a tile is larger. */
const STRETCH = 65_536;
/** From so many rows for each that is wanted, or where it is known how near they are, most keys are ruled out by a cheaper bound on their distance. */
const MANY_ROWS = 400;
/** How much of a key is in a tile's head. */
const HEAD_SHARE = 3 / 4;
/** What a search works in [numbers]: see `assembly/search.ts`. */
const SCRATCH = 35 * TILE_ROWS;

const scratch = new Scratch();

export class KeyIndex {
  readonly size: number;
  readonly metric: Metric;
  /** Numbers of a key that are in the heads. */
  readonly #head: number;
  readonly #headBytes: number;
  readonly #tileBytes: number;
  readonly #stretchBytes: number;
  readonly #stretches: Address[] = [];
  /** The addresses of every tile's head and tail, as the kernel reads them: those from 2³¹ up are negative here. */
  #tiles = new Int32Array(0);

  /** @param size Numbers in a key. */
  constructor(size: number, metric: Metric) {
    this.size = size;
    this.metric = metric;
    this.#head = Math.ceil(HEAD_SHARE * size);
    this.#headBytes = 4 * TILE_ROWS * (this.#head + 1);
    this.#tileBytes = 4 * TILE_ROWS * (size + 3);
    const pages = Math.ceil((this.#tileBytes * Math.ceil(STRETCH / 8 / this.#tileBytes) * 8) / STRETCH);
    this.#stretchBytes = pages * STRETCH;
    abandoned.register(this, { stretches: this.#stretches, bytes: this.#stretchBytes }, this.#stretches);
  }

  /** What its keys take, with the room for more [B]. */
  get bytes(): number {
    return this.#stretches.length * this.#stretchBytes + this.#tiles.byteLength;
  }

  /** Copies the key of a row. */
  read(row: number, into: Float32Array, at = 0): void {
    const all = numbers();
    const [head, tail] = [this.#headOf(row), this.#tailOf(row)];
    for (let i = 0; i < this.#head; i++) into[at + i] = all[head + i * TILE_ROWS]!;
    for (let i = this.#head; i < this.size; i++) into[at + i] = all[tail + (i - this.#head) * TILE_ROWS]!;
  }

  /** @param penalty Added to the row's distance where a search has a factor for it. */
  set(row: number, key: Float32Array, penalty = 0, from = 0): void {
    this.reserve(row + 1);
    const all = numbers();
    const [head, tail, rest] = [this.#headOf(row), this.#tailOf(row), this.size - this.#head];
    for (let i = 0; i < this.#head; i++) all[head + i * TILE_ROWS] = key[from + i]!;
    for (let i = 0; i < rest; i++) all[tail + i * TILE_ROWS] = key[from + this.#head + i]!;
    all[head + this.#head * TILE_ROWS] = squareOf(key, from, this.#head);
    all[tail + rest * TILE_ROWS] = this.#factOf(squareOf(key, from, this.size));
    all[tail + (rest + 1) * TILE_ROWS] = penalty;
  }

  /** Makes room for so many rows. */
  reserve(rows: number): void {
    while (rows > (this.#tiles.length / 2) * TILE_ROWS) this.#grow();
  }

  setPenalty(row: number, penalty: number): void {
    numbers()[this.#tailOf(row) + (this.size - this.#head + 1) * TILE_ROWS] = penalty;
  }

  move(from: number, to: number): void {
    const all = numbers();
    const copy = (a: number, b: number, count: number): void => {
      for (let i = 0; i < count; i++) all[b + i * TILE_ROWS] = all[a + i * TILE_ROWS]!;
    };
    copy(this.#headOf(from), this.#headOf(to), this.#head + 1);
    copy(this.#tailOf(from), this.#tailOf(to), this.size - this.#head + 2);
  }

  /**
   * The k nearest rows to each query, nearest first; of equally near ones the earlier. The same bits for a query whatever it is asked together with.
   * @param queries One after another. @param into Where each one's results go; as many as there are queries.
   */
  nearest(queries: Float32Array, k: number, into: readonly Nearest[], { among, penalty = 0, within = Infinity }: SearchOptions): void {
    const count = into.length;
    const chosen = typeof among === "number" ? undefined : among;
    const tableWords = chosen === undefined ? this.#tiles.length : 2 * chosen.length;
    const tableAt = scratch.room(4 * (tableWords + count * (this.size + 2 * k + 4) + SCRATCH));
    const queriesAt = tableAt + 4 * tableWords;
    const factsAt = queriesAt + 4 * count * this.size;
    const rowsAt = factsAt + 8 * count;
    const distancesAt = rowsAt + 4 * count * k;
    const foundAt = distancesAt + 4 * count * k;
    const floats = numbers();
    const integers = wholeNumbers();
    if (chosen === undefined) integers.set(this.#tiles, tableAt / 4);
    else this.#locate(chosen, integers, tableAt / 4);
    floats.set(queries, queriesAt / 4);
    for (let q = 0; q < count; q++) {
      floats[factsAt / 4 + 2 * q] = this.#factOf(squareOf(queries, q * this.size, this.size));
      floats[factsAt / 4 + 2 * q + 1] = squareOf(queries, q * this.size, this.#head);
      integers[foundAt / 4 + 2 * q] = 0;
      floats[foundAt / 4 + 2 * q + 1] = within;
    }
    const rows = typeof among === "number" ? among : 8 * among.length;
    kernel.search(
      kinds[this.metric], this.size, this.#head, tableAt, chosen === undefined ? rows : chosen.length / 2, chosen !== undefined ? 1 : 0, count, queriesAt, factsAt,
      penalty, within < Infinity || rows >= MANY_ROWS * k ? this.#slack : 0, k, rowsAt, distancesAt, foundAt, foundAt + 8 * count,
    ); // prettier-ignore
    for (let q = 0; q < count; q++) {
      const found = into[q]!;
      found.count = integers[foundAt / 4 + 2 * q]!;
      for (let i = 0; i < found.count; i++) {
        found.rows[i] = integers[rowsAt / 4 + q * k + i]!;
        found.distances[i] = floats[distancesAt / 4 + q * k + i]!;
      }
    }
  }

  /** Writes of each tile that is chosen where its head and tail are, its first row, and the bits of the rows that count. */
  #locate(chosen: Selection, into: Int32Array, at: number): void {
    for (let i = 0; i < chosen.length; i += 2) {
      const tile = chosen[i]!;
      into[at + 2 * i] = this.#tiles[2 * tile]!;
      into[at + 2 * i + 1] = this.#tiles[2 * tile + 1]!;
      into[at + 2 * i + 2] = TILE_ROWS * tile;
      into[at + 2 * i + 3] = chosen[i + 1]!;
    }
  }

  /** Gives its memory back; it must not be used again. */
  dispose(): void {
    abandoned.unregister(this.#stretches);
    giveBack({ stretches: this.#stretches, bytes: this.#stretchBytes });
    this.#tiles = new Int32Array(0);
  }

  /** What the metric needs of a vector besides its numbers. */
  #factOf(square: number): number {
    return this.metric === "l2" ? square : 1 / Math.sqrt(square);
  }

  /** A bound on the relative error of |k|² + |q|² − 2kq in float32, sums of `size` numbers; 0 where there is no such bound. */
  get #slack(): number {
    return this.metric === "l2" ? (this.size + 8) * 2 ** -22 : 0;
  }

  /** Where the first number of a row's part in the head is. */
  #headOf(row: number): number {
    return (this.#tiles[2 * (row >> 4)]! >>> 0) / 4 + (row & 15);
  }

  #tailOf(row: number): number {
    return (this.#tiles[2 * (row >> 4) + 1]! >>> 0) / 4 + (row & 15);
  }

  #grow(): void {
    const at = reserve(this.#stretchBytes);
    this.#stretches.push(at);
    numbers().fill(0, at / 4, (at + this.#stretchBytes) / 4);
    const more = Math.floor(this.#stretchBytes / this.#tileBytes);
    const tiles = new Int32Array(this.#tiles.length + 2 * more);
    tiles.set(this.#tiles);
    const tails = at + more * this.#headBytes;
    for (let k = 0; k < more; k++) tiles.set([at + k * this.#headBytes, tails + k * (this.#tileBytes - this.#headBytes)], this.#tiles.length + 2 * k);
    this.#tiles = tiles;
  }
}

interface Stretches {
  readonly stretches: Address[];
  readonly bytes: number;
}

function giveBack({ stretches, bytes }: Stretches): void {
  for (const at of stretches.splice(0)) release(at, bytes);
}

/** Indices that were dropped without being disposed give their memory back too. */
const abandoned = new FinalizationRegistry<Stretches>(giveBack);

function squareOf(vector: Float32Array, at: number, size: number): number {
  let square = 0;
  for (let i = at; i < at + size; i++) square += vector[i]! * vector[i]!;
  return square;
}
