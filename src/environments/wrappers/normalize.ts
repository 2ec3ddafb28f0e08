/**
 * @file Observations and rewards in units of their own spread, by running statistics that can be saved, loaded and frozen. While they are being
 * gathered, what is seen depends on all that was seen before, not on a reset's seed alone.
 */
import type { Environment, EnvironmentSpec, ResetOptions } from "../../contract/environment.ts";
import { nested, type Snapshot } from "../../contract/snapshot.ts";
import { space } from "../../contract/space.ts";
import type { NextStep, Step } from "../../contract/step.ts";
import { RunningMoments, type Moments } from "../../numerics/running-moments.ts";
import { numberIn } from "../snapshot-fields.ts";
import { renamed, Wrapper } from "./wrapper.ts";

/** Gymnasium's: what is added to variances. */
const EPSILON = 1e-8;
/** Beyond this many standard deviations, observations are clipped. */
const CLIP = 10;

export interface NormalizeOptions {
  /** Statistics to begin with, from another wrapper's `statistics`. */
  readonly statistics?: Moments;
  /** Leaves the statistics as they are: for evaluation. */
  readonly frozen?: boolean;
}

/** (o − mean)/√(variance + ε) for each number, within ±10. */
export class NormalizeObservationWrapper extends Wrapper {
  readonly #moments: RunningMoments;
  readonly #frozen: boolean;
  readonly #seen: Float32Array;

  /** @throws {InvalidValueError} Statistics of another length. */
  constructor(inner: Environment, { statistics, frozen = false }: NormalizeOptions = {}) {
    super(inner, normalizedSpec(inner.spec));
    this.#moments = new RunningMoments(inner.spec.observation.size, statistics);
    this.#frozen = frozen;
    this.#seen = new Float32Array(inner.spec.observation.size);
  }

  /** So far; plain numbers, to be kept and given to another. */
  get statistics(): Moments {
    return this.#moments.moments;
  }

  protected override observe({ observation }: Step): Float32Array {
    if (!this.#frozen) this.#moments.add(observation);
    const { mean, variance } = this.#moments;
    for (let k = 0; k < observation.length; k++) {
      const scaled = (observation[k]! - mean[k]!) / Math.sqrt(variance[k]! + EPSILON);
      this.#seen[k] = Math.min(Math.max(scaled, -CLIP), CLIP);
    }
    return this.#seen;
  }

  protected override save(): Snapshot {
    return this.#moments.snapshot();
  }

  protected override load(snapshot: Snapshot): void {
    this.#moments.restore(snapshot);
  }
}

function normalizedSpec(spec: EnvironmentSpec): EnvironmentSpec {
  const parts = spec.observation.parts.map(
    ({ name, size, age }) => ({ name, size, age, quantity: "scalar", unit: "1", low: -CLIP, high: CLIP }) as const,
  );
  return { ...renamed(spec, "normalize=observation"), observation: space(parts) };
}

/** r/√(variance + ε) with the variance of the discounted return so far, Gymnasium's `NormalizeReward`. */
export class NormalizeRewardWrapper extends Wrapper {
  readonly #moments: RunningMoments;
  readonly #frozen: boolean;
  readonly #discount: number;
  readonly #return = new Float64Array(1);

  constructor(inner: Environment, { statistics, frozen = false, discount = 0.99 }: NormalizeOptions & { readonly discount?: number } = {}) {
    super(inner, renamed(inner.spec, "normalize=reward"));
    this.#moments = new RunningMoments(1, statistics);
    this.#frozen = frozen;
    this.#discount = discount;
  }

  get statistics(): Moments {
    return this.#moments.moments;
  }

  protected override began(options: ResetOptions): ResetOptions {
    this.#return[0] = 0;
    return options;
  }

  protected override lived(step: NextStep): NextStep {
    this.#return[0] = this.#return[0]! * this.#discount + step.reward;
    if (!this.#frozen) this.#moments.add(this.#return);
    return { ...step, reward: step.reward / Math.sqrt(this.#moments.variance[0]! + EPSILON) };
  }

  protected override save(): Snapshot {
    return { moments: this.#moments.snapshot(), return: this.#return[0]! };
  }

  protected override load(snapshot: Snapshot): void {
    const sum = numberIn(snapshot, "return");
    this.#moments.restore(nested(snapshot, "moments"));
    this.#return[0] = sum;
  }
}
