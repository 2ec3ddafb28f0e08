/**
 * @file A point in the plane that must find a goal on a half circle around its start; only near the goal is there any reward. 20 steps an episode. Live
 * through a trial of episodes (`classic/sparse-point-trial`) to use what was found.
 * @see Rakelly et al. (2019), "Efficient off-policy meta-reinforcement learning via probabilistic context variables" (PEARL), section 6.3. Goals are drawn
 * anywhere on the half circle, as in VariBAD's code; PEARL takes a hundred of them at equal distances.
 */
import { asEnvironmentId, type Controller } from "../../src/contract/environment.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { numberIn } from "../../src/environments/snapshot-fields.ts";
import { trialOf } from "../../src/environments/trial.ts";

const HORIZON = 20;
/** Metres a step along either axis, at most. */
const STRIDE = 0.1;
/** How near the goal, in m, reward begins. */
const NEAR = 0.2;

export const sparsePoint: World = {
  spec: {
    id: asEnvironmentId("classic/sparse-point@1"),
    summary: "Find a goal on a half circle that gives reward only near it.",
    observation: space([{ name: "point", quantity: "position", unit: "m", size: 2, low: -HORIZON * STRIDE, high: HORIZON * STRIDE }]),
    action: space([{ name: "move", quantity: "position", unit: "m", size: 2, low: -STRIDE, high: STRIDE }]),
    variation: space([{ name: "goal", quantity: "angle", unit: "rad", size: 1, low: 0, high: Math.PI }]),
    settings: [],
    controlPeriod: 1,
    horizon: HORIZON,
  },
  simulate: () => new SparseSimulation(),
};

/** Three episodes of one goal, as in VariBAD's code. */
export const sparsePointTrial: World = trialOf(sparsePoint, { episodes: 3, most: 10, controller: sweeper });

class SparseSimulation implements Simulation {
  #goalX = 0;
  #goalY = 0;
  #x = 0;
  #y = 0;

  begin(episode: Episode, observation: Float32Array): void {
    this.#face(episode);
    this.#x = 0;
    this.#y = 0;
    observation[0] = 0;
    observation[1] = 0;
  }

  /** r = 1 − |point − goal| within the radius, else 0, after the move. */
  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    this.#x += action[0]!;
    this.#y += action[1]!;
    observation[0] = this.#x;
    observation[1] = this.#y;
    const east = this.#x - this.#goalX;
    const north = this.#y - this.#goalY;
    const distance = Math.sqrt(east * east + north * north);
    outcome.success = distance <= NEAR;
    outcome.reward = outcome.success ? 1 - distance : 0;
  }

  snapshot(): Snapshot {
    return { x: this.#x, y: this.#y };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#face(episode);
    this.#x = numberIn(snapshot, "x");
    this.#y = numberIn(snapshot, "y");
  }

  #face({ variation }: Episode): void {
    this.#goalX = Math.cos(variation[0]!);
    this.#goalY = Math.sin(variation[0]!);
  }
}

const LAST_REWARD = 4;
const BEGINS = 5;

/**
 * Sweeps the half circle until there is a reward, each episode from where the last left off. The reward's distance and the circle leave two places
 * for the goal; the next reward decides.
 */
function sweeper(): Controller {
  /** Up to which angle there is no goal. */
  let clear = 0;
  let sweep = 0;
  let guesses: readonly number[] = [];
  let [x, y] = [0, 0];
  return {
    reset() {
      clear = 0;
      sweep = NEAR;
      guesses = [];
    },
    act(observation, action) {
      const reward = observation[LAST_REWARD]!;
      if (reward > 0) guesses = nearestTo(guesses, possibleAngles(x, y, 1 - reward));
      else if (Math.hypot(x, y) > 0.9) clear = Math.max(clear, Math.atan2(y, x) + NEAR);
      if (observation[BEGINS] === 1) sweep = clear + NEAR;
      const [hereX, hereY] = [observation[0]!, observation[1]!];
      if (guesses.length === 0 && Math.hypot(Math.cos(sweep) - hereX, Math.sin(sweep) - hereY) < STRIDE) sweep += STRIDE;
      const angle = guesses[0] ?? sweep;
      action[0] = clip(Math.cos(angle) - hereX);
      action[1] = clip(Math.sin(angle) - hereY);
      // Where the next reward will come from: when it arrives, the next episode may have begun.
      x = hereX + action[0];
      y = hereY + action[1];
    },
  };
}

const clip = (stride: number): number => Math.min(Math.max(stride, -STRIDE), STRIDE);

/** The angles on the unit circle at a distance from a point, by the law of cosines. */
function possibleAngles(x: number, y: number, distance: number): readonly number[] {
  const radius = Math.hypot(x, y);
  const cosine = (radius * radius + 1 - distance * distance) / (2 * radius);
  const turn = Math.acos(Math.min(Math.max(cosine, -1), 1));
  return [Math.atan2(y, x) + turn, Math.atan2(y, x) - turn];
}

/** The new guesses, the one that agrees best with an old one first. */
const nearestTo = (old: readonly number[], fresh: readonly number[]): readonly number[] => {
  const miss = (guess: number): number => Math.min(...old.map((each) => Math.abs(each - guess)));
  return old.length === 0 ? fresh : fresh.toSorted((a, b) => miss(a) - miss(b));
};
