/** @file A vector of worlds over worker threads, which write into one shared memory. Stepping waits for the slowest. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import type { EnvironmentSpec } from "../../contract/environment.ts";
import { InvalidValueError, OrderError, SnapshotError } from "../../contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../../contract/snapshot.ts";
import { checkTask } from "../simulated-environment.ts";
import {
  buffersIn,
  bytesOf,
  checkActions,
  checkCount,
  checkEpisodes,
  checkMask,
  checkSeed,
  type AutoresetMode,
  type VectorBuffers,
  type VectorEnvironment,
  type VectorOptions,
  type VectorResetOptions,
  type VectorStep,
} from "../vector/vector-environment.ts";
import { Caller, command, MAILBOX_BYTES, type Command } from "./mailbox.ts";
import type { Failure, WorkerTask } from "./worker.ts";

/** Beside the built sources, and in the build of a checkout: Node 20 runs no TypeScript in a worker. */
const programs = ["worker.js", "../../../dist/src/environments/workers/worker.js"].map((place) => join(import.meta.dirname, place));

export interface WorkerVectorOptions extends VectorOptions {
  readonly workers: number;
  /** URL of a JavaScript module that exports `environments`, a map of entries by id. */
  readonly module: URL;
}

interface Share {
  readonly worker: Worker;
  readonly caller: Caller;
  readonly port: MessagePort;
  readonly range: readonly [from: number, to: number];
}

export class WorkerVectorEnvironment implements VectorEnvironment {
  readonly spec: EnvironmentSpec;
  readonly count: number;
  readonly autoreset: AutoresetMode;
  readonly #step: VectorBuffers;
  readonly #actions: Float32Array;
  readonly #shares: readonly Share[];
  #disposed = false;
  /** Whether a worker owes an answer: once one was given up, what it answers late would be taken for the next. */
  #owed = false;

  /**
   * Starts the workers and waits until their worlds are made. If one cannot be, all are ended again.
   * @throws {InvalidValueError} A count, or a number of workers, that is no whole number from 1 up; more workers than copies.
   */
  constructor(spec: EnvironmentSpec, { count, autoreset = "next-step", workers, module }: WorkerVectorOptions) {
    checkCount(count);
    if (!Number.isInteger(workers) || workers < 1 || workers > count)
      throw new InvalidValueError("workers", workers, `a whole number from 1 to the ${count} copies`);
    this.spec = spec;
    this.count = count;
    this.autoreset = autoreset;
    const memory = new SharedArrayBuffer(bytesOf(spec, count));
    const actions = new SharedArrayBuffer(4 * count * spec.action.size);
    this.#step = buffersIn(memory, spec, count);
    this.#actions = new Float32Array(actions);
    const bound = (k: number): number => Math.round((k * count) / workers);
    this.#shares = Array.from({ length: workers }, (_, k) => {
      const { port1: port, port2 } = new MessageChannel();
      const mailbox = new SharedArrayBuffer(MAILBOX_BYTES);
      const range = [bound(k), bound(k + 1)] as const;
      const task: WorkerTask = { module: module.href, id: spec.id, count, range, autoreset, mailbox, memory, actions, port: port2 };
      const worker = new Worker(
        programs.find((place) => existsSync(place))!,
        // Flags such as --input-type or --import are for the main program.
        { workerData: task, transferList: [port2], execArgv: [] },
      );
      worker.unref();
      port.unref();
      return { worker, caller: new Caller(mailbox), port, range };
    });
    try {
      this.#awaitAll();
    } catch (error) {
      void this.dispose();
      throw error;
    }
  }

  reset(options: VectorResetOptions = {}): VectorStep {
    checkMask(this.count, options.mask);
    if (options.task) checkTask(this.spec, options.task);
    checkSeed(this.count, options.seed);
    for (const { port } of this.#shares) port.postMessage(options);
    this.#ask(command.reset);
    return this.#step;
  }

  step(actions: Float32Array): VectorStep {
    checkActions(this.spec, this.count, actions);
    checkEpisodes(this.#step, this.autoreset);
    this.#actions.set(actions);
    this.#ask(command.step);
    return this.#step;
  }

  snapshot(): Snapshot {
    this.#ask(command.snapshot);
    return { copies: this.#shares.flatMap(({ port }) => received(port) as readonly SnapshotValue[]) };
  }

  restore({ copies }: Snapshot): void {
    if (!Array.isArray(copies) || copies.length !== this.count)
      throw new SnapshotError(`Expected the \`copies\` of a vector of ${this.count} worlds.`);
    for (const { port, range } of this.#shares) port.postMessage(copies.slice(...range));
    this.#ask(command.restore);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const { caller } of this.#shares) caller.ask(command.stop);
    await Promise.all(this.#shares.map(async ({ worker, port }) => (port.close(), worker.terminate())));
  }

  #ask(what: Command): void {
    if (this.#disposed) throw new OrderError("A vector of worlds is used after it was disposed of.");
    if (this.#owed) throw new OrderError("A vector of worlds is used after one of its workers was given up. Dispose of it and make another.");
    for (const { caller } of this.#shares) caller.ask(what);
    this.#awaitAll();
  }

  /** Waits for every worker, so that none is behind when one has failed. */
  #awaitAll(): void {
    this.#owed = true;
    const failed = this.#shares.filter(({ caller }) => !caller.awaitAnswer());
    this.#owed = false;
    const failures = failed.map(({ port }) => received(port) as Failure);
    if (failures.length > 0) throw revived(failures[0]!);
  }
}

const received = (port: MessagePort): unknown => receiveMessageOnPort(port)?.message;

function revived({ name, message }: Failure): Error {
  if (name === OrderError.name) return new OrderError(message);
  if (name === SnapshotError.name) return new SnapshotError(message);
  return Object.assign(new Error(message), { name });
}
