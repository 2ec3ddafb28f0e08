/** @file A world in another process, lived in like one of ours. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { environments } from "../../envs/index.ts";
import type { Environment } from "../../src/contract/environment.ts";
import { ConnectionError, InvalidValueError, OrderError, RemoteError, SnapshotError, UnknownNameError } from "../../src/contract/errors.ts";
import { isLast, type Step } from "../../src/contract/step.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { checkEnvironment } from "../../src/environments/check-environment.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { RESET_RESULT, ResultFrame, STEP_RESULT, writeHello, type Hello } from "../../src/interop/environment-protocol.ts";
import { connectEnvironment } from "../../src/interop/remote/remote-environment.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { openEnvironment } from "../../src/runtime/open-environment.ts";
import { serveEnvironment, started, type Served } from "./engram-process.ts";

const served: Served[] = [];
afterAll(async () => {
  await Promise.all(served.map(async (one) => one.stop()));
});

async function serve(id: string, ...flags: string[]): Promise<Served> {
  const one = await serveEnvironment(id, ...flags);
  served.push(one);
  return one;
}

const navigation: Hello = { spec: environments.get("classic/navigation-2d@1")!.spec, count: 1, autoreset: "disabled" };
const hello = writeHello(navigation);
const resetBytes = new ResultFrame(navigation, RESET_RESULT).bytes;
const stepBytes = new ResultFrame(navigation, STEP_RESULT).bytes;

/** A world as `fixtures/changing-world.mjs` serves it. */
async function changing(
  ...clients: readonly { readonly greeting: string; readonly answers: readonly (string | number[])[] }[]
): Promise<Environment> {
  const argument = JSON.stringify(clients);
  const program = join(import.meta.dirname, "fixtures", "changing-world.mjs");
  const one = await started(spawn(process.execPath, [program, argument], { stdio: ["ignore", "pipe", "inherit"] }));
  served.push(one);
  return (await connectEnvironment(one.url)).make();
}

const copyOf = (step: Step): Step => ({ ...step, observation: step.observation.slice() });

describe("a remote world", () => {
  it("is the world that is served, bit for bit", async () => {
    const id = "tabletop/push@1?limit=30";
    const { url } = await serve(id, "--port", "0");
    const entry = await openEnvironment(`gymnasium:${url}`, { environments: async () => environments });
    const local = await openEnvironment(id, { environments: async () => environments });
    expect(entry.spec).toEqual(local.spec);
    const [here, there] = [local.make(), entry.make()];
    const random = RandomStream.fromSeed(1);
    for (const seed of [3, undefined]) {
      const options = seed === undefined ? {} : { seed };
      let step: Step = there.reset(options);
      expect(copyOf(step)).toEqual(copyOf(here.reset(options)));
      expect([...there.variation]).toEqual([...here.variation]);
      while (!isLast(step)) {
        const action = Float32Array.from({ length: 4 }, () => random.uniform(-1.2, 1.2));
        step = there.step(action);
        expect(copyOf(step)).toEqual(copyOf(here.step(action)));
      }
      expect(step).toMatchObject({ kind: "truncated", reason: "horizon" });
    }
    const task = { id: asTaskId("t"), environment: entry.spec.id, variation: [...here.variation] };
    expect(copyOf(there.reset({ task }))).toEqual(copyOf(here.reset({ task })));
  }, 30_000);

  it("keeps all a world's promises but being saved and restored", async () => {
    const { url } = await serve("classic/navigation-2d@1", "--port", "0");
    const entry = await connectEnvironment(url);
    const broken = checkEnvironment(entry).filter(({ problem }) => problem !== undefined);
    expect(broken.map(({ problem }) => problem!.replace(/^.*cannot be /, ""))).toEqual(["saved.", "saved.", "saved."]);
    expect(() => entry.make().snapshot()).toThrow(SnapshotError);
    expect(() => entry.make().restore({})).toThrow(SnapshotError);
  }, 60_000);

  it("takes options like any other", async () => {
    const { url } = await serve("classic/navigation-2d@1", "--port", "0");
    const registries = { environments: async () => environments };
    const entry = await openEnvironment(`${url}?limit=3&stack=2`, registries);
    expect(entry.spec).toMatchObject({ id: "classic/navigation-2d@1?limit=3&stack=2", horizon: 3 });
    expect(entry.make().reset({ seed: 1 }).observation).toHaveLength(4);
    await expect(openEnvironment(`gymnasium:${url}?limt=3`, registries)).rejects.toThrow(UnknownNameError);
  });

  it("that dies ends the episode as truncated, says so, and is lived in again when it is back", async () => {
    const notices: string[] = [];
    const first = await serve("classic/navigation-2d@1", "--port", "0");
    const port = new URL(first.url).port;
    const environment = (await connectEnvironment(first.url, { onNotice: (text) => notices.push(text) })).make();
    const before = copyOf(environment.reset({ seed: 1 }));
    environment.step(Float32Array.of(0.1, 0));
    await first.stop("SIGKILL");
    const step = environment.step(Float32Array.of(0.1, 0));
    expect(step).toMatchObject({ kind: "truncated", reason: "disconnected", reward: 0, success: false });
    expect(() => environment.step(Float32Array.of(0, 0))).toThrow(OrderError);
    expect(notices).toEqual([expect.stringContaining("is lost: it closed the connection") as string]);
    await serve("classic/navigation-2d@1", "--port", port);
    expect(copyOf(environment.reset({ seed: 1 }))).toEqual(before);
    expect(environment.step(Float32Array.of(0.1, 0)).kind).toBe("middle");
    expect(notices[1]).toContain("is back");
  }, 40_000);

  it("is asked again who it is when it is back: another one is refused at once", async () => {
    const first = await serve("classic/navigation-2d@1", "--port", "0");
    const environment = (await connectEnvironment(first.url)).make();
    environment.reset({ seed: 1 });
    await first.stop("SIGKILL");
    expect(environment.step(Float32Array.of(0.1, 0)).kind).toBe("truncated");
    await serve("classic/navigation-2d@1?limit=3", "--port", new URL(first.url).port);
    expect(() => environment.reset({ seed: 1 })).toThrow(ConnectionError);
    expect(() => environment.reset({ seed: 1 })).toThrow(/another world is served there now: `classic\/navigation-2d@1\?limit=3`/u);
  }, 40_000);

  it("that cannot be made a second time says why", async () => {
    const failure = JSON.stringify({ error: { code: "defect", message: "OSError: no licence left" } });
    const environment = await changing({ greeting: hello, answers: [] }, { greeting: failure, answers: [] });
    expect(() => environment.reset()).toThrow(RemoteError);
    expect(() => environment.reset()).toThrow("answers: OSError: no licence left");
  });

  it("that greets with something else a second time is refused", async () => {
    const environment = await changing({ greeting: hello, answers: [] }, { greeting: "hello", answers: [] });
    expect(() => environment.reset()).toThrow(/its greeting is none of ours.*JSON/u);
  });

  it.each([
    ["shorter than a reset's", [...resetBytes.subarray(0, -4)]],
    ["longer", [...resetBytes, 0]],
    ["a step's", [...stepBytes]],
    ["of another kind", [STEP_RESULT, ...resetBytes.subarray(1)]],
    ["of no kind", []],
  ])("that answers a reset with a result that is %s is refused, and may answer rightly later", async (_, wrong) => {
    const environment = await changing({ greeting: hello, answers: [wrong, [...resetBytes]] });
    expect(() => environment.reset()).toThrow(`${wrong.length} bytes instead of kind ${RESET_RESULT} and ${resetBytes.length} bytes`);
    expect(environment.reset().kind).toBe("first");
  });

  it("that answers a reset with words that are none of the protocol's is refused", async () => {
    const environment = await changing({ greeting: hello, answers: ["well"] });
    expect(() => environment.reset()).toThrow("answers: unexpected text: well");
  });

  it("that answers a step with a reset's result is lost", async () => {
    const environment = await changing({ greeting: hello, answers: [[...resetBytes], [...resetBytes]] });
    environment.reset();
    expect(environment.step(Float32Array.of(0, 0))).toMatchObject({ kind: "truncated", reason: "disconnected" });
  });

  it("that is disposed of leaves its server, and comes back with the next reset", async () => {
    const { url, process: server } = await serve("classic/navigation-2d@1", "--port", "0", "--once");
    // The server goes when its last client does.
    const witness = new WebSocket(url);
    await once(witness, "open");
    const environment = findEnvironment(
      "classic/navigation-2d@1?limit=9",
      new Map([["classic/navigation-2d@1", await connectEnvironment(url)]]),
    ).make();
    const before = copyOf(environment.reset({ seed: 1 }));
    environment.dispose!();
    expect(() => environment.step(Float32Array.of(0, 0))).toThrow(OrderError);
    expect(copyOf(environment.reset({ seed: 1 }))).toEqual(before);
    expect(environment.step(Float32Array.of(0, 0)).kind).toBe("middle");
    environment.dispose!();
    witness.close();
    await once(server, "exit");
  }, 20_000);

  it("that is served on is left by whoever serves it when its client leaves", async () => {
    const { url, process: server } = await serve("classic/cart-pole@1", "--port", "0", "--once");
    const witness = new WebSocket(url);
    await once(witness, "open");
    const proxy = await serve(`gymnasium:${url}`, "--port", "0");
    const client = new WebSocket(proxy.url);
    await once(client, "message");
    client.send(JSON.stringify({ op: "reset", seed: 1 }));
    await once(client, "message");
    client.close();
    witness.close();
    expect(await once(server, "exit")).toEqual([0, null]);
  }, 20_000);

  it("refuses what is no action and no seed before it is sent, and goes on", async () => {
    const { url } = await serve("classic/navigation-2d@1", "--port", "0");
    const environment = (await connectEnvironment(url)).make();
    expect(() => environment.step(Float32Array.of(0, 0))).toThrow(OrderError);
    environment.reset({ seed: 1 });
    expect(() => environment.step(Float32Array.of(Number.NaN, 0))).toThrow(InvalidValueError);
    expect(() => environment.step(Float32Array.of(0))).toThrow(InvalidValueError);
    expect(() => environment.reset({ seed: 0.5 })).toThrow(InvalidValueError);
    expect(() => environment.reset({ task: { id: asTaskId("t"), environment: "other/world@1" } })).toThrow(InvalidValueError);
    expect(environment.step(Float32Array.of(0, 0)).kind).toBe("middle");
  });
});

describe("an address", () => {
  it("where nobody is, is told with what to do", async () => {
    await expect(connectEnvironment("ws://127.0.0.1:1")).rejects.toThrow(/nobody is there\. Start what serves it/u);
    await expect(connectEnvironment("ws://")).rejects.toThrow(InvalidValueError);
  });

  it("where somebody is silent, is told", async () => {
    const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(sockets, "listening");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const entry = connectEnvironment(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`);
      const [client] = (await once(sockets, "connection")) as [WebSocket];
      vi.advanceTimersByTime(60_000);
      await expect(entry).rejects.toThrow(/somebody is there who has said nothing for 60 s\. Start/u);
      await once(client, "close");
    } finally {
      vi.useRealTimers();
      sockets.close();
    }
  });

  it("where somebody else is, is told", async () => {
    const http = createServer((_, answer) => answer.end("hello")).listen(0, "127.0.0.1");
    await once(http, "listening");
    await expect(connectEnvironment(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)).rejects.toThrow(ConnectionError);
    http.close();
  });

  it.each([
    ["{", "JSON"],
    ["{}", "protocol"],
    ['{"protocol":"engram-environment/1"}', "id"],
    ['{"error":{"code":"x","message":"not today"}}', "not today"],
    [Buffer.from([1, 2, 3]), "bytes"],
  ])("where somebody greets with %s, is told", async (greeting, told) => {
    const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    sockets.on("connection", (socket) => socket.send(greeting));
    await once(sockets, "listening");
    await expect(connectEnvironment(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`)).rejects.toThrow(told);
    sockets.close();
  });
});
