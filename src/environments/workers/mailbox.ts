/** @file How the main thread and a worker hand each other the turn: one shared word each way, and a port for what is more than a word. */
import { OrderError } from "../../contract/errors.ts";
import { awaitChange } from "../../threads/shared-word.ts";

export const command = { step: 1, reset: 2, snapshot: 3, restore: 4, stop: 5 } as const;
export type Command = (typeof command)[keyof typeof command];

/** The words of a mailbox: what is asked, which is 0 where nothing is; and how it came out. */
const ASKED = 0;
const ANSWERED = 1;
export const MAILBOX_BYTES = 8;
const answer = { none: 0, done: 1, failed: 2 } as const;

/** How often a thread looks before it goes to sleep: about as long as a step takes. */
const LOOKS = 2000;

/** After so long without an answer, in ms, a worker counts as dead. */
const PATIENCE = 60_000;

/** The main thread's end. */
export class Caller {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  ask(what: Command): void {
    Atomics.store(this.#words, ANSWERED, answer.none);
    Atomics.store(this.#words, ASKED, what);
    Atomics.notify(this.#words, ASKED);
  }

  /** Waits. @returns Whether it went well. @throws {OrderError} The worker is dead. */
  awaitAnswer(): boolean {
    if (!awaitChange(this.#words, ANSWERED, answer.none, PATIENCE, LOOKS))
      throw new OrderError(`A worker has not answered for ${PATIENCE / 1000} s; it is taken for dead. Dispose of its vector and make another.`);
    return Atomics.load(this.#words, ANSWERED) === answer.done;
  }
}

/** The worker's end. */
export class Callee {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Waits until something is asked. */
  next(): number {
    awaitChange(this.#words, ASKED, 0, Infinity, LOOKS);
    const asked = Atomics.load(this.#words, ASKED);
    Atomics.store(this.#words, ASKED, 0);
    return asked;
  }

  answer(well: boolean): void {
    Atomics.store(this.#words, ANSWERED, well ? answer.done : answer.failed);
    Atomics.notify(this.#words, ANSWERED);
  }
}
