import { z } from "zod";
import { afterEach, describe, expect, it } from "vitest";
import { channelDescriptions } from "../../src/telemetry/channels.ts";
import type {
  ClipMessage,
  EpisodeMessage,
  FrameTransforms,
  Log,
  ProgressMessage,
  RecallMessage,
  ResultMessage,
  RunMessage,
  SceneUpdate,
  Topic,
} from "../../src/telemetry/messages.ts";
import { asleep, evaluated, type RailRun, type RailRunOptions, railRun, slept, started, tasks } from "./rail-run.ts";
import { RailWorld } from "./rail-world.ts";
import { TestClient } from "./test-client.ts";

let run: RailRun | undefined;
const start = async (options?: RailRunOptions): Promise<RailRun> => (run = await railRun(options));

afterEach(async () => {
  run?.pace.stop();
  await run?.telemetry.close();
  run = undefined;
});

/** A client that is subscribed before anything happens. */
async function watch({ telemetry }: RailRun, ...topics: readonly Topic[]): Promise<TestClient> {
  const client = await TestClient.connect(telemetry.port);
  client.subscribe(...topics);
  await client.settled();
  return client;
}

describe("a run on show", () => {
  it("moves every body in a frame of its own", async () => {
    const rails = await start();
    const client = await watch(rails, "/scene", "/tf");
    await rails.episodes(1);
    const { deletions, entities } = await client.message<SceneUpdate>("/scene");
    expect(deletions).toEqual([{ timestamp: { sec: 0, nsec: 0 }, type: 1, id: "" }]);
    expect(entities.map(({ id, frame_id, frame_locked }) => [id, frame_id, frame_locked])).toEqual([
      ["rail", "rail", true],
      ["cart", "cart", true],
      ["post", "post", true],
    ]);
    expect(entities[1]).toMatchObject({
      cubes: [{ pose: { position: { x: 0, y: 0, z: 0.03 } }, size: { x: 0.12, y: 0.1, z: 0.06 } }],
      spheres: [{ size: { x: 0.06, y: 0.06, z: 0.06 } }],
    });
    expect(entities[2]!.cylinders[0]).toMatchObject({ size: { x: 0.04, y: 0.04, z: 0.2 }, bottom_scale: 1, top_scale: 1 });
    const { transforms } = await client.message<FrameTransforms>("/tf");
    expect(transforms[1]).toMatchObject({
      parent_frame_id: "world",
      child_frame_id: "cart",
      translation: { x: -0.4, y: 0, z: 0 },
      rotation: { w: 1 },
    });
  });

  it("shows every step to those who step through, with the time before the data", async () => {
    const rails = await start();
    rails.pace.pause();
    const client = await watch(rails, "/tf", "/episode");
    const done = rails.episodes(1);
    await client.message<EpisodeMessage>("/episode", ({ step }) => step === 0);
    for (const expected of [1, 2, 3]) {
      expect(await client.call("/run/step")).toEqual({ success: true, message: "one step" });
      const { frame } = await client.message<EpisodeMessage>("/episode", ({ step }) => step === expected);
      expect(frame).toBe(expected + 1);
    }
    await client.settled();
    expect(client.messages<EpisodeMessage>("/episode").map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    // 3 control periods of 12.5 ms.
    const order = client.heard.filter(({ kind }) => kind === "time" || kind === "message").slice(-3);
    expect(order.map(({ kind, value }) => [kind, (value as { topic?: string }).topic])).toEqual([
      ["time", undefined],
      ["message", "/tf"],
      ["message", "/episode"],
    ]);
    expect((order[0]!.value as { timestamp: bigint }).timestamp).toBe(37_500_000n);
    expect(client.received.at(-1)!.time).toBe(37_500_000n);
    expect(client.messages<FrameTransforms>("/tf").at(-1)!.transforms[1]!.translation.x).toBeCloseTo(-0.4 + 3 * 0.0125, 5);
    rails.pace.stop();
    await done;
  });

  it("leaves out no end of an episode at a speed that can be watched", async () => {
    const rails = await start({ world: new RailWorld("short", 2) });
    rails.pace.setSpeed(4);
    const client = await watch(rails, "/episode");
    await rails.episodes(3);
    await client.message<EpisodeMessage>("/episode", ({ episode, ended }) => episode === 2 && ended);
    const ends = client.messages<EpisodeMessage>("/episode").filter(({ ended }) => ended);
    expect(ends.map(({ episode, step }) => [episode, step])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });

  it("explains each action by the entries it came from, forgotten ones too", async () => {
    const rails = await start();
    rails.pace.pause();
    const client = await watch(rails, "/recall");
    const done = rails.episodes(1);
    await client.call("/run/step");
    expect(await client.message<RecallMessage>("/recall")).toEqual({
      task: "left",
      actor: "rememberer",
      episode: 0,
      step: 1,
      count: 3,
      entries: [
        { id: 11, task: "left", episode: 11, step: 22, weight: 0.6, distance: 0.01 },
        { id: 12, task: "right", episode: 12, step: 24, weight: 0.3, distance: 0.02 },
        { id: 13, task: "", episode: -1, step: -1, weight: 0.1, distance: 0.05 },
      ],
      shares: [
        { task: "left", share: 0.6 },
        { task: "right", share: 0.3 },
        { task: "", share: 0.1 },
      ],
    });
    rails.pace.stop();
    await done;
  });

  it("shows where it was stopped for a moment, though most steps before went by unseen", async () => {
    const rails = await start({ world: new RailWorld("long", 1e9) });
    const client = await watch(rails, "/episode", "/tf");
    const done = rails.episodes(1);
    await client.message<EpisodeMessage>("/episode", ({ step }) => step > 1000);
    await client.call("/run/pause");
    await client.settled();
    const { transforms } = client.messages<FrameTransforms>("/tf").at(-1)!;
    const { step, frame } = client.messages<EpisodeMessage>("/episode").at(-1)!;
    expect(transforms[1]!.translation.x).toBeCloseTo(rails.world.snapshot().x, 4);
    expect(step).toBe(rails.world.snapshot().steps);
    expect(frame).toBeLessThan(step / 10);
    rails.pace.stop();
    await done;
  });

  it("tells newcomers at once what the world looks like, how the run goes and all that happened", async () => {
    const rails = await start();
    const { telemetry } = rails;
    telemetry.onEvent(started);
    telemetry.onEvent({ kind: "demonstrated", task: tasks[0], episodes: 3, successes: 3, steps: 120 });
    for (const step of [10, 20]) telemetry.onEvent({ kind: "loss", agent: "rememberer", task: tasks[0], gradientStep: step, loss: 1 / step });
    telemetry.onEvent({ kind: "learned", agent: "rememberer", task: tasks[0], trigger: "boundary", gradientSteps: 20, loss: 0.05, memorySize: 120 });
    // A second sleep on the task: its steps follow those of the first.
    telemetry.onEvent({ kind: "loss", agent: "rememberer", task: tasks[0], gradientStep: 10, loss: 0.02 });
    telemetry.onEvent(evaluated("rememberer", 1, 0, [true, true, false, true]));
    telemetry.onProgress({ phase: "evaluate", task: tasks[0], agent: "rememberer", fraction: 0.25 });
    await rails.episodes(2);
    const late = await watch(rails, "/run", "/progress", "/scene", "/tf", "/episode", "/results", "/loss", "/log");
    expect(late.messages<RunMessage>("/run")).toEqual([
      {
        scenario: "rails",
        seed: 7,
        agents: ["rememberer", "forgetter"],
        tasks: [
          { id: "left", environment: "test/left@1", summary: "Drive the cart to the left post." },
          { id: "right", environment: "test/right@1", summary: "Drive the cart to the right post." },
        ],
        state: "running",
      },
    ]);
    expect(late.messages<ProgressMessage>("/progress")).toMatchObject([{ phase: "evaluate", task: "left", agent: "rememberer", fraction: 0.25 }]);
    expect(late.messages("/scene")).toHaveLength(1);
    expect(late.messages<FrameTransforms>("/tf")[0]!.transforms[1]!.translation.x).toBeCloseTo(0.1, 5); // −0.4 + 40 · 0.0125
    expect(late.messages<EpisodeMessage>("/episode")).toMatchObject([
      { task: "left", actor: "rememberer", episode: 1, step: 40, horizon: 40, ended: true },
    ]);
    // 3 of 4, Wilson: centre (0.75 + z²/8)/(1 + z²/4), half-width z·√(0.75·0.25/4 + z²/64)/(1 + z²/4).
    expect(late.messages<ResultMessage>("/results")).toMatchObject([
      { agent: "rememberer", learned: 1, task: "left", successes: 3, episodes: 4, rate: 0.75 },
    ]);
    expect(late.messages<ResultMessage>("/results")[0]!.low).toBeCloseTo(0.3006, 4);
    expect(late.messages<ResultMessage>("/results")[0]!.shares).toEqual([
      { task: "left", share: 0.75 },
      { task: "right", share: 0.25 },
    ]);
    expect(late.messages<{ gradientStep: number }>("/loss").map(({ gradientStep }) => gradientStep)).toEqual([10, 20, 30]);
    expect(late.messages<Log>("/log").map(({ message }) => message)).toEqual([
      "rails with seed 7: left, right; rememberer and forgetter",
      "left: 3 demonstrations, 120 steps",
      "rememberer slept on left: loss 0.0500 after 20 gradient steps, 120 memories",
      "rememberer after 1 task: left 75 %",
    ]);
  });

  it("sends nothing that its own schemas do not describe", async () => {
    const rails = await start();
    const topics = Object.keys(channelDescriptions) as Topic[];
    const client = await watch(rails, ...topics);
    rails.telemetry.onEvent(started);
    rails.telemetry.onProgress({ phase: "demonstrate", task: tasks[0], fraction: 0 });
    rails.telemetry.onProgress(asleep);
    rails.telemetry.onEvent(slept);
    rails.telemetry.onEvent({ kind: "loss", agent: "rememberer", task: tasks[0], gradientStep: 1, loss: 1 });
    rails.telemetry.onEvent(evaluated("rememberer", 1, 0, [true]));
    await rails.episodes(3);
    rails.pace.pause();
    const stepped = rails.episodes(1);
    await client.call("/run/step");
    rails.pace.resume();
    await stepped;
    rails.telemetry.onEvent({ kind: "run-finished", complete: true });
    await client.settled();
    expect(topics.filter((topic) => client.messages(topic).length === 0)).toEqual([]);
    for (const topic of topics) {
      // Fields that a schema does not name are as wrong as fields of another type.
      const schema = z.fromJSONSchema(strictly(channelDescriptions[topic].schema) as Parameters<typeof z.fromJSONSchema>[0]);
      for (const message of client.messages(topic)) schema.parse(message);
    }
  });

  it("tells the end, and that somebody asked for it", async () => {
    const rails = await start();
    const { telemetry } = rails;
    const client = await watch(rails, "/run", "/progress");
    telemetry.onEvent(started);
    telemetry.onProgress({ phase: "learn", task: tasks[1], agent: "forgetter", fraction: 0.5 });
    expect(await client.call("/run/stop")).toEqual({ success: true, message: "stopping" });
    expect(rails.pace.state.stopped).toBe(true);
    await client.message<RunMessage>("/run", ({ state }) => state === "stopping");
    telemetry.onEvent({ kind: "run-finished", complete: false });
    await client.message<RunMessage>("/run", ({ state }) => state === "stopped");
    expect(await client.call("/run/pause")).toEqual({ failure: "The run is being stopped, or has ended." });
    telemetry.onEvent({ kind: "run-finished", complete: true });
    await client.message<RunMessage>("/run", ({ state }) => state === "finished");
    await client.message<ProgressMessage>("/progress", ({ fraction, remaining }) => fraction === 1 && remaining === 0);
  });
});

/** The schema with no other fields allowed anywhere. */
function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strictly(value)]));
  return inner["type"] === "object" ? { ...inner, additionalProperties: false } : inner;
}

describe("a run that is over", () => {
  it("takes no more time, though an agent is on show and somebody changes its speed", async () => {
    const rails = await start();
    rails.telemetry.onEvent(started);
    rails.telemetry.onProgress({ phase: "evaluate", task: tasks[1], agent: "rememberer", fraction: 0.9 });
    rails.telemetry.onEvent({ kind: "run-finished", complete: true });
    const elapsed = async (): Promise<number> => {
      const client = await watch(rails, "/progress");
      return (await client.message<ProgressMessage>("/progress")).elapsed;
    };
    const before = await elapsed();
    rails.pace.setSpeed(1);
    rails.pace.pause();
    rails.pace.resume();
    await new Promise((done) => setTimeout(done, 20));
    expect(await elapsed()).toBe(before);
  });
});

describe("the run's switches", () => {
  const get = async (client: TestClient, id: string): Promise<unknown> => {
    client.client.getParameters([], id);
    return (await client.heardOf<{ id?: string; parameters: unknown }>("parameterValues", (value) => value.id === id)).parameters;
  };

  it("can be read, set and called, and move the pace", async () => {
    const rails = await start();
    const client = await watch(rails);
    expect(await get(client, "a")).toEqual([
      { name: "/run/paused", value: false },
      { name: "/run/speed", value: 0, type: "float64" },
    ]);
    client.client.setParameters([{ name: "/run/speed", value: 4 }], "b");
    await client.heardOf<{ id?: string }>("parameterValues", ({ id }) => id === "b");
    expect(rails.pace.state.speed).toBe(4);
    client.client.setParameters(
      [
        { name: "/run/speed", value: 0 },
        { name: "/run/paused", value: true },
      ],
      "c",
    );
    await client.heardOf<{ id?: string }>("parameterValues", ({ id }) => id === "c");
    expect(rails.pace.state).toEqual({ paused: true, speed: Infinity, stopped: false });
    expect(await client.call("/run/resume")).toEqual({ success: true, message: "running" });
    expect(rails.pace.state.paused).toBe(false);
    expect(await client.call("/run/step")).toEqual({ success: true, message: "one step" });
    expect(rails.pace.state.paused).toBe(true);
    expect(await client.call("/run/fly")).toEqual({ failure: "There is no service 999." });
  });

  it("tell every client that asked when somebody moves them, and only those", async () => {
    const rails = await start();
    const asked = await watch(rails);
    const other = await watch(rails);
    asked.client.subscribeParameterUpdates(["/run/speed", "/run/unknown"]);
    await asked.settled();
    rails.pace.setSpeed(2.5);
    await asked.heardOf<{ parameters: { value: unknown }[] }>("parameterValues", ({ parameters }) => parameters[0]?.value === 2.5);
    asked.client.unsubscribeParameterUpdates(["/run/speed"]);
    await asked.settled();
    rails.pace.setSpeed(3);
    await Promise.all([asked.settled(), other.settled()]);
    const updates = ({ heard }: TestClient): number =>
      heard.filter(({ kind, value }) => kind === "parameterValues" && (value as { id?: string }).id === undefined).length;
    expect([updates(asked), updates(other)]).toEqual([1, 0]);
  });

  it("refuse values that make no sense, saying why, and stay as they were", async () => {
    const rails = await start();
    const client = await watch(rails);
    const bad: readonly [string, boolean | number | string, RegExp][] = [
      ["/run/speed", -1, /Expected `\/run\/speed` to be simulated seconds per second from 0.001 up, or 0 for as fast as possible, got `-1`/],
      ["/run/speed", 1e-320, /from 0.001 up/],
      ["/run/speed", "fast", /\/run\/speed/],
      ["/run/paused", 1, /Expected `\/run\/paused` to be true or false, got `1`/],
      ["/run/sped", 1, /Unknown parameter `\/run\/sped`\. Did you mean `\/run\/speed`\?/],
    ];
    for (const [name, value, words] of bad) {
      client.client.setParameters([{ name, value }]);
      await client.heardOf<{ message: string }>("status", ({ message }) => words.test(message));
    }
    expect(rails.pace.state).toEqual({ paused: false, speed: Infinity, stopped: false });
  });
});

describe("a run that nobody watches", () => {
  it("is not looked at: no pose is written and no message made", async () => {
    const rails = await start();
    const client = await watch(rails, "/log");
    await rails.episodes(5);
    await client.settled();
    expect(rails.world.looks).toBe(0);
    expect(client.received).toEqual([]);
  });

  it("is no longer looked at when the last watcher has left", async () => {
    const rails = await start();
    const client = await watch(rails, "/tf", "/clip");
    await rails.episodes(1);
    expect(rails.world.looks).toBeGreaterThan(0);
    client.client.unsubscribe(0);
    client.client.unsubscribe(1);
    await client.settled();
    const { looks } = rails.world;
    await rails.episodes(5);
    expect(rails.world.looks).toBe(looks);
  });
});

describe("clips of a fast run", () => {
  const floats = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);

  it("hold one whole episode, with its world and what was recalled", async () => {
    const rails = await start();
    const client = await watch(rails, "/clip");
    await rails.episodes(1);
    const clip = await client.message<ClipMessage>("/clip");
    // 40 steps of 12.5 ms at 40 frames a second: every second step, and the start.
    expect(clip).toMatchObject({
      id: 1,
      task: "left",
      actor: "rememberer",
      episode: 0,
      success: false,
      steps: 40,
      period: 0.025,
      stride: 2,
      frames: 21,
    });
    expect(clip.scene.entities.map(({ id }) => id)).toEqual(["rail", "cart", "post"]);
    const poses = floats(clip.poses);
    expect(poses).toHaveLength(21 * 3 * 7);
    const cart = Array.from({ length: 21 }, (_, frame) => poses[(frame * 3 + 1) * 7]!);
    cart.forEach((x, frame) => expect(x).toBeCloseTo(-0.4 + frame * 0.025, 5));
    expect(clip.recalls.map(({ step }) => step)).toEqual([2, 6, 10, 14, 18, 22, 26, 30, 34, 38]);
    expect(clip.recalls[0]!.entries[0]).toMatchObject({ task: "left", weight: 0.6 });
  });

  it("come no faster than they can be watched", async () => {
    const rails = await start();
    const client = await watch(rails, "/clip");
    const begun = performance.now();
    await rails.episodes(200);
    const seconds = (performance.now() - begun) / 1000;
    await client.settled();
    // Each lasts 21 frames of 25 ms.
    expect(client.messages("/clip").length).toBeLessThanOrEqual(1 + seconds / 0.525);
  });

  it("are not made at a speed that can be watched live, and one in the making is given up when the run is paused", async () => {
    const rails = await start();
    const client = await watch(rails, "/clip");
    rails.pace.setSpeed(4);
    await rails.episodes(1);
    rails.pace.setSpeed(Infinity);
    rails.pace.pause();
    const done = rails.episodes(1);
    for (let step = 0; step < 3; step++) await client.call("/run/step");
    rails.pace.resume();
    await done;
    await client.settled();
    expect(client.messages("/clip")).toEqual([]);
    expect(rails.world.looks).toBe(0);
  });

  it("are bounded, however long the episode", async () => {
    const rails = await start({ world: new RailWorld("long", 20_000) });
    const client = await watch(rails, "/clip");
    await rails.episodes(1);
    const { frames, steps, poses } = await client.message<ClipMessage>("/clip");
    expect([frames, steps]).toEqual([1200, 20_000]);
    expect(floats(poses)).toHaveLength(1200 * 3 * 7);
  });
});
