/**
 * @file One tabletop world: Meta-World's interface around a task. An episode begins with the settled table, where what the task randomises is
 * moved; nothing is rebuilt. What a task adds is in its own file; what is physical is in `../physics`.
 */
import { Sphere, Vec3 } from "cannon-es";
import { asEnvironmentId, type EnvironmentSpec } from "../../src/contract/environment.ts";
import type { Scene } from "../../src/contract/scene.ts";
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { arrayIn } from "../../src/environments/snapshot-fields.ts";
import { isStable } from "../physics/guard.ts";
import { color, following, part } from "./looks.ts";
import { actionSpace, CONTROL_PERIOD, GOAL, GRIPPER, HAND, HORIZON, OBJECT, observationSpace, PREVIOUS } from "./observation.ts";
import { Table } from "./table.ts";
import type { Furniture, TabletopTask } from "./tabletop-task.ts";

/** Radius of the goal's marker, in m. */
const GOAL_MARKER = 0.02;

/** Control periods for which the hand holds still before the table counts as settled; Meta-World's. */
const SETTLING = 50;

/**
 * A task as a world.
 * @param folder What its id begins with.
 */
export const tabletopWorld = (task: TabletopTask, folder = "tabletop"): World => ({
  spec: specOf(task, folder),
  accepts: (variation) => task.accepts?.(variation) ?? true,
  simulate: () => new TabletopSimulation(task),
  controller: () => task.controller(),
});

const specOf = (task: TabletopTask, folder: string): EnvironmentSpec => ({
  id: asEnvironmentId(`${folder}/${task.name}@${task.version}`),
  summary: task.summary,
  observation: observationSpace,
  action: actionSpace,
  variation: space(task.variation),
  settings: [],
  controlPeriod: CONTROL_PERIOD,
  horizon: HORIZON,
});

class TabletopSimulation implements Simulation {
  readonly scene: Scene;
  readonly #task: TabletopTask;
  readonly #table: Table;
  readonly #furniture: Furniture;
  /** The table at rest with the hand at its start. */
  readonly #settled: Snapshot;
  readonly #goal = new Vec3();
  /** The frame now, before it is clipped and rounded. */
  readonly #frame = new Float64Array(PREVIOUS);

  constructor(task: TabletopTask) {
    this.#task = task;
    this.#table = new Table(task.handStart, task.top, task.gravity);
    this.#furniture = task.furnish(this.#table);
    this.#table.scene.dress("goal", [part(new Sphere(GOAL_MARKER), [0, 0, 0], color.goal)], following(this.#goal));
    this.scene = this.#table.scene.finish();
    const { low, high } = space(task.variation);
    const middle = low.map((from, k) => (from + high[k]!) / 2);
    this.#furniture.place(middle, this.#goal);
    for (let k = 0; k < SETTLING; k++) this.#table.advance();
    this.#settled = this.#table.world.snapshot();
  }

  begin({ variation }: Episode, observation: Float32Array): void {
    this.#table.world.restore(this.#settled);
    this.#furniture.place(variation, this.#goal);
    this.#observe(observation);
    observation.copyWithin(PREVIOUS, 0, PREVIOUS);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    this.#table.hand.drive(action);
    this.#table.advance();
    if (!isStable(this.#table.world)) {
      outcome.ending = "unstable";
      return;
    }
    observation.copyWithin(PREVIOUS, 0, PREVIOUS);
    this.#observe(observation);
    outcome.reward = this.#task.reward(observation);
    outcome.success = this.#task.succeeds(observation);
  }

  snapshot(): Snapshot {
    return { world: this.#table.world.snapshot(), goal: Float64Array.of(this.#goal.x, this.#goal.y, this.#goal.z) };
  }

  restore(snapshot: Snapshot): void {
    this.#table.world.restore(nested(snapshot, "world"));
    const [x, y, z] = arrayIn(snapshot, "goal", new Float64Array(3));
    this.#goal.set(x!, y!, z!);
  }

  /** Writes the frame now and the goal; the frame before stays as it is. */
  #observe(observation: Float32Array): void {
    const { hand } = this.#table;
    const frame = this.#frame;
    frame[HAND] = hand.position.x;
    frame[HAND + 1] = hand.position.y;
    frame[HAND + 2] = hand.position.z;
    frame[GRIPPER] = hand.opening;
    this.#furniture.observe(frame, OBJECT);
    const { low, high } = observationSpace;
    for (let k = 0; k < PREVIOUS; k++) observation[k] = Math.min(Math.max(frame[k]!, low[k]!), high[k]!);
    observation[GOAL] = this.#goal.x;
    observation[GOAL + 1] = this.#goal.y;
    observation[GOAL + 2] = this.#goal.z;
  }
}
