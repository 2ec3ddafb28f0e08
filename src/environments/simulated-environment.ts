/**
 * @file What every world does alike: seeds, draws, settings, the bounds of actions, the horizon, the order of calls, and snapshots. What is
 * special about one is its `Simulation`.
 */
import type { Environment, EnvironmentEntry, EnvironmentSpec, ResetOptions } from "../contract/environment.ts";
import { describe, InvalidValueError, OrderError, SnapshotError, UnknownNameError } from "../contract/errors.ts";
import type { Scene } from "../contract/scene.ts";
import { nested, type Snapshot, type SnapshotValue } from "../contract/snapshot.ts";
import { bring } from "../contract/space.ts";
import { first, middle, terminated, truncated, type FirstStep, type NextStep } from "../contract/step.ts";
import type { Task } from "../contract/task.ts";
import { RandomStream } from "../numerics/random.ts";
import type { Episode, Outcome, Simulation, World } from "./simulation.ts";
import { numberIn } from "./snapshot-fields.ts";

const phases = ["unset", "running", "over"] as const;
type Phase = (typeof phases)[number];

export class SimulatedEnvironment implements Environment {
  readonly spec: EnvironmentSpec;
  readonly variation: Float32Array;
  /** Read by the simulation, which may keep it. */
  #variation: Float32Array;
  readonly #world: World;
  readonly #simulation: Simulation;
  readonly #random = RandomStream.fromSeed(0);
  /** What the simulation writes, and what callers are shown: they may write into theirs. */
  readonly #observation: Float32Array;
  readonly #shown: Float32Array;
  readonly #action: Float32Array;
  readonly #outcome: Outcome = { reward: 0, success: false, ending: "none" };
  #settings: Record<string, number>;
  #phase: Phase = "unset";
  #steps = 0;

  constructor(world: World) {
    this.spec = world.spec;
    this.#world = world;
    this.variation = new Float32Array(this.spec.variation.size);
    this.#variation = this.variation.slice();
    this.#observation = new Float32Array(this.spec.observation.size);
    this.#shown = this.#observation.slice();
    this.#action = new Float32Array(this.spec.action.size);
    this.#settings = nominal(this.spec);
    this.#simulation = world.simulate(this.#random);
  }

  get scene(): Scene | undefined {
    return this.#simulation.scene;
  }

  reset({ seed, task }: ResetOptions = {}): FirstStep {
    if (task !== undefined) checkTask(this.spec, task);
    if (seed !== undefined) this.#random.restore(RandomStream.fromSeed(seed).snapshot());
    if (task?.variation === undefined) this.#draw();
    else this.#variation.set(task.variation);
    this.variation.set(this.#variation);
    this.#settings = { ...nominal(this.spec), ...task?.settings };
    this.#simulation.begin(this.#episode, this.#observation);
    this.#phase = "running";
    this.#steps = 0;
    this.#shown.set(this.#observation);
    return first(this.#shown);
  }

  step(action: Float32Array): NextStep {
    this.#requireRunning();
    bring(this.spec.action, action, this.#action);
    clear(this.#outcome);
    this.#simulation.advance(this.#action, this.#observation, this.#outcome);
    this.#steps++;
    const { reward, success, ending } = this.#outcome;
    if (!Number.isFinite(reward) || !this.#observation.every(Number.isFinite)) return this.#unstable();
    this.#shown.set(this.#observation);
    if (ending === "none" && this.#steps < this.spec.horizon) return middle(this.#shown, reward, success);
    this.#phase = "over";
    if (ending === "terminated") return terminated(this.#shown, reward, success);
    return truncated(this.#shown, reward, success, ending === "unstable" ? "unstable" : "horizon");
  }

  /** The end of an episode whose numbers are lost, though its simulation does not say so: what was seen last is shown once more. */
  #unstable(): NextStep {
    this.#phase = "over";
    return truncated(this.#shown, 0, false, "unstable");
  }

  snapshot(): Snapshot {
    return {
      environment: this.spec.id,
      phase: this.#phase,
      steps: this.#steps,
      variation: this.#variation.slice(),
      settings: { ...this.#settings },
      observation: this.#observation.slice(),
      random: this.#random.snapshot(),
      simulation: this.#simulation.snapshot(),
    };
  }

  restore(snapshot: Snapshot): void {
    const { environment, phase, steps, variation, observation } = snapshot;
    const { id } = this.spec;
    if (environment !== id) {
      throw new SnapshotError(`Expected a snapshot of \`${id}\`, got one of ${describe(environment)}. Restore it into the world it was taken from.`);
    }
    const known = phases.find((each) => each === phase);
    const whole =
      known !== undefined && typeof steps === "number" && isVector(variation, this.#variation) && isVector(observation, this.#observation);
    if (!whole) throw new SnapshotError(`Expected \`phase\`, \`steps\`, \`variation\` and \`observation\` of \`${id}\`: the snapshot is damaged.`);
    const saved = nested(snapshot, "settings");
    const settings = Object.fromEntries(this.spec.settings.map(({ name }) => [name, numberIn(saved, name)]));
    const random = RandomStream.fromSnapshot(nested(snapshot, "random"));
    const drawn = variation.slice();
    this.#take(nested(snapshot, "simulation"), { variation: drawn, settings });
    this.#variation = drawn;
    this.variation.set(variation);
    this.#settings = settings;
    this.#random.restore(random.snapshot());
    this.#observation.set(observation);
    this.#shown.set(observation);
    this.#phase = known;
    this.#steps = steps;
  }

  /** Restores the simulation; one that refuses halfway is put back into the episode that runs. */
  #take(saved: Snapshot, episode: Episode): void {
    const before = this.#simulation.snapshot();
    try {
      this.#simulation.restore(saved, episode);
    } catch (error) {
      if (this.#phase !== "unset") this.#simulation.restore(before, this.#episode);
      throw error;
    }
  }

  get #episode(): Episode {
    return { variation: this.#variation, settings: this.#settings };
  }

  /** In float32, so that what is drawn lies within the space's own bounds. */
  #draw(): void {
    const { low, high, whole } = this.spec.variation;
    do {
      for (let k = 0; k < low.length; k++) {
        this.#variation[k] = whole[k] === 1 ? low[k]! + this.#random.integer(high[k]! - low[k]! + 1) : this.#random.uniform(low[k], high[k]);
      }
    } while (this.#world.accepts?.(this.#variation) === false);
  }

  #requireRunning(): void {
    if (this.#phase === "unset") throw new OrderError("Step before the first reset. Call `reset()` to begin an episode.");
    if (this.#phase === "over") throw new OrderError("Step after the episode's last step. Call `reset()` to begin another.");
  }
}

function clear(outcome: Outcome): void {
  outcome.reward = 0;
  outcome.success = false;
  outcome.ending = "none";
}

const isVector = (value: SnapshotValue | undefined, like: Float32Array): value is Float32Array =>
  value instanceof Float32Array && value.length === like.length;

const nominal = ({ settings }: EnvironmentSpec): Record<string, number> => Object.fromEntries(settings.map((each) => [each.name, each.nominal]));

/** @throws {InvalidValueError} A task of another environment, or with a variation or setting outside its bounds. @throws {UnknownNameError} A setting that the world has not. */
export function checkTask(spec: EnvironmentSpec, { environment, variation, settings = {} }: Task): void {
  if (environment !== spec.id) throw new InvalidValueError("task.environment", environment, `"${spec.id}"`);
  if (variation !== undefined) checkVariation(spec, variation);
  checkSettings(spec, settings, "task.settings.");
}

function checkVariation({ variation: { size, parts, low, high, whole } }: EnvironmentSpec, variation: readonly number[]): void {
  if (variation.length !== size) throw new InvalidValueError("task.variation", variation, `${size} numbers`);
  for (let k = 0; k < size; k++) {
    const value = Math.fround(variation[k]!);
    if (value >= low[k]! && value <= high[k]! && (whole[k] === 0 || Number.isInteger(value))) continue;
    const { name } = parts.find((part) => k < part.offset + part.size)!;
    const rule = `${whole[k] === 1 ? "a whole number " : ""}from ${low[k]} to ${high[k]}: it is of \`${name}\``;
    throw new InvalidValueError(`task.variation[${k}]`, variation[k], rule);
  }
}

/**
 * @param path What the settings are called in messages, up to a setting's own name.
 * @throws {UnknownNameError} A setting that the world has not. @throws {InvalidValueError} One outside its bounds.
 */
export function checkSettings(spec: EnvironmentSpec, settings: Readonly<Record<string, number>>, path = ""): void {
  for (const [name, value] of Object.entries(settings)) {
    const setting = spec.settings.find((each) => each.name === name);
    if (setting === undefined)
      throw new UnknownNameError(
        `setting of ${spec.id}:`,
        name,
        spec.settings.map((each) => each.name),
      );
    const { low, high, unit } = setting;
    if (!(value >= low && value <= high))
      throw new InvalidValueError(`${path}${name}`, value, `from ${low} to ${high}${unit === "1" ? "" : ` ${unit}`}`);
  }
}

/** A world as the registry lists it. */
export const entryOf = (world: World): EnvironmentEntry => ({
  spec: world.spec,
  make: () => new SimulatedEnvironment(world),
  ...(world.controller && { controller: () => world.controller!() }),
});
