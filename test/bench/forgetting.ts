/**
 * @file What forgetting costs: how well the flagship does at the end of three tasks, against how many states it may keep, for each rule of who goes. Success is of
 * all tasks together, tested once, when the last has been learned. States are kept either of each task, or of all tasks together, where a rule can starve a task.
 * Takes about 25 minutes of one core; with `ENGRAM_BENCH_CELLS=file`, what is done is kept there and not done again.
 */
import type { EvictionName } from "../../src/memory/forgetting/eviction-rules.ts";
import { mean } from "../../src/numerics/statistics.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import type { BenchRow } from "./bench-row.ts";
import { KeptCells, type Cell } from "./kept-cells.ts";
import { quietRun } from "./quiet-run.ts";

/** The last says nothing about the others: a memory of it alone fails at them. (Who remembers pick-place can reach and push.) */
const tasks = ["tabletop/pick-place@1", "tabletop/drawer-open@1", "tabletop/button-press@1"];
const budgets = [25, 50, 100, 200, 400];
const seeds = [1, 2, 3];
/** Episodes that the agent plays of each task it knows after each task, so that there are reads to go by; on placements of their own. */
const PRACTICE = 5;

/** More than three tasks can fill. */
const NO_LIMIT = 1_000_000;

interface Protocol {
  readonly name: string;
  readonly rules: readonly EvictionName[];
  /** The agent's configuration for so many states a task. */
  readonly limits: (budget: number) => Readonly<Record<string, number>>;
}

const protocols: readonly Protocol[] = [
  // Within one task, nothing was ever read when its demonstrations are over: rules of use are the rule of age. And no other task is there to balance.
  { name: "of each task", rules: ["thinning", "random", "age", "reproduced"], limits: (budget) => ({ memoryPerTask: budget }) },
  {
    name: "of all together",
    // What is being shown is later than any read: by last read, the same entries go as by age.
    rules: ["thinning", "random", "age", "reads", "balanced", "reproduced"],
    limits: (budget) => ({ memoryPerTask: NO_LIMIT, memoryTotal: budget * tasks.length }),
  },
];

interface Question {
  readonly protocol: string;
  readonly rule: EvictionName;
  readonly budget: number;
  readonly seed: number;
}

const nameOf = ({ protocol, rule, budget, seed }: Question): string => `${budget} ${protocol}, ${rule}, seed ${seed}`;

async function live(rule: EvictionName, limits: Readonly<Record<string, number>>, seed: number): Promise<readonly number[]> {
  const { run, success } = await quietRun({ tasks, agents: { engram: { eviction: rule, ...limits } }, demonstrations: 20 }, seed);
  const agent = run.agents[0]!;
  for (const [i, task] of run.tasks.entries()) {
    await run.demonstrate(task);
    await run.sleep(agent, task);
    if (rule !== "reads") continue;
    for (const known of run.tasks.slice(0, i + 1)) for (let k = 0; k < PRACTICE; k++) await run.exhibit(agent, known);
  }
  await run.evaluateAll(run.tasks.length);
  run.dispose();
  return success;
}

export async function bench(): Promise<readonly BenchRow[]> {
  await selectBackend("wasm");
  const each = protocols.reduce((sum, { rules }) => sum + rules.length, 0);
  const kept = new KeptCells<Question>(nameOf, seeds.length * budgets.length * each);
  const cells: Cell<Question>[] = [];
  for (const seed of seeds) {
    for (const budget of budgets) {
      for (const { name: protocol, rules, limits } of protocols) {
        for (const rule of rules) cells.push(await kept.ask({ protocol, rule, budget, seed }, () => live(rule, limits(budget), seed)));
      }
    }
  }
  return cells.map((cell) => rowOf(cell, cells));
}

/** Beside thinning, with the same budget and seed. */
function rowOf(cell: Cell<Question>, cells: readonly Cell<Question>[]): BenchRow {
  const percent = ({ success }: Cell<Question>): number => 100 * mean(success);
  const thinned = cells.find((other) => nameOf(other) === nameOf({ ...cell, rule: "thinning" }))!;
  const [figure, reference] = [percent(cell), percent(thinned)];
  const each = cell.success.map((rate) => (100 * rate).toFixed(0)).join(" · ");
  return { name: `${nameOf(cell)} (${each})`, figure, unit: "% success", reference, referenceName: "thinning", ratio: figure / reference };
}
