import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { SnapshotError } from "../../../src/contract/errors.ts";
import { nested } from "../../../src/contract/snapshot.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { mean } from "../../../src/numerics/statistics.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { mlpPlan, type MlpLayer } from "../../../src/tensor/mlp-shape.ts";
import { cloner, first, showTask, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** A policy 2 → 6 → 1, shown a task, whose unit 2 nobody hears. */
function make(replacement: number): Cloner {
  const one = cloner({ consolidation: "continual-backprop", hidden: [6], options: { replacement, maturity: 3, decay: 0.9 } });
  one.learner.parameters.numbers[mlpPlan(one.learner.shape).layers[1]!.weights + 2] = 0;
  one.begin(first);
  showTask(one, first, ([x, y]) => [x! - y!]);
  return one;
}

const layersOf = ({ learner }: Cloner): readonly [MlpLayer, MlpLayer] => mlpPlan(learner.shape).layers as unknown as readonly [MlpLayer, MlpLayer];
const agesOf = ({ learner }: Cloner): number[] => [...(learner.consolidation.snapshot()["ages"] as readonly Int32Array[])[0]!];
const parametersOf = ({ learner }: Cloner): Float32Array => learner.parameters.numbers.slice();

describe("continual backprop", () => {
  // Six units are grown up in the fourth step; a sixth of them, and a little for rounding, is one.
  const oneOfSix = 1 / 6 + 1e-9;

  it("replaces the unit that is not heard, once it is grown up, and no other", () => {
    const [replacing, keeping] = [make(oneOfSix), make(0)];
    for (const each of [replacing, keeping]) each.sleep(first, 3, false);
    expect(parametersOf(replacing)).toEqual(parametersOf(keeping));
    for (const { learner } of [replacing, keeping])
      expect([...learner.steps({ task: first, count: 1, taskEnds: false, random: RandomStream.fromSeed(3) })]).toHaveLength(1);
    expect(agesOf(replacing)).toEqual([4, 4, 0, 4, 4, 4]);
    const [incoming, outgoing] = layersOf(replacing);
    const own = [incoming.weights + 2, incoming.weights + 6 + 2, incoming.bias + 2, outgoing.weights + 2];
    const [fresh, old] = [parametersOf(replacing), parametersOf(keeping)];
    fresh.forEach((number, i) => {
      if (own.includes(i)) expect(number).not.toBe(old[i]);
      else expect(number).toBe(old[i]);
    });
    expect([fresh[own[2]!], fresh[own[3]!]]).toEqual([0, 0]);
    for (const i of own.slice(0, 2)) expect(Math.abs(fresh[i]!)).toBeLessThanOrEqual(Math.sqrt(6 / 8));
    const adam = nested(nested(replacing.learner.snapshot(), "descent"), "adam") as { readonly [name: string]: Float32Array };
    for (const moments of [adam["mean"]!, adam["square"]!]) moments.forEach((moment, i) => expect(moment === 0).toBe(own.includes(i)));
  });

  it("changes what the network answers by the old unit's part alone", () => {
    const [replacing, keeping] = [make(oneOfSix), make(0)];
    for (const each of [replacing, keeping]) each.sleep(first, 4, false);
    expect(agesOf(replacing)[2]).toBe(0);
    const old = parametersOf(keeping);
    const [{ weights, bias }, outgoing] = layersOf(keeping);
    for (const [x, y] of [
      [0.3, -0.8],
      [-0.5, 0.1],
    ] as const) {
      const unit = Math.tanh(x * old[weights + 2]! + y * old[weights + 6 + 2]! + old[bias + 2]!);
      expect(replacing.act(first, [x, y])[0]).toBeCloseTo(keeping.act(first, [x, y])[0]! - unit * old[outgoing.weights + 2]!, 6);
    }
  });

  it("calls a unit as useful as it is loud, times how much it is listened to", () => {
    const learned = cloner({ consolidation: "continual-backprop", hidden: [3], options: { replacement: 0, decay: 0.9 } });
    learned.begin(first);
    learned.show(first, [0.5, -0.25], [1]);
    const utilities = (): number[] => [...(learned.learner.consolidation.snapshot()["utilities"] as readonly Float32Array[])[0]!];
    const expected = [0, 0, 0];
    for (let step = 0; step < 2; step++) {
      const before = parametersOf(learned);
      learned.sleep(first, 1, false);
      // 2 → 3 → 1: six weights and three biases, then three weights. u ← 0.9 u + 0.1 |h| |w|, with h before the step and w after it.
      for (let i = 0; i < 3; i++) {
        const h = Math.tanh(0.5 * before[i]! - 0.25 * before[3 + i]! + before[6 + i]!);
        expected[i] = 0.9 * expected[i]! + 0.1 * Math.abs(h) * Math.abs(parametersOf(learned)[9 + i]!);
        expect(utilities()[i]).toBeCloseTo(expected[i]!, 6);
      }
    }
  });

  it("hears a unit by the mean of |h| over a batch, and listens to all of its outgoing weights", () => {
    const one = cloner({ consolidation: "continual-backprop", hidden: [2], inputs: 1, outputs: 2, options: { replacement: 0, decay: 0.9 } });
    const { parameters, consolidation } = one.learner;
    // 1 → 2 → 2: units tanh(x) and tanh(2x), heard by (3, −1) and (0.5, 0).
    parameters.numbers.set([1, 2, 0, 0, 3, -1, 0.5, 0, 0, 0]);
    const utilitiesAfter = (states: readonly number[]): number[] => {
      const fresh = { utilities: [new Float32Array(2)], ages: [new Int32Array(2)], due: new Float64Array(1) };
      consolidation.restore(fresh);
      const step = { index: 0, count: 1, task: first, taskEnds: false, random: RandomStream.fromSeed(1) };
      const count = states.length;
      consolidation.terms!(step, { count, inputs: Float32Array.from(states), targets: new Float32Array(2 * count) });
      consolidation.afterStep!(step);
      return [...(consolidation.snapshot()["utilities"] as readonly Float32Array[])[0]!];
    };
    // The mean of h itself would be 0 for the first two.
    const states = [-1, 1, 0, 0.5];
    const loudness = (scale: number): number => mean(states.map((x) => Math.abs(Math.tanh(scale * x))));
    const expected = [0.1 * loudness(1) * 4, 0.1 * loudness(2) * 0.5].map((each) => expect.closeTo(each, 6) as unknown);
    expect(utilitiesAfter(states)).toEqual(expected);
    // However many states a batch has.
    expect(utilitiesAfter(Array.from({ length: 64 }, (_, k) => states[k % 4]!))).toEqual(expected);
  });

  it("replaces the unit that is heard least, whatever the ages: a young one's running mean is short of what it stands for by 1 − ηᵃ", () => {
    const units = 4;
    const one = cloner({
      consolidation: "continual-backprop",
      hidden: [units],
      inputs: 1,
      options: { replacement: 1 / units + 1e-9, maturity: 3, decay: 0.9 },
      learningRate: 1e-9,
    });
    const { parameters, consolidation } = one.learner;
    one.begin(first);
    one.show(first, [0], [0]);
    const ages = fc.array(fc.integer({ min: 3, max: 40 }), { minLength: units, maxLength: units });
    const order = fc.shuffledSubarray([1, 1.05, 1.1, 1.2], { minLength: units });
    fc.assert(
      fc.property(ages, order, (age, loudness) => {
        // Weights, biases: every unit says tanh(1) always, and is heard by a weight of its own. Where it has been so for a steps, u = c(1 − 0.9ᵃ).
        parameters.numbers.set([0, 0, 0, 0, 1, 1, 1, 1, ...loudness.map((c) => c / Math.tanh(1)), 0]);
        const utilities = [Float32Array.from(loudness, (c, i) => c * (1 - 0.9 ** age[i]!))];
        consolidation.restore({ utilities, ages: [Int32Array.from(age)], due: Float64Array.of(0) });
        one.sleep(first, 1, false);
        expect(agesOf(one)).toEqual(age.map((a, i) => (loudness[i] === 1 ? 0 : a + 1)));
      }),
    );
  });

  it("goes on learning where the plain network gets worse at it", () => {
    /** The mean error at the end of each of the last tasks: twelve random points with random answers each. */
    const late = (consolidation: string, options: Readonly<Record<string, number>>, seed: number): number => {
      const learner = cloner({ consolidation, options, hidden: [16, 16], learningRate: 0.01, seed });
      const random = RandomStream.fromSeed(seed).split("stream");
      const errors: number[] = [];
      for (let k = 0; k < 24; k++) {
        const task = asTaskId(`task ${k}`);
        learner.begin(task);
        for (let i = 0; i < 12; i++) learner.show(task, [random.uniform(-1, 1), random.uniform(-1, 1)], [random.uniform() < 0.5 ? -1 : 1], i);
        errors.push(mean(learner.sleep(task, 150).slice(-20)));
      }
      return mean(errors.slice(-12));
    };
    const seeds = [1, 2];
    const plain = mean(seeds.map((seed) => late("none", {}, seed)));
    const replacing = mean(seeds.map((seed) => late("continual-backprop", { replacement: 1e-3, maturity: 50 }, seed)));
    expect(replacing).toBeLessThan(0.6 * plain);
  });

  it("refuses a snapshot of other units", () => {
    const { learner } = make(0);
    const snapshot = { ...learner.consolidation.snapshot(), ages: [new Int32Array(5)] };
    expect(() => learner.consolidation.restore(snapshot)).toThrow(SnapshotError);
  });
});
