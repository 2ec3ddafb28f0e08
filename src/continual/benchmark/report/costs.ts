/** @file Performance against what it costs: bytes that a method keeps, and CPU seconds that its runs take. */
import { mean } from "../../../numerics/statistics.ts";
import { markup, type Part } from "../../report/markup.ts";
import { figureOf } from "../aggregate.ts";
import { cpuSecondsOf } from "../columns.ts";
import type { BenchResult, RunResult } from "../result.ts";
import { PERFORMANCE } from "../run-result.ts";
import { nameOf, type Ranked } from "./page-parts.ts";
import { scatter, type Dot } from "./scatter.ts";

/** What a method carries to the next task. */
const BYTES: readonly string[] = ["memory-bytes", "parameter-bytes", "strategy-bytes"];

export function costsSection(result: BenchResult, ranked: readonly Ranked[]): Part {
  const kept = BYTES.filter((id) => result.figures.some((figure) => figure.id === id));
  const memory =
    kept.length > 0
      ? { name: "bytes kept: experience, parameters and what the consolidation needs", of: ({ runs }: Ranked) => runs.map(bytesOf) }
      : { name: "entries in long-term memory at the end", of: ({ runs }: Ranked) => runs.map(({ memorySize }) => memorySize) };
  // Gradient steps are the protocol's, the same for every method: what a step costs is seen in seconds alone.
  const axes = [memory, { name: "CPU seconds a run", of: (one: Ranked) => cpuSecondsOf(result, nameOf(one)) }];
  const pictures = axes.map(({ name, of }) => {
    const dots = ranked.flatMap((one): Dot[] => {
      const performance = figureOf(one.summary, PERFORMANCE)?.mean;
      const costs = of(one);
      return performance === undefined || costs.length === 0 ? [] : [{ name: nameOf(one), className: one.className, x: mean(costs), y: performance }];
    });
    return markup`<figure>${scatter({ label: `Average performance against ${name}`, x: name, dots })}</figure>`;
  });
  return markup`<section><h2>What it costs</h2><p class="note">Average performance with its 95 % interval, against cost on a logarithmic scale; seconds are those that a core of its machine, named below, was at work. The dashed line joins the methods that no other beats in both; their names are bold.</p><div class="row">${pictures}</div></section>`;
}

const bytesOf = ({ figures }: RunResult): number => BYTES.reduce((sum, id) => sum + (figures[id] ?? 0), 0);
