import { describe, expect, it } from "vitest";
import type { SelfTest } from "../../src/contract/agent.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { selfTestOf } from "../../src/learning/self-test.ts";

const task = asTaskId("pull");
const before = Float64Array.from({ length: 20 }, (_, k) => 0.1 + 0.01 * (k % 3));

function after(more: (k: number) => number, episodes = 5): SelfTest {
  const errors = before.map((error, k) => error + more(k));
  return selfTestOf({ task, episodes: Int32Array.from(before, (_, k) => k % episodes), before, after: errors });
}

describe("a self-test", () => {
  it("finds a task worse that is worse by more than chance and by enough, and none else", () => {
    expect(after(() => 0)).toMatchObject({ task, states: 20, worse: false });
    expect(after(() => -0.05).worse).toBe(false);
    // Two tenths of an action more everywhere is worse; much in one of five episodes is chance; one tenth is too little to matter.
    expect(after((k) => 0.2 + 0.001 * (k % 2)).worse).toBe(true);
    expect(after((k) => (k % 5 === 0 ? 4 : 0)).worse).toBe(false);
    expect(after((k) => 0.1 + 0.001 * (k % 2)).worse).toBe(false);
    // (7·.10 + 7·.11 + 6·.12) / 20 = .1095 before.
    expect(after(() => 0.05).before).toBeCloseTo(0.1095, 10);
    expect(after(() => 0.05).after).toBeCloseTo(0.1595, 10);
  });

  it("takes the states of an episode for one witness, and fewer than four witnesses for none", () => {
    expect([4, 3, 2, 1].map((episodes) => after(() => 2, episodes).worse)).toEqual([true, false, false, false]);
  });

  it("asks for more than two standard errors where these are estimated from few witnesses", () => {
    // Rises .1 .3 .5 .7, by episode: mean .4, deviation √(.2/3) = .2582, standard error .1291. The mean is 3.10 of them, and t for two deviations and three degrees of freedom is 3.28.
    expect(after((k) => 0.1 + 0.2 * (k % 4), 4).worse).toBe(false);
    // Rises .2 .3 .5 .6: mean .4, deviation √(.1/3) = .1826, standard error .0913; 4.38 of them.
    expect(after((k) => [0.2, 0.3, 0.5, 0.6][k % 4]!, 4).worse).toBe(true);
    // Rises 0 .2 .4 .6 .8 of five: mean .4, deviation √(.4/4) = .3162, standard error .1414; 2.83 of them, and t is 2.85.
    expect(after((k) => 0.2 * (k % 5)).worse).toBe(false);
  });
});
