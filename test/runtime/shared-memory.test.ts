/** @file Runs in processes of their own that share one memory in PostgreSQL. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programIn } from "../engram-program.ts";
import { testServer, type TestServer } from "../memory/postgres-server.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-shared-"));
let server: TestServer;
let database: string;
beforeAll(async () => {
  server = await testServer();
  database = await server.newDatabase();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const engram = programIn(folder);

/** A short life on one task. */
const life = (task: string, seed: number, out: string): string[] => {
  const settings = [`tasks=["tabletop/${task}@1"]`, 'agents={"engram":{}}', "demonstrations=2", "gradientSteps=8", "evaluationEpisodes=2"];
  return ["run", "quickstart", "--no-serve", "--seed", String(seed), "--out", out, ...settings.flatMap((each) => ["--set", each])];
};

interface Line {
  readonly kind: string;
  readonly memorySize?: number;
  readonly readShares?: Readonly<Record<string, number>>;
}
const log = (run: string): Line[] =>
  readFileSync(join(folder, run, "metrics.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Line); // prettier-ignore

interface Listed {
  readonly file: string;
  readonly tasks: readonly { readonly task: string; readonly entries: number }[];
}

describe("runs that share a memory", () => {
  it("at the same time, leave what both were shown in it", async () => {
    const shared = ["--memory", `${database}#team`];
    const results = await Promise.all([engram(...life("reach", 1, "one"), ...shared), engram(...life("push", 2, "other"), ...shared)]);
    expect(results.map(({ code, err }) => [code, err.includes("engram:")])).toEqual([[0, false], [0, false]]); // prettier-ignore
    const [memory] = JSON.parse((await engram("memory", "ls", `${database}#team`, "--json")).out) as Listed[];
    expect(memory!.file).toMatch(/^postgres:\/\/.*\/engram_test_\w+#team-engram$/);
    expect(memory!.tasks.map(({ task }) => task).toSorted()).toEqual(["push", "reach"]);
  });

  it("one after the other: the later begins with what the earlier was shown, reads it, and adds its own", async () => {
    const before = JSON.parse((await engram("memory", "ls", database, "--json")).out) as Listed[];
    const total = before[0]!.tasks.reduce((sum, { entries }) => sum + entries, 0);
    const { code, out } = await programIn(folder, { ENGRAM_MEMORY: `${database}#team` })(...life("button-press", 3, "later"));
    expect(code).toBe(0);
    const untaught = log("later").find(({ kind }) => kind === "evaluated");
    expect(Object.keys(untaught!.readShares!).length).toBeGreaterThan(0);
    expect(log("later").find(({ kind }) => kind === "learned")!.memorySize!).toBeGreaterThan(total);
    expect(out).toContain("engram memory ls postgres://");
    const forgotten = await engram("memory", "forget", "later", "--task", "button-press", "--yes");
    expect(forgotten.out).toMatch(/the database postgres:\/\/\S+#team, which this command does not change/);
    for (const file of ["meta.json", "report.html", "config.json"])
      expect(readFileSync(join(folder, "later", file), "utf8")).not.toMatch(/a%20secret|a secret/);
    const [row] = await server.query(database, "select id from engram.entry where key is not null order by id limit 1");
    const shown = await engram("memory", "show", `${database}#team-engram`, String(row!["id"]), "--json");
    expect(JSON.parse(shown.out)).toMatchObject({ id: Number(row!["id"]) });
  });

  it("is named after the run by itself, and a wrong address is said before anything begins", async () => {
    await engram(...life("reach", 7, "plain"), "--memory", database);
    expect((await engram("memory", "ls", database)).out).toMatch(/#quickstart-seed7-engram: \d+ entries/);
    const wrong = await engram(...life("reach", 7, "wrong"), "--memory", "robots");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("an address such as postgres://")]);
    const away = await engram(...life("reach", 7, "wrong"), "--memory", "postgres://me:secret@127.0.0.1:1/robots");
    expect([away.code, away.err]).toEqual([1, expect.stringContaining("Start it, or check host and port")]);
    expect(away.err).not.toContain("secret");
    expect((await engram("memory", "ls", `${database}#nobody`)).err).toContain("holds no memory nobody");
  });

  it("can be asked what a file can be asked, on the address of the database", async () => {
    const place = `${database}#team`;
    const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await engram("memory", ...args, "--json")).out) as T;
    const [stats] = await json<readonly { readonly agent: string; readonly entries: number; readonly tasks: readonly { readonly ids: [number, number] }[] }[]>("stats", place); // prettier-ignore
    expect(stats).toMatchObject({ agent: "engram", entries: expect.any(Number) as number });
    const id = String(stats!.tasks[0]!.ids[0]);
    const asked = await json<object>("query", place, id, "--k", "3", "--agent", "engram");
    expect(asked).toMatchObject({ metric: "l2", entry: { id: Number(id) } });
    const exported = await engram("memory", "export", place, "--format", "jsonl");
    expect(exported.out.trim().split("\n")).toHaveLength(stats!.entries);
    expect(await json("verify", place)).toMatchObject([{ sound: stats!.entries, isSound: true }]);
    const compacted = await engram("memory", "compact", place, "--away", "0");
    expect([compacted.code, compacted.out]).toEqual([0, expect.stringMatching(/#team-engram: \d+ removed entries cleared away/)]);
    await server.query(database, "update engram.entry set value = '\\x00' where id = $1", [id]);
    const verified = await engram("memory", "verify", place);
    expect([verified.code, verified.out]).toEqual([1, expect.stringContaining(`entry ${id} of task`)]);
  });

  it("says what to do instead where a command is about files", async () => {
    const explained = await engram("memory", "explain", database, "5");
    expect([explained.code, explained.err]).toEqual([1, expect.stringContaining("an agent's networks are in the folder of its run")]);
    for (const args of [
      ["forget", database, "--task", "push"],
      ["pin", database, "5"],
    ]) {
      const { code, err } = await engram("memory", ...args);
      expect([code, err]).toEqual([1, expect.stringContaining("is a database, and this command is about a run's own files")]);
      expect(err).not.toContain("a secret");
    }
    const several = await engram("memory", "query", database, "5");
    expect([several.code, several.err]).toEqual([1, expect.stringMatching(/holds the memories .* Name one after the address/)]);
  });
});
