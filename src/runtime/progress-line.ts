/** @file How far a run is, on one line of a terminal that is redrawn, or on a line every few seconds elsewhere. */
import type { RunProgress } from "../continual/run-event.ts";

/** What a progress line writes to. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Between two drawings [ms]. */
const REDRAW = { terminal: 100, elsewhere: 10_000 } as const;
const BAR = 24;

const doing: Readonly<Record<RunProgress["phase"], string>> = { demonstrate: "demonstrating", learn: "learning", evaluate: "testing" };

export class ProgressLine {
  readonly #output: ProgressOutput;
  readonly #elsewhere: number;
  readonly #startedAt = performance.now();
  #drawnAt = -Infinity;

  /** @param elsewhere Between two lines where there is no terminal [ms]. */
  constructor(output: ProgressOutput, elsewhere: number = REDRAW.elsewhere) {
    this.#output = output;
    this.#elsewhere = elsewhere;
  }

  update(progress: RunProgress): void {
    this.show((elapsed) => progressText(progress, elapsed));
  }

  /** Draws what is said now, unless it was drawn just before. @param say Is told the seconds since the beginning. */
  show(say: (elapsed: number) => string): void {
    const terminal = this.#output.isTTY === true;
    const now = performance.now();
    if (now - this.#drawnAt < (terminal ? REDRAW.terminal : this.#elsewhere)) return;
    this.#drawnAt = now;
    const text = say((now - this.#startedAt) / 1000);
    this.#output.write(terminal ? `\r${text.slice(0, (this.#output.columns ?? 80) - 1)}\u001b[K` : `${text}\n`);
  }

  /** Clears the line, so that something else can be printed. */
  clear(): void {
    if (this.#output.isTTY === true) this.#output.write("\r\u001b[K");
    this.#drawnAt = -Infinity;
  }
}

/** @param elapsed Seconds since the run began. */
export function progressText({ phase, task, agent, fraction }: RunProgress, elapsed: number): string {
  const left = fraction > 0.02 ? `${duration((elapsed * (1 - fraction)) / fraction)} left` : "estimating";
  const who = agent === undefined ? "" : ` ${agent}`;
  return `${bar(fraction)}  ${left}  ${doing[phase]} ${task}${who}`;
}

/** Such as `██████░░░░░░░░░░░░░░░░░░  25 %`. */
export function bar(fraction: number): string {
  const filled = Math.round(fraction * BAR);
  return `${"█".repeat(filled)}${"░".repeat(BAR - filled)} ${(fraction * 100).toFixed(0).padStart(3)} %`;
}

/** Such as `1 min 05 s`, or `2 h 07 min` from an hour on. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
  return minutes < 1 ? `${whole} s` : `${minutes} min ${twoDigits(whole % 60)} s`;
}

const twoDigits = (count: number): string => String(count).padStart(2, "0");
