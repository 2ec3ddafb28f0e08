import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RailRun, railRun } from "./rail-run.ts";
import { TestClient } from "./test-client.ts";

let run: RailRun;
let witness: TestClient;

beforeAll(async () => {
  run = await railRun();
  witness = await TestClient.connect(run.telemetry.port);
});
afterAll(async () => run.telemetry.close());

const op = fc.constantFrom(
  "subscribe",
  "unsubscribe",
  "getParameters",
  "setParameters",
  "subscribeParameterUpdates",
  "unsubscribeParameterUpdates",
  "advertise",
  "fetchAsset",
  "subscribeConnectionGraph",
  "__proto__",
  "constructor",
);
const field = fc.constantFrom("subscriptions", "subscriptionIds", "parameterNames", "parameters", "id", "channelId", "name", "value");
/** Near misses: known operations with wrong, missing or strange fields. */
const nearMiss = fc
  .record({ op })
  .chain((head) => fc.dictionary(field, fc.jsonValue(), { maxKeys: 4 }).map((rest) => JSON.stringify({ ...head, ...rest })));
const hit = fc.oneof(
  fc
    .array(fc.record({ id: fc.nat(20), channelId: fc.nat(20) }), { maxLength: 4 })
    .map((subscriptions) => JSON.stringify({ op: "subscribe", subscriptions })),
  fc.array(fc.nat(20), { maxLength: 4 }).map((subscriptionIds) => JSON.stringify({ op: "unsubscribe", subscriptionIds })),
  fc
    .array(fc.record({ name: fc.constantFrom("/run/speed", "/run/paused", "/x"), value: fc.jsonValue() }), { maxLength: 3 })
    .map((parameters) => JSON.stringify({ op: "setParameters", parameters, id: "q" })),
);
const text = fc.oneof(nearMiss, hit, fc.json(), fc.string());
const binary = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.uint8Array({ maxLength: 30 }).map((tail) => Uint8Array.from([2, ...tail])),
);
const message = fc.oneof(text, binary);

describe("whatever clients send", () => {
  it("the server lives, serves the others, and answers or hangs up", async () => {
    const { port } = run.telemetry;
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 40 }), async (messages) => {
        const client = await TestClient.connect(port);
        for (const item of messages) client.socket.send(item);
        await Promise.race([client.settled(), client.heardOf("close")]);
        client.socket.terminate();
        await witness.settled();
      }),
      { numRuns: 60 },
    );
    expect(witness.heard.filter(({ kind }) => kind === "error" || kind === "close")).toEqual([]);
  });

  it("raw bytes and half a handshake, or half a frame, do no harm", async () => {
    const { port } = run.telemetry;
    const upgrade =
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: foxglove.sdk.v1\r\n\r\n";
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(upgrade.length), fc.boolean(), async (noise, cut, whole) => {
        await new Promise<void>((resolve) => {
          const socket = connect(port, "127.0.0.1", () => {
            socket.write(whole ? upgrade : upgrade.slice(0, cut));
            socket.end(noise);
          });
          // A reset connection is an answer too.
          socket.on("error", () => {}).on("close", () => resolve());
          socket.resume();
        });
        await witness.settled();
      }),
      { numRuns: 60 },
    );
    expect(witness.heard.filter(({ kind }) => kind === "error" || kind === "close")).toEqual([]);
  });
});
