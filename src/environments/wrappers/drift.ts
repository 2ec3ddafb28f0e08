/** @file A world whose settings change as episodes go by: the non-stationarity that continual learning is about. */
import type { Environment, ResetOptions } from "../../contract/environment.ts";
import { InvalidValueError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { checkSettings } from "../simulated-environment.ts";
import { numberIn } from "../snapshot-fields.ts";
import { withSettings } from "./settings.ts";
import { renamed, Wrapper } from "./wrapper.ts";

export const driftKinds = ["sudden", "gradual", "recurring"] as const;

/** How one setting changes. */
export interface Drift {
  readonly setting: string;
  /** `sudden`: from one value to the next, and then the last; `recurring`: the same, and then from the first again; `gradual`: on straight lines between them. */
  readonly kind: (typeof driftKinds)[number];
  /** At least two, in the setting's unit. */
  readonly values: readonly number[];
  /** Episodes at each value; of a gradual change, from one value to the next. */
  readonly episodes: number;
}

/** The value of a drifting setting in an episode, counted from 0. */
export function driftAt({ kind, values, episodes }: Drift, episode: number): number {
  const leg = Math.floor(episode / episodes);
  const last = values.length - 1;
  if (kind === "recurring") return values[leg % values.length]!;
  if (leg >= last) return values[last]!;
  if (kind === "sudden") return values[leg]!;
  const share = (episode - leg * episodes) / episodes;
  return values[leg]! + share * (values[leg + 1]! - values[leg]!);
}

/** An episode depends not only on its reset's seed and task but on how many came before it; the count is in the snapshot. */
export class DriftWrapper extends Wrapper {
  readonly #drift: Drift;
  #episodes = 0;

  /** @throws {UnknownNameError} A setting that the world has not. @throws {InvalidValueError} Values outside its bounds, fewer than two, or no whole number of episodes. */
  constructor(inner: Environment, drift: Drift) {
    const { setting, kind, values, episodes } = drift;
    if (values.length < 2) throw new InvalidValueError("drift", values, "between two values or more");
    if (!Number.isInteger(episodes) || episodes < 1) throw new InvalidValueError("drift", episodes, "over a whole number of episodes from 1 up");
    for (const value of values) checkSettings(inner.spec, { [setting]: value });
    super(inner, renamed(inner.spec, `drift=${setting}:${kind}:${values.join(",")}:${episodes}`));
    this.#drift = drift;
  }

  protected override began(options: ResetOptions): ResetOptions {
    const value = driftAt(this.#drift, this.#episodes++);
    return withSettings(options, { [this.#drift.setting]: value }, this.inner);
  }

  protected override save(): Snapshot {
    return { episodes: this.#episodes };
  }

  protected override load(own: Snapshot): void {
    this.#episodes = numberIn(own, "episodes");
  }
}
