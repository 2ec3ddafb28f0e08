import { beforeAll, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, showTask } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const step = { index: 0, count: 1, task: second, taskEnds: false, random: RandomStream.fromSeed(5) };

it("clones what the policy did when the task ended, not what was shown", () => {
  const one = cloner({ consolidation: "clonex", options: { strength: 2 }, hidden: [8], memoryPerTask: 6 });
  one.begin(first);
  showTask(one, first, ([x]) => [x!]);
  one.sleep(first, 40);
  one.begin(second);
  showTask(one, second, ([, y]) => [5 * y!]);
  const { learner, memory } = one;
  const kept = memory.rowsOf(first);
  expect(kept).toHaveLength(6);
  const did = learner.answers(learner.examples(kept).inputs);
  expect([...learner.examples(kept).targets]).toEqual([...did]);
  one.sleep(second, 40, false);
  // The policy has moved on; what is cloned has not, and every kept state is.
  const [term] = learner.consolidation.terms!(step, { count: 64, inputs: new Float32Array(), targets: new Float32Array() });
  expect([...learner.answers(learner.examples(kept).inputs)]).not.toEqual([...did]);
  expect(new Set(term!.examples.targets)).toEqual(new Set(did));
  expect([term!.examples.count, term!.weight]).toEqual([64, 2]);
});

it("leaves what was shown alone while a task has not ended, and adds nothing for it", () => {
  const one = cloner({ consolidation: "clonex" });
  one.begin(first);
  one.show(first, [1, 0], [0.25]);
  one.sleep(first, 3, false);
  expect(one.memory.values[0]).toBe(0.25);
  expect(one.learner.consolidation.terms!({ ...step, task: first }, one.learner.examples(Int32Array.of(0)))).toEqual([]);
});
