/**
 * @file One tabletop world: Meta-World's interface around a task. A reset restores the settled table and moves what the task randomises;
 * it never rebuilds. What a task adds is in its own file; what is physical is in `../physics`.
 */
import { Sphere, Vec3 } from "cannon-es";
import type { Environment, EnvironmentEntry, EnvironmentSpec, ResetOptions } from "../../src/contract/environment.ts";
import { asEnvironmentId } from "../../src/contract/environment.ts";
import { describe, InvalidValueError, OrderError, SnapshotError } from "../../src/contract/errors.ts";
import type { Scene } from "../../src/contract/scene.ts";
import type { Snapshot, SnapshotValue } from "../../src/contract/snapshot.ts";
import { contains, space } from "../../src/contract/space.ts";
import { first, middle, truncated, type FirstStep, type NextStep } from "../../src/contract/step.ts";
import type { Task } from "../../src/contract/task.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { isStable } from "../physics/guard.ts";
import { color, following, part } from "./looks.ts";
import {
  actionSpace,
  CONTROL_PERIOD,
  GOAL,
  GRIPPER,
  HAND,
  HORIZON,
  OBJECT,
  observationSpace,
  OBSERVATION_SIZE,
  point,
  PREVIOUS,
} from "./observation.ts";
import { Table } from "./table.ts";
import type { Furniture, TabletopTask } from "./tabletop-task.ts";

/** Radius of the goal's marker, in m. */
const GOAL_MARKER = 0.02;

/** Control periods for which the hand holds still before the table counts as settled; Meta-World's. */
const SETTLING = 50;

const phases = ["unset", "running", "over"] as const;
type Phase = (typeof phases)[number];

export class TabletopEnvironment implements Environment {
  readonly spec: EnvironmentSpec;
  readonly scene: Scene;
  readonly #task: TabletopTask;
  readonly #table: Table;
  readonly #furniture: Furniture;
  /** The table at rest with the hand at its start. */
  readonly #settled: Snapshot;
  readonly #random = RandomStream.fromSeed(0);
  readonly #variation: Float32Array;
  readonly #goal = new Vec3();
  /** The frame now, before it is clipped and rounded. */
  readonly #frame = new Float64Array(PREVIOUS);
  readonly #observation = new Float32Array(OBSERVATION_SIZE);
  #phase: Phase = "unset";
  #steps = 0;

  constructor(task: TabletopTask, spec: EnvironmentSpec = specOf(task)) {
    this.spec = spec;
    this.#task = task;
    this.#table = new Table(task.handStart);
    this.#furniture = task.furnish(this.#table);
    this.#table.scene.dress("goal", [part(new Sphere(GOAL_MARKER), [0, 0, 0], color.goal)], following(this.#goal));
    this.scene = this.#table.scene.finish();
    this.#variation = Float32Array.from(spec.variation.low, (low, k) => (low + spec.variation.high[k]!) / 2);
    this.#furniture.place(this.#variation, this.#goal);
    for (let k = 0; k < SETTLING; k++) this.#table.advance();
    this.#settled = this.#table.world.snapshot();
  }

  /** What the last reset drew or was given; a `Task` made with it repeats the placement. */
  get variation(): readonly number[] {
    return [...this.#variation];
  }

  reset({ seed, task }: ResetOptions = {}): FirstStep {
    if (task !== undefined) this.#check(task);
    if (seed !== undefined) this.#random.restore(RandomStream.fromSeed(seed).snapshot());
    if (task !== undefined) this.#variation.set(task.variation);
    else this.#draw();
    this.#table.world.restore(this.#settled);
    this.#furniture.place(this.#variation, this.#goal);
    this.#phase = "running";
    this.#steps = 0;
    this.#observe();
    this.#observation.copyWithin(PREVIOUS, 0, PREVIOUS);
    return first(this.#observation);
  }

  step(action: Float32Array): NextStep {
    this.#requireRunning();
    requireAction(action);
    this.#table.hand.drive(action);
    this.#table.advance();
    this.#steps++;
    if (!isStable(this.#table.world)) {
      this.#phase = "over";
      return truncated(this.#observation, 0, false, "unstable");
    }
    this.#observation.copyWithin(PREVIOUS, 0, PREVIOUS);
    this.#observe();
    const reward = this.#task.reward(this.#observation);
    const success = this.#task.succeeds(this.#observation);
    if (this.#steps < HORIZON) return middle(this.#observation, reward, success);
    this.#phase = "over";
    return truncated(this.#observation, reward, success, "horizon");
  }

  snapshot(): Snapshot {
    return {
      environment: this.spec.id,
      phase: this.#phase,
      steps: this.#steps,
      variation: this.#variation.slice(),
      observation: this.#observation.slice(),
      random: this.#random.snapshot(),
      world: this.#table.world.snapshot(),
    };
  }

  restore(snapshot: Snapshot): void {
    const { environment, phase, steps, variation, observation, random, world } = snapshot;
    if (environment !== this.spec.id) {
      throw new SnapshotError(
        `Expected a snapshot of \`${this.spec.id}\`, got one of ${describe(environment)}. Restore it into the world it was taken from.`,
      );
    }
    const known = phases.find((each) => each === phase);
    if (
      known === undefined ||
      typeof steps !== "number" ||
      !isVector(variation, this.#variation.length) ||
      !isVector(observation, OBSERVATION_SIZE)
    ) {
      throw new SnapshotError(`Expected \`phase\`, \`steps\`, \`variation\` and \`observation\` of \`${this.spec.id}\`: the snapshot is damaged.`);
    }
    this.#table.world.restore(world as Snapshot);
    this.#random.restore(random as Snapshot);
    this.#variation.set(variation);
    this.#observation.set(observation);
    this.#goal.set(...point(observation, GOAL));
    this.#phase = known;
    this.#steps = steps;
  }

  /** Draws a variation, again while the task will not have it. In float32, so that what is drawn lies within the space's own bounds. */
  #draw(): void {
    do {
      let at = 0;
      for (const { low, high } of this.spec.variation.parts) {
        for (let k = 0; k < low.length; k++) this.#variation[at++] = this.#random.uniform(low[k], high[k]);
      }
    } while (this.#task.accepts?.(this.#variation) === false);
  }

  #check({ environment, variation }: Task): void {
    if (environment !== this.spec.id) throw new InvalidValueError("task.environment", environment, `"${this.spec.id}"`);
    if (!contains(this.spec.variation, Float32Array.from(variation))) {
      throw new InvalidValueError("task.variation", variation, `${this.spec.variation.size} numbers within the environment's \`variation\` space`);
    }
  }

  /** Writes the frame now and the goal; the frame before stays as it is. */
  #observe(): void {
    const { hand } = this.#table;
    const frame = this.#frame;
    frame[HAND] = hand.position.x;
    frame[HAND + 1] = hand.position.y;
    frame[HAND + 2] = hand.position.z;
    frame[GRIPPER] = hand.opening;
    this.#furniture.observe(frame, OBJECT);
    const { low, high } = observationSpace;
    for (let k = 0; k < PREVIOUS; k++) this.#observation[k] = Math.min(Math.max(frame[k]!, low[k]!), high[k]!);
    this.#observation[GOAL] = this.#goal.x;
    this.#observation[GOAL + 1] = this.#goal.y;
    this.#observation[GOAL + 2] = this.#goal.z;
  }

  #requireRunning(): void {
    if (this.#phase === "unset") throw new OrderError("Step before the first reset. Call `reset()` to begin an episode.");
    if (this.#phase === "over") throw new OrderError("Step after the episode's last step. Call `reset()` to begin another.");
  }
}

const isVector = (value: SnapshotValue | undefined, length: number): value is Float32Array =>
  value instanceof Float32Array && value.length === length;

function requireAction(action: Float32Array): void {
  if (action.length !== actionSpace.size) throw new InvalidValueError("action", action, `${actionSpace.size} numbers`);
  for (let k = 0; k < action.length; k++) {
    if (Number.isNaN(action[k])) throw new InvalidValueError(`action[${k}]`, action[k], "a number");
  }
}

const specOf = (task: TabletopTask): EnvironmentSpec => ({
  id: asEnvironmentId(`tabletop/${task.name}@${task.version}`),
  summary: task.summary,
  observation: observationSpace,
  action: actionSpace,
  variation: space(task.variation),
  controlPeriod: CONTROL_PERIOD,
  horizon: HORIZON,
});

/** A task as the registry lists it. */
export function tabletopEntry(task: TabletopTask): EnvironmentEntry {
  const spec = specOf(task);
  return { spec, make: () => new TabletopEnvironment(task, spec), controller: () => task.controller() };
}
