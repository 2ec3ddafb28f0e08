/** @file Lets through so much and no more, by the wall clock. For what is shown only; never for what a run computes. */

export class Gate {
  readonly #period: number;
  #next = -Infinity;

  /** @param period Milliseconds between two passes at least. */
  constructor(period: number) {
    this.#period = period;
  }

  /** Whether something may pass now. */
  get open(): boolean {
    return performance.now() >= this.#next;
  }

  /** Whether something may pass now; if so, the next may only a period later. */
  pass(): boolean {
    if (!this.open) return false;
    this.hold(this.#period);
    return true;
  }

  /** Stays closed for so many milliseconds from now. */
  hold(milliseconds: number): void {
    this.#next = performance.now() + milliseconds;
  }
}
