/** @file What the closed loop says as it runs, one event at a time. */
import type { Environment } from "../contract/environment.ts";
import type { Transition } from "../contract/agent.ts";
import type { MemoryEntry } from "../contract/memory.ts";
import type { FirstStep, TruncationReason } from "../contract/step.ts";
import type { TaskId } from "../contract/task.ts";

/** An episode begins: the environment was reset and waits for its first action. */
export interface EpisodeStarted {
  readonly kind: "episode-started";
  readonly task: TaskId;
  readonly episode: number;
  /** Who acts, by name: an agent, or `demonstrator`. */
  readonly actor: string;
  /** The world itself, for those who draw it; only to be read, and only during the call. */
  readonly environment: Environment;
  readonly first: FirstStep;
  /** Looks up the entries that the actor's decisions recall. */
  remembered?(id: number): MemoryEntry | undefined;
}

/** One control step was taken. Its buffers are valid only during the call. */
export interface Stepped extends Transition {
  readonly kind: "stepped";
}

/** An episode is over: at its first success if asked to stop there, else at the environment's last step. */
export interface EpisodeEnded {
  readonly kind: "episode-ended";
  readonly task: TaskId;
  readonly episode: number;
  readonly actor: string;
  /** Whether the task's success test held at any step (Meta-World's and Continual World's count). */
  readonly success: boolean;
  readonly steps: number;
  /** Undiscounted sum of rewards. */
  readonly return: number;
  /** Why it was truncated, if it was. */
  readonly reason?: TruncationReason;
}

export type LoopEvent = EpisodeStarted | Stepped | EpisodeEnded;
