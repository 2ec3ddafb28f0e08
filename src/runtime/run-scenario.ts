/** @file Runs a scenario from beginning to end: its folder, its live page, its progress, and an orderly stop. */
import { inspect } from "node:util";
import type { AgentEntry } from "../contract/agent.ts";
import type { EnvironmentEntry } from "../contract/environment.ts";
import { DivergenceError, StorageError } from "../contract/errors.ts";
import type { MemoryStore } from "../contract/memory.ts";
import type { MemoryIndex } from "../contract/memory-index.ts";
import type { ContinualConfig } from "../continual/config.ts";
import { ContinualRun, StoppedError } from "../continual/continual-run.ts";
import { settingsOf } from "../continual/run-agents.ts";
import { renderReport } from "../continual/report.ts";
import type { RunEvent, RunProgress } from "../continual/run-event.ts";
import type { Scenario } from "../continual/scenario.ts";
import { summarize, type RunSummary } from "../continual/summary.ts";
import type { LoopEvent } from "../streams/loop-event.ts";
import { Pace } from "../streams/pace.ts";
import { startTelemetry, type RunTelemetry } from "../telemetry/run-telemetry.ts";
import { openMinari } from "../interop/minari.ts";
import { selectBackend, type BackendName } from "../tensor/backend.ts";
import { fingerprintsOf } from "./fingerprints.ts";
import { inDatabase, indexInFolder, inFolder, sharedPlace } from "./memory-place.ts";
import { ProgressLine, type ProgressOutput } from "./progress-line.ts";
import { RunFolder } from "./run-folder.ts";
import { encodeSnapshot } from "./snapshot-codec.ts";
import { thisMachine } from "./this-machine.ts";

export interface RunOptions {
  readonly scenario: Scenario;
  /** The scenario's, with overrides. */
  readonly config: ContinualConfig;
  readonly seed: number;
  readonly openEnvironment: (name: string) => Promise<EnvironmentEntry>;
  readonly agents: ReadonlyMap<string, AgentEntry>;
  /** Where the run is kept; by default a new folder under `runs`. */
  readonly out?: string;
  /** A database that keeps the agents' memories instead, and shares them with whoever names the same. */
  readonly memory?: string;
  /** Where the live page is tried first; undefined for no page. */
  readonly port?: number;
  /** After the run, show the agents at work until the pace is stopped. */
  readonly keepOpen: boolean;
  readonly backend?: BackendName;
  /** Of the wasm backend. */
  readonly threads: number;
  /** The command that repeats this run, for its report. */
  readonly command: string;
  /** Stops the run in good order. */
  readonly signal: AbortSignal;
  /** For people: progress and the page's address. */
  readonly progress: ProgressOutput;
  /** Hears how far it is, instead of a line of progress. */
  readonly onProgress?: (now: RunProgress) => void;
  /** Called once everything is saved, before any showing. */
  onOutcome(outcome: RunOutcome): void;
}

export interface RunOutcome {
  readonly folder: RunFolder;
  /** Where the agents' memories are, as `engram memory` is told. */
  readonly memory: string;
  readonly summary: RunSummary;
  readonly seconds: number;
}

/** Runs it. A stop by signal or page is an ordinary, incomplete outcome; everything written so far is whole. */
export async function runScenario(options: RunOptions): Promise<RunOutcome> {
  const { scenario, config, seed, signal, progress } = options;
  const runName = `${scenario.name}-seed${seed}`;
  const shared = options.memory === undefined ? undefined : sharedPlace(options.memory, runName);
  const pace = new Pace();
  if (signal.aborted) pace.stop();
  else signal.addEventListener("abort", () => pace.stop(), { once: true });
  const { inUse } = await selectBackend(options.backend, { threads: options.threads });
  const folder = RunFolder.create(runName, options.out);
  const openStore = shared === undefined ? inFolder(folder, (warning) => progress.write(`${warning}\n`)) : inDatabase(options.memory!, shared);
  const resolved = { ...config, agents: settingsOf(config.agents, options.agents) };
  const record = new RunRecord(folder, options, resolved, String(inUse), shared?.shown);
  const line = new ProgressLine(progress);
  const events: RunEvent[] = [];
  const failures: unknown[] = [];
  let telemetry: RunTelemetry | undefined;
  let run: ContinualRun | undefined;
  try {
    if (options.port !== undefined) telemetry = await openPage(options.port, scenario, pace, progress);
    run = await ContinualRun.create({
      scenario,
      config,
      seed,
      openEnvironment: options.openEnvironment,
      agents: options.agents,
      pace,
      openDemonstrations: openMinari,
      openStore: async (agent, shape) => record.keep(await openStore(agent, shape)),
      openIndex: async (agent, memory) => record.keepIndex(await indexInFolder(folder, agent, memory)),
      onTrouble(error) {
        line.clear();
        progress.write(`${error.message} The run goes on.\n`);
      },
      onEvent(event) {
        events.push(event);
        folder.append(event);
        telemetry?.onEvent(event);
      },
      onLoop: (event: LoopEvent) => telemetry?.onLoop(event),
      onProgress(now) {
        if (options.onProgress === undefined) line.update(now);
        else options.onProgress(now);
        telemetry?.onProgress(now);
      },
    });
    record.begin(run);
    const complete = await finished(scenario, run);
    run.finish(complete);
    line.clear();
    await record.save(run);
    const summary = summarize(events);
    folder.writeJson("summary.json", summary);
    folder.write("report.html", renderReport({ summary, events, config: resolved, command: options.command }));
    record.end(complete ? "complete" : "stopped");
    const outcome = { folder, memory: shared?.shown ?? folder.shortPath, summary, seconds: record.seconds };
    options.onOutcome(outcome);
    if (options.keepOpen && telemetry !== undefined && complete) await exhibit(run, pace, progress, telemetry);
    return outcome;
  } catch (caught) {
    const error = noRoom(caught, folder);
    failures.push(error);
    line.clear();
    if (run !== undefined && error instanceof DivergenceError) {
      await record.saveDivergence(run, error).catch((second: unknown) => failures.push(second));
    }
    record.end("failed", error);
    throw error;
  } finally {
    run?.dispose();
    try {
      await record.close(failures);
    } finally {
      folder.close();
      // Without a run there was only a mistake in what was asked for: no folder should tell of it.
      if (run === undefined) folder.discard();
      await telemetry?.close();
    }
  }
}

async function openPage(port: number, scenario: Scenario, pace: Pace, output: ProgressOutput): Promise<RunTelemetry> {
  const telemetry = await startTelemetry({ port, name: `engram ${scenario.name}`, pace });
  if (port !== 0 && telemetry.port !== port) output.write(`Port ${port} is taken; using ${telemetry.port}.\n`);
  output.write(`Watch it live: ${telemetry.url}\n`);
  return telemetry;
}

/** Whether the scenario's program came to its end. */
async function finished(scenario: Scenario, run: ContinualRun): Promise<boolean> {
  try {
    await scenario.main(run);
    return true;
  } catch (error) {
    if (error instanceof StoppedError) return false;
    throw error;
  }
}

/** Shows a twin of the first agent, so that what was saved does not depend on how long somebody watched. */
async function exhibit(run: ContinualRun, pace: Pace, output: ProgressOutput, { url }: RunTelemetry): Promise<void> {
  const twin = await run.twin(run.agents[0]!);
  output.write(`The page stays open at ${url}. Ctrl-C closes it.\n`);
  pace.setSpeed(1);
  try {
    while (!pace.state.stopped) for (const task of run.tasks) await run.exhibit(twin, task);
  } finally {
    twin.dispose();
  }
}

/** A full disk, with what there is to be seen none the less; any other error as it is. */
function noRoom(error: unknown, folder: RunFolder): unknown {
  if (!(error instanceof Error) || !["ENOSPC", "EDQUOT", "EFBIG"].includes(String((error as NodeJS.ErrnoException).code))) return error;
  const remedy = `What was logged until then is whole: \`engram report ${folder.shortPath}\` shows it.`;
  return new StorageError(folder.shortPath, `there is no room left (${error.message})`, remedy, { cause: error });
}

/** What a run leaves besides its log: configuration, circumstances, checkpoints and durable memories. */
class RunRecord {
  readonly #folder: RunFolder;
  readonly #output: ProgressOutput;
  readonly #stores: MemoryStore[] = [];
  readonly #indexes: MemoryIndex[] = [];
  #meta: Readonly<Record<string, unknown>>;
  readonly #startedAt = performance.now();
  readonly #usedBefore = process.cpuUsage();
  #hasEnded = false;

  constructor(
    folder: RunFolder,
    { scenario, seed, command, progress }: RunOptions,
    resolved: ContinualConfig,
    backend: string,
    memory: string | undefined,
  ) {
    this.#folder = folder;
    this.#output = progress;
    folder.writeJson("config.json", { scenario: scenario.name, seed, backend, config: resolved });
    this.#meta = {
      ...thisMachine(),
      command,
      ...(memory !== undefined && { memory }),
      started: new Date().toISOString(),
    };
    folder.writeJson("meta.json", { ...this.#meta, status: "running" });
  }

  /** Says which worlds the run is in. */
  begin(run: ContinualRun): void {
    this.#meta = { ...this.#meta, worlds: fingerprintsOf([...run.tasks, ...run.testTasks]) };
    this.#folder.writeJson("meta.json", { ...this.#meta, status: "running" });
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** What this process has worked since, all of its threads together: unlike the clock, it goes on alone however busy the machine is [s]. */
  get #cpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#usedBefore);
    return (user + system) / 1e6;
  }

  /** Takes charge of flushing and closing a store. */
  keep(store: MemoryStore): MemoryStore {
    this.#stores.push(store);
    return store;
  }

  /** Takes charge of saving an index. */
  keepIndex(index: MemoryIndex): MemoryIndex {
    this.#indexes.push(index);
    return index;
  }

  /** Checkpoints of all agents, their memories made durable, and then the indexes over these. */
  async save(run: ContinualRun): Promise<void> {
    for (const agent of run.agents) this.#folder.write(`checkpoint-${agent.name}.json`, encodeSnapshot(agent.snapshot()));
    for (const agent of run.agents) await agent.memory?.flush();
    for (const store of this.#stores) await store.flush();
    for (const index of this.#indexes) await index.save();
    this.#folder.sync();
  }

  /** The agents as they were before the step that failed, and what it was made of. */
  async saveDivergence(run: ContinualRun, error: DivergenceError): Promise<void> {
    await this.save(run);
    this.#folder.writeJson("divergence.json", { ...error.divergence, message: error.message });
    this.#output.write(`The agents as they were before that step, and the entries it learned from: ${this.#folder.shortPath}\n`);
  }

  /** The first word stands: what befalls its showing does not make a complete run a failed one. */
  end(status: "complete" | "stopped" | "failed", error?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const failure = error === undefined ? {} : { error: error instanceof Error ? (error.stack ?? error.message) : inspect(error) };
    this.#folder.writeJson("meta.json", {
      ...this.#meta,
      status,
      ended: new Date().toISOString(),
      seconds: Number(this.seconds.toFixed(2)),
      cpuSeconds: Number(this.#cpuSeconds.toFixed(2)),
      ...failure,
    });
  }

  /**
   * Closes every store, whatever becomes of the others.
   * @param before What went wrong already, which nothing here may hide.
   * @throws {AggregateError} A store that could not be closed, after another failure: all of them, the first one first.
   */
  async close(before: readonly unknown[]): Promise<void> {
    const outcomes = await Promise.allSettled(this.#stores.map(async (store) => store.close()));
    const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    const all = [...before, ...errors];
    if (all.length > 1) throw new AggregateError(all, "A run failed in more than one way.");
    if (errors.length === 1) throw errors[0];
  }
}
