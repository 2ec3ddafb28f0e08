/**
 * @file A 5 × 5 grid with a goal in one of the 21 cells that are not next to the start; where, is not shown. 15 steps an episode. Live through a trial of
 * episodes (`classic/grid-navi-trial`) to use what was found.
 * @see Zintgraf et al. (2020), "VariBAD: a very good method for Bayes-adaptive deep RL via meta-learning", section 5.1.
 */
import { asEnvironmentId, type Controller } from "../../src/contract/environment.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { trialOf } from "../../src/environments/trial.ts";

const CELLS = 5;
/** Right and up: stay, up, right, down, left. */
const MOVES = [
  [0, 0],
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
] as const;

export const gridNavi: World = {
  spec: {
    id: asEnvironmentId("classic/grid-navi@1"),
    summary: "Find the goal's cell in a grid and stay there.",
    observation: space([{ name: "cell", quantity: "choice", unit: "1", size: 2, low: 0, high: CELLS - 1 }]),
    // stay, up, right, down, left
    action: space([{ name: "move", quantity: "choice", unit: "1", size: 1, low: 0, high: MOVES.length - 1 }]),
    variation: space([{ name: "goal", quantity: "choice", unit: "1", size: 2, low: 0, high: CELLS - 1 }]),
    settings: [],
    controlPeriod: 1,
    horizon: 15,
  },
  accepts: ([x, y]) => x! > 1 || y! > 1,
  simulate: () => new GridSimulation(),
};

class GridSimulation implements Simulation {
  #goal: Float32Array = new Float32Array(2);

  begin({ variation }: Episode, observation: Float32Array): void {
    this.#goal = variation;
    observation.fill(0);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    walk(observation, action[0]!, observation);
    outcome.success = observation[0] === this.#goal[0] && observation[1] === this.#goal[1];
    outcome.reward = outcome.success ? 1 : -0.1;
  }

  snapshot(): Snapshot {
    return {};
  }

  restore(_: Snapshot, { variation }: Episode): void {
    this.#goal = variation;
  }
}

/** Writes the cell that a move leads to; walls stop it. */
function walk(from: Float32Array, move: number, to: Float32Array): void {
  const [right, up] = MOVES[move]!;
  to[0] = Math.min(Math.max(from[0]! + right, 0), CELLS - 1);
  to[1] = Math.min(Math.max(from[1]! + up, 0), CELLS - 1);
}

/** Four episodes of one goal, as published. */
export const gridNaviTrial: World = trialOf(gridNavi, { episodes: 4, most: 10, controller: searcher });

/** Walks that pass all 21 cells in two episodes. The first passes one in each of its last 14 steps, so no other does better in expectation. */
const SEARCHES = [Uint8Array.of(2, 2, 2, 2, 1, 4, 4, 1, 2, 2, 1, 4, 4, 1, 2), Uint8Array.of(1, 1, 1, 1, 2, 3, 3, 1, 1, 2, 2, 2)] as const;
const LAST_REWARD = 3;
const BEGINS = 4;

/** Searches until a reward says where the goal is, then goes there in every episode. */
function searcher(): Controller {
  const aimed = new Float32Array(2);
  const goal = new Float32Array(2);
  let found = false;
  let episode = -1;
  let step = 0;
  return {
    reset() {
      found = false;
      episode = -1;
    },
    act(observation, action) {
      if (observation[LAST_REWARD] === 1) {
        found = true;
        goal.set(aimed);
      }
      if (observation[BEGINS] === 1) {
        episode++;
        step = 0;
      }
      const move = found ? towards(observation, goal) : (SEARCHES[episode % 2]![step++] ?? 0);
      action[0] = move;
      // Where a reward will come from: when it arrives, the next episode may have begun.
      walk(observation, move, aimed);
    },
  };
}

/** The move along x, then along y, then none. */
function towards([x, y]: Float32Array, [goalX, goalY]: Float32Array): number {
  if (x !== goalX) return x! < goalX! ? 2 : 4;
  if (y !== goalY) return y! < goalY! ? 1 : 3;
  return 0;
}
