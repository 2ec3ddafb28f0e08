/** @file What a world answers: the start of an episode, or what came of an action. Illegal combinations cannot be spelled. */

/** The start of an episode: nothing has been done yet, so there is nothing to reward. */
export interface FirstStep {
  readonly kind: "first";
  /** Owned by the environment and overwritten by its next step or reset; copy what must stay. */
  readonly observation: Float32Array;
}

interface Outcome {
  /** Owned by the environment and overwritten by its next step or reset; copy what must stay. */
  readonly observation: Float32Array;
  readonly reward: number;
  /** Whether the task's success test holds now. It does not end the episode by itself. */
  readonly success: boolean;
}

/** Why we stopped watching an episode that had not ended: its time was over, the simulation left the finite numbers, or a remote world was lost. */
export type TruncationReason = "horizon" | "unstable" | "disconnected";

export interface MiddleStep extends Outcome {
  readonly kind: "middle";
}
/** The world ended: there is no future to bootstrap from. */
export interface TerminatedStep extends Outcome {
  readonly kind: "terminated";
}
/** We stopped watching: the world would have gone on, so its value still counts. */
export interface TruncatedStep extends Outcome {
  readonly kind: "truncated";
  readonly reason: TruncationReason;
}

/** What came of an action. */
export type NextStep = MiddleStep | TerminatedStep | TruncatedStep;
export type Step = FirstStep | NextStep;

export const first = (observation: Float32Array): FirstStep => ({ kind: "first", observation });
export const middle = (observation: Float32Array, reward: number, success: boolean): MiddleStep => ({ kind: "middle", observation, reward, success });
export const terminated = (observation: Float32Array, reward: number, success: boolean): TerminatedStep => ({
  kind: "terminated",
  observation,
  reward,
  success,
});
export const truncated = (observation: Float32Array, reward: number, success: boolean, reason: TruncationReason): TruncatedStep => ({
  kind: "truncated",
  observation,
  reward,
  success,
  reason,
});

/** Whether the episode is over with this step. */
export const isLast = (step: Step): step is TerminatedStep | TruncatedStep => step.kind === "terminated" || step.kind === "truncated";
