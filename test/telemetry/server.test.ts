import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openChannels } from "../../src/telemetry/channel.ts";
import type { EpisodeMessage, LossMessage } from "../../src/telemetry/messages.ts";
import { FoxgloveServer, type ServerOptions } from "../../src/telemetry/server.ts";
import { SimulatedClock } from "../../src/telemetry/simulated-clock.ts";
import { refusal, TestClient } from "./test-client.ts";

const clock = new SimulatedClock();
const channels = openChannels(clock);
const closing: (() => Promise<unknown>)[] = [];

async function serve(options: Partial<ServerOptions> = {}): Promise<FoxgloveServer> {
  const server = await FoxgloveServer.listen({
    name: "test",
    port: 0,
    page: new Map(),
    viewers: ["https://viewer.example"],
    channels: Object.values(channels),
    parameters: [],
    services: [],
    ...options,
  });
  closing.push(async () => server.close());
  return server;
}

const episode = (frame: number): EpisodeMessage => ({
  frame,
  task: "push",
  actor: "engram",
  episode: 1,
  step: frame,
  horizon: 500,
  time: 0,
  reward: 0,
  return: 0,
  success: false,
  ended: false,
  recalled: 0,
});
const loss = (gradientStep: number): LossMessage => ({ agent: "engram", task: "push", gradientStep, loss: 1 });

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe("the server", () => {
  it("speaks to the public client under either name of the protocol, alone or both offered", async () => {
    const { port } = await serve();
    for (const [protocols, chosen] of [
      [["foxglove.websocket.v1"], "foxglove.websocket.v1"],
      [["foxglove.sdk.v1"], "foxglove.sdk.v1"],
      [["foxglove.websocket.v1", "foxglove.sdk.v1"], "foxglove.sdk.v1"],
    ] as const) {
      const client = await TestClient.connect(port, { protocols });
      expect(client.socket.protocol).toBe(chosen);
      const info = await client.heardOf("serverInfo");
      expect(info).toMatchObject({
        name: "test",
        capabilities: ["time", "parameters", "parametersSubscribe", "services"],
        supportedEncodings: ["json"],
      });
      expect([...client.topics.keys()]).toEqual(Object.keys(channels));
      await client.close();
    }
  });

  it("sends a channel's messages, with the simulated time, to those who subscribed and no longer when they leave", async () => {
    const { port } = await serve();
    const client = await TestClient.connect(port);
    const [id] = client.subscribe("/loss");
    await client.settled();
    clock.advance(1.5);
    channels["/loss"].publish(loss(1));
    channels["/episode"].publish(episode(1));
    await client.message("/loss");
    expect(client.received).toEqual([{ topic: "/loss", time: 1_500_000_000n, message: loss(1) }]);
    client.client.unsubscribe(id!);
    await client.settled();
    expect(channels["/loss"].watched).toBe(false);
  });

  it("forgets the subscriptions of a client that goes away", async () => {
    const server = await serve();
    const client = await TestClient.connect(server.port);
    client.subscribe("/loss", "/tf");
    await client.settled();
    expect(channels["/tf"].watched).toBe(true);
    const other = await TestClient.connect(server.port);
    client.socket.terminate();
    await client.heardOf("close");
    await other.settled();
    expect(channels["/tf"].watched).toBe(false);
    expect(server.clients).toBe(1);
  });

  it("refuses pages from elsewhere, names that are not this machine's, and strangers to the protocol", async () => {
    const { port } = await serve();
    const ours = ["foxglove.sdk.v1"];
    expect(await refusal(port, ours, { origin: "https://evil.example" })).toBe(403);
    expect(await refusal(port, ours, { origin: "null" })).toBe(403);
    expect(await refusal(port, ours, { origin: `http://localhost:${port + 1}` })).toBe(403);
    expect(await refusal(port, ours, { headers: { host: `evil.example:${port}` } })).toBe(403);
    expect(await refusal(port, ours, { headers: { host: `evil.example:${port}` }, origin: `http://evil.example:${port}` })).toBe(403);
    expect(await refusal(port, [])).toBe(400);
    expect(await refusal(port, ["graphql-ws"])).toBe(400);
    for (const origin of [`http://127.0.0.1:${port}`, "https://viewer.example"]) {
      const client = await TestClient.connect(port, { origin });
      await client.close();
    }
  });

  it("takes sixteen clients and turns down the next", async () => {
    const { port } = await serve();
    const clients = await Promise.all(Array.from({ length: 16 }, async () => TestClient.connect(port)));
    expect(await refusal(port, ["foxglove.sdk.v1"])).toBe(503);
    await clients[0]!.close();
    await TestClient.connect(port);
  });

  it("tells a client what was wrong with what it asked for, and goes on", async () => {
    const { port } = await serve();
    const client = await TestClient.connect(port);
    const say = async (data: string | Uint8Array, expected: RegExp): Promise<void> => {
      client.socket.send(data);
      await client.heardOf("status", ({ message }) => expected.test(message as string));
    };
    await say("{", /Expected `message` to be JSON text, got "\{"/);
    await say('{"op":"dance"}', /Expected `op` to be one of subscribe, .* got "dance"/);
    await say("[]", /Expected `op` to be one of/);
    await say('{"op":"subscribe","subscriptions":[{"id":-1,"channelId":1}]}', /subscribe\.subscriptions\.0\.id/);
    await say('{"op":"subscribe","subscriptions":[{"id":1,"channelId":77}]}', /no channel 77/);
    await say('{"op":"unsubscribe","subscriptionIds":[5]}', /no subscription 5/);
    await say('{"op":"subscribe","subscriptions":[{"id":1,"channelId":1},{"id":1,"channelId":2}]}', /Subscription 1 is taken/);
    await say('{"op":"subscribe","subscriptions":[{"id":2,"channelId":1}]}', /Channel 1 \(\/run\) is subscribed to already/);
    await say(new Uint8Array([9, 9]), /Expected `opcode` to be 2/);
    await client.settled();
    expect(client.heard.filter(({ kind }) => kind === "status")).toHaveLength(9);
  });

  it("hangs up on a client that never makes sense, saying so", async () => {
    const { port } = await serve();
    const client = await TestClient.connect(port);
    for (let i = 0; i < 64; i++) client.socket.send("nonsense");
    expect(await client.heardOf("close")).toMatchObject({ code: 1008, reason: "too many malformed messages" });
  });

  it("closes with the standard codes on messages too big, of too many parts, or of broken text", async () => {
    const { port } = await serve();
    const big = await TestClient.connect(port);
    big.socket.send("x".repeat(2 ** 20 + 1));
    expect(await big.heardOf("close")).toMatchObject({ code: 1009 });
    const split = await TestClient.connect(port);
    for (let i = 0; i < 70; i++) split.socket.send("x", { fin: false });
    expect(await split.heardOf("close")).toMatchObject({ code: 1008 });
    const broken = await TestClient.connect(port);
    broken.socket.send(new Uint8Array([0xff, 0xfe]), { binary: false });
    expect(await broken.heardOf("close")).toMatchObject({ code: 1007 });
  });

  it("drops frames, but no history, for a client that does not read, and gives it the newest when it does", async () => {
    const { port } = await serve();
    const slow = await TestClient.connect(port);
    const quick = await TestClient.connect(port);
    for (const client of [slow, quick]) {
      client.subscribe("/episode", "/loss");
      await client.settled();
    }
    slow.socket.pause();
    const frames = 40_000;
    const padded = { ...episode(0), actor: "x".repeat(2000) };
    for (let frame = 1; frame <= frames; frame++) {
      channels["/episode"].publish({ ...padded, frame });
      if (frame % 100 === 0) {
        channels["/loss"].publish(loss(frame));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    slow.socket.resume();
    const last = ({ frame }: EpisodeMessage): boolean => frame === frames;
    await Promise.all([slow.message("/episode", last), quick.message("/episode", last)]);
    await slow.message("/loss", ({ gradientStep }: LossMessage) => gradientStep === frames);
    const seen = slow.messages<EpisodeMessage>("/episode").map(({ frame }) => frame);
    expect(seen.length).toBeLessThan(frames / 2);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(slow.messages("/loss")).toHaveLength(frames / 100);
    await slow.heardOf("status", ({ message }) => message === "Send buffer limit reached");
  });

  it("cuts off a client that stopped answering pings", async () => {
    const { port } = await serve({ pingPeriod: 100 });
    const deaf = await TestClient.connect(port, { autoPong: false });
    const alive = await TestClient.connect(port);
    expect(await deaf.heardOf("close")).toMatchObject({ code: 1006 });
    await alive.settled();
  });

  it("says goodbye when it closes, and frees the port though a client never answers", async () => {
    const server = await FoxgloveServer.listen({ name: "", port: 0, page: new Map(), viewers: [], channels: [], parameters: [], services: [] });
    const client = await TestClient.connect(server.port);
    const stalled = await TestClient.connect(server.port);
    stalled.socket.pause();
    await server.close();
    expect(await client.heardOf("close")).toMatchObject({ code: 1001, reason: "server shutdown" });
    const again = await serve({ port: server.port });
    expect(again.port).toBe(server.port);
    stalled.socket.terminate();
  });
});

describe("a port that is taken", () => {
  const occupy = async (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.on("error", reject).listen(port, "127.0.0.1", () => resolve(server));
      closing.push(async () => new Promise((done) => void server.close(done)));
    });

  it("is passed over for the next free one", async () => {
    const first = await occupy(0);
    const { port: taken } = first.address() as { port: number };
    const server = await serve({ port: taken });
    expect(server.port).toBeGreaterThan(taken);
    expect(server.port).toBeLessThanOrEqual(taken + 50);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  });

  it("at the end of the range, and what is no port at all, is refused in words", async () => {
    await occupy(65_535);
    await expect(serve({ port: 65_535 })).rejects.toThrow(/Expected `port` to be free, or one of the 50 after it/);
    await expect(serve({ port: 70_000 })).rejects.toThrow(/Expected `port` to be an integer from 0 to 65535, got `70000`/);
    await expect(serve({ port: 1.5 })).rejects.toThrow(/`port`/);
  });
});
