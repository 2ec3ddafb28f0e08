import { beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { mlpPlan } from "../../../src/tensor/mlp-shape.ts";
import { cloner, first, second, showTask, third, type Cloner, type ClonerOptions } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const make = (options: ClonerOptions["options"] = {}): Cloner => cloner({ consolidation: "packnet", hidden: [12, 12], options });

const lessons = [
  [first, ([x]: readonly number[]) => [x!]],
  [second, ([, y]: readonly number[]) => [-y!]],
  [third, ([x, y]: readonly number[]) => [(x! + y!) / 2]],
] as const;

const probes = Array.from({ length: 20 }, (_, k) => [Math.sin(k), Math.cos(3 * k)]);
const answers = (one: Cloner, task = first): number[] => probes.flatMap((x) => one.act(task, x));

/** Of each parameter the turn that it belongs to; 0 for none yet. */
const ownersOf = ({ learner }: Cloner): Uint8Array => learner.consolidation.snapshot()["owners"] as Uint8Array;
const parametersOf = ({ learner }: Cloner): Float32Array => learner.parameters.numbers.slice();
const weightsOf = ({ learner }: Cloner): { readonly from: number; readonly to: number }[] =>
  mlpPlan(learner.shape).layers.map(({ weights, inputs, outputs }) => ({ from: weights, to: weights + inputs * outputs }));

describe("packnet", () => {
  it.each([
    ["the number of tasks is known", { tasks: 3 }, true],
    ["it is not", { prune: 0.6 }, true],
    ["nobody says where tasks end", { prune: 0.6 }, false],
  ])("answers every earlier task with the same bits, whatever is learned later, where %s", (_, options, taskEnds) => {
    const one = make(options);
    const past: { readonly task: typeof first; readonly said: readonly number[] }[] = [];
    for (const [k, [task, action]] of lessons.entries()) {
      one.begin(task);
      // Where an end is not announced, the pruning at the next begin is what costs: what is answered from then on is what must stay.
      const before = lessons[k - 1]?.[0];
      if (!taskEnds && before !== undefined) past.push({ task: before, said: answers(one, before) });
      showTask(one, task, action);
      one.sleep(task, 60, taskEnds);
      if (taskEnds) past.push({ task, said: answers(one, task) });
      for (const { task: earlier, said } of past) expect(answers(one, earlier)).toEqual(said);
    }
    expect(past.length).toBeGreaterThanOrEqual(2);
    expect(new Set(past.map(({ said }) => said[0])).size).toBe(past.length);
  });

  it("learns all of them", () => {
    const one = make({ tasks: 3 });
    for (const [task, action] of lessons) {
      one.begin(task);
      showTask(one, task, action);
      one.sleep(task, 600);
    }
    for (const [task, action] of lessons) for (const x of probes) expect(Math.abs(one.act(task, x)[0]! - action(x)[0]!)).toBeLessThan(0.2);
  });

  it.each([
    ["equal shares, where it knows how many tasks will come", { tasks: 3 }, [1 / 3, 1 / 3, 1 / 3]],
    ["the same share of what is free, where it does not", { prune: 0.75 }, [0.25, 0.25 * 0.75, 0.25 * 0.75 ** 2]],
  ])("gives each task %s, and no weight to two", (_, options, shares) => {
    const one = make(options);
    let before = ownersOf(one);
    lessons.forEach(([task, action], k) => {
      one.begin(task);
      showTask(one, task, action);
      one.sleep(task, 20);
      const owners = ownersOf(one);
      for (const { from, to } of weightsOf(one)) {
        const own = owners.subarray(from, to).filter((owner) => owner === k + 1).length;
        expect(Math.abs(own - shares[k]! * (to - from))).toBeLessThanOrEqual(2);
      }
      before.forEach((owner, i) => {
        if (owner !== 0) expect(owners[i]).toBe(owner);
      });
      before = owners;
    });
  });

  it("prunes the smallest weights of each layer before the last quarter of a task, and trains on those that stay", () => {
    const one = make({ tasks: 2, retrain: 0.25 });
    one.begin(first);
    showTask(one, first, lessons[0][1]);
    const steps = one.learner.steps({ task: first, count: 40, taskEnds: true, random: RandomStream.fromSeed(1) });
    for (let k = 0; k < 30; k++) steps.next();
    const trained = parametersOf(one);
    steps.next();
    const owners = ownersOf(one);
    for (const { from, to } of weightsOf(one)) {
      const sizes = (owner: number): number[] => [...trained.subarray(from, to)].filter((_, i) => owners[from + i] === owner).map(Math.abs);
      expect(Math.max(...sizes(0))).toBeLessThanOrEqual(Math.min(...sizes(1)));
    }
    const retrained = [...steps].length;
    expect(retrained).toBe(9);
    parametersOf(one).forEach((number, i) => {
      if (owners[i] === 0) expect(number).toBe(0);
      else expect(number).not.toBe(trained[i]);
    });
  });

  it("moves free weights alone once the first task is over, biases not among them", () => {
    const one = make({ tasks: 3 });
    one.begin(first);
    showTask(one, first, lessons[0][1]);
    one.sleep(first, 40);
    const [before, owners] = [parametersOf(one), ownersOf(one)];
    one.begin(second);
    showTask(one, second, lessons[1][1]);
    one.sleep(second, 40);
    const after = parametersOf(one);
    const later = ownersOf(one);
    const moved = (owner: number, now: number): number => after.filter((number, i) => owners[i] === owner && later[i] === now && number !== before[i]).length; // prettier-ignore
    expect(moved(1, 1)).toBe(0);
    expect(moved(0, 0)).toBe(0);
    expect(moved(0, 2)).toBeGreaterThan(40);
    for (const { weights, inputs, outputs, bias } of mlpPlan(one.learner.shape).layers)
      expect([...owners.subarray(bias, bias + outputs), weights + inputs * outputs]).toEqual([...Array.from({ length: outputs }, () => 1), bias]);
  });

  it("prunes where a task turns out to have ended, without training on", () => {
    const one = make({ tasks: 2 });
    one.begin(first);
    showTask(one, first, lessons[0][1]);
    one.sleep(first, 40, false);
    const before = parametersOf(one);
    one.begin(second);
    const owners = ownersOf(one);
    parametersOf(one).forEach((number, i) => expect(number).toBe(owners[i] === 0 ? 0 : before[i]));
  });

  it("learns a task that comes back in a turn of its own, which answers for it from then on; others are answered with the same bits", () => {
    const one = make({ prune: 0.6 });
    for (const [task, action] of lessons.slice(0, 2)) {
      one.begin(task);
      showTask(one, task, action);
      one.sleep(task, 60);
    }
    const [before, kept] = [answers(one, first), answers(one, second)];
    one.begin(first);
    showTask(one, first, ([x, y]) => [x! + y!]);
    one.sleep(first, 60);
    const again = answers(one, first);
    expect(again).not.toEqual(before);
    expect(answers(one, second)).toEqual(kept);
    expect(Math.max(...ownersOf(one))).toBe(3);
    one.begin(third);
    showTask(one, third, lessons[2][1]);
    one.sleep(third, 60);
    expect([answers(one, first), answers(one, second)]).toEqual([again, kept]);
  });

  it("answers a task that it has never seen by all that it has learned", () => {
    const one = make({ tasks: 3 });
    for (const [task, action] of lessons.slice(0, 2)) {
      one.begin(task);
      showTask(one, task, action);
      one.sleep(task, 40);
    }
    expect(answers(one, third)).toEqual(answers(one, second));
    expect(answers(one, third)).not.toEqual(answers(one, first));
  });
});
