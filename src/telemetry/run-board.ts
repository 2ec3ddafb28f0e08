/**
 * @file The run's story so far, for those who join at any time: what runs, how far it is, every cell of every success matrix, every loss
 * and what was said. Events come seldom, so all of it is kept; the two histories that could grow are bounded.
 */
import { GradientSteps } from "../continual/gradient-steps.ts";
import type { RunEvent, RunProgress } from "../continual/run-event.ts";
import { summarize } from "../continual/summary.ts";
import { successRate } from "../numerics/statistics.ts";
import type { PaceState } from "../streams/pace.ts";
import type { Channels } from "./channel.ts";
import { Gate } from "./gate.ts";
import { describeEvent } from "./log-line.ts";
import type { Log, LossMessage, ProgressMessage, ResultMessage, RunMessage, SummaryMessage } from "./messages.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import { Stopwatch } from "./stopwatch.ts";

const MOST_LOSSES = 20_000;
const MOST_LOG_LINES = 500;
const PROGRESS_PERIOD = 100;

export class RunBoard {
  readonly #channels: Channels;
  readonly #clock: SimulatedClock;
  readonly #stopwatch = new Stopwatch();
  readonly #progressGate = new Gate(PROGRESS_PERIOD);
  readonly #steps = new GradientSteps();
  readonly #results = new Map<string, ResultMessage>();
  readonly #losses: LossMessage[] = [];
  readonly #log: Log[] = [];
  /** What the closing figures are made from. */
  readonly #events: RunEvent[] = [];
  #summary: SummaryMessage | undefined;
  #run: RunMessage | undefined;
  #progress: RunProgress | undefined;

  constructor(channels: Channels, clock: SimulatedClock) {
    this.#channels = channels;
    this.#clock = clock;
    channels["/run"].latch(() => (this.#run === undefined ? [] : [this.#run]));
    channels["/progress"].latch(() => (this.#progress === undefined ? [] : [this.#progressMessage(this.#progress)]));
    channels["/results"].latch(() => this.#results.values());
    channels["/loss"].latch(() => this.#losses);
    channels["/summary"].latch(() => this.#closing());
    channels["/log"].latch(() => this.#log);
  }

  onEvent(event: RunEvent): void {
    this.#steps.hear(event);
    if (event.kind !== "loss" && event.kind !== "tested-while-learning") this.#events.push(event);
    switch (event.kind) {
      case "run-started": {
        const { scenario, seed, agents, tasks } = event;
        this.#setRun({ scenario, seed, agents, tasks, state: "running" });
        break;
      }
      case "loss": {
        const { agent, task, loss } = event;
        push(this.#losses, { agent, task, gradientStep: this.#steps.before(agent, task) + event.gradientStep, loss }, MOST_LOSSES);
        this.#channels["/loss"].publish(this.#losses.at(-1)!);
        break;
      }
      case "evaluated": {
        const result = resultOf(event);
        this.#results.set(`${result.agent}\n${result.learned}\n${result.task}`, result);
        this.#channels["/results"].publish(result);
        break;
      }
      case "run-finished":
        this.#stopwatch.stop();
        if (event.complete) this.#setProgress(1);
        this.#setState(event.complete ? "finished" : "stopped");
        if (this.#channels["/summary"].watched) for (const summary of this.#closing()) this.#channels["/summary"].publish(summary);
        break;
      case "demonstrated":
      case "boundary":
      case "tested-while-learning":
      case "learned":
      case "measured":
      case "probed":
      case "memory-read":
        break;
      default:
        event satisfies never;
    }
    const line = describeEvent(event);
    if (line !== undefined) this.say(line);
  }

  onProgress(progress: RunProgress): void {
    const moved =
      progress.phase !== this.#progress?.phase ||
      progress.task !== this.#progress.task ||
      progress.agent !== this.#progress.agent ||
      progress.doing !== this.#progress.doing;
    this.#progress = progress;
    this.#stopwatch.mark(progress.fraction);
    if (moved || this.#progressGate.pass()) this.#channels["/progress"].publish(this.#progressMessage(progress));
  }

  onPace({ paused, speed, stopped }: PaceState): void {
    if (!this.#over) this.#stopwatch.setPace(paused, speed);
    if (stopped && this.#run?.state === "running") this.#setState("stopping");
  }

  /** Adds a line to `/log`. */
  say(message: string, level: "info" | "warning" = "info"): void {
    const line: Log = {
      timestamp: this.#clock.time,
      level: level === "info" ? 2 : 3,
      message,
      name: this.#run?.scenario ?? "engram",
      file: "",
      line: 0,
    };
    push(this.#log, line, MOST_LOG_LINES);
    this.#channels["/log"].publish(line);
  }

  /** The closing figures, once the run has ended; their intervals take a moment, so only when somebody asks and only once. */
  #closing(): readonly SummaryMessage[] {
    if (!this.#over) return [];
    return [(this.#summary ??= summaryOf(this.#events))];
  }

  /** What moves after that is not the run, but an agent on show. */
  get #over(): boolean {
    return this.#run?.state === "finished" || this.#run?.state === "stopped";
  }

  #setState(state: RunMessage["state"]): void {
    if (this.#run !== undefined) this.#setRun({ ...this.#run, state });
  }

  #setRun(run: RunMessage): void {
    this.#run = run;
    this.#channels["/run"].publish(run);
  }

  #setProgress(fraction: number): void {
    if (this.#progress === undefined) return;
    this.#progress = { ...this.#progress, fraction };
    this.#stopwatch.mark(fraction);
    this.#channels["/progress"].publish(this.#progressMessage(this.#progress));
  }

  #progressMessage({ phase, task, agent, doing, fraction }: RunProgress): ProgressMessage {
    const { elapsed, remaining } = this.#stopwatch;
    return {
      phase,
      task,
      ...(agent !== undefined && { agent }),
      ...(doing !== undefined && { doing }),
      fraction,
      elapsed,
      ...(remaining !== undefined && { remaining }),
    };
  }
}

function resultOf({ agent, learned, task, successes, readShares }: Extract<RunEvent, { kind: "evaluated" }>): ResultMessage {
  const won = successes.filter(Boolean).length;
  const { mean, low, high } = successRate(won, successes.length);
  const shares = Object.entries(readShares).map(([source, share]) => ({ task: source, share }));
  return { agent, learned, task, successes: won, episodes: successes.length, rate: mean, low, high, shares };
}

function summaryOf(events: readonly RunEvent[]): SummaryMessage {
  const { agents, episodesPerCell } = summarize(events);
  const known = new Map(agents.flatMap((summary) => summary.metrics).map((metric) => [metric.id, metric]));
  const figures = [...known.values()].map(({ id, name, formula, better }) => ({
    id,
    name,
    formula,
    better,
    values: agents.flatMap((summary) => {
      const estimate = summary.metrics.find((metric) => metric.id === id)?.estimate;
      return estimate === undefined ? [] : [{ agent: summary.agent, ...estimate }];
    }),
  }));
  return { episodesPerCell, figures };
}

/** Keeps the newest. */
function push<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
