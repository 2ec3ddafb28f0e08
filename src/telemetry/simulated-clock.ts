/** @file The one clock of a run's messages: seconds simulated since the run began. It never goes back, since viewers take that for a seek. */
import type { Time } from "./messages.ts";

export class SimulatedClock {
  #seconds = 0;

  get seconds(): number {
    return this.#seconds;
  }

  advance(seconds: number): void {
    this.#seconds += seconds;
  }

  /** As frames carry it. */
  get nanoseconds(): bigint {
    return BigInt(Math.round(this.#seconds * 1e9));
  }

  /** As messages carry it. */
  get time(): Time {
    const sec = Math.floor(this.#seconds);
    return { sec, nsec: Math.min(999_999_999, Math.round((this.#seconds - sec) * 1e9)) };
  }
}
