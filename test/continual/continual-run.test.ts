import { describe, expect, it, vi } from "vitest";
import { environments as allEnvironments } from "../../envs/index.ts";
import type { AgentEntry, ConsolidationBudget, ConsolidationProgress, ConsolidationReport } from "../../src/contract/agent.ts";
import { asEnvironmentId, type EnvironmentEntry } from "../../src/contract/environment.ts";
import { InvalidValueError, StorageError, UnknownNameError } from "../../src/contract/errors.ts";
import type { MemoryShape, MemoryStore } from "../../src/contract/memory.ts";
import { space } from "../../src/contract/space.ts";
import type { RunTask } from "../../src/continual/continual-run.ts";
import { StoppedError } from "../../src/continual/continual-run.ts";
import { DemonstrationError } from "../../src/continual/demonstrations.ts";
import type { Evaluated, RunEvent } from "../../src/continual/run-event.ts";
import { Pace } from "../../src/streams/pace.ts";
import { CloningAgent, pointAgents } from "./point-agents.ts";
import { logText, performed, pointRun, type PointRun } from "./point-run.ts";
import { pointController, pointEntry, pointEnvironments, PointWorld } from "./point-world.ts";

const of = <K extends RunEvent["kind"]>(events: readonly RunEvent[], kind: K): Extract<RunEvent, { kind: K }>[] =>
  events.filter((event): event is Extract<RunEvent, { kind: K }> => event.kind === kind);

const rates = (events: readonly RunEvent[], agent: string, learned: number): number[] =>
  of(events, "evaluated")
    .filter((event) => event.agent === agent && event.learned === learned)
    .map(({ successes }) => successes.filter(Boolean).length / successes.length);

/** The point worlds with one entry changed. */
const environmentsWith = (id: string, change: Partial<EnvironmentEntry>): ReadonlyMap<string, EnvironmentEntry> =>
  new Map([...pointEnvironments, [id, { ...pointEnvironments.get(id)!, ...change }]]);

describe("a continual run", () => {
  it("tells the whole story in order", async () => {
    const { events } = await performed();
    const kinds = events.filter(({ kind }) => kind !== "loss").map(({ kind }) => kind);
    const row = Array.from({ length: 6 }, () => "evaluated");
    const task = ["demonstrated", "learned", "learned", ...row];
    expect(kinds).toEqual(["run-started", ...row, ...task, ...task, ...task, "run-finished"]);
    expect(events[0]).toEqual({
      kind: "run-started",
      scenario: "points",
      seed: 7,
      agents: ["rememberer", "forgetter"],
      tasks: ["left", "right", "up"].map((side) => ({ id: side, environment: `point/${side}@1`, summary: `Go to the goal in the ${side} half.` })),
    });
    expect(events.at(-1)).toEqual({ kind: "run-finished", complete: true });
  });

  it("shows what it is for: one mind forgets, the other does not", async () => {
    const { events } = await performed();
    expect(rates(events, "rememberer", 3).every((rate) => rate >= 0.8)).toBe(true);
    expect(
      rates(events, "forgetter", 3)
        .slice(0, 2)
        .every((rate) => rate <= 0.4),
    ).toBe(true);
    expect(rates(events, "forgetter", 3)[2]).toBeGreaterThanOrEqual(0.8);
  });

  it("writes the same bytes for the same seed, and others for another", async () => {
    const [one, same, other] = [await performed(), await performed(), await performed({ seed: 8 })];
    expect(logText(same.events)).toBe(logText(one.events));
    expect(logText(other.events).replace('"seed":8', '"seed":7')).not.toBe(logText(one.events));
  });

  it("writes the same bytes at any pace", async () => {
    const { events } = await performed();
    const pace = new Pace();
    pace.setSpeed(5000);
    const moves = [() => pace.pause(), () => pace.stepOnce(), () => pace.resume(), () => pace.setSpeed(Infinity), () => pace.setSpeed(5000)];
    let move = 0;
    const turns = setInterval(() => moves[move++ % moves.length]!(), 1);
    const jerky = await performed({ pace });
    clearInterval(turns);
    expect(logText(jerky.events)).toBe(logText(events));
  });

  it("writes the same bytes by any clock", async () => {
    const { events } = await performed();
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (time += 3));
    const late = await performed();
    vi.restoreAllMocks();
    expect(logText(late.events)).toBe(logText(events));
  });

  it("says of each turn of a sleep why it is slept, how far it is and with what loss; none before the first gradient step", async () => {
    /** Asks itself something before it learns. */
    const entry: AgentEntry = {
      name: "asker",
      summary: "",
      defaults: {},
      make: async (options) =>
        new (class extends CloningAgent {
          override *consolidate(budget: ConsolidationBudget): Generator<ConsolidationProgress, ConsolidationReport> {
            yield { gradientSteps: 0, loss: 0, doing: "self-test" };
            return yield* super.consolidate(budget);
          }
        })("asker", options, false),
    };
    const { progress } = await performed({ agents: new Map([["asker", entry]]), config: { agents: { asker: {} }, gradientSteps: 2 } });
    const turns = progress.filter(({ phase }) => phase === "learn").slice(0, 3);
    const budget = { trigger: "boundary", gradientSteps: 2 };
    expect(turns.map(({ doing, sleep }) => ({ doing, sleep }))).toEqual([
      { doing: "self-test", sleep: { ...budget, gradientStep: 0 } },
      { doing: "learning", sleep: { ...budget, gradientStep: 1, loss: 1 } },
      { doing: "learning", sleep: { ...budget, gradientStep: 2, loss: 0.5 } },
    ]);
    expect(progress.filter(({ phase }) => phase !== "learn").every(({ sleep }) => sleep === undefined)).toBe(true);
  });

  it("tells how far it is, never falling back, up to the whole", async () => {
    const { progress } = await performed();
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[0]).toBeGreaterThan(0);
    expect(fractions.at(-1)).toBeCloseTo(1, 9);
    expect(progress[0]).toMatchObject({ phase: "evaluate", task: "left", agent: "rememberer" });
    expect(progress.filter(({ phase }) => phase === "demonstrate").map(({ task, agent }) => `${task} ${agent}`)).toEqual(
      ["left", "right", "up"].flatMap((side) => Array.from({ length: 3 }, () => `${side} undefined`)),
    );
  });
});

describe("demonstrations", () => {
  const heardBy = ({ agents }: { readonly agents: readonly unknown[] }): string[][] => agents.map((agent) => (agent as CloningAgent).heard);

  it("are the same for every agent, told after the task's name, in order and whole", async () => {
    const { run, events } = await pointRun({ config: { demonstrations: 4 } });
    await run.demonstrate(run.tasks[0]!);
    const [one, two] = heardBy(run);
    expect(one).toEqual(two);
    expect(one![0]).toBe("begin left");
    expect(one!.slice(1, 4)).toEqual(["demonstrator left 1.0", "demonstrator left 1.1", "demonstrator left 1.2"]);
    const [demonstrated] = of(events, "demonstrated");
    expect(demonstrated).toMatchObject({ task: "left", episodes: 4, successes: 4, steps: one!.length - 1 });
  });

  it("are replaced when they fail, and failures are shown to nobody", async () => {
    let attempts = 0;
    const distracted: EnvironmentEntry["controller"] = () => {
      const able = pointController();
      return {
        reset: () => void attempts++,
        act: (observation, action) => (attempts % 2 === 0 ? able.act(observation, action) : void action.fill(0)),
      };
    };
    const { run, events } = await pointRun({ environments: environmentsWith("point/left@1", { controller: distracted }) });
    await run.demonstrate(run.tasks[0]!);
    expect(of(events, "demonstrated")).toMatchObject([{ episodes: 6, successes: 3 }]);
    const episodes = new Set(
      heardBy(run)[0]!
        .slice(1)
        .map((line) => line.split(" ")[2]!.split(".")[0]),
    );
    expect([...episodes]).toEqual(["2", "4", "6"]);
  });

  it("are given up, with the facts, when the controller keeps failing", async () => {
    const still: EnvironmentEntry["controller"] = () => ({ reset() {}, act: (_, action) => void action.fill(0) });
    const { run } = await pointRun({ environments: environmentsWith("point/left@1", { controller: still }) });
    const error = await run.demonstrate(run.tasks[0]!).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DemonstrationError);
    expect(error).toMatchObject({ code: "demonstration", environment: "point/left@1", wanted: 3, successes: 0, attempts: 15 });
    expect((error as Error).message).toContain("succeeded in 0 of 15 attempts; 3 demonstrations were wanted.");
  });

  it("need a world with a controller", async () => {
    const { spec } = pointEntry("left");
    const mute: EnvironmentEntry = { spec, make: () => new PointWorld("left") };
    const { run } = await pointRun({ environments: new Map([...pointEnvironments, ["point/left@1", mute]]) });
    await expect(run.demonstrate(run.tasks[0]!)).rejects.toThrow("a world with a scripted controller");
  });

  it("stay as they were when agents and worlds go on to use their buffers", async () => {
    const { run } = await pointRun();
    await run.demonstrate(run.tasks[0]!);
    const agent = run.agents[0] as CloningAgent;
    const entries = Array.from({ length: agent.heard.length - 1 }, (_, i) => agent.remembered(i + 1)!);
    expect(entries.flatMap((entry) => [...entry.observation, ...entry.value]).every(Number.isFinite)).toBe(true);
    expect(new Set(entries.map((entry) => entry.observation.join())).size).toBe(entries.length);
  });
});

describe("a sleep", () => {
  it("tells its losses at about every twentieth of the way, each the mean since the one before, and its report", async () => {
    const { run, events } = await pointRun({ config: { gradientSteps: 40 } });
    await run.sleep(run.agents[0]!, run.tasks[1]!);
    const losses = of(events, "loss");
    expect(losses.map(({ gradientStep }) => gradientStep)).toEqual(Array.from({ length: 20 }, (_, i) => 2 * (i + 1)));
    // The agent's loss at step n is 1/n: (1 + 1/2) / 2, then (1/3 + 1/4) / 2.
    expect(losses.slice(0, 2).map(({ loss }) => loss)).toEqual([0.75, (1 / 3 + 1 / 4) / 2]);
    expect(events.at(-1)).toEqual({
      kind: "learned",
      agent: "rememberer",
      task: "right",
      trigger: "boundary",
      gradientSteps: 40,
      loss: 1 / 40,
      memorySize: 0,
    });
  });

  it("tells each loss once, whatever else the agent yields for between two steps", async () => {
    const { run, events } = await pointRun({ config: { gradientSteps: 40 } });
    const { run: plain, events: expected } = await pointRun({ config: { gradientSteps: 40 } });
    const agent = run.agents[0]!;
    const sleep = agent.consolidate.bind(agent);
    agent.consolidate = function* (budget) {
      const steps = sleep(budget);
      for (let next = steps.next(); ; next = steps.next()) {
        if (next.done === true) return next.value;
        yield next.value;
        yield next.value;
      }
    };
    await run.sleep(agent, run.tasks[1]!);
    await plain.sleep(plain.agents[0]!, plain.tasks[1]!);
    expect(events).toEqual(expected);
  });

  it("of no gradient step is told too", async () => {
    const { run, events } = await pointRun({ config: { gradientSteps: 0 } });
    await run.sleep(run.agents[0]!, run.tasks[0]!);
    expect(events.slice(1)).toEqual([
      { kind: "learned", agent: "rememberer", task: "left", trigger: "boundary", gradientSteps: 0, loss: 0, memorySize: 0 },
    ]);
  });

  it("lets others run between its steps, waits while paused, and takes single steps", async () => {
    const pace = new Pace();
    const { run, progress } = await pointRun({ pace });
    pace.pause();
    let over = false;
    const asleep = run.sleep(run.agents[0]!, run.tasks[0]!).then(() => (over = true));
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    await settle();
    expect(progress).toHaveLength(1);
    pace.stepOnce();
    await settle();
    expect([progress.length, over]).toEqual([2, false]);
    pace.resume();
    await asleep;
    expect(progress).toHaveLength(30);
  });

  it("that is cut short is closed, so that it can free what it holds", async () => {
    let closed = false;
    const pace = new Pace();
    const light: AgentEntry = {
      ...pointAgents.get("rememberer")!,
      async make(options) {
        const agent = new CloningAgent("rememberer", options, false);
        agent.consolidate = function* () {
          try {
            for (let step = 1; ; step++) yield { gradientSteps: step, loss: 1 };
          } finally {
            closed = true;
          }
        };
        return agent;
      },
    };
    const { run, events } = await pointRun({ pace, agents: new Map([...pointAgents, ["rememberer", light]]) });
    setImmediate(() => pace.stop());
    await expect(run.sleep(run.agents[0]!, run.tasks[0]!)).rejects.toThrow(StoppedError);
    expect([closed, of(events, "learned").length]).toEqual([true, 0]);
  });
});

describe("a sleep with so many seconds", () => {
  /** A run with an agent that works for two milliseconds at every gradient step, or until its time is over. */
  async function tired(sleepSeconds: number, pace = new Pace()): Promise<PointRun> {
    const entry: AgentEntry = {
      ...pointAgents.get("rememberer")!,
      async make(options) {
        const agent = new CloningAgent("rememberer", options, false);
        agent.consolidate = function* ({ gradientSteps, isOver = () => false }) {
          let step = 0;
          while (step < gradientSteps && !isOver()) {
            for (const begun = performance.now(); performance.now() - begun < 2;);
            yield { gradientSteps: ++step, loss: 1 };
          }
          return { gradientSteps: step, loss: 1, memorySize: 0 };
        };
        return agent;
      },
    };
    const config = { agents: { rememberer: {} }, gradientSteps: 100, sleepSeconds };
    return pointRun({ pace, config, agents: new Map([["rememberer", entry]]) });
  }

  it("ends when they are over, and says how many gradient steps it was asked for", async () => {
    const { run, events } = await tired(0.02);
    await run.sleep(run.agents[0]!, run.tasks[0]!);
    const [learned] = of(events, "learned");
    expect(learned!.gradientSteps).toBeLessThanOrEqual(11);
    expect(learned!.gradientSteps).toBeGreaterThan(0);
    expect(learned!.gradientStepsAsked).toBe(100);
  });

  it("counts what the agent works, and not for how long the run was paused", async () => {
    const pace = new Pace();
    const { run, events } = await tired(2, pace);
    pace.pause();
    setTimeout(() => pace.resume(), 2500);
    await run.sleep(run.agents[0]!, run.tasks[0]!);
    expect(of(events, "learned")[0]).toMatchObject({ gradientSteps: 100 });
    expect(of(events, "learned")[0]).not.toHaveProperty("gradientStepsAsked");
  });
});

describe("an evaluation", () => {
  it("meets the same placements every time and for every agent, and none of the demonstrations'", async () => {
    const { run, events } = await performed();
    for (const { environment } of run.tasks) {
      const { seeds } = environment as PointWorld;
      const tests = seeds.filter((seed) => seed % 2 === 1);
      // Five episodes a cell, four rows, two agents.
      expect(tests).toHaveLength(5 * 4 * 2);
      expect(new Set(tests).size).toBe(5);
      expect(tests).toEqual(Array.from({ length: 8 }, () => tests.slice(0, 5)).flat());
      expect(seeds.length - tests.length).toBe(of(events, "demonstrated").find(({ task }) => environment.spec.id.includes(task))!.episodes);
    }
  });

  it("tells of every episode, and which tasks memory was read from", async () => {
    const { events } = await performed();
    const cells = of(events, "evaluated");
    for (const { successes, steps, returns } of cells) expect([successes.length, steps.length, returns.length]).toEqual([5, 5, 5]);
    const cell = (learned: number, task: string): Evaluated =>
      cells.find((event) => event.agent === "rememberer" && event.learned === learned && event.task === task)!;
    expect(cell(0, "left").readShares).toEqual({});
    expect(cell(1, "up").readShares).toEqual({ left: 1 });
    const last = cell(3, "right").readShares;
    expect(last["right"]).toBeGreaterThan(0.8);
    expect(Object.values(last).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("refuses a row that its matrix does not have", async () => {
    const { run } = await pointRun();
    await expect(run.evaluate(run.agents[0]!, run.tasks[0]!, 4)).rejects.toThrow("an integer from 0 to 3, the number of tasks");
  });

  it("ends an episode at its first success", async () => {
    const { events } = await performed();
    const cell = of(events, "evaluated").find(({ agent, learned, task }) => agent === "rememberer" && learned === 3 && task === "left")!;
    expect(cell.steps.every((steps, i) => (cell.successes[i] === true ? steps < 40 : steps === 40))).toBe(true);
  });
});

describe("a run that is stopped", () => {
  it.each([
    ["while a task is demonstrated", "demonstrator", 20],
    ["while an agent is tested", "agent", 700],
  ] as const)("%s ends there, having told what a whole run would have told so far", async (_, actor, after) => {
    const whole = await performed();
    const pace = new Pace();
    let steps = 0;
    const { events } = await performed({
      pace,
      onLoop: (event) => void (event.kind === "stepped" && event.actor === actor && ++steps === after && pace.stop()),
    });
    expect(events.at(-1)).toEqual({ kind: "run-finished", complete: false });
    expect(events.length).toBeGreaterThan(3);
    expect(logText(whole.events).startsWith(logText(events.slice(0, -1)))).toBe(true);
    expect(steps).toBe(after);
  });

  it("while an agent sleeps ends there too", async () => {
    const pace = new Pace();
    const { events } = await performed({ pace, onEvent: (event) => void (event.kind === "loss" && event.gradientStep > 10 && pace.stop()) });
    expect(events.slice(-2).map(({ kind }) => kind)).toEqual(["loss", "run-finished"]);
    expect(events.at(-1)).toEqual({ kind: "run-finished", complete: false });
  });
});

describe("a world that drifts", () => {
  it("drifts with what is demonstrated, not with tests and showings: all agents and all episodes meet it as it is then", async () => {
    // A maze whose corridor grows by one with every episode: whoever goes on straight needs a step more each time.
    const maze = "classic/t-maze-passive@1?drift=corridor:gradual:2,30:28&normalize=reward";
    const straight = (name: string): AgentEntry => ({
      name,
      summary: "goes straight on",
      defaults: {},
      make: async () => Object.assign(new CloningAgent(name, { spec: allEnvironments.get("classic/t-maze-passive@1")!.spec, seed: 1 }, false), { act: () => ({ action: Float32Array.of(0) }) }), // prettier-ignore
    });
    const agents = new Map(["one", "other"].map((name) => [name, straight(name)]));
    const config = { tasks: [maze], agents: { one: {}, other: {} }, demonstrations: 3, demonstrationNoise: 0, evaluationEpisodes: 2 };
    const { run, events } = await pointRun({ environments: allEnvironments, agents, config });
    await run.evaluateAll(0);
    await run.demonstrate(run.tasks[0]!);
    await run.exhibit(run.agents[0]!, run.tasks[0]!);
    await run.evaluateAll(1);
    expect(of(events, "evaluated").map(({ steps }) => steps)).toEqual([
      [3, 3],
      [3, 3],
      [6, 6],
      [6, 6],
    ]);
  });
});

describe("an exhibition", () => {
  it("is one episode in a new place each time, and the log hears nothing of it", async () => {
    const seen: string[] = [];
    const goals = new Set<string>();
    const { run, events } = await pointRun({
      onLoop(event) {
        if (event.kind !== "stepped") seen.push(`${event.kind} ${event.actor} ${event.task}`);
        if (event.kind === "episode-started") goals.add(event.first.observation.join());
      },
    });
    for (let round = 0; round < 3; round++) await run.exhibit(run.agents[1]!, run.tasks[2]!);
    expect(seen).toEqual(Array.from({ length: 3 }, () => ["episode-started forgetter up", "episode-ended forgetter up"]).flat());
    expect([goals.size, events.length]).toEqual([3, 1]);
  });

  it("ends when its signal is aborted or the pace is stopped, and that is no error", async () => {
    const pace = new Pace();
    const controller = new AbortController();
    let steps = 0;
    const { run } = await pointRun({
      pace,
      onLoop(event) {
        if (event.kind !== "stepped" || event.index < 3) return;
        steps++;
        if (controller.signal.aborted) pace.stop();
        else controller.abort();
      },
    });
    await run.exhibit(run.agents[0]!, run.tasks[0]!, controller.signal);
    await run.exhibit(run.agents[0]!, run.tasks[0]!);
    expect(steps).toBe(2);
  });
});

describe("what a run cannot be made of", () => {
  it("is a world or an agent that nobody registered; the nearest names are offered", async () => {
    const unknownWorld = pointRun({ config: { tasks: ["point/lefts@1"] } });
    await expect(unknownWorld).rejects.toThrow(UnknownNameError);
    await expect(unknownWorld).rejects.toThrow("Unknown environment `point/lefts@1`. Did you mean `point/left@1`");
    await expect(pointRun({ config: { agents: { remembrer: {} } } })).rejects.toThrow("Unknown agent `remembrer`. Did you mean `rememberer`?");
  });

  it("is not a world that comes twice: its second visit is a task of its own", async () => {
    const { run } = await pointRun({ config: { tasks: ["point/left@1", "point/up@1", "point/left@1"] } });
    expect(run.tasks.map(({ id }) => id)).toEqual(["left", "up", "left#2"]);
  });

  it("is two tasks of one name, or worlds of different bodies", async () => {
    const left = pointEntry("left");
    const twin: EnvironmentEntry = { ...left, spec: { ...left.spec, id: asEnvironmentId("other/left@1") } };
    const environments = new Map([...pointEnvironments, ["other/left@1", twin]]);
    await expect(pointRun({ config: { tasks: ["point/left@1", "other/left@1"] }, environments })).rejects.toThrow(
      /Expected `config\.tasks\.1` to be a task with a name of its own, got "other\/left@1"/,
    );
    const spec = { ...pointEntry("up").spec, action: space([{ name: "force", quantity: "scalar", unit: "N", size: 2, low: -1, high: 1 }]) };
    const other = pointRun({ environments: environmentsWith("point/up@1", { spec }) });
    await expect(other).rejects.toThrow(InvalidValueError);
    await expect(other).rejects.toThrow("Expected `config.tasks.2` to be a world with the body of `point/left@1`");
  });

  it("is an agent that cannot be made; those made before it are freed", async () => {
    const failure = new Error("no such setting");
    const made: CloningAgent[] = [];
    const agents = new Map<string, AgentEntry>([
      ["first", { ...pointAgents.get("rememberer")!, make: async (options) => (made.push(new CloningAgent("first", options, false)), made[0]!) }],
      ["second", { ...pointAgents.get("rememberer")!, make: () => Promise.reject(failure) }],
    ]);
    await expect(pointRun({ agents, config: { agents: { first: {}, second: {} } } })).rejects.toBe(failure);
    expect(made.map(({ disposed }) => disposed)).toEqual([true]);
  });
});

describe("the agents of a run", () => {
  it("get their own settings, their own seeds and their own places for memories, all from the run", async () => {
    const asked: { readonly name: string; readonly seed: number; readonly config: unknown; readonly place: unknown }[] = [];
    const spy = (name: string): AgentEntry => ({
      ...pointAgents.get(name)!,
      async make(options) {
        asked.push({
          name,
          seed: options.seed,
          config: options.config,
          place: options.openStore?.({ keySize: 1, valueSize: 2, observationSize: 3 }),
        });
        return pointAgents.get(name)!.make(options);
      },
    });
    const agents = new Map(["rememberer", "forgetter"].map((name) => [name, spy(name)]));
    const config = { agents: { forgetter: { a: 1 }, rememberer: {} } };
    const openStore = (agent: string, shape: MemoryShape): MemoryStore => ({ agent, shape }) as unknown as MemoryStore;
    await pointRun({ agents, config, openStore });
    await pointRun({ agents, config });
    await pointRun({ agents, config, seed: 8 });
    const [first, second, again, , other] = asked;
    const shape = { keySize: 1, valueSize: 2, observationSize: 3 };
    expect([first!.name, first!.config, first!.place]).toEqual(["forgetter", { a: 1 }, { agent: "forgetter", shape }]);
    expect([second!.name, second!.config, second!.place]).toEqual(["rememberer", {}, { agent: "rememberer", shape }]);
    expect(again!.place).toBeUndefined();
    expect([first!.seed === again!.seed, first!.seed === second!.seed, first!.seed === other!.seed]).toEqual([true, false, false]);
  });
});

describe("an agent that shares its memory", () => {
  /** Counts how often it is refreshed, which fails from the second time on. */
  function sharing(): { readonly agents: ReadonlyMap<string, AgentEntry>; readonly asked: { times: number } } {
    const asked = { times: 0 };
    const entry = pointAgents.get("rememberer")!;
    const make: AgentEntry["make"] = async (options) =>
      Object.assign(await entry.make(options), {
        async refresh() {
          if (asked.times++ > 0) throw new StorageError("postgres://host/db", "the server cannot be reached", "Start it.");
          return 0;
        },
      });
    return { agents: new Map([["rememberer", { ...entry, make }]]), asked };
  }
  const config = { agents: { rememberer: {} } };

  it("is refreshed before each task, each sleep and each test, and goes on with what it has while the store is away", async () => {
    const { agents, asked } = sharing();
    const troubles: string[] = [];
    const { events } = await performed({ agents, config, onTrouble: (error) => troubles.push(error.message) });
    const kinds = events.map(({ kind }) => kind);
    expect(asked.times).toBe(kinds.filter((kind) => kind === "demonstrated" || kind === "learned" || kind === "evaluated").length);
    expect([kinds.at(-1), troubles.length]).toEqual(["run-finished", asked.times - 1]);
  });

  it("ends the run where nobody would hear that the store is away", async () => {
    await expect(performed({ agents: sharing().agents, config })).rejects.toThrow(StorageError);
  });
});

describe("a run's tasks", () => {
  it("are named by the middle of their environment's id", async () => {
    const { run } = await pointRun();
    expect(run.tasks.map(({ id }: RunTask) => id)).toEqual(["left", "right", "up"]);
  });
});
