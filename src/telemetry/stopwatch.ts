/** @file How long a run has taken and will take, by the wall clock, with pauses left out. For people who wait. */

/** Seconds of watching before a rate is worth telling. */
const SHORTEST_LOOK = 2;

export class Stopwatch {
  #elapsed = 0;
  /** When it was last started [ms]; absent while it stands still. */
  #since: number | undefined = performance.now();
  /** From where the rate is measured: a new speed makes a new rate. */
  #origin = { fraction: 0, elapsed: 0 };
  #fraction = 0;
  #speed = Infinity;

  /** Seconds. */
  get elapsed(): number {
    return this.#elapsed + (this.#since === undefined ? 0 : (performance.now() - this.#since) / 1000);
  }

  /** Seconds to go at the present rate; absent while it cannot be told. */
  get remaining(): number | undefined {
    if (this.#fraction >= 1) return 0;
    const seconds = this.elapsed - this.#origin.elapsed;
    const gained = this.#fraction - this.#origin.fraction;
    return seconds < SHORTEST_LOOK || gained <= 0 ? undefined : ((1 - this.#fraction) * seconds) / gained;
  }

  /** Takes note of the share of the work that is done. */
  mark(fraction: number): void {
    this.#fraction = fraction;
  }

  setPace(paused: boolean, speed: number): void {
    if (paused) this.stop();
    else this.#since ??= performance.now();
    if (speed === this.#speed) return;
    this.#speed = speed;
    this.#origin = { fraction: this.#fraction, elapsed: this.elapsed };
  }

  stop(): void {
    this.#elapsed = this.elapsed;
    this.#since = undefined;
  }
}
