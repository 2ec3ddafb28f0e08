import { beforeAll, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, showTask, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** Begins the second task and learns it, with the same random numbers whatever came before. */
function learnSecond(one: Cloner): Float32Array {
  one.learner.beginTask(second, RandomStream.fromSeed(7));
  showTask(one, second, ([, y]) => [-y!]);
  const sleep = { task: second, count: 50, taskEnds: true, random: RandomStream.fromSeed(8) };
  expect([...one.learner.steps(sleep)]).toHaveLength(50);
  return one.learner.parameters.numbers.slice();
}

it("learns a second task to the very bytes of one whose first task it is", () => {
  const make = (): Cloner => cloner({ consolidation: "from-scratch", hidden: [12, 12] });
  const [experienced, novice] = [make(), make()];
  experienced.begin(first);
  showTask(experienced, first, ([x]) => [x!]);
  experienced.sleep(first, 50);
  expect(learnSecond(experienced)).toEqual(learnSecond(novice));
  expect([experienced.learner.count, novice.learner.count]).toEqual([100, 50]);
});
