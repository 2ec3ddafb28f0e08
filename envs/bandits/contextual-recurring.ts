/**
 * @file Bandits that come back. Ten contexts, each a barcode shown at every pull, each tied to one of ten arms that pays with chance 0.9 while the
 * others pay with 0.1. Each context is visited ten times in random order, for ten pulls a visit. An agent that forgets must search at every visit; one
 * that remembers what a barcode meant need not. An episode here is an epoch of the paper, a visit is its episode.
 * @see Ritter et al. (2018), "Been there, done that: meta-learning with episodic recall", section 4.1.
 */
import { asEnvironmentId, type Controller, type EnvironmentSpec } from "../../src/contract/environment.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { numberIn } from "../../src/environments/snapshot-fields.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const CONTEXTS = 10;
const ARMS = 10;
/** Bits of a barcode. */
const BARCODE = 10;
const VISITS_EACH = 10;
const PULLS_A_VISIT = 10;
const VISITS = CONTEXTS * VISITS_EACH;
const GOOD = 0.9;
const BAD = 0.1;
/** Where the observation has what follows the barcode. */
const LAST_ARM = BARCODE;
const LAST_REWARD = BARCODE + 1;
/** Whole numbers from here up are no longer all float32s. */
const WORD = 2 ** 24;

export const contextualRecurring: World = {
  spec: {
    id: asEnvironmentId("bandits/contextual-recurring@1"),
    summary: "Remember which arm pays under which barcode: contexts come back. Success is having pulled the arm that pays.",
    observation: space([
      { name: "barcode", quantity: "choice", unit: "1", size: BARCODE, low: 0, high: 1 },
      // −1 at the first pull of a visit
      { name: "last arm", quantity: "choice", unit: "1", size: 1, low: -1, high: ARMS - 1 },
      { name: "last reward", quantity: "choice", unit: "1", size: 1, low: 0, high: 1 },
    ]),
    action: space([{ name: "arm", quantity: "choice", unit: "1", size: 1, low: 0, high: ARMS - 1 }]),
    // What barcodes, arms and order are made from: two digits of a seed to base 2²⁴.
    variation: space([{ name: "epoch", quantity: "choice", unit: "1", size: 2, low: 0, high: WORD - 1 }]),
    settings: [],
    controlPeriod: 1,
    horizon: VISITS * PULLS_A_VISIT,
  } satisfies EnvironmentSpec,
  simulate: (random) => new RecurringSimulation(random),
  controller: rememberer,
};

/** What an epoch is made of. */
export interface Epoch {
  /** [contexts, bits] */
  readonly barcodes: Uint8Array;
  /** The arm that pays, for each context. */
  readonly arms: Int32Array;
  /** The context of each visit. */
  readonly order: Int32Array;
}

/** Different barcodes, each equally likely; every arm with one context (as many contexts as arms, and each arm has at least one); each context ten times, in any order. */
export function epochOf(variation: ArrayLike<number>): Epoch {
  const random = RandomStream.fromSeed(variation[0]! * WORD + variation[1]!);
  const codes = random.sample(CONTEXTS, 2 ** BARCODE);
  return {
    barcodes: Uint8Array.from({ length: CONTEXTS * BARCODE }, (_, k) => (codes[Math.floor(k / BARCODE)]! >> (k % BARCODE)) & 1),
    arms: random.sample(ARMS, ARMS),
    order: random.sample(VISITS, VISITS).map((place) => place % CONTEXTS),
  };
}

class RecurringSimulation implements Simulation {
  readonly #random: RandomStream;
  #epoch: Epoch = epochOf([0, 0]);
  #steps = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  begin({ variation }: Episode, observation: Float32Array): void {
    this.#epoch = epochOf(variation);
    this.#steps = 0;
    this.#enter(observation);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    const { arms, order } = this.#epoch;
    outcome.success = action[0] === arms[order[Math.floor(this.#steps / PULLS_A_VISIT)]!];
    outcome.reward = this.#random.uniform() < (outcome.success ? GOOD : BAD) ? 1 : 0;
    observation[LAST_ARM] = action[0]!;
    observation[LAST_REWARD] = outcome.reward;
    this.#steps++;
    if (this.#steps % PULLS_A_VISIT === 0 && this.#steps < VISITS * PULLS_A_VISIT) this.#enter(observation);
  }

  snapshot(): Snapshot {
    return { steps: this.#steps };
  }

  restore(snapshot: Snapshot, { variation }: Episode): void {
    this.#epoch = epochOf(variation);
    this.#steps = numberIn(snapshot, "steps");
  }

  #enter(observation: Float32Array): void {
    const { barcodes, order } = this.#epoch;
    const start = BARCODE * order[this.#steps / PULLS_A_VISIT]!;
    for (let bit = 0; bit < BARCODE; bit++) observation[bit] = barcodes[start + bit]!;
    observation[LAST_ARM] = -1;
    observation[LAST_REWARD] = 0;
  }
}

/** Keeps for each barcode how often each arm paid, and pulls the arm that is most likely the one that pays: the first that was never tried, if all tried ones disappoint. */
function rememberer(): Controller {
  const scores = new Map<number, Float64Array>();
  return {
    reset: () => scores.clear(),
    act(observation, action) {
      let code = 0;
      for (let bit = 0; bit < BARCODE; bit++) code = 2 * code + observation[bit]!;
      let score = scores.get(code);
      if (score === undefined) scores.set(code, (score = new Float64Array(ARMS)));
      const last = observation[LAST_ARM]!;
      if (last >= 0) score[last] = score[last]! + (observation[LAST_REWARD] === 1 ? 1 : -1);
      action[0] = score.indexOf(Math.max(...score));
    },
  };
}
