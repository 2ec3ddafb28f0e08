/** @file Two methods in every figure that both have: what `engram compare` says, and a benchmark of its best method. */
import { chances, LEVEL, type Chance, type Compared } from "./chance.ts";
import { differenceBySeed, type BySeed, type Difference } from "./differences.ts";
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
  /** How often chance alone would do as much in this one or in any of those asked for with it; corrected, that is, for having asked so often. */
  readonly p: number;
  /** Whether the interval of the difference excludes 0. */
  readonly apart: boolean;
  /** Whether that is more than chance, at 5 % for all of them together. */
  readonly significant: boolean;
  /** Whether so many seeds could have made sure of anything. */
  readonly couldTell: boolean;
}

/** Every pair in every figure that both have, first minus second; what is significant is so among all of them. */
export function comparePairs(pairs: readonly (readonly [Contestant, Contestant])[]): readonly FigureDifference[] {
  const asked = pairs.flatMap(([one, other]) =>
    one.result.figures.flatMap((figure) => {
      const [own, against] = [bySeed(one, figure.id), bySeed(other, figure.id)];
      return own.size === 0 || against.size === 0 ? [] : [{ figure, one: one.name, other: other.name, own, against }];
    }),
  );
  const all = chances(asked);
  return asked.map((each, i) => judged(each, all[i]!));
}

function judged({ figure, one, other, own, against }: Asked, { p, least }: Chance): FigureDifference {
  const found = differenceBySeed(own, against);
  const { low, high } = found.difference;
  const apart = low > 0 || high < 0;
  return { ...found, figure, one, other, p, apart, significant: apart && p < LEVEL, couldTell: least < LEVEL };
}

interface Asked extends Compared, Pick<FigureDifference, "figure" | "one" | "other"> {}

export const bySeed = ({ method, result }: Omit<Contestant, "name">, id: string): BySeed =>
  new Map(
    result.runs.flatMap((run) => {
      const value = run.figures[id];
      return run.method !== method || value === undefined ? [] : [[run.seed, value] as const];
    }),
  );
