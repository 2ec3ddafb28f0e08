/**
 * @file Queries along a path: what was near a step ago is near still. If the k nearest were within r of the query before, and this query is d away from it, they
 * are within r + d of this one, and so are its own k nearest; whatever is farther need not be looked at closely. What is found is the same to the bit.
 * @see Song & Roussopoulos (2001), "K-nearest neighbor search for moving query point".
 */
import type { Nearest, Selection } from "./key-index.ts";

/** Which search it is: only from one among the same rows can the next begin. */
export interface PathSearch {
  readonly query: Float32Array;
  readonly k: number;
  /** As a search has it; a number of rows that has grown still holds the ones before. */
  readonly among: number | Selection;
  /** Of the rows: changes unless some were only added. */
  readonly revision: number;
}

/** More than rounding makes of a sum of squares, in a search and here, for keys of up to 10,000 numbers. */
const ROUNDING = 1e-2;
/** Above 0, so that what is nowhere but here is within. */
const LEAST = 1e-30;

export class QueryPath {
  readonly #query: Float32Array;
  #k = 0;
  #among: number | Selection = 0;
  #revision = -1;
  /** Squared L2 distance of the farthest that was found. */
  #farthest = Infinity;

  /** @param size Numbers in a query. */
  constructor(size: number) {
    this.#query = new Float32Array(size);
  }

  /** A squared L2 distance that the k nearest are nearer than; infinite where nothing is known. */
  reach({ query, k, among, revision }: PathSearch): number {
    const isSame = among === this.#among || (typeof among === "number" && typeof this.#among === "number");
    if (!isSame || k !== this.#k || revision !== this.#revision) return Infinity;
    let square = 0;
    for (let i = 0; i < query.length; i++) square += (query[i]! - this.#query[i]!) ** 2;
    return (Math.sqrt(this.#farthest) + Math.sqrt(square)) ** 2 * (1 + ROUNDING) + LEAST;
  }

  /** Notes what a search found; the next begins from it. */
  note({ query, k, among, revision }: PathSearch, { count, distances }: Nearest): void {
    this.#query.set(query);
    this.#k = k;
    this.#among = among;
    this.#revision = revision;
    this.#farthest = count === k ? distances[k - 1]! : Infinity;
  }
}
