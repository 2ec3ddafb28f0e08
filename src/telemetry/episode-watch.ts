/**
 * @file What is known of the episode under way, kept small and cheap: a handful of numbers at every control step, and a copy of the latest
 * recall only while somebody looks. Messages are made from it when one is due.
 */
import type { Decision } from "../contract/agent.ts";
import type { Recall } from "../contract/memory.ts";
import type { Scene } from "../contract/scene.ts";
import type { EpisodeStarted, LoopEvent } from "../streams/loop-event.ts";
import type { EpisodeMessage, RecallMessage, RecalledEntry, TaskShare } from "./messages.ts";
import { POSE_SIZE } from "./scene-message.ts";

/** Entries that a message spells out; the rest counts in the shares. */
const SPELT_OUT = 8;

const NOTHING_TO_SEE: Scene = { bodies: [], writePoses: () => {} };

export class EpisodeWatch {
  readonly #started: EpisodeStarted;
  readonly #poses: Float32Array;
  readonly #recall = new RecallCopy();
  #step = 0;
  #reward = 0;
  #return = 0;
  #success = false;
  #ended = false;

  constructor(started: EpisodeStarted) {
    this.#started = started;
    this.#poses = new Float32Array(POSE_SIZE * this.scene.bodies.length);
  }

  get controlPeriod(): number {
    return this.#started.environment.spec.controlPeriod;
  }

  get scene(): Scene {
    return this.#started.environment.scene ?? NOTHING_TO_SEE;
  }

  /** Control steps taken. */
  get step(): number {
    return this.#step;
  }

  /** @param keepRecall Whether the recall will be asked for. */
  take(event: Exclude<LoopEvent, EpisodeStarted>, keepRecall: boolean): void {
    if (event.kind === "episode-ended") {
      this.#ended = true;
      return;
    }
    const { step, decision } = event;
    this.#step = event.index + 1;
    this.#reward = step.reward;
    this.#return += step.reward;
    this.#success ||= step.success;
    if (keepRecall) this.#recall.take(decision);
  }

  /** Where the bodies are now; valid until the next call. */
  poses(): Float32Array {
    this.scene.writePoses(this.#poses);
    return this.#poses;
  }

  message(frame: number): EpisodeMessage {
    const { task, actor, episode, environment } = this.#started;
    return {
      frame,
      task,
      actor,
      episode,
      step: this.#step,
      horizon: environment.spec.horizon,
      time: this.#step * environment.spec.controlPeriod,
      reward: this.#reward,
      return: this.#return,
      success: this.#success,
      ended: this.#ended,
      recalled: this.#recall.count,
    };
  }

  /** What the latest kept decision recalled; absent when it read nothing. */
  recalled(): RecallMessage | undefined {
    const { task, actor, episode } = this.#started;
    if (this.#recall.count === 0) return undefined;
    const entries = this.#recall.entries((id) => this.#started.remembered?.(id));
    const head = entries.toSorted((a, b) => b.weight - a.weight).slice(0, SPELT_OUT);
    return { task, actor, episode, step: this.#step, count: entries.length, entries: head, shares: sharesOf(entries) };
  }
}

/** A recall outlives its decision here; the agent overwrites its own. */
class RecallCopy {
  count = 0;
  #ids = new Float64Array(0);
  #weights = new Float32Array(0);
  #distances = new Float32Array(0);

  take({ recall }: Decision): void {
    this.count = recall?.count ?? 0;
    if (recall !== undefined) this.#copy(recall);
  }

  #copy({ count, ids, weights, distances }: Recall): void {
    if (count > this.#ids.length) {
      this.#ids = new Float64Array(ids.length);
      this.#weights = new Float32Array(ids.length);
      this.#distances = new Float32Array(ids.length);
    }
    this.#ids.set(ids.subarray(0, count));
    this.#weights.set(weights.subarray(0, count));
    this.#distances.set(distances.subarray(0, count));
  }

  entries(lookUp: (id: number) => { readonly task: string; readonly episode: number; readonly step: number } | undefined): RecalledEntry[] {
    return Array.from({ length: this.count }, (_, i) => {
      const id = this.#ids[i]!;
      const { task, episode, step } = lookUp(id) ?? { task: "", episode: -1, step: -1 };
      return { id, task, episode, step, weight: short(this.#weights[i]!), distance: short(this.#distances[i]!) };
    });
  }
}

const short = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Of the whole weight, the part of each source task; largest first. */
function sharesOf(entries: readonly RecalledEntry[]): readonly TaskShare[] {
  const sums = new Map<string, number>();
  for (const { task, weight } of entries) sums.set(task, (sums.get(task) ?? 0) + weight);
  return [...sums].map(([task, share]) => ({ task, share: short(share) })).toSorted((a, b) => b.share - a.share);
}
