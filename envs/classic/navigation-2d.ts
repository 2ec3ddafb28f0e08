/**
 * @file A point in the plane that must find a goal it cannot see, told only how far off it is by its reward. The goal is the task.
 * @see Finn, Abbeel & Levine (2017), "Model-agnostic meta-learning for fast adaptation of deep networks", section 5.3. The reward is that of its code:
 * the paper's text squares the distance.
 */
import { asEnvironmentId } from "../../src/contract/environment.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { numberIn } from "../../src/environments/snapshot-fields.ts";

const HORIZON = 100;
/** Metres a step along either axis, at most. */
const STRIDE = 0.1;
/** Nearer than this to the goal along both axes, in m, an episode ends. */
const NEAR = 0.01;

export const navigation2d: World = {
  spec: {
    id: asEnvironmentId("classic/navigation-2d@1"),
    summary: "Go to a goal in the plane that is not shown; the reward is minus the distance to it.",
    observation: space([{ name: "point", quantity: "position", unit: "m", size: 2, low: -HORIZON * STRIDE, high: HORIZON * STRIDE }]),
    action: space([{ name: "move", quantity: "position", unit: "m", size: 2, low: -STRIDE, high: STRIDE }]),
    variation: space([{ name: "goal", quantity: "position", unit: "m", size: 2, low: -0.5, high: 0.5 }]),
    settings: [],
    controlPeriod: 1,
    horizon: HORIZON,
  },
  simulate: () => new NavigationSimulation(),
};

class NavigationSimulation implements Simulation {
  #goal: Float32Array = new Float32Array(2);
  #x = 0;
  #y = 0;

  begin({ variation }: Episode, observation: Float32Array): void {
    this.#goal = variation;
    this.#x = 0;
    this.#y = 0;
    observation.fill(0);
  }

  /** r = −|point − goal|, after the move. */
  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    this.#x += action[0]!;
    this.#y += action[1]!;
    observation[0] = this.#x;
    observation[1] = this.#y;
    const east = this.#x - this.#goal[0]!;
    const north = this.#y - this.#goal[1]!;
    outcome.reward = -Math.sqrt(east * east + north * north);
    outcome.success = Math.abs(east) < NEAR && Math.abs(north) < NEAR;
    if (outcome.success) outcome.ending = "terminated";
  }

  snapshot(): Snapshot {
    return { x: this.#x, y: this.#y };
  }

  restore(snapshot: Snapshot, { variation }: Episode): void {
    this.#goal = variation;
    this.#x = numberIn(snapshot, "x");
    this.#y = numberIn(snapshot, "y");
  }
}
