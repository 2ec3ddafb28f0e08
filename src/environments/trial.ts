/**
 * @file Trials: several episodes of one task as one episode of another world, for learners that learn within it, such as RL². The task stays, the world
 * begins anew, and the observation tells what was done, what came of it, and whether an episode has just begun.
 * @see Duan et al. (2016), "RL²: fast reinforcement learning via slow reinforcement learning", section 2.2.
 */
import { asEnvironmentId, type Controller, type EnvironmentSpec } from "../contract/environment.ts";
import type { Scene } from "../contract/scene.ts";
import { nested, type Snapshot } from "../contract/snapshot.ts";
import { space, type PartOptions, type SpacePart } from "../contract/space.ts";
import type { RandomStream } from "../numerics/random.ts";
import type { Episode, Outcome, Simulation, World } from "./simulation.ts";
import { numberIn } from "./snapshot-fields.ts";

export interface TrialOptions {
  /** How many episodes a trial has, where its task does not say otherwise. */
  readonly episodes: number;
  /** How many a task may ask for. */
  readonly most: number;
  /** Who shows how a trial is lived through: its observations are the world's, then the last action, the last reward, and 1 where an episode begins. */
  readonly controller?: () => Controller;
}

/** Rewards have no bounds of their own. */
const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * A world whose episodes are trials of another's: `suite/name-trial`, with the setting `episodes`. After each episode the world begins again with the same
 * variation and settings, within the same step: the observation is the new episode's first, the reward the old one's last. A trial ends as terminated.
 */
export const trialOf = (world: World, options: TrialOptions): World => ({
  spec: specOf(world.spec, options),
  ...(world.accepts && { accepts: (variation: Float32Array) => world.accepts!(variation) }),
  simulate: (random) => new TrialSimulation(world, random),
  ...(options.controller && { controller: options.controller }),
});

function specOf(spec: EnvironmentSpec, { episodes, most }: TrialOptions): EnvironmentSpec {
  const { observation, action } = spec;
  return {
    ...spec,
    id: asEnvironmentId(spec.id.replace("@", "-trial@")),
    summary: `Trials of several episodes of one task. ${spec.summary}`,
    observation: space([
      ...observation.parts,
      ...action.parts.map(lastOf),
      { name: "last reward", quantity: "scalar", unit: "1", size: 1, low: -LARGEST_FLOAT32, high: LARGEST_FLOAT32 },
      { name: "episode begins", quantity: "choice", unit: "1", size: 1, low: 0, high: 1 },
    ]),
    settings: [
      ...spec.settings,
      { name: "episodes", summary: "Episodes after which the trial ends; rounded.", unit: "1", low: 1, high: most, nominal: episodes },
    ],
    horizon: most * spec.horizon,
  };
}

/** A part of the last action: nothing, before the first. */
const lastOf = ({ name, quantity, unit, size, low, high }: SpacePart): PartOptions => ({
  name: `last ${name}`,
  quantity,
  unit,
  size,
  low: low.map((bound) => Math.min(bound, 0)),
  high: high.map((bound) => Math.max(bound, 0)),
});

class TrialSimulation implements Simulation {
  readonly scene?: Scene;
  readonly #inner: Simulation;
  readonly #horizon: number;
  readonly #size: number;
  #episode: Episode | undefined;
  /** The buffer last written to, and the part of it that is the inner world's. */
  #buffer: Float32Array = new Float32Array(0);
  #view: Float32Array = this.#buffer;
  #steps = 0;
  #episodes = 0;

  constructor(world: World, random: RandomStream) {
    this.#inner = world.simulate(random);
    this.#horizon = world.spec.horizon;
    this.#size = world.spec.observation.size;
    if (this.#inner.scene !== undefined) this.scene = this.#inner.scene;
  }

  begin(episode: Episode, observation: Float32Array): void {
    this.#episode = episode;
    this.#steps = 0;
    this.#episodes = 0;
    observation.fill(0);
    this.#inner.begin(episode, this.#viewOf(observation));
    observation[observation.length - 1] = 1;
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    const view = this.#viewOf(observation);
    this.#inner.advance(action, view, outcome);
    if (outcome.ending === "unstable") return;
    this.#steps++;
    const over = outcome.ending === "terminated" || this.#steps === this.#horizon;
    for (let k = 0; k < action.length; k++) observation[this.#size + k] = action[k]!;
    observation[this.#size + action.length] = outcome.reward;
    observation[this.#size + action.length + 1] = over ? 1 : 0;
    if (!over) return;
    this.#steps = 0;
    this.#episodes++;
    outcome.ending = this.#episodes >= Math.round(this.#episode!.settings["episodes"]!) ? "terminated" : "none";
    if (outcome.ending === "none") this.#inner.begin(this.#episode!, view);
  }

  snapshot(): Snapshot {
    return { inner: this.#inner.snapshot(), steps: this.#steps, episodes: this.#episodes };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    const [steps, episodes] = [numberIn(snapshot, "steps"), numberIn(snapshot, "episodes")];
    this.#inner.restore(nested(snapshot, "inner"), episode);
    this.#episode = episode;
    this.#steps = steps;
    this.#episodes = episodes;
  }

  #viewOf(observation: Float32Array): Float32Array {
    if (observation !== this.#buffer) {
      this.#buffer = observation;
      this.#view = observation.subarray(0, this.#size);
    }
    return this.#view;
  }
}
