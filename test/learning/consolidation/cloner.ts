/** @file A cloned policy of a line or a curve, small enough to be worked out by hand: what the tests of consolidation strategies learn with. */
import { asTaskId, type TaskId } from "../../../src/contract/task.ts";
import { space } from "../../../src/contract/space.ts";
import { relativeFeatures } from "../../../src/learning/features.ts";
import { CloningLearner } from "../../../src/learning/imitation/cloning-learner.ts";
import { PolicyInput } from "../../../src/learning/policy-input.ts";
import { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import { RandomStream } from "../../../src/numerics/random.ts";

export interface ClonerOptions {
  /** Its strategy with settings other than their defaults. */
  readonly consolidation: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Numbers observed (2), and in an action (1). */
  readonly inputs?: number;
  readonly outputs?: number;
  /** Hidden layers; none, for a linear policy, by default. */
  readonly hidden?: readonly number[];
  /** Numbers in a task's code; 0 by default. */
  readonly cue?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly memoryPerTask?: number;
  readonly seed?: number;
}

export interface Cloner {
  readonly learner: CloningLearner;
  readonly memory: EpisodicMemory;
  /** Shows a state of a task, in the given episode (0). */
  show(task: TaskId, observation: readonly number[], action: readonly number[], episode?: number): void;
  /** Gradient steps on a task, as a sleep with which it ends or not (it does); returns the losses. */
  sleep(task: TaskId, count: number, taskEnds?: boolean): number[];
  begin(task: TaskId): void;
  /** What it would do. */
  act(task: TaskId, observation: readonly number[], first?: boolean): number[];
}

/** Observations are choices, so that features are the numbers observed, as they are. */
export function cloner(options: ClonerOptions): Cloner {
  const { inputs = 2, outputs = 1, hidden = [], cue = 0, seed = 1 } = options;
  const observed = space([{ name: "x", quantity: "choice", unit: "1", size: inputs, low: -10, high: 10 }]);
  const input = new PolicyInput(relativeFeatures(observed, 0.1), cue);
  const memory = new EpisodicMemory({ shape: { keySize: input.size, valueSize: outputs, observationSize: inputs }, metric: "l2" });
  const learner = new CloningLearner(
    {
      shape: { sizes: [input.size, ...hidden, outputs], activation: "tanh" },
      input,
      memory,
      batch: options.batch ?? 16,
      learningRate: options.learningRate ?? 0.01,
      consolidation: options.consolidation,
      options: options.options ?? {},
      optionsPath: "options",
      memoryPerTask: options.memoryPerTask ?? 20,
    },
    RandomStream.fromSeed(seed),
  );
  const inputOf = (task: TaskId, observation: readonly number[]): Float32Array => {
    const numbers = new Float32Array(input.size);
    input.write(Float32Array.from(observation), task, numbers);
    return numbers;
  };
  let sleeps = 0;
  return {
    learner,
    memory,
    show(task, observation, action, episode = 0) {
      memory.remember({
        key: inputOf(task, observation),
        value: Float32Array.from(action),
        observation: Float32Array.from(observation),
        task,
        episode,
        step: memory.rowsOf(task).length,
      });
    },
    sleep(task, count, taskEnds = true) {
      return [...learner.steps({ task, count, taskEnds, random: RandomStream.fromSeed(seed).split(`sleep ${sleeps++}`) })];
    },
    begin: (task) => learner.beginTask(task, RandomStream.fromSeed(seed).split(`begin ${sleeps}`)),
    act(task, observation, first = true) {
      const action = new Float32Array(outputs);
      learner.act({ task, first }, inputOf(task, observation), action);
      return [...action];
    },
  };
}

export const [first, second, third] = [asTaskId("first"), asTaskId("second"), asTaskId("third")];

/** Shows a task: forty states in four episodes, with the action that a function of the state says. */
export function showTask(one: Cloner, task: TaskId, action: (x: readonly number[]) => number[], seed = 1, inputs = 2): void {
  const random = RandomStream.fromSeed(seed).split(task);
  for (let k = 0; k < 40; k++) {
    const x = Array.from({ length: inputs }, () => random.uniform(-1, 1));
    one.show(task, x, action(x), Math.floor(k / 10));
  }
}
