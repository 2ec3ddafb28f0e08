/** @file What the stage shows at this moment, wherever it comes from: the run itself, or one of its episodes played back. */
import type { RecallMessage } from "../messages.ts";
import type { ClipMoment } from "./playback.ts";
import type { RunModel } from "./run-model.ts";

export interface Showing {
  readonly source: "live" | "clip" | "replay";
  readonly task: string;
  readonly actor: string;
  readonly episode: number;
  readonly step: number;
  /** Most steps the episode can have, or has had. */
  readonly steps: number;
  /** Simulated seconds. */
  readonly time: number;
  readonly success: boolean;
  readonly ended: boolean;
  readonly recall: RecallMessage | undefined;
}

export function liveShowing({ episode, recall }: RunModel): Showing | undefined {
  if (episode === undefined) return undefined;
  const { task, actor, step, horizon, time, success, ended } = episode;
  return { source: "live", task, actor, episode: episode.episode, step, steps: horizon, time, success, ended, recall };
}

export function clipShowing({ clip, step, time, success, ended, replay, recall }: ClipMoment): Showing {
  const { task, actor, episode, steps } = clip;
  return { source: replay ? "replay" : "clip", task, actor, episode, step, steps, time, success, ended, recall };
}
