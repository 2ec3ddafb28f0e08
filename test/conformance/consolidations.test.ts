/** @file What every registered consolidation strategy must do. A new one gets these tests by its line in the registry. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { EngramError, UnknownNameError } from "../../src/contract/errors.ts";
import type { SnapshotValue } from "../../src/contract/snapshot.ts";
import { strategies, strategyNamed } from "../../src/learning/consolidation/strategies.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { cloner, first, second, showTask, third, type Cloner } from "../learning/consolidation/cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const probes = [
  [0.3, -0.2],
  [-0.7, 0.9],
];

/** Everything that a cloner would do, asked in one order. */
const answers = (one: Cloner): number[] => [first, second].flatMap((task) => probes.flatMap((x) => one.act(task, x)));

/** Of all arrays of numbers in it. */
function bytesOf(value: SnapshotValue): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value === null || typeof value !== "object") return 0;
  return Object.values(value).reduce<number>((sum, part: SnapshotValue) => sum + bytesOf(part), 0);
}

/** Two tasks, told or not, and with their ends known or not. */
function live(one: Cloner, taskEnds = true, steps = 30): void {
  one.begin(first);
  showTask(one, first, ([x]) => [x!]);
  one.sleep(first, steps, taskEnds);
  one.begin(second);
  showTask(one, second, ([, y]) => [-y!]);
  one.sleep(second, steps, taskEnds);
}

describe.each([...strategies])("%s", (name, strategy) => {
  const make = (cue = 4, seed = 1): Cloner => cloner({ consolidation: name, hidden: [12, 12], cue, seed });

  it("is called what its entry is called, and says what it does", () => {
    expect([strategyNamed(name), strategy.name]).toEqual([strategy, name]);
    expect(strategy.summary.length).toBeGreaterThan(10);
    expect(Object.keys(strategy.options.parse({}))).toEqual(Object.keys(strategy.options.shape));
  });

  it("refuses a setting that it does not have", () => {
    expect(() => cloner({ consolidation: name, options: { noSuchSetting: 1 } })).toThrow(UnknownNameError);
  });

  it("learns a single task as well as anybody", () => {
    // Wide enough that a network which gives most of itself to later tasks, as PackNet does, is still connected.
    const one = cloner({ consolidation: name, hidden: [24, 24], cue: 4 });
    one.begin(first);
    showTask(one, first, ([x]) => [x!]);
    one.sleep(first, 600);
    expect(one.act(first, [0.5, 0])[0]).toBeCloseTo(0.5, 0);
    expect(one.act(first, [-0.5, 0])[0]).toBeCloseTo(-0.5, 0);
  });

  it.each([
    ["told which task it is, and where it ends", 4, true],
    ["told which task it is, and not where it ends", 4, false],
    ["told where a task ends, and not which it is", 0, true],
  ])("lives the same life from the same seed, %s", (_, cue, taskEnds) => {
    const [one, two] = [make(cue), make(cue)];
    for (const each of [one, two]) live(each, taskEnds);
    expect(answers(one).every(Number.isFinite)).toBe(true);
    expect(answers(one)).toEqual(answers(two));
    expect(one.learner.consolidation.bytes).toBe(two.learner.consolidation.bytes);
  });

  it("goes on from a snapshot as if nothing had happened", () => {
    const [one, copy] = [make(), make()];
    live(one);
    copy.memory.restore(structuredClone(one.memory.snapshot()));
    copy.learner.restore(structuredClone(one.learner.snapshot()));
    expect(answers(copy)).toEqual(answers(one));
    // What a sleep draws comes from whoever asks for it: the copy has slept as often.
    for (let k = 0; k < 2; k++) copy.sleep(third, 0);
    for (const each of [one, copy]) {
      each.begin(third);
      showTask(each, third, ([x, y]) => [x! * y!]);
      each.sleep(third, 10);
    }
    expect(answers(copy)).toEqual(answers(one));
    expect(() => copy.learner.restore({ strange: 1 })).toThrow(EngramError);
  });

  it("can be saved in the middle of a sleep, which goes on as if nobody had looked; what is restored acts by what was learned so far", () => {
    const [left, looked, stopped, copy] = [make(), make(), make(), make()];
    let half: number[] = [];
    for (const one of [left, looked, stopped]) {
      live(one);
      one.begin(third);
      showTask(one, third, ([x, y]) => [x! * y!]);
      let step = 0;
      for (const _ of one.learner.steps({ task: third, count: 10, taskEnds: true, random: RandomStream.fromSeed(3) })) {
        if (++step !== 5 || one === left) continue;
        if (one === stopped) break;
        copy.memory.restore(structuredClone(one.memory.snapshot()));
        copy.learner.restore(structuredClone(one.learner.snapshot()));
        half = answers(copy);
      }
    }
    expect(half).toEqual(answers(stopped));
    expect(answers(looked)).toEqual(answers(left));
    expect(looked.learner.snapshot()).toEqual(left.learner.snapshot());
  });

  it("takes no more bytes for what it keeps than it says, and keeps no more examples than it may", () => {
    const one = make();
    live(one);
    one.begin(third);
    const { consolidation, parameters } = one.learner;
    const { parameterBytes, strategyBytes = 0 } = one.learner.measure(third);
    expect(strategyBytes).toBe(consolidation.bytes);
    expect(parameterBytes + strategyBytes).toBeGreaterThanOrEqual(parameters.numbers.byteLength + bytesOf(consolidation.snapshot()));
    if (name === "perfect-memory") return;
    for (const task of [first, second]) expect(one.memory.rowsOf(task).length).toBeLessThanOrEqual(20);
  });

  it("comes back to a task that it knows", () => {
    const one = make();
    live(one);
    one.begin(first);
    showTask(one, first, ([x]) => [x!], 2);
    one.sleep(first, 20);
    expect(answers(one).every(Number.isFinite)).toBe(true);
  });

  it("leaves no tensor behind, step by step", () => {
    const one = make();
    live(one);
    const { numTensors } = tf.memory();
    live(one);
    answers(one);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

it("a strategy that does not exist is named with the nearest that do", () => {
  expect(() => strategyNamed("repaly")).toThrow(UnknownNameError);
  expect(() => strategyNamed("repaly")).toThrow("replay");
});
