import { beforeAll, describe, expect, it } from "vitest";
import { InvalidValueError, SnapshotError } from "../../../src/contract/errors.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import { columnAfter, columnNetwork, type FrozenColumn } from "../../../src/learning/consolidation/column-network.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { mean } from "../../../src/numerics/statistics.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { checkGradient } from "../../../src/tensor/check-gradient.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { valueOf, viewsOf } from "../../../src/tensor/gradient.ts";
import type { MlpShape } from "../../../src/tensor/mlp-shape.ts";
import { matrix } from "../../../src/tensor/ops.ts";
import { placeOf } from "../../../src/tensor/parameters.ts";
import { cloner, first, second, showTask, third, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("a column", () => {
  const wide: MlpShape = { sizes: [3, 5, 4, 2], activation: "tanh" };
  const narrow: MlpShape = { sizes: [3, 3, 2, 2], activation: "tanh" };
  const numbers = (count: number, seed: number): Float32Array => {
    const random = RandomStream.fromSeed(seed);
    return Float32Array.from({ length: count }, () => random.normal() / 2);
  };
  const inputs = numbers(4 * 3, 7);

  const frozen = (earlier: readonly FrozenColumn[], shape: MlpShape): FrozenColumn => {
    const column = columnAfter(earlier, shape);
    return { ...column, parameters: FlatVector.from(numbers(column.layout.size, earlier.length + 1)) };
  };

  /** A narrow column on top of a wide and a narrow one. */
  const make = (): { readonly own: FrozenColumn; readonly earlier: readonly FrozenColumn[] } => {
    const one = frozen([], wide);
    const two = frozen([one], narrow);
    return { own: frozen([one, two], narrow), earlier: [one, two] };
  };

  it("has weights to all columns before it in every layer but the first", () => {
    const { layout } = make().own;
    expect(layout.parts.map(({ shape }) => shape)).toEqual([[3, 3], [3], [5 + 3 + 3, 2], [2], [4 + 2 + 2, 2], [2]]);
  });

  it("has the derivatives that finite differences say", () => {
    const { own, earlier } = make();
    const network = columnNetwork(own, earlier);
    const tensors = own.layout.parts.map(({ offset, shape }) => own.parameters.tensor(offset, shape));
    const [x, y] = [matrix(inputs, 4, 3), matrix(numbers(4 * 2, 8), 4, 2)];
    const { first: error } = checkGradient((...parts) => network.error(viewsOf(own.layout, parts), x, y, RandomStream.fromSeed(0)), tensors, {
      order: 1,
    });
    for (const tensor of [...tensors, x, y]) tensor.dispose();
    expect(error).toBeLessThan(2e-3);
  });

  it("acts by what it learns by, and by what earlier columns say", () => {
    const { own, earlier } = make();
    const network = columnNetwork(own, earlier);
    const act = network.actor(own.parameters);
    const said = (): Float32Array => {
      const action = new Float32Array(4 * 2);
      for (let row = 0; row < 4; row++) act(inputs.subarray(3 * row, 3 * row + 3), action.subarray(2 * row, 2 * row + 2));
      return action;
    };
    const before = said();
    const error = valueOf(
      (views) => network.error(views, matrix(inputs, 4, 3), matrix(before, 4, 2), RandomStream.fromSeed(0)),
      own.layout,
      own.parameters,
    );
    expect(error).toBeLessThan(1e-12);
    for (const { parameters, layout } of earlier) {
      // Its first hidden layer, which the second of the columns after it reads.
      const at = placeOf(layout, "column/0/bias").offset;
      const was = parameters.numbers[at]!;
      parameters.numbers[at] = was + 1;
      expect(said()).not.toEqual(before);
      parameters.numbers[at] = was;
    }
  });

  it("shows its own hidden units, and none of earlier columns, as what it reads makes them", () => {
    const { own, earlier } = make();
    const [one, two] = earlier as [FrozenColumn, FrozenColumn];
    const x = inputs.subarray(0, 3);
    const hiddenOf = (column: FrozenColumn, before: readonly FrozenColumn[]): readonly Float32Array[] =>
      columnNetwork(column, before).hidden!(column.parameters)(x);
    const layer = (column: FrozenColumn, i: number, read: readonly number[]): number[] => {
      const { outputs, weights, bias } = column.layers[i]!;
      const { numbers: all } = column.parameters;
      return Array.from({ length: outputs }, (_, j) =>
        Math.tanh(read.reduce((sum, value, k) => sum + value * all[weights + k * outputs + j]!, all[bias + j]!)),
      );
    };
    const below = [one, two, own].map((column) => layer(column, 0, [...x]));
    const expected = [below[2]!, layer(own, 1, below.flat())];
    expect(hiddenOf(own, earlier).map((units) => Array.from(units))).toEqual(
      expected.map((units) => units.map((unit) => expect.closeTo(unit, 5) as unknown)),
    );
    expect(hiddenOf(one, []).map(({ length }) => length)).toEqual([5, 4]);
  });
});

describe("progressive", () => {
  const make = (width = 0.5): Cloner => cloner({ consolidation: "progressive", hidden: [12, 8], options: { width } });
  const lessons = [
    [first, ([x]: readonly number[]) => [x!]],
    [second, ([, y]: readonly number[]) => [-y!]],
    [third, ([x, y]: readonly number[]) => [(x! + y!) / 2]],
  ] as const;
  const probes = Array.from({ length: 20 }, (_, k) => [Math.sin(k), Math.cos(3 * k)]);
  const answers = (one: Cloner, task: typeof first): number[] => probes.flatMap((x) => one.act(task, x));

  it.each([true, false])("answers every earlier task with the same bits, and learns all (ends announced: %s)", (taskEnds) => {
    const one = make();
    const past: { readonly task: typeof first; readonly said: readonly number[] }[] = [];
    for (const [task, action] of lessons) {
      one.begin(task);
      showTask(one, task, action);
      one.sleep(task, 400, taskEnds);
      past.push({ task, said: answers(one, task) });
      for (const earlier of past) expect(answers(one, earlier.task)).toEqual(earlier.said);
    }
    for (const [task, action] of lessons) expect(mean(probes.map((x) => Math.abs(one.act(task, x)[0]! - action(x)[0]!)))).toBeLessThan(0.1);
  });

  it("grows by a column, with what it reads of those before, for every task that begins", () => {
    const one = make();
    const sizes: number[] = [];
    const bytes: number[] = [];
    for (const [task, action] of lessons) {
      one.begin(task);
      bytes.push(one.learner.consolidation.bytes);
      showTask(one, task, action);
      one.sleep(task, 2);
      sizes.push(one.learner.parameters.size);
    }
    // 2 → 12 → 8 → 1; then 2 → 6 → 4 → 1 reading 12 and 8 units more, then 6 and 4 more than that.
    expect(sizes).toEqual([
      3 * 12 + 13 * 8 + 9,
      3 * 6 + (12 + 6 + 1) * 4 + (8 + 4 + 1), // prettier-ignore
      3 * 6 + (12 + 6 + 6 + 1) * 4 + (8 + 4 + 4 + 1),
    ]);
    expect(bytes).toEqual([0, 4 * sizes[0]! + 4, 4 * (sizes[0]! + sizes[1]!) + 8]);
  });

  /** Learns all lessons, one after another. */
  const schooled = (): Cloner => {
    const one = make();
    for (const [task, action] of lessons) {
      one.begin(task);
      showTask(one, task, action);
      one.sleep(task, 100);
    }
    return one;
  };

  it("gives a task that comes back its column again, as it is where others read it: no answer changes, and no column is added", () => {
    const one = schooled();
    const all = (): number[][] => lessons.map(([task]) => answers(one, task));
    const [said, bytes] = [all(), one.learner.consolidation.bytes];
    const parameters = one.learner.parameters.numbers.slice();
    one.begin(first);
    showTask(one, first, ([x]) => [-x!]);
    one.sleep(first, 20);
    expect(all()).toEqual(said);
    expect(one.learner.parameters.numbers).toEqual(parameters);
    expect(one.learner.consolidation.bytes).toBe(bytes);
    // What begins then is a column after the three that there are, and the task is still answered by its own.
    const fourth = asTaskId("fourth");
    one.begin(fourth);
    showTask(one, fourth, ([x, y]) => [x! * y!]);
    one.sleep(fourth, 20);
    expect(all()).toEqual(said);
    expect(answers(one, fourth)).not.toEqual(said[2]);
    expect(one.learner.measure(fourth).strategyBytes).toBe(bytes + 4 * parameters.length + 4);
  });

  it("goes on learning a task that comes back where its column is the newest", () => {
    const one = schooled();
    const before = lessons.map(([task]) => answers(one, task));
    const { size } = one.learner.parameters;
    one.begin(first);
    one.begin(third);
    showTask(one, third, ([x, y]) => [-(x! + y!) / 2]);
    one.sleep(third, 100);
    expect(one.learner.parameters.size).toBe(size);
    expect(answers(one, third)).not.toEqual(before[2]);
    for (const k of [0, 1]) expect(answers(one, lessons[k]![0])).toEqual(before[k]);
  });

  it("answers a task that it has never seen by its latest column, and begins none before it has learned", () => {
    const one = make();
    one.begin(first);
    showTask(one, first, lessons[0][1]);
    one.sleep(first, 10);
    const said = answers(one, first);
    one.begin(second);
    expect(answers(one, third)).toEqual(said);
    const { size } = one.learner.parameters;
    one.begin(third);
    expect(one.learner.parameters.size).toBe(size);
    showTask(one, third, lessons[2][1]);
    one.sleep(third, 10);
    expect(answers(one, second)).toEqual(answers(one, third));
  });

  it("refuses a layer norm, a width of 0, and a snapshot of other columns", () => {
    expect(() => make(0)).toThrow(InvalidValueError);
    const { learner } = make();
    expect(() => learner.consolidation.restore({ ...learner.consolidation.snapshot(), frozen: [new Float32Array(3)] })).toThrow(SnapshotError);
  });
});
