/** @file A run that fails, and whose memory then cannot be closed either; one whose log there is no room for. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { agents } from "../../agents/index.ts";
import { program } from "../engram-program.ts";
import { StorageError } from "../../src/contract/errors.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { defineScenario } from "../../src/continual/scenario.ts";
import { runScenario } from "../../src/runtime/run-scenario.ts";
import { pointEnvironments } from "../continual/point-world.ts";
import { ownServer } from "../memory/postgres-server.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-failed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("says what went wrong first, and what went wrong then", async () => {
  const server = await ownServer();
  const memory = await server.newDatabase();
  const scenario = defineScenario({
    name: "doomed",
    summary: "Loses its database and its way.",
    config: { tasks: ["point/left@1"], agents: { engram: {} }, demonstrations: 2, gradientSteps: 1, evaluationEpisodes: 1 },
    async main(run) {
      await run.demonstrate(run.tasks[0]!);
      await server.stop();
      throw new Error("out of ideas");
    },
  });
  const out = join(folder, "run");
  const failed: unknown = await runScenario({
    scenario,
    config: scenario.config,
    seed: 1,
    openEnvironment: async (id) => findEnvironment(id, pointEnvironments),
    agents,
    out,
    memory,
    keepOpen: false,
    threads: 1,
    command: "",
    signal: new AbortController().signal,
    progress: { write: () => true, isTTY: false },
    onOutcome: () => expect.fail("it came to an end"),
  }).then(() => undefined, (error: unknown) => error); // prettier-ignore
  expect(failed).toBeInstanceOf(AggregateError);
  const [first, second] = (failed as AggregateError).errors as readonly Error[];
  expect(first!.message).toBe("out of ideas");
  expect(second).toBeInstanceOf(StorageError);
  expect(readFileSync(join(out, "meta.json"), "utf8")).toContain("out of ideas");
  await server.close();
});

it.skipIf(process.platform === "win32")("says that there is no room for its log, and never that it has a line of which it has a part", async () => {
  const runFolder = pathToFileURL(resolve(import.meta.dirname, "../../dist/src/runtime/run-folder.js")).href;
  const body = `
    import { RunFolder } from ${JSON.stringify(runFolder)};
    RunFolder.create("cut", ${JSON.stringify(join(folder, "cut"))}).append({ kind: "task-begin", task: "x".repeat(1e5) });`;
  const limited = 'ulimit -f 16; exec "$0" "$@"';
  const appending = promisify(execFile)("bash", ["-c", limited, process.execPath, "--input-type=module", "--eval", body]);
  await expect(appending).rejects.toThrow("EFBIG");
});

it.skipIf(process.platform === "win32")("that has no room for its networks says so, and what there is to be seen", async () => {
  const choices = ["gradientSteps=2", "demonstrations=1", "evaluationEpisodes=1", 'tasks=["tabletop/reach@1"]', 'agents={"behaviour-cloning":{}}'];
  const run = ["run", "quickstart", "--no-serve", "--out", "full", ...choices.flatMap((choice) => ["--set", choice])];
  const limited = 'ulimit -f 32; exec "$0" "$@"';
  const running = promisify(execFile)("bash", ["-c", limited, process.execPath, program, ...run], { cwd: folder });
  await expect(running).rejects.toThrow(
    /engram: full: there is no room left \(EFBIG: .*\)\. What was logged until then is whole: `engram report full` shows it\./,
  );
  expect(JSON.parse(readFileSync(join(folder, "full/meta.json"), "utf8"))).toMatchObject({ status: "failed" });
});
