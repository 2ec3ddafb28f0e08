/** @file References as they are kept here, a line a task; `embed.js` writes them. */
import type { References } from "../../src/continual/references.ts";

type Curves = NonNullable<References["singleTaskCurves"]>;

export interface CompactReferences {
  readonly suite: string;
  readonly protocol: References["protocol"];
  /** Each task learned alone: success [%] at every test, `every` so many gradient steps up to the last; 100 from where no more is said. */
  readonly alone?: {
    readonly seeds: readonly number[];
    readonly every: number;
    readonly last: number;
    readonly tasks: Readonly<Record<string, readonly number[]>>;
  };
  /** All tasks learned jointly: success [%] in the end. */
  readonly jointly?: { readonly seeds: readonly number[]; readonly tasks: Readonly<Record<string, number>> };
}

export const expanded = ({ suite, protocol, alone, jointly }: CompactReferences): References => ({
  suite,
  protocol,
  ...(alone && { singleTaskCurves: curvesOf(alone) }),
  ...(jointly && { jointFinal: { seeds: [...jointly.seeds], tasks: mapped(jointly.tasks, (success) => success / 100) } }),
});

function curvesOf({ seeds, every, last, tasks }: NonNullable<CompactReferences["alone"]>): Curves {
  const tests = Array.from({ length: last / every }, (_, k) => every * (k + 1));
  const curve = (successes: readonly number[]): Curves["tasks"][string] =>
    tests.map((gradientStep, k) => ({ gradientStep, success: (successes[k] ?? 100) / 100 }));
  return { seeds: [...seeds], tasks: mapped(tasks, curve) };
}

const mapped = <T, U>(tasks: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(tasks).map(([task, value]) => [task, change(value)]));
