/**
 * @file What is to be seen of the loop as it runs: the world on `/scene` and `/tf`, the episode on `/episode`, what was remembered on
 * `/recall`. At most 60 frames a second of wall clock, and nothing at all while nobody looks.
 */
import type { Scene } from "../contract/scene.ts";
import type { LoopEvent } from "../streams/loop-event.ts";
import type { Channels } from "./channel.ts";
import { EpisodeWatch } from "./episode-watch.ts";
import { Gate } from "./gate.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import { frameTransforms, sceneUpdate } from "./scene-message.ts";

const FRAME_PERIOD = 1000 / 60;

export interface LiveFramesOptions {
  readonly channels: Channels;
  readonly clock: SimulatedClock;
  /** Tells everybody the time before a frame of that time. */
  tellTime(time: bigint): void;
  /** Whether somebody is stepping through: then every step is shown. */
  isPaused(): boolean;
  /** Whether the run is too fast to be watched; below that, no end of an episode is left out. */
  isFast(): boolean;
}

export class LiveFrames {
  readonly #options: LiveFramesOptions;
  readonly #gate = new Gate(FRAME_PERIOD);
  #watch: EpisodeWatch | undefined;
  #scene: Scene | undefined;
  #frame = 0;
  /** Whether the latest event has not been shown yet. */
  #stale = false;

  constructor(options: LiveFramesOptions) {
    this.#options = options;
    const { channels, clock } = options;
    channels["/scene"].latch(() => (this.#scene === undefined ? [] : [sceneUpdate(this.#scene, clock.time)]));
    channels["/tf"].latch(() => (this.#watch === undefined ? [] : [frameTransforms(this.#watch.scene, this.#watch.poses(), clock.time)]));
    channels["/episode"].latch(() => (this.#watch === undefined ? [] : [this.#watch.message(this.#frame)]));
    channels["/recall"].latch(() => [this.#watch?.recalled() ?? []].flat());
  }

  onLoop(event: LoopEvent): void {
    if (event.kind === "episode-started") this.#begin(new EpisodeWatch(event));
    else this.#watch?.take(event, this.#options.channels["/recall"].watched);
    if (event.kind === "stepped" && this.#watch !== undefined) this.#options.clock.advance(this.#watch.controlPeriod);
    this.#stale = true;
    if (!this.#watched) return;
    if (this.#mustShow(event)) this.#gate.hold(FRAME_PERIOD);
    else if (!this.#gate.pass()) return;
    this.show();
  }

  /** Shows the latest step if it has not been shown. */
  show(): void {
    const watch = this.#watch;
    if (watch === undefined || !this.#stale || !this.#watched) return;
    this.#stale = false;
    const { channels, clock } = this.#options;
    this.#options.tellTime(clock.nanoseconds);
    if (channels["/tf"].watched) channels["/tf"].publish(frameTransforms(watch.scene, watch.poses(), clock.time));
    const recalled = channels["/recall"].watched ? watch.recalled() : undefined;
    if (recalled !== undefined) channels["/recall"].publish(recalled);
    this.#frame++;
    if (channels["/episode"].watched) channels["/episode"].publish(watch.message(this.#frame));
  }

  #mustShow({ kind }: LoopEvent): boolean {
    return this.#options.isPaused() || (kind === "episode-ended" && !this.#options.isFast());
  }

  get #watched(): boolean {
    const { channels } = this.#options;
    return channels["/tf"].watched || channels["/episode"].watched || channels["/recall"].watched;
  }

  #begin(watch: EpisodeWatch): void {
    this.#watch = watch;
    if (watch.scene === this.#scene) return;
    this.#scene = watch.scene;
    const { channels, clock } = this.#options;
    if (channels["/scene"].watched) channels["/scene"].publish(sceneUpdate(watch.scene, clock.time));
  }
}
