/**
 * @file Continual backpropagation: gradient descent that now and then exchanges the least useful of its grown-up hidden units for fresh ones, so that there
 * are always units that can still learn. How useful a unit is is how loudly it is heard: u ← ηu + (1 − η)·mean|h|·Σ|w| over its outgoing weights w, divided
 * by 1 − ηᵃ at age a. A fresh unit has fresh incoming weights and outgoing ones of 0, so that what the network answers changes by the old unit's part alone.
 * It protects nothing of earlier tasks: it is for plasticity.
 * @see Dohare et al. (2024), "Loss of plasticity in deep continual learning", Nature 632, algorithm 1. Their Adam counts the steps of every parameter, ours
 * those of all: the first steps of a fresh unit are up to six times as long. Their program adds what the old unit said on average, times its outgoing
 * weights, to the biases of the next layer; here these stay as they are, so that the answers lose the old unit's mean too.
 */
import { z } from "zod";
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { mlpPlan, type MlpLayer } from "../../tensor/mlp-shape.ts";
import { placeOf } from "../../tensor/parameters.ts";
import { defineStrategy, type Consolidation, type DescentStep, type Examples, type Learner, type Term } from "./strategy.ts";

const options = z.strictObject({
  replacement: z.number().min(0).max(1).describe("Share of the grown-up units of a layer that is replaced in a gradient step.").default(1e-3),
  maturity: z.int().min(0).describe("Gradient steps after which a unit is grown up.").default(100),
  decay: z.number().min(0).lt(1).describe("η, how much of a unit's usefulness carries over to the next gradient step.").default(0.99),
});

/** How many of the states of a batch units are judged by at most. The running mean makes up for the others, and a step costs less. */
const HEARD = 32;

/** A hidden layer's units. */
interface Units {
  readonly layer: MlpLayer;
  readonly next: MlpLayer;
  readonly utility: Float32Array;
  /** Gradient steps since each was fresh. */
  readonly age: Int32Array;
}

class ContinualBackprop implements Consolidation {
  readonly #learner: Learner;
  readonly #options: z.infer<typeof options>;
  readonly #offset: number;
  readonly #units: readonly Units[];
  /** Of each layer, how many replacements are due; whole ones are carried out. */
  readonly #due: Float64Array;
  #activations: readonly Float32Array[] = [];

  constructor(learner: Learner, settings: z.infer<typeof options>) {
    const { layers } = mlpPlan(learner.shape);
    this.#learner = learner;
    this.#options = settings;
    this.#offset = placeOf(learner.network.layout, "policy").offset;
    this.#units = layers.slice(0, -1).map((layer, k) => ({
      layer,
      next: layers[k + 1]!,
      utility: new Float32Array(layer.outputs),
      age: new Int32Array(layer.outputs),
    }));
    this.#due = new Float64Array(this.#units.length);
  }

  get bytes(): number {
    return this.#units.reduce((sum, { utility, age }) => sum + utility.byteLength + age.byteLength, this.#due.byteLength);
  }

  terms(_: DescentStep, { inputs }: Examples): readonly Term[] {
    const { shape, network, parameters } = this.#learner;
    const [width] = shape.sizes as [number];
    const heard = Math.min(HEARD, inputs.length / width);
    const hidden = network.hidden!(parameters);
    this.#activations = this.#units.map(({ utility }) => new Float32Array(heard * utility.length));
    for (let row = 0; row < heard; row++) {
      const said = hidden(inputs.subarray(row * width, (row + 1) * width));
      said.forEach((units, k) => this.#activations[k]!.set(units, row * units.length));
    }
    return [];
  }

  afterStep({ index, random }: DescentStep): void {
    const { replacement, maturity } = this.#options;
    this.#units.forEach((units, k) => {
      this.#judge(units, this.#activations[k]!);
      let grown = 0;
      for (const age of units.age) if (age > maturity) grown++;
      const due = this.#due[k]! + replacement * grown;
      const whole = Math.floor(due);
      for (let i = 0; i < whole; i++) {
        const unit = this.#leastUseful(units);
        if (unit !== undefined) this.#replace(units, unit, random.split(`layer ${k}, unit ${unit}, step ${index}`));
      }
      this.#due[k] = due - whole;
    });
    this.#activations = [];
  }

  /** Follows how useful each unit is. */
  #judge({ next, utility, age }: Units, activations: Float32Array): void {
    const { decay } = this.#options;
    const { numbers } = this.#learner.parameters;
    const loud = new Float64Array(utility.length);
    for (let at = 0; at < activations.length; at += loud.length) for (let i = 0; i < loud.length; i++) loud[i] = loud[i]! + Math.abs(activations[at + i]!); // prettier-ignore
    for (let i = 0; i < utility.length; i++) {
      const out = this.#offset + next.weights + i * next.outputs;
      let heard = 0;
      for (let j = 0; j < next.outputs; j++) heard += Math.abs(numbers[out + j]!);
      utility[i] = decay * utility[i]! + (1 - decay) * (loud[i]! / (activations.length / loud.length)) * heard;
      age[i] = age[i]! + 1;
    }
  }

  /** The grown-up unit of the least usefulness, the first of equals. */
  #leastUseful({ utility, age }: Units): number | undefined {
    const { decay, maturity } = this.#options;
    let [least, found]: [number, number | undefined] = [Infinity, undefined];
    for (let i = 0; i < utility.length; i++) {
      const useful = utility[i]! / (1 - decay ** age[i]!);
      if (age[i]! > maturity && useful < least) [least, found] = [useful, i];
    }
    return found;
  }

  #replace({ layer, next, utility, age }: Units, unit: number, random: RandomStream): void {
    const { numbers } = this.#learner.parameters;
    const changed: number[] = [];
    const write = (at: number, number: number): void => {
      numbers[this.#offset + at] = number;
      changed.push(this.#offset + at);
    };
    const limit = Math.sqrt(6 / (layer.inputs + layer.outputs));
    for (let i = 0; i < layer.inputs; i++) write(layer.weights + i * layer.outputs + unit, random.uniform(-limit, limit));
    write(layer.bias + unit, 0);
    if (layer.norm !== undefined) {
      write(layer.norm.gain + unit, 1);
      write(layer.norm.shift + unit, 0);
    }
    for (let j = 0; j < next.outputs; j++) write(next.weights + unit * next.outputs + j, 0);
    this.#learner.forgetMoments(changed);
    utility[unit] = 0;
    age[unit] = 0;
  }

  snapshot(): Snapshot {
    return { utilities: this.#units.map(({ utility }) => utility.slice()), ages: this.#units.map(({ age }) => age.slice()), due: this.#due.slice() };
  }

  restore({ utilities, ages, due }: Snapshot): void {
    const isOfUnits = (saved: unknown, kind: typeof Float32Array | typeof Int32Array): boolean =>
      Array.isArray(saved) &&
      saved.length === this.#units.length &&
      saved.every((each, k) => each instanceof kind && each.length === this.#units[k]!.age.length);
    if (!isOfUnits(utilities, Float32Array) || !isOfUnits(ages, Int32Array) || !(due instanceof Float64Array && due.length === this.#due.length))
      throw new SnapshotError("Expected `utilities` and `ages` of the units of each hidden layer, and the replacements that are `due`.");
    this.#units.forEach(({ utility, age }, k) => {
      utility.set((utilities as readonly Float32Array[])[k]!);
      age.set((ages as readonly Int32Array[])[k]!);
    });
    this.#due.set(due);
  }
}

export const continualBackprop = defineStrategy({
  name: "continual-backprop",
  summary: "exchanges the least useful hidden units for fresh ones while it learns, so that it goes on being able to learn",
  options,
  make: (learner, settings) => new ContinualBackprop(learner, settings),
});
