/** @file The environment protocol at its server: what is said, to whom, and what becomes of those who say something else. */
import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RawData, WebSocket } from "ws";
import { environments } from "../../envs/index.ts";
import type { Environment } from "../../src/contract/environment.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { LocalVectorEnvironment } from "../../src/environments/vector/local-vector.ts";
import { EnvironmentServer } from "../../src/interop/environment-server.ts";
import { readHello, RESET_RESULT, ResultFrame, STEP_RESULT, type Hello } from "../../src/interop/environment-protocol.ts";

const id = "tabletop/push@1";
let server: EnvironmentServer;
beforeAll(async () => {
  server = await EnvironmentServer.listen({ entry: environments.get(id)!, port: 0, count: 2 });
});
afterAll(() => server.close());

/** A client that asks and waits. */
class Client {
  readonly socket: WebSocket;
  readonly #waiting: ((message: string | Buffer) => void)[] = [];
  readonly #early: (string | Buffer)[] = [];

  constructor(query = "", headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${server.url}/${query}`, { headers });
    this.socket.on("message", (data: RawData, isBinary) => {
      const message = isBinary ? (data as Buffer) : (data as Buffer).toString();
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#early.push(message);
      else waiting(message);
    });
    this.socket.on("error", () => undefined);
  }

  async next(): Promise<string | Buffer> {
    const early = this.#early.shift();
    return early ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  async ask(message: string | Uint8Array): Promise<string | Buffer> {
    this.socket.send(message);
    return this.next();
  }

  async greeting(): Promise<Hello> {
    return readHello((await this.next()) as string);
  }
}

const bytes = (numbers: Float32Array): Uint8Array => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

function read(greeting: Hello, kind: number, message: Buffer | string): ResultFrame {
  const frame = new ResultFrame(greeting, kind);
  expect(message).toHaveLength(frame.bytes.length);
  frame.bytes.set(message as Buffer);
  return frame;
}

describe("a client", () => {
  it("is greeted with the world's spec, and lives in copies that do what the world does", async () => {
    const client = new Client();
    const greeting = await client.greeting();
    expect(greeting).toEqual({ spec: environments.get(id)!.spec, count: 2, autoreset: "disabled" });
    const copies = [environments.get(id)!.make(), environments.get(id)!.make()];
    const first = read(greeting, RESET_RESULT, await client.ask(JSON.stringify({ op: "reset", seed: 4 })));
    copies.forEach((copy, k) => {
      expect(first.step.observations.slice(39 * k, 39 * k + 39)).toEqual(copy.reset({ seed: 4 + k }).observation);
      expect(first.variations.slice(6 * k, 6 * k + 6)).toEqual(copy.variation);
    });
    for (let time = 0; time < 30; time++) {
      const actions = Float32Array.from({ length: 8 }, (_, k) => Math.sin(time + k));
      const { step } = read(greeting, STEP_RESULT, await client.ask(bytes(actions)));
      copies.forEach((copy, k) => {
        const own = copy.step(actions.slice(4 * k, 4 * k + 4));
        expect(step.observations.slice(39 * k, 39 * k + 39)).toEqual(own.observation);
        expect([step.rewards[k], step.successes[k]]).toEqual([own.reward, Number(own.success)]);
      });
    }
    client.socket.close();
  });

  it("asks for as many copies as it likes, in the mode it likes, with a task", async () => {
    const client = new Client("?count=3&autoreset=same-step");
    const greeting = await client.greeting();
    expect(greeting).toMatchObject({ count: 3, autoreset: "same-step" });
    const variation = [0.05, 0.65, 0.02, 0, 0.85, 0.02];
    const reset = read(greeting, RESET_RESULT, await client.ask(JSON.stringify({ op: "reset", task: { variation } })));
    for (const k of [0, 1, 2]) expect(reset.variations.slice(6 * k, 6 * k + 6)).toEqual(Float32Array.from(variation));
    client.socket.close();
  });

  it("may write its address with a slash at the end", async () => {
    const client = new Client("/?count=3");
    expect(await client.greeting()).toMatchObject({ count: 3 });
    client.socket.close();
  });

  it.each([
    ["{", "JSON"],
    ["[]", "object"],
    ['{"op":"dance"}', "op"],
    ['{"op":"reset","sead":1}', "seed"],
    ['{"op":"reset","seed":-1}', "seed"],
    ['{"op":"reset","seed":[1]}', "2 of them"],
    ['{"op":"reset","mask":[1]}', "mask"],
    ['{"op":"reset","task":{"variation":[9,9,9,9,9,9]}}', "variation"],
    ['{"op":"reset","task":{"settings":{"gravity":1}}}', "gravity"],
  ])("is told what is wrong with %s, and goes on", async (message, told) => {
    const client = new Client();
    await client.greeting();
    const answer = (await client.ask(message)) as string;
    expect((JSON.parse(answer) as { error: { message: string } }).error.message).toContain(told);
    expect(await client.ask(JSON.stringify({ op: "reset" }))).toBeInstanceOf(Buffer);
    client.socket.close();
  });

  it("is told of actions that are none, and of a step before the first reset, and goes on", async () => {
    const client = new Client();
    await client.greeting();
    const told = async (message: Uint8Array): Promise<string> => (await client.ask(message)) as string;
    expect(await told(bytes(new Float32Array(8)))).toContain("before the first reset");
    await client.ask(JSON.stringify({ op: "reset" }));
    expect(await told(new Uint8Array(31))).toContain("32 bytes: 8 float32 numbers");
    expect(await told(bytes(new Float32Array(8).fill(Number.NaN)))).toContain("actions[0, 0]");
    expect(await client.ask(bytes(new Float32Array(8)))).toBeInstanceOf(Buffer);
    client.socket.close();
  });

  it.each(["?count=0", "?count=many", "?count=1e9", "?autoreset=never"])("is sent away, with the reason, when it asks for %s", async (query) => {
    const client = new Client(query);
    expect(await client.next()).toContain("Expected");
    await once(client.socket, "close");
  });

  it("is cut off when a message is too large; others are not", async () => {
    const [big, other] = [new Client(), new Client()];
    await Promise.all([big.greeting(), other.greeting()]);
    big.socket.send(new Uint8Array(2 ** 24 + 1));
    expect((await once(big.socket, "close"))[0]).toBe(1009);
    expect(await other.ask(JSON.stringify({ op: "reset" }))).toBeInstanceOf(Buffer);
    other.socket.close();
  });

  it("may send many requests before it reads: no answer is another's, and what waits for it is bounded", async () => {
    // About 2 MiB an answer: a few of them fit the lines between the two.
    const entry = findEnvironment("classic/navigation-2d@1?stack=64", environments);
    const count = 4096;
    let [steps, disposals] = [0, 0];
    const counted = (world: Environment): Environment => {
      const step = world.step.bind(world);
      return Object.assign(world, { step: (action: Float32Array) => (steps++, step(action)), dispose: () => void disposals++ });
    };
    const own = await EnvironmentServer.listen({ entry: { ...entry, make: () => counted(entry.make()) }, port: 0, count });
    const socket = new WebSocket(`${own.url}/?autoreset=next-step`);
    const heard: Buffer[] = [];
    socket.on("message", (data: Buffer, isBinary) => isBinary && heard.push(data));
    await once(socket, "message");
    socket.pause();
    const actions = Array.from({ length: 28 }, (_, k) => new Float32Array(2 * count).fill(0.002 * k));
    socket.send(JSON.stringify({ op: "reset", seed: 1 }));
    for (const each of actions) socket.send(bytes(each));
    // Until it does no more.
    for (let before = -1; steps !== before;) {
      before = steps;
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(steps).toBeLessThan(22 * count);
    socket.resume();
    // oxlint-disable-next-line no-await-in-loop
    while (heard.length < 29) await once(socket, "message");
    const greeting = { spec: entry.spec, count, autoreset: "next-step" } as const;
    const vector = new LocalVectorEnvironment(entry, { count, autoreset: "next-step" });
    const [resets, results] = [new ResultFrame(greeting, RESET_RESULT), new ResultFrame(greeting, STEP_RESULT)];
    const first = vector.reset({ seed: 1 });
    vector.writeVariations(resets.variations);
    expect(Buffer.compare(heard[0]!, resets.write(first))).toBe(0);
    const wrong = actions.filter((each, k) => Buffer.compare(heard[k + 1]!, results.write(vector.step(each))) !== 0);
    expect(wrong).toEqual([]);
    socket.close();
    await vi.waitFor(() => expect(disposals).toBe(count));
    await own.close();
  });

  it("is refused when a web page from elsewhere sends it, or a name that is not this machine's", async () => {
    const refused = async (headers: Record<string, string>): Promise<string> => {
      const [error] = (await once(new WebSocket(server.url, { headers }), "error")) as [Error];
      return error.message;
    };
    expect(await refused({ origin: "https://evil.example" })).toContain("403");
    expect(await refused({ host: "evil.example" })).toContain("403");
  });
});

describe("the server", () => {
  it("survives whatever bytes come over the line, half messages included", async () => {
    const shake = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"; // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 200 }), async (shakes, noise) => {
        const socket = connect(server.port, "127.0.0.1");
        socket.on("error", () => undefined);
        await once(socket, "connect");
        if (shakes) socket.write(shake);
        socket.write(noise);
        await new Promise((resolve) => setTimeout(resolve, 2));
        socket.destroy();
      }),
      { numRuns: 60, seed: 5 },
    );
    const client = new Client();
    await client.greeting();
    expect(await client.ask(JSON.stringify({ op: "reset" }))).toBeInstanceOf(Buffer);
    client.socket.close();
  });

  it("survives those who hang up before they are refused", async () => {
    const foreign = "GET / HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    for (let k = 0; k < 20; k++) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      // oxlint-disable-next-line no-await-in-loop
      await once(socket, "connect");
      socket.write(foreign, () => socket.resetAndDestroy());
      // oxlint-disable-next-line no-await-in-loop
      await once(socket, "close");
    }
    const client = new Client();
    expect(await client.greeting()).toMatchObject({ count: 2 });
    client.socket.close();
  });

  it("survives whatever well-formed messages come, and answers each", async () => {
    const client = new Client();
    await client.greeting();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 64 })), async (message) => {
        expect(await client.ask(message)).toBeDefined();
      }),
      { numRuns: 200, seed: 6 },
    );
    client.socket.close();
  });
});
