import { beforeAll, describe, expect, it } from "vitest";
import { agents as registered } from "../../agents/index.ts";
import type { Agent, AgentEntry } from "../../src/contract/agent.ts";
import { InvalidValueError } from "../../src/contract/errors.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { StoppedError } from "../../src/continual/continual-run.ts";
import type { ContinualConfigInput } from "../../src/continual/config.ts";
import type { RunEvent, RunProgress, TestedWhileLearning } from "../../src/continual/run-event.ts";
import { runEvent } from "../../src/runtime/read-run.ts";
import { Pace } from "../../src/streams/pace.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { logText, performed, pointRun } from "./point-run.ts";

const TESTS = { every: 10, episodes: 3, tasks: "seen" } as const;
const small = { engram: { memoryPerTask: 30, support: 64, queries: 16 }, "behaviour-cloning": { hidden: [16], consolidation: "replay" } };

interface Life {
  readonly events: readonly RunEvent[];
  readonly progress: readonly RunProgress[];
  /** Of every agent that was disposed of, in that order. */
  readonly snapshots: readonly Snapshot[];
}

/** A run of two tasks whose agents are looked at when it ends. */
async function lived(testsWhileLearning: ContinualConfigInput["testsWhileLearning"], names = Object.keys(small), gradientSteps = 30): Promise<Life> {
  const snapshots: Snapshot[] = [];
  const watched = new Map(
    names.map((name): [string, AgentEntry] => {
      const entry = registered.get(name)!;
      const make = async (options: Parameters<AgentEntry["make"]>[0]): Promise<Agent> => {
        const agent = await entry.make(options);
        const dispose = agent.dispose.bind(agent);
        return Object.assign(agent, { dispose: () => (snapshots.push(agent.snapshot()), dispose()) });
      };
      return [name, { ...entry, make }];
    }),
  );
  const config = {
    tasks: ["point/left@1", "point/up@1"],
    agents: Object.fromEntries(names.map((name) => [name, small[name as keyof typeof small]])),
    gradientSteps,
    ...(testsWhileLearning !== undefined && { testsWhileLearning }),
  };
  const { events, progress } = await performed({ agents: watched, config });
  return { events, progress, snapshots };
}

const whileLearning = (events: readonly RunEvent[]): TestedWhileLearning[] =>
  events.filter((event): event is TestedWhileLearning => event.kind === "tested-while-learning");

describe("tests while learning", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it.each(Object.keys(small))("leave everything that %s learns and remembers as it is without them", async (name) => {
    const [without, withTests] = [await lived(undefined, [name]), await lived(TESTS, [name])];
    expect(whileLearning(without.events)).toEqual([]);
    expect(whileLearning(withTests.events).length).toBeGreaterThan(0);
    // A twin is disposed of at the end of each sleep; the agent itself is the last.
    const [alone, tested] = [without.snapshots.at(-1), withTests.snapshots.at(-1)];
    // Episodes are counted over the whole run, so that those shown later have higher numbers.
    expect(withoutEpisodes(tested)).toEqual(withoutEpisodes(alone));
    expect(logText(withTests.events.filter(({ kind }) => kind !== "tested-while-learning"))).toBe(logText(without.events));
  });

  it("come at every so many gradient steps, none at the end, on all tasks that were shown", async () => {
    const { events } = await lived(TESTS);
    const tests = whileLearning(events).map(({ agent, learned, learning, gradientStep, task }) =>
      [agent, learned, learning, gradientStep, task].join(" "),
    );
    const of = (agent: string): string[] => [
      ...[10, 20].map((step) => `${agent} 0 left ${step} left`),
      ...[10, 20].flatMap((step) => ["left", "up"].map((task) => `${agent} 1 up ${step} ${task}`)),
    ];
    expect(tests.toSorted()).toEqual([...of("engram"), ...of("behaviour-cloning")].toSorted());
    for (const { successes, steps, returns } of whileLearning(events)) expect([successes.length, steps.length, returns.length]).toEqual([3, 3, 3]);
  });

  it("are read back from a log as they were written, measurements too", async () => {
    const { events } = await lived(TESTS);
    expect(events.map((event) => runEvent.parse(JSON.parse(JSON.stringify(event))))).toEqual(events);
  });

  it("are of the current task alone where no more is asked for", async () => {
    const { events } = await lived({ every: 10, episodes: 2 });
    expect(new Set(whileLearning(events).map(({ learning, task }) => `${learning} ${task}`))).toEqual(new Set(["left left", "up up"]));
  });

  it("count as work to be done, so that progress still ends at the whole", async () => {
    const { progress } = await lived(TESTS);
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeCloseTo(1, 9);
  });

  it("end with the run when it is stopped in one of them", async () => {
    const pace = new Pace();
    const config = { agents: { engram: small.engram }, testsWhileLearning: TESTS };
    let sleeping = false;
    const { run, events } = await pointRun({
      agents: registered,
      config,
      pace,
      onLoop: (event) => void (sleeping && event.kind === "stepped" && pace.stop()),
    });
    await run.demonstrate(run.tasks[0]!);
    sleeping = true;
    await expect(run.sleep(run.agents[0]!, run.tasks[0]!)).rejects.toThrow(StoppedError);
    expect(events.filter(({ kind }) => kind === "learned" || kind === "tested-while-learning")).toEqual([]);
    run.dispose();
  });

  it("are refused with more episodes than the tests have", async () => {
    const asked = pointRun({ config: { evaluationEpisodes: 5, testsWhileLearning: { every: 10, episodes: 6 } } });
    await expect(asked).rejects.toThrow(InvalidValueError);
    await expect(asked).rejects.toThrow(
      "Expected `config.testsWhileLearning.episodes` to be at most `evaluationEpisodes`, of which they are the first, got `6`",
    );
  });
});

describe("an agent that measures itself", () => {
  it("does so after each sleep", async () => {
    const { events } = await lived(undefined);
    const measured = events.filter((event) => event.kind === "measured");
    expect(measured.map(({ agent, learned }) => `${agent} ${learned}`).toSorted()).toEqual(
      ["behaviour-cloning 1", "behaviour-cloning 2", "engram 1", "engram 2"].toSorted(),
    );
    for (const { parameterBytes, memoryBytes, dormant, effectiveRank, stableRank, approximateRank, weightNorm } of measured) {
      for (const bytes of [parameterBytes, memoryBytes]) expect(bytes).toBeGreaterThan(0);
      expect(dormant).toBeLessThan(0.5);
      for (const rank of [effectiveRank, stableRank, approximateRank]) expect(rank).toBeGreaterThanOrEqual(1);
      expect(weightNorm).toBeGreaterThan(0);
    }
  });
});

/** A snapshot with the numbers of episodes taken out. */
function withoutEpisodes(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(withoutEpisodes);
  return Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (/^episodes?$/.test(key) ? [] : [[key, withoutEpisodes(each)]])));
}
