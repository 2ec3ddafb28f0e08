/** @file One line of a benchmark's table. */

export interface BenchRow {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  /** The figure it is compared with, in the same unit. */
  readonly reference?: number;
  /** Whose figure that is, with its version. */
  readonly referenceName?: string;
  /** How many times better this figure is than the reference; above 1 is better, whichever way the unit points. */
  readonly ratio?: number;
  /** What the figure or its ratio ought to be, such as `ratio ≥ 4`. A figure may fall short: it is printed, never asserted. */
  readonly wanted?: string;
}
