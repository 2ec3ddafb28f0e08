/**
 * @file Whole episodes of a run that is too fast to watch: at full speed a second holds a minute or more of robot time, and live frames
 * would be a flicker of unrelated moments. So one episode is kept, sent as one message on `/clip` when it ends, and the next one is
 * chosen when the first has had the time to be played back. At most one clip is in the making; its size is bounded.
 */
import type { EpisodeStarted, LoopEvent } from "../streams/loop-event.ts";
import type { Channels } from "./channel.ts";
import { EpisodeWatch } from "./episode-watch.ts";
import { Gate } from "./gate.ts";
import type { ClipMessage, RecallMessage } from "./messages.ts";
import { POSE_SIZE, sceneUpdate } from "./scene-message.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/** Simulated seconds per wall second up to which live frames are followed with ease. */
export const WATCHABLE_SPEED = 4;
/** Frames per simulated second. */
const FRAME_RATE = 40;
/** Frames for each recall; eyes read no faster. */
const FRAMES_PER_RECALL = 2;
/** 30 s of robot time. What comes later in an episode is left out. */
const MOST_FRAMES = 1200;
/** Milliseconds for the eye to see how an episode ended. */
const PAUSE_BETWEEN = 600;
/** Milliseconds for which an episode of somebody else is preferred to another one of the same actor. */
const PATIENCE = 1500;

export interface ClipRecorderOptions {
  readonly channels: Channels;
  readonly clock: SimulatedClock;
  /** Whether the run is too fast to be watched live. */
  isFast(): boolean;
}

export class ClipRecorder {
  readonly #options: ClipRecorderOptions;
  readonly #gate = new Gate(0);
  readonly #sameActorGate = new Gate(0);
  #recording: Recording | undefined;
  #latest: ClipMessage | undefined;
  #id = 0;

  constructor(options: ClipRecorderOptions) {
    this.#options = options;
    options.channels["/clip"].latch(() => (this.#latest === undefined ? [] : [this.#latest]));
  }

  onLoop(event: LoopEvent): void {
    if (!this.#options.channels["/clip"].watched || !this.#options.isFast()) {
      this.#recording = undefined;
      return;
    }
    if (event.kind === "episode-started") this.#begin(event);
    else this.#recording?.take(event);
    if (event.kind === "episode-ended") this.#finish(event.success);
  }

  #begin(event: EpisodeStarted): void {
    const gate = event.actor === this.#latest?.actor ? this.#sameActorGate : this.#gate;
    const worthwhile = event.environment.scene !== undefined && gate.open;
    this.#recording = worthwhile ? new Recording(event) : undefined;
  }

  #finish(success: boolean): void {
    const { channels, clock } = this.#options;
    const clip = this.#recording?.clip(++this.#id, success, clock);
    this.#recording = undefined;
    if (clip === undefined) return;
    const duration = PAUSE_BETWEEN + 1000 * clip.frames * clip.period;
    this.#gate.hold(duration);
    this.#sameActorGate.hold(duration + PATIENCE);
    this.#latest = clip;
    channels["/clip"].publish(clip);
  }
}

/** One episode in the making. */
class Recording {
  readonly #watch: EpisodeWatch;
  /** Control steps between two frames. */
  readonly #stride: number;
  readonly #frames: Float32Array[] = [];
  readonly #recalls: RecallMessage[] = [];
  #successStep: number | undefined;

  constructor(event: EpisodeStarted) {
    this.#watch = new EpisodeWatch(event);
    this.#stride = Math.max(1, Math.round(1 / (FRAME_RATE * this.#watch.controlPeriod)));
    this.#keepFrame();
  }

  take(event: Exclude<LoopEvent, EpisodeStarted>): void {
    if (event.kind === "stepped" && event.step.success) this.#successStep ??= event.index + 1;
    const due = event.kind === "stepped" && (event.index + 1) % this.#stride === 0 && this.#frames.length < MOST_FRAMES;
    const recallDue = due && (this.#frames.length - 1) % FRAMES_PER_RECALL === 0;
    this.#watch.take(event, recallDue);
    // The end of an episode is shown whatever the stride.
    const atEnd = event.kind === "episode-ended" && this.#watch.step % this.#stride !== 0 && this.#frames.length < MOST_FRAMES;
    if (due || atEnd) this.#keepFrame();
    const recalled = recallDue ? this.#watch.recalled() : undefined;
    if (recalled !== undefined) this.#recalls.push(recalled);
  }

  clip(id: number, success: boolean, clock: SimulatedClock): ClipMessage {
    const { task, actor, episode, step, return: total } = this.#watch.message(0);
    const size = POSE_SIZE * this.#watch.scene.bodies.length;
    const poses = new Float32Array(size * this.#frames.length);
    this.#frames.forEach((frame, i) => poses.set(frame, i * size));
    return {
      id,
      task,
      actor,
      episode,
      success,
      ...(this.#successStep !== undefined && { successStep: this.#successStep }),
      steps: step,
      return: total,
      period: this.#stride * this.#watch.controlPeriod,
      stride: this.#stride,
      frames: this.#frames.length,
      scene: sceneUpdate(this.#watch.scene, clock.time),
      poses: Buffer.from(poses.buffer).toString("base64"),
      recalls: this.#recalls,
    };
  }

  #keepFrame(): void {
    this.#frames.push(this.#watch.poses().slice());
  }
}
