/** @file The protocol's page is true: its session, line by line, is what a server says. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RawData, WebSocket } from "ws";
import { environments } from "../../envs/index.ts";
import { EnvironmentServer } from "../../src/interop/environment-server.ts";

interface Line {
  readonly speaker: "server" | "client";
  /** Text as it is printed, or bytes in hexadecimal. */
  readonly said: string | Buffer;
}

const page = readFileSync(resolve(import.meta.dirname, "../../docs/environment-protocol.md"), "utf8");

/** The session's messages; bytes may go on over several lines, each with a remark after them. */
function session(): readonly Line[] {
  const [, text] = /```text\n([\s\S]*?)```/.exec(page)!;
  const lines: { speaker: "server" | "client"; said: string }[] = [];
  for (const line of text!.split("\n").filter((each) => each !== "")) {
    const [, speaker, rest] = /^(server|client|) +(.*)$/.exec(line)!;
    if (speaker === "") lines.at(-1)!.said += ` ${hexOf(rest!)}`;
    else lines.push({ speaker: speaker as Line["speaker"], said: rest!.startsWith("{") || rest === "closes" ? rest! : hexOf(rest!) });
  }
  return lines.map(({ speaker, said }) => ({
    speaker,
    said: /^[0-9a-f ]+$/.test(said) ? Buffer.from(said.replaceAll(" ", ""), "hex") : said,
  }));
}

const hexOf = (text: string): string => /^(([0-9a-f]{8} ?)*)/.exec(text)![0].trim();

let server: EnvironmentServer;
beforeAll(async () => {
  server = await EnvironmentServer.listen({ entry: environments.get("classic/navigation-2d@1")!, port: 0, count: 1 });
});
afterAll(() => server.close());

it("has a session that happens so, byte for byte", async () => {
  const lines = session();
  expect(lines.length).toBeGreaterThanOrEqual(8);
  const client = new WebSocket(server.url);
  const heard: (string | Buffer)[] = [];
  client.on("message", (data: RawData, isBinary) => heard.push(isBinary ? (data as Buffer) : (data as Buffer).toString()));
  for (const { speaker, said } of lines) {
    if (speaker === "client" && said === "closes") client.close();
    else if (speaker === "client") client.send(said);
    else {
      // oxlint-disable-next-line no-await-in-loop
      if (heard.length === 0) await once(client, "message");
      const message = heard.shift()!;
      if (typeof said === "string" && said.includes("…")) expect(message).toContain(said.slice(0, said.indexOf("…")).trimEnd().replace(/,$/, ""));
      else expect(message).toEqual(said);
    }
  }
  await once(client, "close");
});

it("shows the greeting as it comes", async () => {
  const [, printed] = /```json\n([\s\S]*?)```/.exec(page)!;
  const client = new WebSocket(server.url);
  const [data] = (await once(client, "message")) as [Buffer];
  client.close();
  expect(JSON.parse(data.toString())).toEqual(JSON.parse(printed!));
});
