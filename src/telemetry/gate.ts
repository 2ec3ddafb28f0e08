/** @file Lets through so much and no more, by the wall clock. For what is shown only; never for what a run computes. */

export class Gate {
  readonly #period: number;
  #next = -Infinity;

  /** @param period Milliseconds between two passes at least. */
  constructor(period: number) {
    this.#period = period;
  }

  /** Whether something may pass now; if so, the next may only a period later. */
  pass(): boolean {
    const now = performance.now();
    if (now < this.#next) return false;
    this.#next = now + this.#period;
    return true;
  }

  /** Stays closed for so many milliseconds from now. */
  hold(milliseconds: number): void {
    this.#next = performance.now() + milliseconds;
  }
}
