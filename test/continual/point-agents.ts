/**
 * Tiny minds for tests. The rememberer acts as its nearest remembered situation did and says so; the forgetter does the same with the latest task
 * alone. Both spoil their decisions' buffers before the next one, so that whoever kept them sees NaN.
 */
import type {
  Agent,
  AgentEntry,
  AgentOptions,
  ConsolidationBudget,
  ConsolidationProgress,
  ConsolidationReport,
  Decision,
  Transition,
} from "../../src/contract/agent.ts";
import { emptyRecall, type MemoryEntry } from "../../src/contract/memory.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import type { TaskId } from "../../src/contract/task.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { wholeEntry } from "../memory/whole-entry.ts";

export class CloningAgent implements Agent {
  readonly name: string;
  /** Everything it was told, in order. */
  readonly heard: string[] = [];
  disposed = false;
  readonly #forgetful: boolean;
  readonly #random: RandomStream;
  #entries: MemoryEntry[] = [];
  readonly #decision: { readonly action: Float32Array; readonly recall: ReturnType<typeof emptyRecall> };

  constructor(name: string, { spec, seed }: AgentOptions, forgetful: boolean) {
    this.name = name;
    this.#forgetful = forgetful;
    this.#random = RandomStream.fromSeed(seed);
    this.#decision = { action: new Float32Array(spec.action.size), recall: emptyRecall(1) };
  }

  act(observation: Float32Array): Decision {
    const { action, recall } = this.#decision;
    action.fill(Number.NaN);
    recall.weights.fill(Number.NaN);
    recall.count = 0;
    let nearest: MemoryEntry | undefined;
    let best = Infinity;
    for (const entry of this.#entries) {
      const distance = away(observation, entry.observation, 0) + away(observation, entry.observation, 1);
      if (distance < best) [best, nearest] = [distance, entry];
    }
    if (nearest === undefined) {
      for (let k = 0; k < action.length; k++) action[k] = this.#random.uniform(-1, 1);
      return { action };
    }
    action.set(nearest.value);
    recall.count = 1;
    recall.ids[0] = nearest.id;
    recall.weights[0] = 1;
    recall.distances[0] = best;
    return this.#decision;
  }

  observe({ task, episode, index, actor, observation, decision }: Transition): void {
    this.heard.push(`${actor} ${task} ${episode}.${index}`);
    const value = decision.action.slice();
    const id = this.#entries.length + 1;
    this.#entries.push(wholeEntry({ id, key: observation.slice(), value, observation: observation.slice(), task, episode, step: index }));
  }

  beginTask(task: TaskId): void {
    this.heard.push(`begin ${task}`);
    if (this.#forgetful) this.#entries = [];
  }

  *consolidate({ gradientSteps }: ConsolidationBudget): Generator<ConsolidationProgress, ConsolidationReport> {
    this.heard.push("sleep");
    let loss = 0;
    for (let step = 1; step <= gradientSteps; step++) {
      loss = 1 / step;
      yield { gradientSteps: step, loss };
    }
    return { gradientSteps, loss, memorySize: this.#entries.length };
  }

  remembered(id: number): MemoryEntry | undefined {
    return this.#entries[id - 1];
  }

  snapshot(): Snapshot {
    return { random: this.#random.snapshot() };
  }

  restore(): void {}

  dispose(): void {
    this.disposed = true;
  }
}

/** Squared difference, along one axis, of where the goal is from the point. */
const away = (a: Float32Array, b: Float32Array, axis: 0 | 1): number => (a[axis + 2]! - a[axis]! - b[axis + 2]! + b[axis]!) ** 2;

const entry = (name: string, forgetful: boolean): AgentEntry => ({
  name,
  summary: "acts as its nearest remembered situation did",
  defaults: {},
  make: async (options) => new CloningAgent(name, options, forgetful),
});

export const pointAgents: ReadonlyMap<string, AgentEntry> = new Map([
  ["rememberer", entry("rememberer", false)],
  ["forgetter", entry("forgetter", true)],
]);
