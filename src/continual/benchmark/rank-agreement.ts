/**
 * @file Whether two benchmarks put methods in the same order: what is true of methods on one suite may not be on another.
 * @see Kendall (1945), "The treatment of ties in ranking problems": τ-b.
 */
import { RandomStream } from "../../numerics/random.ts";
import { mean, stratifiedBootstrap, type Estimate } from "../../numerics/statistics.ts";
import type { BenchResult } from "./result.ts";
import { PERFORMANCE } from "./run-result.ts";

export interface RankAgreement {
  /** Those that both have runs of, the best of the first benchmark first. */
  readonly methods: readonly {
    readonly name: string;
    /** Average performance, a mean over seeds: in the first benchmark and in the second. */
    readonly performance: readonly [number, number];
    /** 1 for the best; equals share the mean of their places. */
    readonly rank: readonly [number, number];
  }[];
  /** 1 where the orders are the same, −1 where one is the other reversed; NaN where all methods of one benchmark are equal. The interval, NaN where a method has one seed, resamples each method's seeds; of resamples that have an order in both. */
  readonly tau: Estimate;
}

type Ranked = Pick<BenchResult, "methods" | "runs">;

export function rankAgreement(one: Ranked, other: Ranked): RankAgreement {
  const scores = one.methods.flatMap(({ name }) => {
    const [own, others] = [performances(one, name), performances(other, name)];
    return own.length === 0 || others.length === 0 ? [] : [{ name, own, others }];
  });
  const groups = [...scores.map(({ own }) => own), ...scores.map(({ others }) => others)];
  const tauOf = (drawn: readonly ArrayLike<number>[]): number => {
    const means = drawn.map(mean);
    return kendallTau(means.slice(0, scores.length), means.slice(scores.length));
  };
  const [means, otherMeans] = [scores.map(({ own }) => mean(own)), scores.map(({ others }) => mean(others))];
  const methods = scores.map(({ name }, k) => ({
    name,
    performance: [means[k]!, otherMeans[k]!] as const,
    rank: [rankOf(means[k]!, means), rankOf(otherMeans[k]!, otherMeans)] as const,
  }));
  return {
    methods: methods.toSorted((a, b) => a.rank[0] - b.rank[0]),
    tau: groups.some(({ length }) => length < 2)
      ? { mean: tauOf(groups), low: Number.NaN, high: Number.NaN }
      : stratifiedBootstrap(groups, tauOf, RandomStream.fromSeed(0).split("ranks")),
  };
}

const performances = ({ runs }: Ranked, name: string): readonly number[] =>
  runs.flatMap(({ method, figures }) => (method === name ? (figures[PERFORMANCE] ?? []) : []));

const rankOf = (value: number, all: readonly number[]): number =>
  all.filter((each) => each > value).length + (all.filter((each) => each === value).length + 1) / 2;

/** τ-b = (concordant − discordant pairs) / √(pairs not tied in one · pairs not tied in the other). */
export function kendallTau(one: readonly number[], other: readonly number[]): number {
  let [agreement, untied, otherUntied] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [Math.sign(one[i]! - one[j]!), Math.sign(other[i]! - other[j]!)];
      agreement += a * b;
      untied += a * a;
      otherUntied += b * b;
    }
  }
  return agreement / Math.sqrt(untied * otherUntied);
}
