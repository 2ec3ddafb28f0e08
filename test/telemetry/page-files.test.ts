import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Pace } from "../../src/streams/pace.ts";
import { type RunTelemetry, startTelemetry } from "../../src/telemetry/run-telemetry.ts";
import { FoxgloveServer } from "../../src/telemetry/server.ts";

let folder: string;
let telemetry: RunTelemetry | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "engram-page-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(folder, "main.js"), "export {};");
  writeFileSync(join(folder, "main.css"), "body{}");
  writeFileSync(join(folder, "secret.txt"), "secret");
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => telemetry?.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** As sent: no client library tidies the path first. */
async function ask(port: number, path: string, { method = "GET", host = `127.0.0.1:${port}` } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", path, method, headers: { host }, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asked.on("error", reject).end();
  });
}

async function start(): Promise<number> {
  telemetry = await startTelemetry({ port: 0, name: "", pace: new Pace(), page: folder });
  return telemetry.port;
}

describe("the page's files", () => {
  it("are served with their types, under a policy that lets nothing else in", async () => {
    const port = await start();
    const index = await ask(port, "/?token=1");
    expect(index).toMatchObject({ status: 200, body: "<!doctype html><title>page</title>" });
    expect(index.headers["content-type"]).toBe("text/html; charset=utf-8");
    const policy = index.headers["content-security-policy"];
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port};`);
    expect(policy).not.toContain("unsafe");
    expect(index.headers["x-content-type-options"]).toBe("nosniff");
    expect(await ask(port, "/main.js")).toMatchObject({ status: 200, body: "export {};" });
    expect(await ask(port, "/main.css", { host: `localhost:${port}` })).toMatchObject({ status: 200, body: "body{}" });
    expect(await ask(port, "/", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  });

  it("are all there is: no other path leads anywhere", async () => {
    const port = await start();
    for (const path of [
      "/secret.txt",
      "/../secret.txt",
      "/..%2fsecret.txt",
      "//etc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/main.js/",
      "/__proto__",
    ]) {
      expect(await ask(port, path)).toMatchObject({ status: 404, body: "There is nothing here.\n" });
    }
  });

  it("are for this machine's own names and for reading only", async () => {
    const port = await start();
    expect(await ask(port, "/", { host: "evil.example" })).toMatchObject({ status: 403 });
    expect(await ask(port, "/", { method: "POST" })).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });

  it("that have not been built are asked for by name", async () => {
    const server = await FoxgloveServer.listen({ name: "", port: 0, page: new Map(), viewers: [], channels: [], parameters: [], services: [] });
    const answer = await ask(server.port, "/");
    await server.close();
    expect(answer).toMatchObject({ status: 503, body: "The page has not been built. Run `npm run build` and start again.\n" });
  });
});
