/** @file What happens to a shared memory when its server goes away, or speaks TLS: with servers of this file's own. */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, chownSync, statSync } from "node:fs";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { StorageError } from "../../src/contract/errors.ts";
import type { MemoryEntry, MemoryStore } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { openPostgresStore } from "../../src/memory/stores/postgres-store.ts";
import { ownServer, type OwnServer } from "./postgres-server.ts";
import { wholeEntry } from "./whole-entry.ts";

const shape = { keySize: 1, valueSize: 1, observationSize: 1 };
const entry = (id: number): MemoryEntry =>
  wholeEntry({ id, key: Float32Array.of(id), value: Float32Array.of(1), observation: Float32Array.of(1), task: asTaskId("t"), episode: 0, step: 0 });
const idsIn = async (address: string, name: string): Promise<number[]> => {
  const store = await openPostgresStore(address, name, shape);
  const ids = [...store.entries()].map(({ id }) => id);
  await store.close();
  return ids;
};

describe("a server that goes away", () => {
  let server: OwnServer;
  let database: string;
  let store: MemoryStore;
  beforeAll(async () => {
    server = await ownServer();
    database = await server.newDatabase();
    store = await openPostgresStore(database, "m", shape);
  });
  afterAll(async () => {
    await store.close();
    await server.close();
  });

  it("and comes back at once is waited for: the flush succeeds", async () => {
    store.put(entry(1));
    await server.stop();
    const flushed = store.flush();
    await server.start();
    await flushed;
    expect(await idsIn(database, "m")).toEqual([1]);
  });

  it("and stays away makes the flush fail with what to do; what was to be written is written by the next one after it came back", async () => {
    store.put(entry(2));
    await store.flush();
    await server.stop();
    for (const id of [3, 4]) store.put(entry(id));
    await expect(store.flush()).rejects.toThrow(/cannot be reached.*the next flush tries again/s);
    await expect(store.changes()).rejects.toThrow(StorageError);
    store.put(entry(5));
    await server.start();
    await store.flush();
    expect(await store.changes()).toEqual({ put: [], removed: [] });
    expect(await idsIn(database, "m")).toEqual([1, 2, 3, 4, 5]);
  });

  it("just as it has let somebody in for the first time is asked again, too", async () => {
    const rude = await oneRudeTo(database, (client, isLetIn) => isLetIn && client.destroy());
    expect(await idsIn(rude.database, "m")).toEqual([1, 2, 3, 4, 5]);
    expect(rude.connections()).toBe(2);
  });

  it("is asked again when it says that it is starting", async () => {
    const rude = await oneRudeTo(database, (client) => client.end(STARTING));
    expect(await idsIn(rude.database, "m")).toEqual([1, 2, 3, 4, 5]);
    expect(rude.connections()).toBe(2);
  });
});

/**
 * Stands between clients and a server, and is rude to the first that comes.
 * @param rudeness What it does when that client says something, knowing whether it was let in; where it returns `false` the server hears it, as it hears all others.
 */
async function oneRudeTo(database: string, rudeness: (client: Socket, isLetIn: boolean) => unknown) {
  const url = new URL(database);
  const [host, port] = [url.hostname, Number(url.port)];
  let connections = 0;
  const between = createServer((client) => {
    const isFirst = ++connections === 1;
    let isLetIn = false;
    const behind = connect(port, host);
    behind.on("data", (data) => {
      isLetIn ||= data.includes(READY);
      client.write(data);
    });
    client.on("data", (data) => (isFirst && rudeness(client, isLetIn) !== false) || behind.write(data));
    for (const [end, other] of [[client, behind], [behind, client]] as const) end.on("error", () => undefined).on("close", () => other.destroy()); // prettier-ignore
  });
  onTestFinished(() => void between.close());
  await once(between.listen(0, "127.0.0.1"), "listening");
  url.port = String((between.address() as AddressInfo).port);
  return { database: url.href, connections: () => connections };
}

/** PostgreSQL's message that it is ready for queries, outside of a transaction. */
const READY = Buffer.from("Z\0\0\0\u0005I");

const STARTING_FIELDS = "SFATAL\0C57P03\0Mthe database system is starting up\0\0";
/** Its error message to who comes too early: a letter, four bytes that count themselves and what follows, and fields. */
const STARTING = Buffer.from(`E\0\0\0${String.fromCharCode(4 + STARTING_FIELDS.length)}${STARTING_FIELDS}`);

const openssl = "openssl";
const hasOpenssl = spawnSync(openssl, ["version"]).status === 0;

describe.skipIf(!hasOpenssl)("a server that speaks TLS", () => {
  let server: OwnServer;
  let database: string;
  let certificate: string;
  beforeAll(async () => {
    server = await ownServer([], (folder) => {
      const data = join(folder, "data");
      const [key, file] = [join(data, "server.key"), join(data, "server.crt")];
      const names = "/CN=localhost -addext subjectAltName=IP:127.0.0.1,DNS:localhost";
      const request = `req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ${key} -out ${file} -subj ${names}`;
      execFileSync(openssl, request.split(" "), { stdio: "ignore" });
      const { uid, gid } = statSync(data);
      for (const each of [key, file]) chownSync(each, uid, gid);
      chmodSync(key, 0o600);
      appendFileSync(join(data, "postgresql.conf"), "ssl = on\n");
      certificate = join(folder, "root.crt");
      execFileSync("cp", [file, certificate]);
    });
    database = await server.newDatabase();
  });
  afterAll(async () => server.close());

  const encrypted = async (mode: string): Promise<unknown> => {
    const store = await openPostgresStore(`${database}?${mode}`, "m", shape);
    const [row] = await server.query(
      database,
      "select bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'engram'",
    );
    await store.close();
    return row!["ssl"];
  };

  it("is spoken to as the address asks: not at all, without a look at the certificate, or with one", async () => {
    expect(await encrypted("sslmode=disable")).toBe(false);
    expect(await encrypted("sslmode=require")).toBe(true);
    expect(await encrypted("sslmode=no-verify")).toBe(true);
    expect(await encrypted(`sslmode=verify-full&sslrootcert=${certificate}`)).toBe(true);
  });

  it("is not trusted when its certificate is to be looked at and nobody vouches for it", async () => {
    await expect(encrypted("sslmode=verify-full")).rejects.toThrow(/certificate is not trusted.*sslrootcert/s);
  });
});
