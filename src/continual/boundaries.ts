/**
 * @file What agents are told of where one task ends and another begins: the truth, a distorted truth, or what a drift detector finds in the stream of
 * demonstrations. Whatever is believed is all that they hear: their examples carry the names of believed contexts, not of tasks.
 */
import type { Transition } from "../contract/agent.ts";
import type { EnvironmentSpec } from "../contract/environment.ts";
import { asTaskId, type TaskId } from "../contract/task.ts";
import { DriftDetector } from "../learning/drift-detector.ts";
import { relativeFeatures, type Features } from "../learning/features.ts";
import type { RandomStream } from "../numerics/random.ts";
import type { BoundaryMode } from "./config.ts";

/** One demonstration, as it is believed to be. */
export interface Heard {
  /** The context it is believed to be of. */
  readonly context: TaskId;
  /** Whether a context is believed to begin with it; where boundaries are given they are told apart from demonstrations. */
  readonly begins: boolean;
}

export interface BoundaryOptions {
  readonly mode: BoundaryMode;
  /** Of all worlds of the run. */
  readonly spec: EnvironmentSpec;
  /** Demonstrations of each task. */
  readonly demonstrations: number;
  /** Draws what is distorted. */
  readonly random: RandomStream;
}

/** Of a task's demonstrations, a boundary comes by up to this share early or late. */
const SHIFT = 0.2;
/** So many boundaries are not heard of. */
const MISSED = 0.1;
/** In so many tasks one is heard of that is none. */
const FALSE = 0.1;

export class Boundaries {
  readonly mode: BoundaryMode;
  readonly #options: BoundaryOptions;
  readonly #features: Features;
  readonly #detector = new DriftDetector();
  /** Numbers of the demonstrations with which contexts begin, where the truth is distorted. */
  readonly #announced = new Set<number>([0]);
  /** How often each task was shown as each context. */
  readonly #shown = new Map<TaskId, Map<TaskId, number>>();
  #task: TaskId | undefined;
  #tasks = 0;
  #heard = 0;
  #contexts = 0;

  constructor(options: BoundaryOptions) {
    this.mode = options.mode;
    this.#options = options;
    this.#features = relativeFeatures(options.spec.observation, options.spec.controlPeriod);
  }

  /** Hears the next demonstration of the run, and says what is believed of it. @param task What it is of in truth. */
  hear(task: TaskId, transitions: readonly Transition[]): Heard {
    if (task !== this.#task) this.#comesTo(task);
    const begins = this.#begins(transitions);
    this.#heard++;
    if (begins) this.#contexts++;
    const context = this.mode === "given" ? task : asTaskId(`context ${this.#contexts}`);
    const shown = this.#shown.get(task) ?? new Map<TaskId, number>();
    this.#shown.set(task, shown.set(context, (shown.get(context) ?? 0) + 1));
    return { context, begins };
  }

  /** What a task is called to agents: the context that most of its demonstrations were believed to be of; its own name before any was shown. */
  nameOf(task: TaskId): TaskId {
    const shown = [...(this.#shown.get(task) ?? [])];
    return shown.reduce((best, one) => (one[1] > best[1] ? one : best), [task, 0] as const)[0];
  }

  #comesTo(task: TaskId): void {
    const { random, demonstrations } = this.#options;
    this.#task = task;
    this.#tasks++;
    if (this.mode !== "noisy") return;
    // The boundary at this task's end, and a false one in its midst.
    const chance = random.split(`boundary ${this.#tasks}`);
    const late = Math.round(chance.uniform(-SHIFT, SHIFT) * demonstrations);
    if (chance.uniform() >= MISSED) this.#announced.add(this.#heard + demonstrations + late);
    if (demonstrations > 1 && chance.uniform() < FALSE) this.#announced.add(this.#heard + 1 + chance.integer(demonstrations - 1));
  }

  #begins(transitions: readonly Transition[]): boolean {
    switch (this.mode) {
      case "given":
        return false;
      case "noisy":
        return this.#announced.has(this.#heard);
      case "none":
        return this.#detector.hear(this.#summaryOf(transitions)) || this.#heard === 0;
      default:
        return this.mode satisfies never;
    }
  }

  /** The means of a demonstration's features and actions. */
  #summaryOf(transitions: readonly Transition[]): Float32Array {
    const { size } = this.#features;
    const summary = new Float32Array(size + this.#options.spec.action.size);
    const features = new Float32Array(size);
    for (const { observation, decision } of transitions) {
      this.#features.write(observation, 1, features);
      for (let k = 0; k < summary.length; k++) {
        summary[k] = summary[k]! + (k < size ? features[k]! : decision.action[k - size]!) / transitions.length;
      }
    }
    return summary;
  }
}
