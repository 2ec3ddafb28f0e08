/** @file A continual run that nobody watches, and how its tests went. */
import { agents } from "../../agents/index.ts";
import { environments } from "../../envs/index.ts";
import type { ContinualConfigInput } from "../../src/continual/config.ts";
import { ContinualRun } from "../../src/continual/continual-run.ts";
import { defineScenario } from "../../src/continual/scenario.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { mean } from "../../src/numerics/statistics.ts";
import { Pace } from "../../src/streams/pace.ts";

export interface QuietRun {
  readonly run: ContinualRun;
  /** Of every test so far, in [0, 1]; it grows. */
  readonly success: readonly number[];
}

export async function quietRun(config: ContinualConfigInput, seed: number): Promise<QuietRun> {
  const success: number[] = [];
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
    },
    onLoop() {},
    onProgress() {},
  });
  return { run, success };
}
