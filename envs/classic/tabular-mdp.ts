/**
 * @file Random Markov decision processes of 10 states and 5 actions. Transitions are drawn from a flat Dirichlet distribution, mean rewards from
 * N(1, 1); rewards have unit variance; an episode begins in state 0 and takes 10 steps. To learn within a process, live through a trial of episodes
 * (`classic/tabular-mdp-trial`).
 * @see Duan et al. (2016), "RL²: fast reinforcement learning via slow reinforcement learning", section 3.2; after Osband & Van Roy (2017).
 */
import { asEnvironmentId } from "../../src/contract/environment.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { trialOf } from "../../src/environments/trial.ts";
import { RandomStream } from "../../src/numerics/random.ts";

export const STATES = 10;
export const ACTIONS = 5;
/** What tells one next state from the others: as many as there are states, but one. */
const CUTS = STATES - 1;
/** Pairs of random words set aside for a row: nine words for its cuts, four for its mean reward. */
const PAIRS = 8;
/** Whole numbers from here up are no longer all float32s. */
const WORD = 2 ** 24;

export const tabularMdp: World = {
  spec: {
    id: asEnvironmentId("classic/tabular-mdp@1"),
    summary: "Collect reward in a small random Markov decision process. There is no success, only return.",
    observation: space([{ name: "state", quantity: "choice", unit: "1", size: 1, low: 0, high: STATES - 1 }]),
    action: space([{ name: "action", quantity: "choice", unit: "1", size: 1, low: 0, high: ACTIONS - 1 }]),
    // What the 550 numbers of a process are made from: two digits of a seed to base 2²⁴.
    variation: space([{ name: "process", quantity: "choice", unit: "1", size: 2, low: 0, high: WORD - 1 }]),
    settings: [],
    controlPeriod: 1,
    horizon: 10,
  },
  simulate: (random) => new TabularSimulation(random),
};

/** Ten episodes in one process, or as many as a task asks for; the paper goes up to a hundred. */
export const tabularMdpTrial: World = trialOf(tabularMdp, { episodes: 10, most: 100 });

/** The tables of a process. A row (one state and action) is drawn when it is first asked for, from its own stretch of a stream: a short episode costs what it visits. */
export class Tables {
  /** Mean reward of each row. */
  readonly means = new Float64Array(STATES * ACTIONS);
  /** [row, cut]: P(next ≤ cut), rising. */
  readonly #cuts = new Float64Array(STATES * ACTIONS * CUTS);
  readonly #drawn = new Uint8Array(STATES * ACTIONS);
  readonly #process: [number, number] = [-1, -1];
  #random: RandomStream | undefined;

  /** Takes the process that a variation names. */
  take(variation: ArrayLike<number>): void {
    const [high, low] = variation as unknown as [number, number];
    if (high === this.#process[0] && low === this.#process[1]) return;
    this.#process[0] = high;
    this.#process[1] = low;
    this.#random = RandomStream.fromSeed(high * WORD + low);
    this.#drawn.fill(0);
  }

  row(state: number, action: number): number {
    const row = state * ACTIONS + action;
    if (this.#drawn[row] === 0) this.#draw(row);
    return row;
  }

  /** The next state of a row for a number that is uniform in [0, 1). */
  next(row: number, uniform: number): number {
    const start = row * CUTS;
    let next = 0;
    while (next < CUTS && uniform >= this.#cuts[start + next]!) next++;
    return next;
  }

  /** P(next | row). */
  chance(row: number, next: number): number {
    const start = row * CUTS;
    const from = next === 0 ? 0 : this.#cuts[start + next - 1]!;
    return (next === CUTS ? 1 : this.#cuts[start + next]!) - from;
  }

  /** The lengths of the ten pieces that nine uniform cuts make of [0, 1] are Dirichlet(1, …, 1). */
  #draw(row: number): void {
    const random = this.#random!;
    random.seek(row * PAIRS);
    const start = row * CUTS;
    for (let count = 0; count < CUTS; count++) {
      const cut = (random.uint32() + 0.5) / 2 ** 32;
      let at = start + count;
      for (; at > start && this.#cuts[at - 1]! > cut; at--) this.#cuts[at] = this.#cuts[at - 1]!;
      this.#cuts[at] = cut;
    }
    this.means[row] = 1 + random.normal();
    this.#drawn[row] = 1;
  }
}

class TabularSimulation implements Simulation {
  readonly #random: RandomStream;
  readonly #tables = new Tables();

  constructor(random: RandomStream) {
    this.#random = random;
  }

  begin({ variation }: Episode, observation: Float32Array): void {
    this.#tables.take(variation);
    observation[0] = 0;
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    const row = this.#tables.row(observation[0]!, action[0]!);
    outcome.reward = this.#tables.means[row]! + this.#random.normal();
    observation[0] = this.#tables.next(row, this.#random.uniform());
  }

  snapshot(): Snapshot {
    return {};
  }

  restore(_: Snapshot, { variation }: Episode): void {
    this.#tables.take(variation);
  }
}
