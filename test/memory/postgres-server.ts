/** @file A real PostgreSQL for tests: the one that comes with `npm ci`, started on a free port in a temporary folder, or the one that ENGRAM_TEST_POSTGRES names. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { embeddedPostgres } from "./embedded-postgres.ts";

export interface TestServer {
  /** Makes a database that is gone with the server. @returns Its address. */
  newDatabase(): Promise<string>;
  /** As somebody else who looks in or meddles. */
  query(address: string, text: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** One that can be stopped and started again. */
export interface OwnServer extends TestServer {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** The server for a file of tests. */
export async function testServer(): Promise<TestServer> {
  const named = process.env["ENGRAM_TEST_POSTGRES"];
  return named === undefined ? ownServer() : databasesOf(named);
}

/** @param settings Further flags of the server. @param prepare Lays files into its folder before it starts. */
export async function ownServer(settings: readonly string[] = [], prepare?: (folder: string) => void): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), "engram-postgres-"));
  // As root the server runs as a user of its own, who must be able to get there.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const output: string[] = [];
  const EmbeddedPostgres = await embeddedPostgres(folder);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "engram",
    password: "a secret",
    authMethod: "scram-sha-256",
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", `unix_socket_directories=`, ...settings],
    onLog: (line) => output.push(line),
    onError: (error) => output.push(String(error)),
  });
  const start = async (): Promise<void> => {
    await server.start().catch((error: unknown) => {
      throw new Error(`PostgreSQL did not start: ${output.join("")}`, { cause: error });
    });
  };
  await server.initialise();
  prepare?.(folder);
  await start();
  const databases = databasesOf(`postgres://engram:a%20secret@127.0.0.1:${port}/postgres`);
  return {
    ...databases,
    start,
    stop: async () => server.stop(),
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function databasesOf(address: string): TestServer {
  const made: string[] = [];
  return {
    query,
    async newDatabase() {
      const name = `engram_test_${process.pid}_${made.length + 1}`;
      await query(address, `drop database if exists ${name}`);
      await query(address, `create database ${name} encoding 'UTF8' template template0`);
      made.push(name);
      const url = new URL(address);
      url.pathname = name;
      return url.href;
    },
    async close() {
      for (const name of made) await query(address, `drop database if exists ${name} with (force)`);
    },
  };
}

async function query(address: string, text: string, values: readonly unknown[] = []): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
