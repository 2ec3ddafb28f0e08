/**
 * @file The seeds that placements are drawn from. Demonstrations have even ones and tests odd ones, so that no demonstration shows a placement that is
 * tested.
 */
import type { RandomStream } from "../numerics/random.ts";
import type { ContinualConfig } from "./config.ts";

export type Parity = 0 | 1;
export const SHOWN: Parity = 0;
export const TESTED: Parity = 1;

/** On how many placements of a task agents are tested: on a frozen one once, as they would do the same again. */
export const placementsTested = ({ evaluationEpisodes, placements = Infinity }: Pick<ContinualConfig, "evaluationEpisodes" | "placements">): number =>
  Math.min(evaluationEpisodes, placements);

/** A seed of 32 bits. */
export const placementSeed = (random: RandomStream, parity: Parity): number => ((random.uint32() & ~1) | parity) >>> 0;

/** The seeds of a task's frozen placements, always the same from the same stream; nothing, where there is no number of them. */
export function frozenSeeds(random: RandomStream, count: number | undefined, parity: Parity): readonly number[] | undefined {
  if (count === undefined) return undefined;
  const frozen = random.split("placements");
  return Array.from({ length: count }, (_, k) => placementSeed(frozen.split(k), parity));
}
