/** @file The thread that commits, seen from the one that lives: hands it groups of writes, and hears when they are durable. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { StorageError } from "../../contract/errors.ts";
import type { FileIdentity } from "./file-writer.ts";
import { failureOf, storageError, type SqliteFailure } from "./sqlite-errors.ts";
import type { WriteGroup } from "./write-group.ts";
import { progress, type WriteAnswer, type WriterData, type WriteRequest } from "./writer-protocol.ts";

/** Beside the built sources, and in the build of a checkout: Node 20 runs no TypeScript in a worker. */
const programs = ["writer-thread.js", "../../../dist/src/memory/stores/writer-thread.js"].map((place) => join(import.meta.dirname, place));

/** So much may wait for the disk [B] before whoever writes waits too. */
const MOST_BEHIND = 32 * 2 ** 20;
/** After so long without a sign, in ms, the disk or the thread counts as dead. */
const PATIENCE = 60_000;

/** Called with what went wrong, or nothing. */
type Heard = (failure: SqliteFailure | undefined) => void;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly ended: Promise<void>;
}

const nothing: WriteGroup = { words: new Float64Array(0), names: [] };

export class BackgroundWriter {
  readonly #identity: FileIdentity;
  readonly #vectorsLength: number;
  readonly #words = new Int32Array(new SharedArrayBuffer(8));
  /** Started with the first group. It keeps no process alive, but while a flush is waited for. */
  #thread: Thread | undefined;
  /** Bytes of each group that is not known to be committed, oldest first, and their sum. */
  readonly #sizes: number[] = [];
  #behind = 0;
  #committed = 0;
  /** Of the last try; undefined when it went well. */
  #failure: SqliteFailure | undefined;
  readonly #asked: Heard[] = [];
  /** Why the thread is no more. */
  #dead: SqliteFailure | undefined;

  constructor(identity: FileIdentity, vectorsLength: number) {
    this.#identity = identity;
    this.#vectorsLength = vectorsLength;
  }

  /** Hands over a group without asking when it is durable. */
  post(group: WriteGroup): void {
    this.#send({ group, flush: false, last: false });
  }

  /** Waits while too much waits for the disk. @throws {StorageError} Writes fail. */
  makeRoom(): void {
    this.#catchUp();
    if (this.#behind < MOST_BEHIND) return;
    if (this.#failure !== undefined) {
      this.#failure = undefined;
      this.#ask(nothing, () => {});
    }
    this.#await(() => this.#behind < MOST_BEHIND || this.#failure !== undefined);
    if (this.#failure !== undefined) throw this.#error(this.#failure);
  }

  /** Resolves when the group and all before it are durable. @throws {StorageError} They could not be written; the next flush tries again. */
  flush(group: WriteGroup): Promise<void> {
    this.#catchUp();
    if (group.words.length === 0 && this.#behind === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#ask(group, (failure) => (failure === undefined ? resolve() : reject(this.#error(failure))));
    });
  }

  /** As `flush`, but waits. */
  settle(group: WriteGroup): void {
    this.#catchUp();
    if (group.words.length === 0 && this.#behind === 0) return;
    let outcome: { readonly failure: SqliteFailure | undefined } | undefined;
    this.#ask(group, (failure) => (outcome = { failure }));
    this.#await(() => outcome !== undefined);
    if (outcome?.failure !== undefined) throw this.#error(outcome.failure);
  }

  /** Flushes, and ends the thread in any case. */
  async close(group: WriteGroup): Promise<void> {
    if (this.#thread === undefined && group.words.length === 0) return;
    const failure = await new Promise<SqliteFailure | undefined>((heard) => this.#ask(group, heard, true));
    this.#thread?.worker.ref();
    await this.#thread?.ended;
    if (failure !== undefined) throw this.#error(failure);
  }

  #ask(group: WriteGroup, heard: Heard, last = false): void {
    if (this.#dead !== undefined) return heard(this.#dead);
    this.#asked.push(heard);
    this.#send({ group, flush: true, last });
    this.#thread?.port.ref();
  }

  #send(request: WriteRequest): void {
    const { buffer, byteLength } = request.group.words;
    if (byteLength > 0) {
      this.#sizes.push(byteLength);
      this.#behind += byteLength;
    }
    this.#thread ??= this.#start();
    this.#thread.port.postMessage(request, byteLength > 0 ? [buffer as ArrayBuffer] : []);
  }

  #start(): Thread {
    const { port1: port, port2 } = new MessageChannel();
    const data: WriterData = {
      identity: this.#identity,
      vectorsLength: this.#vectorsLength,
      port: port2,
      words: this.#words.buffer,
    };
    const worker = new Worker(
      programs.find((place) => existsSync(place))!,
      // Flags such as --input-type or --import are for the main program.
      { workerData: data, transferList: [port2], execArgv: [] },
    );
    worker.on("error", (error) => this.#die(failureOf(error)));
    const ended = new Promise<void>((resolve) => {
      worker.on("exit", () => {
        this.#catchUp();
        this.#die({ code: "", message: "the thread that writes has ended" });
        resolve();
      });
    });
    port.on("message", (answer: WriteAnswer) => this.#hear(answer));
    port.unref();
    worker.unref();
    return { worker, port, ended };
  }

  #hear({ flush, failure }: WriteAnswer): void {
    this.#failure = failure;
    if (flush) this.#asked.shift()?.(failure);
    if (this.#asked.length === 0) this.#thread?.port.unref();
  }

  #die(failure: SqliteFailure): void {
    this.#dead ??= failure;
    this.#failure = this.#dead;
    for (const heard of this.#asked.splice(0)) heard(failure);
  }

  /** Takes in what the thread has said since. */
  #catchUp(): void {
    if (this.#thread === undefined) return;
    const committed = Atomics.load(this.#words, progress.committed);
    for (; this.#committed < committed; this.#committed++) this.#behind -= this.#sizes.shift()!;
    for (let said = receiveMessageOnPort(this.#thread.port); said !== undefined; said = receiveMessageOnPort(this.#thread.port)) {
      this.#hear(said.message as WriteAnswer);
    }
  }

  #await(done: () => boolean): void {
    for (;;) {
      const outcomes = Atomics.load(this.#words, progress.outcomes);
      this.#catchUp();
      if (done()) return;
      if (Atomics.wait(this.#words, progress.outcomes, outcomes, PATIENCE) === "timed-out") {
        throw new StorageError(
          this.#identity.file,
          `has not been written for ${PATIENCE / 1000} s`,
          "Look after the disk; what was flushed is safe.",
        );
      }
    }
  }

  #error(failure: SqliteFailure): StorageError {
    return storageError(this.#identity.file, failure);
  }
}
