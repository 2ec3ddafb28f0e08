/**
 * @file Bernoulli bandits: arms that pay 1 or nothing, each with a chance of its own. An episode is a whole trial of pulls with the same arms, as a
 * learner that learns within the episode needs it: n pulls are RL²'s n episodes of one step. 5, 10 or 50 arms and 10, 100 or 500 pulls are its table 1.
 * @see Duan et al. (2016), "RL²: fast reinforcement learning via slow reinforcement learning", section 3.1.
 */
import { asEnvironmentId, type Controller, type EnvironmentSpec } from "../../src/contract/environment.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { numberIn } from "../../src/environments/snapshot-fields.ts";
import type { RandomStream } from "../../src/numerics/random.ts";

const MOST_PULLS = 500;

/** A bandit with so many arms; its name is `bandits/bernoulli` with 5 of them, `bandits/bernoulli-<arms>` with others. */
export const bernoulliBandit = (arms = 5): World => ({
  spec: specOf(arms),
  simulate: (random) => new BernoulliSimulation(random),
  controller: () => upperConfidence(arms),
});

const specOf = (arms: number): EnvironmentSpec => ({
  id: asEnvironmentId(`bandits/bernoulli${arms === 5 ? "" : `-${arms}`}@1`),
  summary: `Find out which of ${arms} arms pays most often, and pull it. Success is having pulled the best.`,
  observation: space([
    { name: "last arm", quantity: "choice", unit: "1", size: 1, low: -1, high: arms - 1 },
    { name: "last reward", quantity: "choice", unit: "1", size: 1, low: 0, high: 1 },
  ]),
  action: space([{ name: "arm", quantity: "choice", unit: "1", size: 1, low: 0, high: arms - 1 }]),
  variation: space([{ name: "chances", quantity: "scalar", unit: "1", size: arms, low: 0, high: 1 }]),
  settings: [{ name: "pulls", summary: "Pulls after which the trial ends; rounded.", unit: "1", low: 1, high: MOST_PULLS, nominal: 100 }],
  controlPeriod: 1,
  horizon: MOST_PULLS,
});

class BernoulliSimulation implements Simulation {
  readonly #random: RandomStream;
  #chances: Float32Array = new Float32Array(0);
  #best = 0;
  #pulls = 0;
  #budget = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  begin(episode: Episode, observation: Float32Array): void {
    this.#face(episode);
    this.#pulls = 0;
    observation[0] = -1;
    observation[1] = 0;
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    const chance = this.#chances[action[0]!]!;
    outcome.reward = this.#random.uniform() < chance ? 1 : 0;
    outcome.success = chance === this.#best;
    observation[0] = action[0]!;
    observation[1] = outcome.reward;
    this.#pulls++;
    if (this.#pulls >= this.#budget) outcome.ending = "terminated";
  }

  snapshot(): Snapshot {
    return { pulls: this.#pulls };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#face(episode);
    this.#pulls = numberIn(snapshot, "pulls");
  }

  #face({ variation, settings }: Episode): void {
    this.#chances = variation;
    this.#best = variation.reduce((best, chance) => Math.max(best, chance));
    this.#budget = Math.round(settings["pulls"]!);
  }
}

/** How much a doubt counts; of 0, 0.1, … 1 the best over 5 and 10 arms, 10 and 100 pulls. */
const CAUTION = 0.2;

/**
 * Pulls the arm with the largest mean + c·√(2 ln t / n), every arm beginning with one reward in two pulls.
 * @see Auer, Cesa-Bianchi & Fischer (2002), UCB1; with the constant and the beginning of Duan et al. (2016).
 */
function upperConfidence(arms: number): Controller {
  const rewards = new Float64Array(arms);
  const pulls = new Float64Array(arms);
  let time = 0;
  return {
    reset() {
      rewards.fill(1);
      pulls.fill(2);
      time = 0;
    },
    act(observation, action) {
      const last = observation[0]!;
      if (last >= 0) {
        rewards[last] = rewards[last]! + observation[1]!;
        pulls[last] = pulls[last]! + 1;
      }
      time++;
      action[0] = 0;
      let best = -Infinity;
      for (let arm = 0; arm < arms; arm++) {
        const index = rewards[arm]! / pulls[arm]! + CAUTION * Math.sqrt((2 * Math.log(time)) / pulls[arm]!);
        if (index <= best) continue;
        best = index;
        action[0] = arm;
      }
    },
  };
}
