import { describe, expect, it } from "vitest";
import type { Transition } from "../../src/contract/agent.ts";
import type { DemonstrationSet, RecordedEpisode } from "../../src/contract/demonstration.ts";
import { InvalidValueError, UnknownNameError } from "../../src/contract/errors.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { checkRecorded, chooseRecorded, transitionsOf } from "../../src/continual/recorded.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { pointAgents } from "./point-agents.ts";
import { performed, pointRun } from "./point-run.ts";
import { pointSpec } from "./point-world.ts";

/** An episode of the point world that walks from 0 to x = steps / 10; `success` is the step of its first success, −1 for none, absent for not recorded. */
function walk(steps: number, success?: number): RecordedEpisode {
  return {
    observations: Float32Array.from({ length: (steps + 1) * 4 }, (_, k) => (k % 4 === 0 ? k / 40 : k % 4 === 2 ? 1 : 0)),
    actions: Float32Array.from({ length: steps * 2 }, (_, k) => (k % 2 === 0 ? 1 : 0)),
    rewards: Float64Array.from({ length: steps }, (_, k) => k),
    terminations: new Uint8Array(steps),
    truncations: Uint8Array.from({ length: steps }, (_, k) => Number(k === steps - 1)),
    ...(success !== undefined && { successes: Uint8Array.from({ length: steps }, (_, k) => Number(success >= 0 && k >= success)) }),
  };
}

const setOf = (episodes: readonly RecordedEpisode[], observationSize = 4): DemonstrationSet & { readonly closed: { times: number } } => {
  const closed = { times: 0 };
  return {
    name: "walks-v0",
    observationSize,
    actionSize: 2,
    episodes: episodes.length,
    episode: (index) => episodes[index]!,
    close: () => void closed.times++,
    closed,
  };
};

const told = (episode: RecordedEpisode): Transition[] => transitionsOf(episode, { task: asTaskId("right"), number: 3, spec: pointSpec("right") });

describe("a recorded episode", () => {
  it("is told as it would have been observed", () => {
    const transitions = told(walk(3, 2));
    expect(transitions.map(({ index, episode, actor, task }) => [index, episode, actor, task])).toEqual(
      [0, 1, 2].map((k) => [k, 3, "demonstrator", "right"]),
    );
    expect([...transitions[1]!.observation]).toEqual([Math.fround(0.1), 0, 1, 0]);
    expect([...transitions[1]!.step.observation]).toEqual([Math.fround(0.2), 0, 1, 0]);
    expect([...transitions[1]!.action]).toEqual([1, 0]);
    expect(transitions.map(({ step }) => [step.kind, step.reward, step.success])).toEqual([
      ["middle", 0, false],
      ["middle", 1, false],
      ["truncated", 2, true],
    ]);
  });

  it("was meant as its decisions say, where they were recorded, and otherwise as it was done", () => {
    const shaken = walk(3, 2);
    const meant = shaken.actions.map((x) => x / 2);
    const pair = ({ decision, action }: Transition): number[][] => [[...decision.action], [...action]];
    expect(told({ ...shaken, decisions: meant }).map(pair)[1]).toEqual([
      [0.5, 0],
      [1, 0],
    ]);
    expect(told(shaken).map(pair)[1]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it("ends ten steps after its first success, as a controller's does; without recorded success it is whole, and succeeds at its end", () => {
    expect(told(walk(40, 5))).toHaveLength(16);
    const whole = told(walk(40));
    expect(whole).toHaveLength(40);
    expect(whole.map(({ step }) => step.success)).toEqual(Array.from({ length: 40 }, (_, k) => k === 39));
  });

  it("is chosen if it succeeded, in an order of the seed's", () => {
    const set = setOf([walk(1, -1), walk(2, 0), walk(3, -1), walk(4, 1), walk(5, 2)]);
    const lengths = (seed: number): number[] => chooseRecorded(set, 3, RandomStream.fromSeed(seed)).map(({ rewards }) => rewards.length);
    expect(lengths(1)).toEqual(lengths(1));
    expect(lengths(1).toSorted((a, b) => a - b)).toEqual([2, 4, 5]);
    expect(new Set(Array.from({ length: 10 }, (_, seed) => lengths(seed).join())).size).toBeGreaterThan(1);
    expect(() => chooseRecorded(set, 4, RandomStream.fromSeed(1))).toThrow("at most 3");
  });
});

describe("a run with recorded demonstrations", () => {
  const config = { tasks: ["point/left@1", "point/right@1"], demonstrationSets: { "point/right@1": "walks-v0" } };

  it("shows them to every agent instead of a controller's, and closes the set", async () => {
    const seen = new Map<string, number>();
    const agents = new Map(
      [...pointAgents].map(([name, entry]) => [
        name,
        {
          ...entry,
          async make(options: Parameters<typeof entry.make>[0]) {
            const agent = await entry.make(options);
            const observe = agent.observe.bind(agent);
            agent.observe = (transition) => {
              if (transition.task === "right") seen.set(name, (seen.get(name) ?? 0) + 1);
              observe(transition);
            };
            return agent;
          },
        },
      ]),
    );
    const set = setOf([walk(12, 11), walk(12, 11), walk(12, 11), walk(12, 11)]);
    const { events } = await performed({ config, agents, openDemonstrations: async () => set });
    expect(events.filter(({ kind }) => kind === "demonstrated")[1]).toEqual({
      kind: "demonstrated",
      task: "right",
      episodes: 3,
      successes: 3,
      steps: 36,
    });
    expect([...seen]).toEqual([["rememberer", 36], ["forgetter", 36]]); // prettier-ignore
    expect(set.closed.times).toBe(2);
  });

  const start = (set: DemonstrationSet, sets: Readonly<Record<string, string>> = config.demonstrationSets): Promise<unknown> =>
    pointRun({ config: { ...config, demonstrationSets: sets }, openDemonstrations: async () => set });
  const three = [walk(2, 1), walk(2, 1), walk(2, 1)];

  it("finds out before it begins that a set is too small, of another body, or for a task that is not learned, and closes it", async () => {
    const [few, wide] = [setOf([walk(2, 1)]), setOf(three, 5)];
    await expect(start(few)).rejects.toThrow("at most 1");
    await expect(start(wide)).rejects.toThrow(InvalidValueError);
    expect([few.closed.times, wide.closed.times]).toEqual([1, 1]);
    await expect(start(setOf([]), { "point/righ@1": "walks-v0" })).rejects.toThrow(UnknownNameError);
  });

  it("counts the successful episodes alone before it begins, as it shows no others", async () => {
    await expect(start(setOf([walk(2, 1), walk(2, -1), walk(2, 0), walk(2, -1)]))).rejects.toThrow("at most 2, the successful episodes");
    await expect(start(setOf([walk(2, 1), walk(2, -1), walk(2, 0), walk(2)]))).resolves.toBeDefined();
  });

  it("looks at no more episodes of a set than it needs, however many it claims", () => {
    const set = { ...setOf(three), episodes: 5e9 };
    expect(() => checkRecorded(set, pointSpec("right"), 3)).not.toThrow();
  });

  it("refuses what was recorded in another world, where that is known; options of the world are no other", async () => {
    await expect(start({ ...setOf(three), world: "point/left@1" })).rejects.toThrow(
      'a data set of `point/right@1`, got "walks-v0: point/left@1" (string). Name a data set that was recorded in this world.',
    );
    await expect(start({ ...setOf(three), world: "point/right@1?limit=5" })).resolves.toBeDefined();
  });
});
