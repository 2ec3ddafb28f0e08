/**
 * @file One control step of the flagship, and what it is made of: physics, recall, the rest of the policy, the stream around them, and beside it
 * the learner's gradient step. Each figure is the best of many repetitions in one process; ratios are to the whole step of the same run.
 */
import { agents } from "../../agents/index.ts";
import { environments } from "../../envs/index.ts";
import type { Agent } from "../../src/contract/agent.ts";
import type { Environment, EnvironmentEntry } from "../../src/contract/environment.ts";
import { emptyRecall } from "../../src/contract/memory.ts";
import { ContinualRun } from "../../src/continual/continual-run.ts";
import { defineScenario } from "../../src/continual/scenario.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { agentActor } from "../../src/streams/actor.ts";
import { closedLoop } from "../../src/streams/closed-loop.ts";
import { drain } from "../../src/streams/drain.ts";
import { Pace } from "../../src/streams/pace.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import type { BenchRow } from "./bench-row.ts";
import { showProgress } from "./progress.ts";

const STEPS = 400;
const ROUNDS = 15;

const FIGURES = ["physics", "recall", "decision", "whole step", "learner"] as const;

/** Best time of a round, in µs for one of its `count` repetitions. */
async function best(figure: (typeof FIGURES)[number], count: number, round: () => void | Promise<void>): Promise<number> {
  showProgress(figure, FIGURES.indexOf(figure), FIGURES.length);
  let least = Infinity;
  for (let k = 0; k < ROUNDS; k++) {
    const from = performance.now();
    await round();
    least = Math.min(least, performance.now() - from);
  }
  return (least / count) * 1000;
}

/** The flagship after two tasks, with about 800 entries in memory. */
async function livedAgent(): Promise<{ readonly agent: Agent; readonly environment: Environment; readonly run: ContinualRun }> {
  const scenario = defineScenario({
    name: "bench",
    summary: "Two skills.",
    config: {
      tasks: ["tabletop/push@1", "tabletop/pick-place@1"],
      agents: { engram: {} },
      demonstrations: 12,
      gradientSteps: 20,
      evaluationEpisodes: 1,
    },
    async main() {},
  });
  const openEnvironment = async (id: string): Promise<EnvironmentEntry> => findEnvironment(id, environments);
  const quiet = { onEvent(): void {}, onLoop(): void {}, onProgress(): void {} };
  const run = await ContinualRun.create({ scenario, config: scenario.config, seed: 1, openEnvironment, agents, pace: new Pace(), ...quiet });
  for (const task of run.tasks) {
    await run.demonstrate(task);
    await run.sleep(run.agents[0]!, task);
  }
  return { agent: run.agents[0]!, environment: run.tasks[0]!.environment, run };
}

export async function bench(): Promise<readonly BenchRow[]> {
  await selectBackend("wasm");
  const { agent, environment, run } = await livedAgent();
  const task = run.tasks[0]!.id;
  const pace = new Pace();
  const random = RandomStream.fromSeed(2);
  const actions = Array.from({ length: STEPS }, () => Float32Array.from({ length: 4 }, () => random.uniform(-1, 1)));
  const entries = [...agent.memory!.entries()];
  const keySize = entries[0]!.key.length;
  const memory = new EpisodicMemory({ shape: { keySize, valueSize: 1, observationSize: 1 }, metric: "l2" });
  for (const { key } of entries) {
    memory.remember({ key, value: Float32Array.of(0), observation: Float32Array.of(0), task, episode: 1, step: memory.size });
  }
  const into = emptyRecall(64);
  const query = entries[0]!.key;

  const physics = await best("physics", STEPS, () => {
    environment.reset({ seed: 1 });
    for (const action of actions) environment.step(action);
  });
  const recall = await best("recall", STEPS, () => {
    for (let k = 0; k < STEPS; k++) memory.recall(query, 64, into);
  });
  const { observation } = environment.reset({ seed: 1 });
  const decision = await best("decision", STEPS, () => {
    for (let k = 0; k < STEPS; k++) agent.act(observation, { first: false, task });
  });
  const plan = [{ episode: 1, reset: { seed: 1 } }];
  let steps = 0;
  const whole = await best("whole step", 1, async () => {
    steps = 0;
    await drain(closedLoop({ actor: agentActor(agent), environment, task, episodes: plan, pace }), (event) => {
      if (event.kind === "stepped") steps++;
    });
  });
  const step = whole / steps;
  const learner = await best("learner", 10, () => {
    for (const _ of agent.consolidate({ gradientSteps: 10 }));
  });
  run.dispose();
  const row = (name: string, figure: number): BenchRow => ({
    name,
    figure,
    unit: "µs",
    reference: step,
    referenceName: "whole step",
    ratio: figure / step,
  });
  return [
    row("control step, whole", step),
    row("  physics, observation and reward", physics),
    row(`  recall, 64 of ${entries.length} entries`, recall),
    row("  policy without recall", decision - recall),
    row("  stream and the rest", step - physics - decision),
    { name: "learner, one gradient step", figure: learner, unit: "µs" },
  ];
}
