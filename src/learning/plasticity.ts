/**
 * @file Whether a network can still learn, as its hidden layers show it: units that do not answer any more, and how many directions the answers span.
 * @see Dohare et al. (2024), "Loss of plasticity in deep continual learning", for what becomes of these figures in long sequences.
 */

/** What the units of a layer answered. */
export interface Answers {
  /** [states, units], row-major. */
  readonly values: Float32Array;
  readonly units: number;
}

/** A unit whose score is not above this is dormant. */
const DORMANT_SCORE = 0.025;

/**
 * The share of units, over all layers together, that are τ-dormant: mean |h| of the unit over the states, divided by its mean over the units of the layer, is
 * τ = 0.025 or less. Of a layer that answers nothing, all are. A saturated unit is not dormant by this definition.
 * @see Sokar et al. (2023), "The dormant neuron phenomenon in deep reinforcement learning", definition 3.1.
 */
export function dormantShare(layers: readonly Answers[]): number {
  let [dormant, all] = [0, 0];
  for (const { values, units } of layers) {
    const activity = new Float64Array(units);
    for (let i = 0; i < values.length; i++) activity[i % units]! += Math.abs(values[i]!);
    const mean = activity.reduce((sum, each) => sum + each, 0) / units;
    dormant += activity.filter((each) => each <= DORMANT_SCORE * mean).length;
    all += units;
  }
  return all === 0 ? 0 : dormant / all;
}

/**
 * exp(−Σ p·ln p) with p = σᵢ / Σσ: how many directions there would be if all counted alike; 0 where all σ are 0.
 * @see Roy & Vetterli (2007), "The effective rank: a measure of effective dimensionality".
 */
export function effectiveRank(singular: Float64Array): number {
  const total = sum(singular);
  if (total === 0) return 0;
  return Math.exp(-sum(singular.map((value) => (value === 0 ? 0 : (value / total) * Math.log(value / total)))));
}

/**
 * Σσ² / max σ², which never exceeds the rank; 0 where all σ are 0.
 * @see Rudelson & Vershynin (2007), "Sampling from large matrices: an approach through geometric functional analysis".
 */
export function stableRank(singular: Float64Array): number {
  const squares = singular.map((value) => value * value);
  const most = squares.reduce((largest, each) => Math.max(largest, each), 0);
  return most === 0 ? 0 : sum(squares) / most;
}

/**
 * How many of the largest σ it takes for 99 % of Σσ²; 0 where all σ are 0.
 * @see Yang et al. (2020), "Harnessing structures for value-based planning and reinforcement learning"; "stable rank" in Dohare et al. (2024) is this one.
 * @param singular The largest first.
 */
export function approximateRank(singular: Float64Array): number {
  const squares = singular.map((value) => value * value);
  const enough = 0.99 * sum(squares);
  let held = 0;
  let rank = 0;
  for (; rank < squares.length && held < enough; rank++) held += squares[rank]!;
  return rank;
}

/** The mean of |θ|. */
export const meanMagnitude = (parameters: Float32Array): number =>
  parameters.reduce((total, parameter) => total + Math.abs(parameter), 0) / Math.max(1, parameters.length);

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
