/**
 * @file A T-shaped maze to test memory with. The first observation says on which side the goal is; then comes a corridor in which every place looks the
 * same, and a junction. Only who goes straight ahead arrives in time, and only the last step pays.
 * @see Ni et al. (2023), "When do transformers shine in RL? Decoupling memory from credit assignment", section 4.1; after Bakker (2001).
 */
import { asEnvironmentId, type Controller } from "../../src/contract/environment.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { numberIn } from "../../src/environments/snapshot-fields.ts";

/** The longest corridor that the paper went through. */
const LONGEST = 1500;
const [RIGHT, UP, LEFT, DOWN] = [0, 1, 2, 3] as const;

export const tMazePassive: World = {
  spec: {
    id: asEnvironmentId("classic/t-maze-passive@1"),
    summary: "Walk down a corridor and turn to the side that was shown at its beginning.",
    observation: space([
      { name: "junction", quantity: "choice", unit: "1", size: 1, low: 0, high: 1 },
      // at the start the goal's side, seen once; at the junction and beyond it one's own; else 0
      { name: "side", quantity: "choice", unit: "1", size: 1, low: -1, high: 1 },
    ]),
    // right, up, left, down
    action: space([{ name: "move", quantity: "choice", unit: "1", size: 1, low: 0, high: 3 }]),
    // 0 is down, 1 is up
    variation: space([{ name: "goal", quantity: "choice", unit: "1", size: 1, low: 0, high: 1 }]),
    settings: [
      {
        name: "corridor",
        summary: "Steps from the start to the junction; rounded. An episode takes one more.",
        unit: "1",
        low: 1,
        high: LONGEST,
        nominal: 10,
      },
    ],
    controlPeriod: 1,
    horizon: LONGEST + 1,
  },
  simulate: () => new MazeSimulation(),
  controller: turnAsShown,
};

class MazeSimulation implements Simulation {
  #goal = 0;
  #corridor = 0;
  #x = 0;
  #y = 0;
  #time = 0;

  begin(episode: Episode, observation: Float32Array): void {
    this.#face(episode);
    this.#x = 0;
    this.#y = 0;
    this.#time = 0;
    observation[0] = 0;
    observation[1] = this.#goal;
  }

  /** 1 for being at the goal at the end, −1/corridor for each step before it at which one is not as far as one could be. */
  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    this.#move(action[0]!);
    this.#time++;
    const beyond = this.#x === this.#corridor;
    observation[0] = beyond ? 1 : 0;
    observation[1] = beyond ? this.#y : 0;
    if (this.#time <= this.#corridor) {
      outcome.reward = this.#x < this.#time ? -1 / this.#corridor : 0;
      return;
    }
    outcome.success = this.#y === this.#goal;
    outcome.reward = outcome.success ? 1 : 0;
    outcome.ending = "terminated";
  }

  snapshot(): Snapshot {
    return { x: this.#x, y: this.#y, time: this.#time };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#face(episode);
    this.#x = numberIn(snapshot, "x");
    this.#y = numberIn(snapshot, "y");
    this.#time = numberIn(snapshot, "time");
  }

  #face({ variation, settings }: Episode): void {
    this.#goal = 2 * variation[0]! - 1;
    this.#corridor = Math.round(settings["corridor"]!);
  }

  /** Walls stop. */
  #move(action: number): void {
    if (action === RIGHT && this.#y === 0) this.#x = Math.min(this.#x + 1, this.#corridor);
    if (action === LEFT && this.#y === 0) this.#x = Math.max(this.#x - 1, 0);
    if (action === UP && this.#x === this.#corridor) this.#y = Math.min(this.#y + 1, 1);
    if (action === DOWN && this.#x === this.#corridor) this.#y = Math.max(this.#y - 1, -1);
  }
}

/** Keeps the first observation in mind; never loses a step, so it is optimal. */
function turnAsShown(): Controller {
  let side = 0;
  return {
    reset() {
      side = 0;
    },
    act(observation, action) {
      if (side === 0) side = observation[1]!;
      action[0] = observation[0] === 0 ? RIGHT : side > 0 ? UP : DOWN;
    },
  };
}
