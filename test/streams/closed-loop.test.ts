import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { finalize, share, take, tap, type Observable } from "rxjs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { emptyRecall } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { agentActor, closedLoop, controllerActor, type Actor, type ClosedLoopOptions, type EpisodePlan } from "../../src/streams/closed-loop.ts";
import { drain } from "../../src/streams/drain.ts";
import type { EpisodeEnded, LoopEvent } from "../../src/streams/loop-event.ts";
import { Pace } from "../../src/streams/pace.ts";
import { CloningAgent } from "../continual/point-agents.ts";
import { pointController, pointSpec, PointWorld } from "../continual/point-world.ts";

const plans = (count: number): EpisodePlan[] => Array.from({ length: count }, (_, i) => ({ episode: i + 1, reset: { seed: i } }));
const HORIZON = pointSpec("left").horizon;

/** A demonstrator in a world with its goal on the left; it needs about a dozen steps. */
const demonstration = (options: Partial<ClosedLoopOptions> = {}): ClosedLoopOptions => ({
  actor: controllerActor(pointController(), 2),
  environment: new PointWorld("left"),
  task: asTaskId("left"),
  episodes: plans(1),
  pace: new Pace(),
  ...options,
});

/** Every number of every event, in text. */
function written(event: LoopEvent): string {
  if (event.kind === "episode-started") return `start ${event.episode}: ${event.first.observation.join()}`;
  if (event.kind === "episode-ended") return JSON.stringify(event);
  const { index, observation, decision, action, step } = event;
  const vectors = [observation, decision.action, action, step.observation].map((vector) => vector.join());
  return `${index}: ${vectors.join(" | ")} ${step.reward} ${step.success}`;
}

async function logOf(loop$: Observable<LoopEvent>): Promise<string[]> {
  const log: string[] = [];
  await drain(loop$, (event) => log.push(written(event)));
  return log;
}

async function endsOf(loop$: Observable<LoopEvent>): Promise<EpisodeEnded[]> {
  const ends: EpisodeEnded[] = [];
  await drain(loop$, (event) => void (event.kind === "episode-ended" && ends.push(event)));
  return ends;
}

/**
 * Counts the timers and immediates begun from now on that are still to come. The process's own list of them would also
 * hold those of the test runner, which come and go.
 */
function timersFromNow(): () => number {
  const begun = (["setTimeout", "setImmediate"] as const).map((name) => vi.spyOn(globalThis, name));
  const cleared = (["clearTimeout", "clearImmediate"] as const).map((name) => vi.spyOn(globalThis, name));
  return () => {
    const gone = new Set(cleared.flatMap(({ mock }) => mock.calls.map(([handle]): unknown => handle)));
    const handles = begun.flatMap(({ mock }) => mock.results.map(({ value }) => value as NodeJS.Timeout | NodeJS.Immediate));
    return handles.filter((handle) => handle.hasRef() && !gone.has(handle)).length;
  };
}

/** Lets every immediate that is due run, several turns of the event loop long. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe("a closed loop", () => {
  it("tells of each episode's start, of every step, and of its end", async () => {
    const kinds: string[] = [];
    await drain(closedLoop(demonstration({ episodes: plans(2) })), (event) => kinds.push(event.kind));
    const episode = ["episode-started", ...Array.from({ length: HORIZON }, () => "stepped"), "episode-ended"];
    expect(kinds).toEqual([...episode, ...episode]);
  });

  it("goes on to the horizon, or ends at the first success if asked to; either way the success counts", async () => {
    let rewards = 0;
    const loop$ = closedLoop(demonstration()).pipe(tap((event) => void (event.kind === "stepped" && (rewards += event.step.reward))));
    const [whole] = await endsOf(loop$);
    const [short] = await endsOf(closedLoop(demonstration({ stepsAfterSuccess: 0 })));
    expect(whole).toMatchObject({ success: true, steps: HORIZON, return: rewards, actor: "demonstrator", reason: "horizon" });
    expect(short).toMatchObject({ success: true, episode: 1 });
    expect(short!.steps).toBeLessThan(20);
  });

  it("gives each step the observation that was acted on, though the world and the actor reuse and spoil their buffers", async () => {
    let before: number[] = [];
    await drain(closedLoop(demonstration()), (event) => {
      if (event.kind === "episode-started") before = [...event.first.observation];
      if (event.kind !== "stepped") return;
      expect([...event.observation]).toEqual(before);
      before = [...event.step.observation];
      expect(before.concat(...event.action, ...event.decision.action).every(Number.isFinite)).toBe(true);
    });
  });

  it("hands over buffers that are valid only during the call", async () => {
    const kept: Float32Array[] = [];
    const copies: number[][] = [];
    await drain(closedLoop(demonstration()), (event) => {
      if (event.kind !== "stepped" || event.index > 0) return;
      kept.push(event.observation, event.step.observation, event.action);
      copies.push(...kept.map((buffer) => [...buffer]));
    });
    for (const [i, buffer] of kept.entries()) expect([...buffer]).not.toEqual(copies[i]);
  });

  it("shakes what is done, within the action space, and leaves what was meant alone", async () => {
    const noise = { standardDeviation: 0.5, random: RandomStream.fromSeed(3) };
    const shaken: number[] = [];
    await drain(closedLoop(demonstration({ episodes: [{ episode: 1, reset: { seed: 1 }, noise }] })), (event) => {
      if (event.kind !== "stepped") return;
      for (const [k, done] of event.action.entries()) {
        expect(Math.abs(done)).toBeLessThanOrEqual(1);
        const meant = event.decision.action[k]!;
        expect(Math.abs(meant)).toBeLessThanOrEqual(1);
        if (Math.abs(done) < 1) shaken.push(done - meant);
      }
    });
    expect(shaken.length).toBeGreaterThan(20);
    expect(shaken.every((difference) => difference !== 0)).toBe(true);
  });

  it("does what was meant, clipped to the action space, when nothing shakes it", async () => {
    const actor: Actor = { name: "wild", kind: "agent", act: () => ({ action: Float32Array.of(7, -0.25) }) };
    const done = new Set<string>();
    await drain(closedLoop(demonstration({ actor })), (event) => {
      if (event.kind === "stepped") done.add(`${event.decision.action.join()} → ${event.action.join()}`);
    });
    expect([...done]).toEqual(["7,-0.25 → 1,-0.25"]);
  });

  it("lets an agent act, tells it when an episode and which task begins, and looks up what it recalls", async () => {
    const contexts: string[] = [];
    const agent = new CloningAgent("cloner", { spec: pointSpec("left"), seed: 1 }, false);
    agent.observe({
      task: asTaskId("left"),
      episode: 9,
      index: 4,
      actor: "demonstrator",
      observation: new Float32Array(4),
      decision: { action: Float32Array.of(-1, 0) },
      action: Float32Array.of(-1, 0),
      step: { kind: "middle", observation: new Float32Array(4), reward: 0, success: false },
    });
    const actor = agentActor(agent);
    const watched: Actor = {
      ...actor,
      act(observation, context) {
        contexts.push(`${context.task} ${context.first}`);
        return actor.act(observation, context);
      },
    };
    let found = 0;
    let lookUp: (id: number) => unknown = () => undefined;
    await drain(closedLoop(demonstration({ actor: watched, episodes: plans(2) })), (event) => {
      if (event.kind === "episode-started") lookUp = (id) => event.remembered?.(id);
      if (event.kind !== "stepped") return;
      expect([event.actor, [...event.action]]).toEqual(["agent", [-1, 0]]);
      expect(lookUp(event.decision.recall!.ids[0]!)).toMatchObject({ task: "left", episode: 9, step: 4 });
      found++;
    });
    expect(found).toBe(2 * HORIZON);
    const episode = ["left true", ...Array.from({ length: HORIZON - 1 }, () => "left false")];
    expect(contexts).toEqual([...episode, ...episode]);
  });

  it("begins only after `subscribe` has returned, so that all who share it hear everything", async () => {
    const loop$ = closedLoop(demonstration()).pipe(share());
    const [one, two] = [logOf(loop$), logOf(loop$)];
    expect(await one).toEqual(await two);
    expect(await one).toHaveLength(HORIZON + 2);
  });
});

describe("what goes wrong in a closed loop", () => {
  const failure = new Error("out of order");
  const fail = (): never => {
    throw failure;
  };

  it.each<[string, Partial<ClosedLoopOptions>]>([
    ["the world's reset", { environment: Object.assign(new PointWorld("left"), { reset: fail }) }],
    ["the world's step", { environment: Object.assign(new PointWorld("left"), { step: fail }) }],
    ["the actor", { actor: { name: "a", kind: "agent", act: fail } }],
    ["the plans", { episodes: { [Symbol.iterator]: () => ({ next: fail }) } }],
  ])("in %s is the stream's error", async (_, options) => {
    await expect(drain(closedLoop(demonstration(options)), () => {})).rejects.toBe(failure);
  });

  it("in an operator, or in what `drain` calls, is the stream's error too, and ends the loop at once", async () => {
    for (const operator of [true, false]) {
      let steps = 0;
      const bad = (event: LoopEvent): void => {
        if (event.kind === "stepped" && ++steps === 3) fail();
      };
      const loop$ = closedLoop(demonstration());
      await expect(operator ? drain(loop$.pipe(tap(bad)), () => {}) : drain(loop$, bad)).rejects.toBe(failure);
      await settle();
      expect(steps).toBe(3);
    }
  });

  it("when a decision has another length than the action space is said", async () => {
    const actor: Actor = { name: "a", kind: "agent", act: () => ({ action: new Float32Array(3), recall: emptyRecall(1) }) };
    await expect(drain(closedLoop(demonstration({ actor })), () => {})).rejects.toThrow(
      "Expected `decision.action` to be 2 numbers, as the action space has, got Float32Array of length 3.",
    );
  });
});

describe("the pace of a closed loop", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const shaken = (pace: Pace): ClosedLoopOptions => {
    const noise = { standardDeviation: 0.3, random: RandomStream.fromSeed(3) };
    return demonstration({ episodes: plans(3).map(({ episode, reset }) => ({ episode, reset, noise })), pace });
  };

  it("changes nothing of what happens: at full speed, in slow motion or step by step", async () => {
    const full = await logOf(closedLoop(shaken(new Pace())));
    vi.useFakeTimers();
    const slow = new Pace();
    slow.setSpeed(2);
    const slowly = logOf(closedLoop(shaken(slow)));
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(await slowly).toEqual(full);
    const pace = new Pace();
    pace.pause();
    const log: string[] = [];
    const stepping = drain(closedLoop(shaken(pace)), (event) => log.push(written(event)));
    while (log.length < full.length) {
      pace.stepOnce();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await stepping;
    expect(log).toEqual(full);
  });

  it("takes exactly one step for each asked for while paused, and goes on when resumed", async () => {
    const pace = new Pace();
    pace.pause();
    let steps = 0;
    const done = drain(closedLoop(demonstration({ pace })), (event) => void (event.kind === "stepped" && steps++));
    await settle();
    expect(steps).toBe(0);
    pace.stepOnce();
    await settle();
    expect(steps).toBe(1);
    pace.stepOnce();
    pace.stepOnce();
    await settle();
    expect(steps).toBe(3);
    pace.resume();
    await done;
    expect(steps).toBe(HORIZON);
  });

  it("pauses in the middle of a slice when a subscriber asks for it", async () => {
    const pace = new Pace();
    const seen: number[] = [];
    const done = drain(closedLoop(demonstration({ pace })), (event) => {
      if (event.kind !== "stepped") return;
      seen.push(event.index);
      if (event.index === 4) pace.pause();
    });
    await settle();
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    pace.stop();
    await done;
  });

  it("keeps to its speed: so many simulated seconds in a second", async () => {
    vi.useFakeTimers();
    for (const speed of [0.5, 1, 4, 200]) {
      const pace = new Pace();
      pace.setSpeed(speed);
      let steps = 0;
      const done = drain(closedLoop(demonstration({ pace, episodes: plans(1000) })), (event) => void (event.kind === "stepped" && steps++));
      await vi.advanceTimersByTimeAsync(5000);
      const expected = (5 * speed) / 0.05;
      expect(Math.abs(steps - expected)).toBeLessThanOrEqual(1 + 0.01 * expected);
      pace.stop();
      await vi.runAllTimersAsync();
      await done;
    }
  });

  it("takes a new speed at once, even out of a long wait", async () => {
    vi.useFakeTimers();
    const pace = new Pace();
    pace.setSpeed(0.001); // 50 s a step
    let steps = 0;
    const done = drain(closedLoop(demonstration({ pace })), (event) => void (event.kind === "stepped" && steps++));
    await vi.advanceTimersByTimeAsync(1000);
    expect(steps).toBe(1);
    pace.setSpeed(Infinity);
    await vi.advanceTimersByTimeAsync(1);
    await done;
    expect(steps).toBe(HORIZON);
  });

  it("does not race to catch up after it was held up", async () => {
    vi.useFakeTimers();
    const pace = new Pace();
    pace.setSpeed(1);
    let steps = 0;
    const hold = (event: LoopEvent): void => {
      if (event.kind !== "stepped") return;
      steps++;
      if (steps === 3) vi.advanceTimersByTime(10_000); // the loop's own work took ten seconds
    };
    const done = drain(closedLoop(demonstration({ pace })), hold);
    await vi.advanceTimersByTimeAsync(100);
    expect(steps).toBe(3);
    await vi.advanceTimersByTimeAsync(500);
    expect(Math.abs(steps - 13)).toBeLessThanOrEqual(1);
    pace.stop();
    await vi.runAllTimersAsync();
    await done;
  });

  it("lets others run after every 8 ms of work", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const world = new PointWorld("left");
    const step = world.step.bind(world);
    world.step = (action) => {
      vi.advanceTimersByTime(1);
      return step(action);
    };
    let turn = 0;
    let over = false;
    const count = (): void => void (++turn && !over && setImmediate(count));
    const stepsOfTurn: number[] = [];
    setImmediate(count);
    await drain(closedLoop(demonstration({ environment: world, episodes: plans(4) })), (event) => {
      if (event.kind === "stepped") stepsOfTurn[turn] = (stepsOfTurn[turn] ?? 0) + 1;
    });
    over = true;
    const slices = Object.values(stepsOfTurn);
    expect(slices.reduce((sum, steps) => sum + steps, 0)).toBe(4 * HORIZON);
    expect(Math.max(...slices)).toBe(8);
  });
});

describe("the end of a closed loop", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  /** A pace that knows how many watch it, and plans that know whether they were closed. */
  function watched(): {
    readonly pace: Pace;
    readonly episodes: Iterable<EpisodePlan>;
    readonly watchers: () => number;
    readonly closed: () => boolean;
  } {
    const pace = new Pace();
    let watchers = 0;
    const changes$ = pace.changes$;
    Object.defineProperty(pace, "changes$", { get: () => (watchers++, changes$.pipe(finalize(() => watchers--))) });
    let closed = false;
    const iterator: IterableIterator<EpisodePlan> = {
      [Symbol.iterator]: () => iterator,
      next: () => ({ value: { episode: 1, reset: {} } }),
      return: () => ({ done: (closed = true), value: undefined }),
    };
    return { pace, episodes: iterator, watchers: () => watchers, closed: () => closed };
  }

  it("is at once when its subscriber leaves, in the middle of a slice", async () => {
    const { pace, episodes, watchers, closed } = watched();
    const world = new PointWorld("left");
    let steps = 0;
    const step = world.step.bind(world);
    world.step = (action) => (steps++, step(action));
    const timers = timersFromNow();
    await drain(closedLoop(demonstration({ pace, episodes, environment: world })).pipe(take(6)), () => {});
    expect([steps, watchers(), closed()]).toEqual([5, 0, true]);
    expect(timers()).toBe(0);
  });

  it.each<[string, (pace: Pace) => void]>([
    ["paused", (pace) => pace.pause()],
    ["waiting for its next slow step", (pace) => pace.setSpeed(0.001)],
    ["about to begin", () => {}],
  ])("frees timer, pace and plans when its subscriber leaves while it is %s", async (_, set) => {
    const { pace, episodes, watchers, closed } = watched();
    set(pace);
    const timers = timersFromNow();
    let steps = 0;
    const subscription = closedLoop(demonstration({ pace, episodes })).subscribe((event) => void (event.kind === "stepped" && steps++));
    if (pace.state.paused || pace.state.speed < Infinity) await settle();
    expect(timers()).toBe(pace.state.paused ? 0 : 1);
    const [then] = [steps];
    subscription.unsubscribe();
    expect([watchers(), closed()]).toEqual([0, true]);
    expect(timers()).toBe(0);
    pace.setSpeed(Infinity);
    pace.resume();
    await settle();
    expect(steps).toBe(then);
  });

  it.each<[string, (pace: Pace) => void]>([
    ["running", () => {}],
    ["paused", (pace) => pace.pause()],
    ["waiting for its next slow step", (pace) => pace.setSpeed(0.001)],
  ])("comes soon after a stop while it is %s, without the end of its episode", async (_, set) => {
    const { pace, episodes, watchers, closed } = watched();
    const timers = timersFromNow();
    const kinds = new Set<string>();
    set(pace);
    const done = drain(closedLoop(demonstration({ pace, episodes })), (event) => {
      kinds.add(event.kind);
      if (event.kind === "stepped" && event.index === 7) pace.stop();
    });
    if (pace.state.paused || pace.state.speed < Infinity) {
      await settle();
      pace.stop();
    }
    await done;
    expect(kinds.has("episode-ended")).toBe(false);
    expect([watchers(), closed()]).toEqual([0, true]);
    expect(timers()).toBe(0);
  });

  it("comes before its first episode when the pace was stopped beforehand", async () => {
    const pace = new Pace();
    pace.stop();
    expect(await logOf(closedLoop(demonstration({ pace })))).toEqual([]);
  });

  it("comes when a signal is aborted, now or beforehand, and is no error", async () => {
    const { pace, episodes, watchers } = watched();
    const controller = new AbortController();
    let steps = 0;
    await drain(
      closedLoop(demonstration({ pace, episodes })),
      (event) => void (event.kind === "stepped" && ++steps === 100 && controller.abort()),
      controller.signal,
    );
    await drain(closedLoop(demonstration({ pace, episodes: plans(1) })), () => steps++, controller.signal);
    expect([steps, watchers()]).toEqual([100, 0]);
  });
});

describe("a long closed loop", () => {
  it("takes 100,000 steps without growing the stack or the heap", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heap = (): number => (collect(), process.memoryUsage().heapUsed);
    const depths = new Set<number>();
    const heaps: number[] = [];
    let steps = 0;
    Error.stackTraceLimit = 1000;
    await drain(closedLoop(demonstration({ episodes: plans(100_000 / HORIZON) })), (event) => {
      if (event.kind !== "stepped") return;
      steps++;
      if (steps % 20_000 !== 0) return;
      depths.add(new Error("only for its stack").stack!.split("\n").length);
      heaps.push(heap());
    });
    Error.stackTraceLimit = 10;
    expect(steps).toBe(100_000);
    expect(depths.size).toBe(1);
    expect(Math.abs(heaps.at(-1)! - heaps[1]!)).toBeLessThan(1_000_000);
  });
});
