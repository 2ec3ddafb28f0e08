/** @file When a closed loop must rest: to let others run, or to keep to its speed. Knows the wall clock, so results must not know it. */
import { wallClock } from "./event-loop.ts";

/** Work between two looks at the event loop [ms]. */
const SLICE = 8;
/** A loop that fell further behind its speed than this [ms] does not race to catch up. */
const LARGEST_LAG = 250;

export class LoopClock {
  /** Simulated time of one control step [ms]. */
  readonly #period: number;
  #sliceStart = 0;
  #speed = 0;
  /** When the next step is due at the present speed [ms of wall clock]. */
  #due = 0;

  /** @param controlPeriod Simulated seconds between two steps. */
  constructor(controlPeriod: number) {
    this.#period = controlPeriod * 1000;
  }

  beginSlice(): void {
    this.#sliceStart = wallClock();
  }

  /** Forgets how far the loop had come, as after a pause. */
  restart(): void {
    this.#due = wallClock();
  }

  /** Counts one step at a speed. Milliseconds to rest now (0: just let others run), or −1 to go on at once. */
  rest(speed: number): number {
    const now = wallClock();
    if (speed < Infinity) {
      if (speed !== this.#speed || now - this.#due > LARGEST_LAG) this.#due = now;
      this.#speed = speed;
      this.#due += this.#period / speed;
      // Timers do not go below a millisecond; faster steps are taken a few at a time.
      if (this.#due - now >= 1) return this.#due - now;
    }
    return now - this.#sliceStart >= SLICE ? 0 : -1;
  }
}
