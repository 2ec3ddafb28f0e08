/**
 * @file How often chance alone would do as much as was measured, for many differences at once. Were two methods alike, what one did with a seed could as
 * well be the other's: methods are swapped within seeds in every way, in all differences together (where no seed is shared, seeds are dealt anew
 * between the two). A difference counts in standard errors, and is set against the largest of all that are no larger than itself, under the same swaps.
 * So the chance of calling anything different that is not is one for all differences together, and asking for more of them costs little: which swaps
 * make a difference that is real as large as it is does not depend on what else is asked. With n shared seeds a chance is 2^(1−n) at least.
 * @see Westfall & Young (1993), "Resampling-based multiple testing" (step-down, by the largest statistic); Romano & Wolf (2005), "Exact and approximate
 * stepdown methods for multiple hypothesis testing".
 */
import { RandomStream } from "../../numerics/random.ts";
import { mean } from "../../numerics/statistics.ts";
import { sharedSeeds, type BySeed } from "./differences.ts";

/** A figure of two methods. */
export interface Compared {
  readonly own: BySeed;
  readonly against: BySeed;
}

/** What chance alone does less often is called significant. */
export const LEVEL = 0.05;

/** Up to so many seeds, every way of swapping is tried; of more, and of seeds that are not shared, so many ways at random. */
const EXACT = 12;
const WAYS = 10_000;
/** What rounding may do to a statistic, as a share of it. */
const ROUNDING = 1e-9;

/** What chance can do. */
export interface Chance {
  /** How often it would do as much, in this difference or in any other that is as large. */
  readonly p: number;
  /** The least that p can be, by how many ways of swapping there are. */
  readonly least: number;
}

/** Of each. What has too few seeds to be sure of is judged by itself alone. */
export function chances(compared: readonly Compared[]): readonly Chance[] {
  const contrasts = compared.map(contrastOf);
  const family = contrasts.filter(({ least }) => least < LEVEL);
  const together = new Map(stepDown(family).map((p, i) => [family[i]!, p]));
  return contrasts.map((contrast) => ({ p: together.get(contrast) ?? stepDown([contrast])[0]!, least: contrast.least }));
}

/** A difference as the angle between what was measured and what would be all difference and nothing else; both have length 1. */
interface Contrast {
  readonly values: readonly number[];
  readonly weights: readonly number[];
  /** Of each value, its seed; absent where seeds are not shared. */
  readonly seeds: readonly number[] | undefined;
  /** Degrees of freedom. */
  readonly freedom: number;
  readonly least: Chance["least"];
}

function contrastOf({ own, against }: Compared): Contrast {
  const seeds = sharedSeeds(own, against);
  const n = seeds.length;
  if (n > 0) {
    const gaps = seeds.map((seed) => own.get(seed)! - against.get(seed)!);
    return { values: unit(gaps), weights: unit(gaps.map(() => 1)), seeds, freedom: n - 1, least: 2 ** (1 - n) };
  }
  const all = [...own.values(), ...against.values()];
  const centre = mean(all);
  const weights = all.map((_, i) => (i < own.size ? 1 / own.size : -1 / against.size));
  const least = 1 / binomial(all.length, own.size);
  return { values: unit(all.map((value) => value - centre)), weights: unit(weights), seeds: undefined, freedom: all.length - 2, least };
}

/** Zeros stay as they are. */
function unit(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

/** A way to swap. */
interface Way {
  /** 1, or −1 where the methods are swapped. */
  sign(seed: number): number;
  /** Which place each of so many values gets; the same whenever it is asked. */
  places(count: number): readonly number[];
}

const asMeasured: Way = { sign: () => 1, places: (count) => Array.from({ length: count }, (_, i) => i) };

/** The first is none swapped. Swapping all is as large as swapping none, so that the last seed stays where every way is tried. */
function* waysOf(contrasts: readonly Contrast[]): Generator<Way> {
  yield asMeasured;
  const seeds = [...new Set(contrasts.flatMap((contrast) => contrast.seeds ?? []))];
  if (seeds.length <= EXACT && contrasts.every((contrast) => contrast.seeds !== undefined)) {
    const bit = new Map(seeds.map((seed, i) => [seed, i]));
    for (let way = 1; way < 2 ** (seeds.length - 1); way++) yield { ...asMeasured, sign: (seed) => (((way >> bit.get(seed)!) & 1) === 1 ? -1 : 1) };
    return;
  }
  const random = RandomStream.fromSeed(0).split("swaps");
  for (let way = 1; way <= WAYS; way++) {
    const signs = new Map(seeds.map((seed) => [seed, random.integer(2) === 1 ? -1 : 1]));
    const dealt = random.split(way);
    yield { sign: (seed) => signs.get(seed)!, places: (count) => dealt.split(count).shuffle(asMeasured.places(count).slice()) };
  }
}

/**
 * How improbable the difference is in one way, as standard errors of a normal distribution would be.
 * @see Wallace (1959), "Bounds on normal approximations to Student's and the chi-square distributions".
 */
function standardErrors({ values, weights, seeds, freedom }: Contrast, way: Way): number {
  if (freedom === 0) return 0;
  const places = seeds === undefined ? way.places(values.length) : undefined;
  let cosine = 0;
  for (const [i, value] of values.entries()) cosine += value * (places === undefined ? weights[i]! * way.sign(seeds![i]!) : weights[places[i]!]!);
  const rest = Math.max(0, 1 - cosine * cosine);
  return rest < ROUNDING ? Infinity : ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(-freedom * Math.log(rest));
}

function stepDown(contrasts: readonly Contrast[]): readonly number[] {
  const measured = contrasts.map((contrast) => standardErrors(contrast, asMeasured));
  const smallestFirst = contrasts.map((_, i) => i).toSorted((i, j) => measured[i]! - measured[j]!);
  const asLarge = contrasts.map(() => 0);
  let ways = 0;
  for (const way of waysOf(contrasts)) {
    ways++;
    let largest = 0;
    for (const i of smallestFirst) {
      largest = Math.max(largest, standardErrors(contrasts[i]!, way));
      if (largest >= measured[i]! * (1 - ROUNDING)) asLarge[i] = asLarge[i]! + 1;
    }
  }
  // What is smaller is never surer.
  let least = 0;
  const chance = new Map(smallestFirst.toReversed().map((i) => [i, (least = Math.max(least, asLarge[i]! / ways))]));
  return contrasts.map((_, i) => chance.get(i)!);
}
