/**
 * @file The rows of a memory, by ascending id: keys in their index, the rest in columns. Forgotten rows stay in place, out of every search, until they are an
 * eighth of all; so forgetting one costs nothing, and recall goes by id among equals.
 */
import type { MemoryEntry, MemoryShape, Recall, RecallFilter } from "../contract/memory.ts";
import type { KeyFollower } from "../contract/memory-index.ts";
import { Columns } from "./columns.ts";
import { KeyIndex, TILE_ROWS, type Metric, type SearchOptions, type Selection } from "./key-index.ts";
import { QueryPath } from "./query-path.ts";

/** Forgotten rows that may lie between the others, as a share of these, and at least so many. */
const DEAD_SHARE = 1 / 8;
const DEAD_ROWS = 64;

export class Rows {
  readonly shape: MemoryShape;
  readonly columns: Columns;
  keys: KeyIndex;
  /** Those of forgotten entries among them. */
  count = 0;
  live = 0;
  /** While it is above 0, rows stay where they are. */
  holds = 0;
  /** Counts every change but rows that were added behind the others. */
  revision = 0;
  follower: KeyFollower | undefined;
  /** Every tile and the bits of its living rows, with room for more; there once it was needed, until rows move. */
  #living: Int32Array | undefined;
  /** Of the tiles in use; the same as long as they are. */
  #livingInUse: Selection = new Int32Array(0);
  #selected: { readonly filter: string; readonly selection: Selection } | undefined;
  readonly #path: QueryPath;

  constructor(shape: MemoryShape, metric: Metric) {
    this.shape = shape;
    this.columns = new Columns(shape);
    this.keys = new KeyIndex(shape.keySize, metric);
    this.#path = new QueryPath(shape.keySize);
  }

  /** The row of an entry, or −1. */
  rowOf(id: number): number {
    const row = this.#rowFrom(id);
    return row < this.count && this.columns.ids.array[row] === id && this.columns.alive.array[row] === 1 ? row : -1;
  }

  /** The first row whose id is not below. */
  #rowFrom(id: number): number {
    const ids = this.columns.ids.array;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  entry(row: number): MemoryEntry {
    const key = new Float32Array(this.shape.keySize);
    this.keys.read(row, key);
    return { ...this.columns.entry(row), key };
  }

  /** The rows that are alive, and hold what is asked, in the order of their ids. */
  where(holds: (row: number) => boolean = () => true): Int32Array {
    const alive = this.columns.alive.array;
    const rows: number[] = [];
    for (let row = 0; row < this.count; row++) if (alive[row] === 1 && holds(row)) rows.push(row);
    return Int32Array.from(rows);
  }

  /** Writes over a row, or behind the last one. */
  set(row: number, entry: MemoryEntry): void {
    if (row < this.count) this.revision++;
    this.columns.set(row, entry);
    this.keys.set(row, entry.key, penaltyOf(entry.importance));
    this.#note(row, 1);
    this.#selected = undefined;
    this.follower?.changed(entry.id);
  }

  /** Adds an entry whose id is above all others. */
  append(entry: MemoryEntry): void {
    this.set(this.count, entry);
    this.count++;
    this.live++;
  }

  /** Adds entries where their ids belong, or writes over the ones of the same ids. @param entries By ascending id. */
  merge(entries: readonly MemoryEntry[]): void {
    const fresh = entries.filter((entry) => {
      const row = this.#rowFrom(entry.id);
      if (row === this.count || this.columns.ids.array[row] !== entry.id) return true;
      if (this.columns.alive.array[row] === 0) this.live++;
      this.set(row, entry);
      return false;
    });
    this.columns.reserve(this.count + fresh.length);
    let end = this.count;
    for (let k = fresh.length - 1; k >= 0; k--) {
      const row = this.#rowFrom(fresh[k]!.id);
      // Whatever lies between this new entry and the next makes room for those that come before both.
      this.#move(row, end, row + k + 1);
      this.set(row + k, fresh[k]!);
      end = row;
    }
    this.count += fresh.length;
    this.live += fresh.length;
  }

  /** Forgets a row. Call `settle` when the last one is forgotten. */
  drop(row: number): void {
    this.columns.alive.array[row] = 0;
    this.live--;
    this.#note(row, 0);
    this.revision++;
    this.#selected = undefined;
    this.follower?.gone(this.columns.ids.array[row]!);
  }

  /** Closes the gaps of forgotten rows if they are many, or in any case. */
  settle(always: boolean): void {
    const dead = this.count - this.live;
    if (this.holds > 0 || dead === 0 || (!always && dead <= Math.max(DEAD_ROWS, DEAD_SHARE * this.live))) return;
    const alive = this.columns.alive.array.slice(0, this.count);
    let to = 0;
    for (let row = 0; row < alive.length;) {
      if (alive[row] === 0) {
        row++;
        continue;
      }
      let end = row + 1;
      while (end < alive.length && alive[end] === 1) end++;
      this.#move(row, end, to);
      to += end - row;
      row = end;
    }
    this.count = to;
    this.#living = undefined;
    this.revision++;
    this.#selected = undefined;
  }

  #move(from: number, end: number, to: number): void {
    if (from === to || from === end) return;
    this.revision++;
    this.#living = undefined;
    this.columns.move(from, end, to);
    if (to < from) for (let row = from; row < end; row++) this.keys.move(row, to + row - from);
    else {
      this.keys.reserve(to + end - from);
      for (let row = end - 1; row >= from; row--) this.keys.move(row, to + row - from);
    }
    this.#selected = undefined;
  }

  /** Puts other keys in place of all, row by row. */
  adopt(keys: KeyIndex): void {
    this.keys.dispose();
    this.keys = keys;
    this.revision++;
    this.#selected = undefined;
    this.follower?.allChanged();
  }

  setImportance(row: number, importance: number): void {
    this.columns.importances.array[row] = importance;
    this.keys.setPenalty(row, penaltyOf(importance));
  }

  /** The rows that a recall searches: alive, with keys by this encoder, and let through by the filter. */
  among(encoder: number, filter: RecallFilter | undefined, mixed: boolean): number | Selection {
    if (filter === undefined && !mixed) return this.live === this.count ? this.count : this.#livingRows();
    // In JSON all numbers that are not finite are alike.
    const text = JSON.stringify([encoder, filter, String(filter?.since), String(filter?.before)]);
    if (this.#selected?.filter !== text) this.#selected = { filter: text, selection: this.#select(encoder, filter ?? {}) };
    return this.#selected.selection;
  }

  /** The k nearest entries to each query, of equal weight. */
  find(queries: Float32Array, k: number, into: readonly Recall[], { among, penalty = 0 }: SearchOptions): void {
    // No more can be found than there are; k may be meant for a memory that grows.
    const most = typeof among === "number" ? among : (among.length / 2) * TILE_ROWS;
    const search = { query: queries, k: Math.max(1, Math.min(k, most)), among, revision: this.revision };
    const isOnPath = this.keys.metric === "l2" && penalty === 0 && into.length === 1;
    const within = isOnPath ? this.#path.reach(search) : Infinity;
    this.keys.nearest(queries, search.k, into, { among, penalty, within });
    if (isOnPath) this.#path.note(search, into[0]!);
    const ids = this.columns.ids.array;
    for (const { count, rows, weights, ids: found } of into) {
      for (let i = 0; i < count; i++) {
        found[i] = ids[rows[i]!]!;
        weights[i] = 1 / count;
      }
    }
  }

  /** A change of one row costs one bit; only rows that move make all anew. */
  #livingRows(): Selection {
    const tiles = Math.ceil(this.count / TILE_ROWS);
    if (this.#living === undefined) {
      this.#living = new Int32Array(2 * Math.ceil(1.125 * tiles + 1));
      for (let tile = 0; 2 * tile < this.#living.length; tile++) this.#living[2 * tile] = tile;
      for (const row of this.where()) this.#note(row, 1);
    }
    const inUse = this.#livingInUse;
    if (inUse.buffer !== this.#living.buffer || inUse.length !== 2 * tiles) this.#livingInUse = this.#living.subarray(0, 2 * tiles);
    return this.#livingInUse;
  }

  /** Notes whether a row lives. */
  #note(row: number, lives: 0 | 1): void {
    if (this.#living === undefined) return;
    const at = 2 * Math.floor(row / TILE_ROWS) + 1;
    const bit = 1 << (row % TILE_ROWS);
    if (at >= this.#living.length) this.#living = undefined;
    else this.#living[at] = lives === 1 ? this.#living[at]! | bit : this.#living[at]! & ~bit;
  }

  #select(encoder: number, { tasks, kinds, since, before, without }: RecallFilter): Selection {
    const { columns } = this;
    const { times, encoders, ids } = columns;
    const tests: ((row: number) => boolean)[] = [(row) => encoders.array[row] === encoder];
    if (tasks !== undefined) tests.push(columns.hasTask(tasks));
    if (kinds !== undefined) tests.push(columns.hasKind(kinds));
    if (since !== undefined) tests.push((row) => times.array[row]! >= since);
    if (before !== undefined) tests.push((row) => times.array[row]! < before);
    if (without !== undefined) {
      const left = new Set<number>(without);
      tests.push((row) => !left.has(ids.array[row]!));
    }
    return selectionOf(this.where((row) => tests.every((test) => test(row))));
  }

  dispose(): void {
    this.keys.dispose();
  }
}

/** ln of how many times less than 1 an importance is. */
export const penaltyOf = (importance: number): number => -Math.log(importance);

/** The tiles of rows, which ascend, and the bits of the rows in each. */
export function selectionOf(rows: Int32Array): Selection {
  const pieces: number[] = [];
  let last = -1;
  for (const row of rows) {
    const tile = Math.floor(row / TILE_ROWS);
    if (tile !== last) pieces.push(tile, 0);
    last = tile;
    pieces[pieces.length - 1]! |= 1 << (row % TILE_ROWS);
  }
  return Int32Array.from(pieces);
}
