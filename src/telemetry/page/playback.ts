/**
 * @file Plays recorded episodes in robot time. One plays, at most one waits (the newest), and when none waits the last one is shown again:
 * during a sleep nothing moves, and a replay says more than a still. Time comes in as an argument.
 */
import type { ClipMessage, RecallMessage } from "../messages.ts";

const POSE_SIZE = 7;
/** Seconds for which the end of an episode stays in view. */
const HOLD = 0.6;
/** Seconds after which an episode is shown again when nothing new has come. */
const WAIT = 1.5;

/** What a clip shows at one moment. */
export interface ClipMoment {
  readonly clip: ClipMessage;
  readonly step: number;
  /** Simulated seconds since the episode began. */
  readonly time: number;
  readonly success: boolean;
  readonly ended: boolean;
  /** Whether this clip has been shown before. */
  readonly replay: boolean;
  readonly recall: RecallMessage | undefined;
}

interface Playing {
  readonly clip: ClipMessage;
  readonly frames: Float32Array;
  readonly begun: number;
  readonly replay: boolean;
}

export class Playback {
  #playing: Playing | undefined;
  #waiting: ClipMessage | undefined;

  /** Takes a new clip; it plays as soon as the present one has been seen. */
  offer(clip: ClipMessage, now: number): void {
    if (this.#playing === undefined || this.#playing.replay) this.#play(clip, now, false);
    else this.#waiting = clip;
  }

  /** Forgets what it has. */
  clear(): void {
    this.#playing = undefined;
    this.#waiting = undefined;
  }

  /**
   * What is to be seen now; absent without clips.
   * @param now Seconds of any clock that goes on.
   */
  at(now: number): ClipMoment | undefined {
    this.#advance(now);
    if (this.#playing === undefined) return undefined;
    const { clip, replay } = this.#playing;
    const frame = this.#frameAt(now);
    const ended = frame >= clip.frames - 1;
    const step = ended ? clip.steps : Math.min(clip.steps, Math.round(frame * clip.stride));
    return {
      clip,
      step,
      time: (step * clip.period) / clip.stride,
      success: clip.successStep !== undefined && step >= clip.successStep,
      ended,
      replay,
      recall: clip.recalls.findLast((recall) => recall.step <= Math.max(step, clip.recalls[0]!.step)),
    };
  }

  /** Writes the poses of all bodies now, between the two nearest frames: [bodies, 7]. */
  writePoses(now: number, into: Float32Array): void {
    if (this.#playing === undefined) return;
    const { clip, frames } = this.#playing;
    const size = POSE_SIZE * clip.scene.entities.length;
    const frame = this.#frameAt(now);
    const before = Math.floor(frame);
    const after = Math.min(before + 1, clip.frames - 1);
    for (let body = 0; body < size; body += POSE_SIZE) {
      mixPose(into, body, { frames, from: before * size + body, to: after * size + body, share: frame - before });
    }
  }

  #frameAt(now: number): number {
    const { clip, begun } = this.#playing!;
    return Math.min(Math.max(0, (now - begun) / clip.period), clip.frames - 1);
  }

  #advance(now: number): void {
    if (this.#playing === undefined) return;
    const { clip, begun } = this.#playing;
    const over = now - begun - (clip.frames - 1) * clip.period;
    if (this.#waiting !== undefined && over >= HOLD) this.#play(this.#waiting, now, false);
    else if (over >= WAIT) this.#play(clip, now, true);
  }

  #play(clip: ClipMessage, now: number, replay: boolean): void {
    const frames = clip === this.#playing?.clip ? this.#playing.frames : floats(clip.poses);
    if (clip === this.#waiting) this.#waiting = undefined;
    this.#playing = { clip, frames, begun: now, replay };
  }
}

/** Little-endian float32 from base64. */
export function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

interface Mix {
  readonly frames: Float32Array;
  readonly from: number;
  readonly to: number;
  /** 0 is all of `from`. */
  readonly share: number;
}

/** Position on the straight line; orientation on the shorter arc, normalised by whoever draws it. */
function mixPose(into: Float32Array, at: number, { frames, from, to, share }: Mix): void {
  let dot = 0;
  for (let k = 3; k < POSE_SIZE; k++) dot += frames[from + k]! * frames[to + k]!;
  for (let k = 0; k < POSE_SIZE; k++) {
    const end = k >= 3 && dot < 0 ? -frames[to + k]! : frames[to + k]!;
    into[at + k] = frames[from + k]! + share * (end - frames[from + k]!);
  }
}
