/** @file The classical Runge–Kutta method of fourth order, in place and without allocation. */

/** Writes the derivative of a state. */
export type Motion = (state: Float64Array, into: Float64Array) => void;

export class RungeKutta {
  readonly #state: Float64Array;
  readonly #motion: Motion;
  readonly #slopes: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  readonly #trial: Float64Array;

  /** @param state What is moved along. */
  constructor(state: Float64Array, motion: Motion) {
    this.#state = state;
    this.#motion = motion;
    const like = (): Float64Array => new Float64Array(state.length);
    this.#slopes = [like(), like(), like(), like()];
    this.#trial = like();
  }

  /** Moves the state on by h. */
  advance(h: number): void {
    const state = this.#state;
    const trial = this.#trial;
    const [a, b, c, d] = this.#slopes;
    const from = (slope: Float64Array, share: number): Float64Array => {
      for (let k = 0; k < state.length; k++) trial[k] = state[k]! + share * slope[k]!;
      return trial;
    };
    this.#motion(state, a);
    this.#motion(from(a, h / 2), b);
    this.#motion(from(b, h / 2), c);
    this.#motion(from(c, h), d);
    for (let k = 0; k < state.length; k++) state[k] = state[k]! + (h / 6) * (a[k]! + 2 * b[k]! + 2 * c[k]! + d[k]!);
  }
}
