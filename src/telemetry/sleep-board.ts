/** @file Each agent's latest sleep, for those who join at any time: how far it is while it goes on, and its report until the next one begins. */
import type { LossCurvePoint } from "../continual/loss-curve.ts";
import type { Learned, RunEvent, RunProgress } from "../continual/run-event.ts";
import type { PaceState } from "../streams/pace.ts";
import type { Channels } from "./channel.ts";
import { Gate } from "./gate.ts";
import type { SleepMessage } from "./messages.ts";
import { Stopwatch } from "./stopwatch.ts";

/** Milliseconds between two messages of how far a sleep is. */
const PERIOD = 100;

export class SleepBoard {
  readonly #channel: Channels["/sleep"];
  readonly #gate = new Gate(PERIOD);
  /** By agent. */
  readonly #latest = new Map<string, SleepMessage>();
  /** By agent, since its last report. */
  readonly #losses = new Map<string, readonly LossCurvePoint[]>();
  /** Of the sleep that goes on; agents sleep in turn. */
  #stopwatch = new Stopwatch();
  #pace: PaceState = { paused: false, speed: Infinity, stopped: false };

  constructor(channel: Channels["/sleep"]) {
    this.#channel = channel;
    channel.latch(() => this.#latest.values());
  }

  onPace(pace: PaceState): void {
    this.#pace = pace;
    this.#stopwatch.setPace(pace.paused, pace.speed);
  }

  onProgress({ agent, task, doing = "learning", sleep }: RunProgress): void {
    if (agent === undefined || sleep === undefined) return;
    const last = this.#latest.get(agent);
    const begins = last?.state !== "asleep";
    if (begins) this.#startStopwatch();
    this.#stopwatch.mark(sleep.gradientStep / Math.max(1, sleep.gradientSteps));
    const { remaining } = this.#stopwatch;
    const message: SleepMessage = {
      agent,
      number: begins ? (last?.number ?? 0) + 1 : last.number,
      task,
      state: "asleep",
      doing,
      ...sleep,
      ...(remaining !== undefined && { remaining }),
      losses: this.#losses.get(agent) ?? [],
    };
    this.#latest.set(agent, message);
    if (begins || doing !== last.doing || this.#gate.pass()) this.#channel.publish(message);
  }

  onEvent(event: RunEvent): void {
    if (event.kind === "loss") {
      const { agent, gradientStep, loss } = event;
      this.#losses.set(agent, [...(this.#losses.get(agent) ?? []), { gradientStep, loss }]);
    } else if (event.kind === "learned") this.#report(event);
    else if (event.kind === "run-finished") this.#cutShort();
  }

  #report({ agent, task, trigger, gradientSteps, loss, memorySize, selfTests = [], untested, rolledBack, merged, forgotten, drift }: Learned): void {
    const last = this.#latest.get(agent);
    const asleep = last?.state === "asleep";
    this.#tell({
      agent,
      number: asleep ? last.number : (last?.number ?? 0) + 1,
      task,
      trigger,
      state: rolledBack === true ? "undone" : "kept",
      gradientStep: gradientSteps,
      gradientSteps: asleep ? last.gradientSteps : gradientSteps,
      ...(gradientSteps > 0 && { loss }),
      losses: this.#losses.get(agent) ?? [],
      memorySize,
      ...(selfTests.length > 0 && { selfTests }),
      ...(untested !== undefined && { untested }),
      ...(merged !== undefined && { merged }),
      ...(forgotten !== undefined && { forgotten }),
      ...(drift !== undefined && { drift }),
    });
    this.#losses.delete(agent);
  }

  /** Whoever still sleeps when the run has ended will not wake up. */
  #cutShort(): void {
    for (const { remaining: _, ...last } of this.#latest.values()) if (last.state === "asleep") this.#tell({ ...last, state: "cut short" });
  }

  #startStopwatch(): void {
    this.#stopwatch = new Stopwatch();
    this.#stopwatch.setPace(this.#pace.paused, this.#pace.speed);
  }

  #tell(message: SleepMessage): void {
    this.#latest.set(message.agent, message);
    this.#channel.publish(message);
  }
}
