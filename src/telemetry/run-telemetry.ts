/** @file Shows a run while it goes on: the composition of the server, its channels and the run's switches. Telemetry never influences results. */
import type { RunEvent, RunProgress } from "../continual/run-event.ts";
import type { TruncationReason } from "../contract/step.ts";
import type { EpisodeEnded, LoopEvent } from "../streams/loop-event.ts";
import type { Pace } from "../streams/pace.ts";
import { openChannels } from "./channel.ts";
import { ClipRecorder, WATCHABLE_SPEED } from "./clip-recorder.ts";
import { parametersOf, servicesOf } from "./controls.ts";
import { LiveFrames } from "./live-frames.ts";
import { VIEWER_ORIGINS } from "../sockets/origin.ts";
import { readPage } from "./page-files.ts";
import { RunBoard } from "./run-board.ts";
import { SleepBoard } from "./sleep-board.ts";
import { FoxgloveServer } from "./server.ts";
import { SimulatedClock } from "./simulated-clock.ts";

/** Foxglove's viewers look here first. */
export const DEFAULT_PORT = 8765;

export interface RunTelemetryOptions {
  /** The first port to try, 0 for any that is free; 8765 by default. */
  readonly port?: number;
  /** What viewers show as the source. */
  readonly name: string;
  /** The run's switches, which clients may move. */
  readonly pace: Pace;
  /** The folder of the built page; by default the one that belongs to this build. */
  readonly page?: string;
  /** Origins of other web pages that may connect; by default those of Foxglove and Lichtblick. */
  readonly viewers?: readonly string[];
}

/** A run on show. Hand it every event; it keeps none of their buffers. */
export interface RunTelemetry {
  /** Where the page is; the socket is at the same place. */
  readonly url: string;
  /** May be another than was asked for, when that was taken. */
  readonly port: number;
  onLoop(event: LoopEvent): void;
  onEvent(event: RunEvent): void;
  onProgress(progress: RunProgress): void;
  /** Says goodbye to clients and frees the port. */
  close(): Promise<void>;
}

/** @throws {InvalidValueError} Not a port, or neither it nor the 50 after it are free. */
export async function startTelemetry({
  port = DEFAULT_PORT,
  name,
  pace,
  page,
  viewers = VIEWER_ORIGINS,
}: RunTelemetryOptions): Promise<RunTelemetry> {
  const clock = new SimulatedClock();
  const channels = openChannels(clock);
  const server = await FoxgloveServer.listen({
    name,
    port,
    page: readPage(page),
    viewers,
    channels: Object.values(channels),
    parameters: parametersOf(pace),
    services: servicesOf(pace),
  });
  const isPaused = (): boolean => pace.state.paused;
  const isFast = (): boolean => pace.state.speed > WATCHABLE_SPEED && !pace.state.paused;
  const live = new LiveFrames({ channels, clock, isPaused, isFast, tellTime: (time) => server.tellTime(time) });
  const clips = new ClipRecorder({ channels, clock, isFast });
  const board = new RunBoard(channels, clock);
  const sleeps = new SleepBoard(channels["/sleep"]);
  const pacing = pace.changes$.subscribe((state) => {
    board.onPace(state);
    sleeps.onPace(state);
    server.tellParameters();
    if (state.paused) live.show();
  });
  return {
    url: server.url,
    port: server.port,
    onLoop(event) {
      live.onLoop(event);
      clips.onLoop(event);
      if (event.kind === "episode-ended") warn(board, event);
    },
    onEvent(event) {
      board.onEvent(event);
      sleeps.onEvent(event);
    },
    onProgress(progress) {
      board.onProgress(progress);
      sleeps.onProgress(progress);
    },
    async close() {
      pacing.unsubscribe();
      await server.close();
    },
  };
}

/** What became of an episode that ended otherwise than it should. */
const mishaps: Readonly<Record<Exclude<TruncationReason, "horizon">, string>> = {
  unstable: "left the finite numbers",
  disconnected: "lost its world",
};

function warn(board: RunBoard, { task, episode, reason }: EpisodeEnded): void {
  if (reason !== undefined && reason !== "horizon") board.say(`${task}: episode ${episode} ${mishaps[reason]}`, "warning");
}
