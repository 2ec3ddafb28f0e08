/** @file A continual run that nobody watches, and how its tests went. */
import { agents } from "../../agents/index.ts";
import { environments } from "../../envs/index.ts";
import type { ContinualConfigInput } from "../../src/continual/config.ts";
import { ContinualRun } from "../../src/continual/continual-run.ts";
import type { Probed } from "../../src/continual/run-event.ts";
import { defineScenario } from "../../src/continual/scenario.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { mean } from "../../src/numerics/statistics.ts";
import { Pace } from "../../src/streams/pace.ts";

export interface QuietRun {
  readonly run: ContinualRun;
  /** Of every test so far, in [0, 1]; it grows. */
  readonly success: readonly number[];
  /** The same of probes, with memory off and shuffled. */
  readonly probed: Readonly<Record<Probed["memory"], readonly number[]>>;
}

export async function quietRun(config: ContinualConfigInput, seed: number): Promise<QuietRun> {
  const success: number[] = [];
  const probed: Record<Probed["memory"], number[]> = { off: [], shuffled: [] };
  const scenario = defineScenario({ name: "bench", summary: "A run of a benchmark.", config, async main() {} });
  const run = await ContinualRun.create({
    scenario,
    config: scenario.config,
    seed,
    openEnvironment: async (id) => findEnvironment(id, environments),
    agents,
    pace: new Pace(),
    onEvent(event) {
      if (event.kind === "evaluated") success.push(mean(event.successes.map(Number)));
      if (event.kind === "probed") probed[event.memory].push(mean(event.successes.map(Number)));
    },
    onLoop() {},
    onProgress() {},
  });
  return { run, success, probed };
}
