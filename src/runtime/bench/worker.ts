/** @file The process that does one job of a benchmark and ends. It takes orders from the process that started it, and ends when that is gone. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { OrderError } from "../../contract/errors.ts";
import { benchScenario } from "../../continual/benchmark/program.ts";
import { explained } from "../explained.ts";
import { openEnvironment } from "../open-environment.ts";
import type { Registries } from "../registries.ts";
import { runScenario } from "../run-scenario.ts";
import { unfinishedFolder, type Answer, type Job, type Order } from "./job.ts";
import { keepMethod } from "./kept-job.ts";

/** Between two answers about progress [ms]. */
const BREATH = 250;

/** @throws {OrderError} Nobody is there to give orders. */
export async function benchWorker(registries: Registries): Promise<void> {
  if (process.send === undefined) throw new OrderError("`engram bench-job` is how `engram bench` starts its jobs. Type `engram bench`.");
  const stop = new AbortController();
  // Ctrl-C reaches every process of a terminal: the one that started this decides what is done.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(1));
  const job = await new Promise<Job>((take) => {
    process.on("message", (order: Order) => (order.kind === "work" ? take(order.job) : stop.abort()));
  });
  const answer = await work(job, registries, stop.signal).catch((error: unknown): Answer => ({ kind: "failed", error: explained(error) }));
  await tell(answer);
  process.exit(answer.kind === "failed" ? 1 : 0);
}

async function work({ suite, method, seed, config, folder, command }: Job, registries: Registries, signal: AbortSignal): Promise<Answer> {
  const unfinished = unfinishedFolder(folder, process.pid);
  let told = -Infinity;
  const { summary } = await runScenario({
    scenario: benchScenario(suite, method.curriculum, config),
    config,
    seed,
    openEnvironment: (id) => openEnvironment(id, registries),
    agents: await registries.agents(),
    out: unfinished,
    keepOpen: false,
    threads: 1,
    command,
    signal,
    progress: process.stderr,
    onProgress({ fraction }) {
      if (performance.now() - told < BREATH) return;
      told = performance.now();
      process.send?.({ kind: "progress", fraction } satisfies Answer);
    },
    onOutcome: () => undefined,
  });
  if (!summary.complete) {
    rmSync(unfinished, { recursive: true, force: true });
    return { kind: "stopped" };
  }
  keepMethod(unfinished, method);
  if (existsSync(folder)) rmSync(unfinished, { recursive: true, force: true });
  else renameSync(unfinished, folder);
  return { kind: "done" };
}

const tell = async (answer: Answer): Promise<void> => new Promise((sent) => process.send!(answer, () => sent()));
