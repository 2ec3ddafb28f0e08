import { afterEach, describe, expect, it } from "vitest";
import type { RunProgress } from "../../src/continual/run-event.ts";
import type { Log, SleepMessage } from "../../src/telemetry/messages.ts";
import { asleep, type RailRun, railRun, slept, started, tasks } from "./rail-run.ts";
import { TestClient } from "./test-client.ts";

let run: RailRun | undefined;

afterEach(async () => {
  run?.pace.stop();
  await run?.telemetry.close();
  run = undefined;
});

async function start(): Promise<RailRun> {
  run = await railRun();
  run.telemetry.onEvent(started);
  return run;
}

async function watch({ telemetry }: RailRun): Promise<TestClient> {
  const client = await TestClient.connect(telemetry.port);
  client.subscribe("/sleep");
  await client.settled();
  return client;
}

const at = (gradientStep: number, options: Partial<RunProgress> = {}): RunProgress => ({
  ...asleep,
  ...options,
  sleep: { trigger: "boundary", gradientStep, gradientSteps: 200, ...(gradientStep > 0 && { loss: 1 / gradientStep }) },
});
const lossAt = (gradientStep: number) => ({ kind: "loss", agent: "rememberer", task: tasks[1], gradientStep, loss: 1 / gradientStep }) as const;

describe("a sleep on show", () => {
  it("is told from its first turn on: why, at what and how far, without a loss before the first gradient step", async () => {
    const { telemetry } = await start();
    const client = await watch(run!);
    telemetry.onProgress(at(0, { doing: "self-test" }));
    telemetry.onEvent(lossAt(10));
    telemetry.onProgress(at(10));
    await client.settled();
    const named = { agent: "rememberer", number: 1, task: "right", trigger: "boundary", state: "asleep", gradientSteps: 200 };
    expect(client.messages<SleepMessage>("/sleep")).toEqual([
      { ...named, doing: "self-test", gradientStep: 0, losses: [] },
      { ...named, doing: "learning", gradientStep: 10, loss: 0.1, losses: [{ gradientStep: 10, loss: 0.1 }] },
    ]);
  });

  it("is told no more often than people can read, but every change of what it is at", async () => {
    const { telemetry } = await start();
    const client = await watch(run!);
    const begun = performance.now();
    for (let step = 1; step <= 200; step++) telemetry.onProgress(at(step));
    const periods = Math.ceil((performance.now() - begun) / 100);
    telemetry.onProgress(at(200, { doing: "filing" }));
    telemetry.onProgress(at(200, { doing: "tidying" }));
    await client.settled();
    const told = client.messages<SleepMessage>("/sleep");
    expect(told.length).toBeLessThanOrEqual(3 + periods + 1);
    expect(told.slice(-2).map(({ doing, gradientStep }) => [doing, gradientStep])).toEqual([
      ["filing", 200],
      ["tidying", 200],
    ]);
  });

  it("leaves its whole report, which stays until the agent sleeps again", async () => {
    const { telemetry } = await start();
    const client = await watch(run!);
    telemetry.onEvent(lossAt(100));
    telemetry.onProgress(at(100));
    telemetry.onEvent(slept);
    telemetry.onProgress(at(1));
    await client.settled();
    const [, report, next] = client.messages<SleepMessage>("/sleep");
    expect(report).toEqual({
      agent: "rememberer",
      number: 1,
      task: "right",
      trigger: "boundary",
      state: "kept",
      gradientStep: 200,
      gradientSteps: 200,
      loss: 0.005,
      losses: [{ gradientStep: 100, loss: 0.01 }],
      memorySize: 1240,
      selfTests: slept.selfTests,
      untested: slept.untested,
      merged: 12,
      forgotten: 3,
      drift: 0.34,
    });
    expect(next).toMatchObject({ number: 2, state: "asleep", gradientStep: 1, losses: [] });
    expect(Object.keys(next!).filter((key) => ["memorySize", "selfTests", "merged", "forgotten", "drift"].includes(key))).toEqual([]);
  });

  it("is told to those who join late, and the latest of every agent, however many sleep in turn", async () => {
    const { telemetry } = await start();
    for (const agent of ["first", "second", "third"]) telemetry.onEvent({ ...slept, agent });
    telemetry.onEvent({ ...slept, agent: "second", rolledBack: true });
    telemetry.onEvent(lossAt(20));
    telemetry.onProgress(at(30));
    telemetry.onProgress(at(31));
    const late = await watch(run!);
    expect(late.messages<SleepMessage>("/sleep").map(({ agent, number, state, gradientStep }) => [agent, number, state, gradientStep])).toEqual([
      ["first", 1, "kept", 200],
      ["second", 2, "undone", 200],
      ["third", 1, "kept", 200],
      ["rememberer", 1, "asleep", 31],
    ]);
    expect(late.messages<SleepMessage>("/sleep").at(-1)!.losses).toEqual([{ gradientStep: 20, loss: 0.05 }]);
  });

  it("was cut short when the run ends in its midst; sleeps that were over stay what they were", async () => {
    const { telemetry } = await start();
    telemetry.onEvent({ ...slept, agent: "forgetter" });
    telemetry.onProgress(at(77));
    const client = await watch(run!);
    telemetry.onEvent({ kind: "run-finished", complete: false });
    await client.message<SleepMessage>("/sleep", ({ state }) => state === "cut short");
    for (const watcher of [client, await watch(run!)]) {
      const latest = new Map(watcher.messages<SleepMessage>("/sleep").map((message) => [message.agent, message]));
      expect(latest.get("rememberer")).toMatchObject({ state: "cut short", gradientStep: 77, gradientSteps: 200, doing: "learning" });
      expect(latest.get("forgetter")).toMatchObject({ state: "kept" });
    }
  });

  it("is one of no gradient steps where nothing was to be learned", async () => {
    const { telemetry } = await start();
    telemetry.onEvent({ kind: "learned", agent: "forgetter", task: tasks[0], trigger: "count", gradientSteps: 0, loss: 0, memorySize: 0 });
    const client = await watch(run!);
    expect(client.messages<SleepMessage>("/sleep")).toEqual([
      { agent: "forgetter", number: 1, task: "left", trigger: "count", state: "kept", gradientStep: 0, gradientSteps: 0, losses: [], memorySize: 0 },
    ]);
  });

  it("says how long its gradient steps will take at their present rate", async () => {
    const { telemetry } = await start();
    const client = await watch(run!);
    const begun = performance.now();
    telemetry.onProgress(at(1));
    const told = async (): Promise<number | undefined> => {
      telemetry.onProgress(at(50));
      await client.settled();
      return client.messages<SleepMessage>("/sleep").at(-1)!.remaining;
    };
    await expect.poll(told, { timeout: 20_000 }).toBeDefined();
    const remaining = (await told())!;
    // A quarter is done, so three times as long is left.
    expect(remaining).toBeGreaterThan(5);
    expect(remaining).toBeLessThanOrEqual((3 * (performance.now() - begun)) / 1000 + 0.1);
  });
});

describe("the log's line of a sleep", () => {
  it("names the worst self-test: the error that rose most", async () => {
    const { telemetry } = await start();
    telemetry.onEvent(slept);
    const client = await TestClient.connect(telemetry.port);
    client.subscribe("/log");
    await client.settled();
    expect(client.messages<Log>("/log").at(-1)!.message).toBe(
      "rememberer slept on right: loss 0.00500 after 200 gradient steps, 1240 memories, 34 % of their neighbours changed; worst self-test left, error 0.100 → 0.125; too few episodes or states to test up",
    );
  });
});
