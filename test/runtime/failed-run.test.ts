/** @file A run that fails, and whose memory then cannot be closed either. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { agents } from "../../agents/index.ts";
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
