/** A small run over point worlds: its configuration, its program, and a place that keeps everything it says. */
import type { AgentEntry } from "../../src/contract/agent.ts";
import type { EnvironmentEntry } from "../../src/contract/environment.ts";
import type { ContinualConfigInput } from "../../src/continual/config.ts";
import { ContinualRun, StoppedError, type ContinualRunOptions } from "../../src/continual/continual-run.ts";
import type { RunEvent, RunProgress } from "../../src/continual/run-event.ts";
import { defineScenario, type Scenario } from "../../src/continual/scenario.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import type { LoopEvent } from "../../src/streams/loop-event.ts";
import { Pace } from "../../src/streams/pace.ts";
import { pointAgents } from "./point-agents.ts";
import { pointEnvironments } from "./point-world.ts";

export const pointScenario = (config: Partial<ContinualConfigInput> = {}): Scenario =>
  defineScenario({
    name: "points",
    summary: "A point learns to go left, right and up.",
    config: {
      tasks: ["point/left@1", "point/right@1", "point/up@1"],
      agents: { rememberer: {}, forgetter: {} },
      demonstrations: 3,
      demonstrationNoise: 0.1,
      gradientSteps: 30,
      evaluationEpisodes: 5,
      ...config,
    },
    async main(run) {
      await run.evaluateAll(0);
      for (const [i, task] of run.tasks.entries()) {
        await run.demonstrate(task);
        for (const agent of run.agents) await run.sleep(agent, task);
        await run.evaluateAll(i + 1);
      }
    },
  });

export interface PointRunOptions {
  readonly seed?: number;
  readonly config?: Partial<ContinualConfigInput>;
  readonly environments?: ReadonlyMap<string, EnvironmentEntry>;
  readonly agents?: ReadonlyMap<string, AgentEntry>;
  readonly pace?: Pace;
  readonly openStore?: ContinualRunOptions["openStore"];
  readonly openDemonstrations?: ContinualRunOptions["openDemonstrations"];
  readonly onTrouble?: ContinualRunOptions["onTrouble"];
  readonly onEvent?: (event: RunEvent) => void;
  readonly onLoop?: (event: LoopEvent) => void;
}

export interface PointRun {
  readonly run: ContinualRun;
  readonly scenario: Scenario;
  readonly events: RunEvent[];
  readonly progress: RunProgress[];
}

export async function pointRun(options: PointRunOptions = {}): Promise<PointRun> {
  const scenario = pointScenario(options.config);
  const events: RunEvent[] = [];
  const progress: RunProgress[] = [];
  const { environments = pointEnvironments, agents = pointAgents, pace = new Pace(), seed = 7, onLoop = () => {} } = options;
  const runOptions: ContinualRunOptions = {
    scenario,
    config: scenario.config,
    seed,
    openEnvironment: async (id) => findEnvironment(id, environments),
    agents,
    pace,
    ...(options.openStore && { openStore: options.openStore }),
    ...(options.onTrouble && { onTrouble: options.onTrouble }),
    ...(options.openDemonstrations && { openDemonstrations: options.openDemonstrations }),
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
    },
    onLoop,
    onProgress: (report) => progress.push(report),
  };
  return { run: await ContinualRun.create(runOptions), scenario, events, progress };
}

/** The whole program, to its end or to a stop. */
export async function performed(options: PointRunOptions = {}): Promise<PointRun> {
  const point = await pointRun(options);
  let complete = true;
  try {
    await point.scenario.main(point.run);
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    complete = false;
  }
  point.run.finish(complete);
  point.run.dispose();
  return point;
}

export const logText = (events: readonly RunEvent[]): string => events.map((event) => JSON.stringify(event)).join("\n");
