/** @file Two methods in every figure that both have: what `engram compare` says, and a benchmark of its best method. */
import { differenceBySeed, holm, type BySeed, type Difference } from "./differences.ts";
import type { BenchResult, FigureKind } from "./result.ts";

/** A method in a result. */
export interface Contestant {
  /** What it is called beside others. */
  readonly name: string;
  readonly method: string;
  readonly result: Pick<BenchResult, "runs" | "figures">;
}

export interface FigureDifference extends Difference {
  readonly figure: FigureKind;
  readonly one: string;
  readonly other: string;
  /** p after Holm's correction over all differences that were asked for together. */
  readonly adjusted: number;
  /** Whether the interval of the difference excludes 0. */
  readonly apart: boolean;
  /** Whether that holds after the correction too, at 5 % for all of them together. */
  readonly significant: boolean;
}

/** What chance alone does less often is called significant. */
export const LEVEL = 0.05;

/** Every pair in every figure that both have, first minus second; the correction is over all of them. */
export function comparePairs(pairs: readonly (readonly [Contestant, Contestant])[]): readonly FigureDifference[] {
  const asked = pairs.flatMap(([one, other]) =>
    one.result.figures.flatMap((figure) => {
      const [own, against] = [bySeed(one, figure.id), bySeed(other, figure.id)];
      return own.size === 0 || against.size === 0 ? [] : [{ figure, one: one.name, other: other.name, ...differenceBySeed(own, against) }];
    }),
  );
  const adjusted = holm(asked.map(({ p }) => p));
  return asked.map((each, i) => judged(each, adjusted[i]!));
}

function judged(asked: Omit<FigureDifference, "adjusted" | "apart" | "significant">, adjusted: number): FigureDifference {
  const { low, high } = asked.difference;
  const apart = low > 0 || high < 0;
  return { ...asked, adjusted, apart, significant: apart && adjusted < LEVEL };
}

const bySeed = ({ method, result }: Contestant, id: string): BySeed =>
  new Map(
    result.runs.flatMap((run) => {
      const value = run.figures[id];
      return run.method !== method || value === undefined ? [] : [[run.seed, value] as const];
    }),
  );
