/**
 * @file Notices that what is shown has become something else. A demonstration is summed up by the means of its features and actions; one that is much
 * farther from every one before it than those are from each other belongs to another task.
 * @see Tax (2001), "One-class classification", §3.4.3: a point is judged by its distance to its nearest neighbour, against that neighbour's to its own.
 */
import { SnapshotError } from "../contract/errors.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { quantile } from "../numerics/statistics.ts";

/** A demonstration so many times as far from its nearest neighbour as those before from theirs is another task's. */
const RATIO = 3;
/** With fewer demonstrations nothing can be said of how far apart they usually are. */
const FEWEST = 5;
/** Of how many demonstrations at most it knows: the latest. */
const MOST = 64;
/** Of the distances between neighbours, this quantile counts as the usual one. */
const USUAL = 0.9;

export class DriftDetector {
  /** One after another, of the present task alone. */
  #known: Float32Array[] = [];

  /** Hears a demonstration, and says whether another task began with it. @param summary All of one length. */
  hear(summary: Float32Array): boolean {
    const isOther = this.#isOther(summary);
    if (isOther) this.#known = [];
    this.#known.push(summary.slice());
    if (this.#known.length > MOST) this.#known.shift();
    return isOther;
  }

  #isOther(summary: Float32Array): boolean {
    const known = this.#known;
    if (known.length < FEWEST) return false;
    const apart = known
      .map((one, i) =>
        nearest(
          one,
          known.filter((_, k) => k !== i),
        ),
      )
      .toSorted((a, b) => a - b);
    return nearest(summary, known) > RATIO * quantile(apart, USUAL);
  }

  snapshot(): Snapshot {
    return { known: this.#known.map((summary) => summary.slice()) };
  }

  /** @throws {SnapshotError} Not a snapshot of a drift detector. */
  restore({ known }: Snapshot): void {
    if (!Array.isArray(known) || !known.every((summary) => summary instanceof Float32Array)) {
      throw new SnapshotError("Expected the snapshot of a drift detector, with the summaries of demonstrations under `known`.");
    }
    this.#known = known.map((summary: Float32Array) => summary.slice());
  }
}

function nearest(one: Float32Array, others: readonly Float32Array[]): number {
  let least = Infinity;
  for (const other of others) {
    let squares = 0;
    for (let k = 0; k < one.length; k++) squares += (one[k]! - other[k]!) ** 2;
    least = Math.min(least, squares);
  }
  return Math.sqrt(least);
}
