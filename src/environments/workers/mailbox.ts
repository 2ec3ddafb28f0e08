/** @file How the main thread and a worker hand each other the turn: one shared word each way, and a port for what is more than a word. */
import { OrderError } from "../../contract/errors.ts";

export const command = { step: 1, reset: 2, snapshot: 3, restore: 4, stop: 5 } as const;
export type Command = (typeof command)[keyof typeof command];

/** The words of a mailbox: what is asked, which is 0 where nothing is; and how it came out. */
const ASKED = 0;
const ANSWERED = 1;
export const MAILBOX_BYTES = 8;
const answer = { none: 0, done: 1, failed: 2 } as const;

/** Looks at a word this often before it sleeps on it: a step is often over sooner than a thread wakes up. */
const GLANCES = 2000;

/** After so long without an answer, in ms, a worker counts as dead. */
const PATIENCE = 60_000;

function differs(words: Int32Array, at: number, from: number, patience: number): boolean {
  for (let k = 0; k < GLANCES; k++) if (Atomics.load(words, at) !== from) return true;
  return sleepOn(words, at, from, patience);
}

/** Patience is lost in so many parts: a process that is stopped for long, or a computer that sleeps, loses one. */
const PARTS = 6;

/**
 * Sleeps until a word is another. Being woken is no news by itself: the notification of an earlier word may come after that word was seen, and answered.
 * @param patience For a notification [ms]. @returns False where the word is still the same after that.
 */
export function sleepOn(words: Int32Array, at: number, from: number, patience: number): boolean {
  for (let lost = 0; lost < PARTS && Atomics.load(words, at) === from;) if (Atomics.wait(words, at, from, patience / PARTS) === "timed-out") lost++;
  return Atomics.load(words, at) !== from;
}

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
    if (!differs(this.#words, ANSWERED, answer.none, PATIENCE))
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
    differs(this.#words, ASKED, 0, Infinity);
    const asked = Atomics.load(this.#words, ASKED);
    Atomics.store(this.#words, ASKED, 0);
    return asked;
  }

  answer(well: boolean): void {
    Atomics.store(this.#words, ANSWERED, well ? answer.done : answer.failed);
    Atomics.notify(this.#words, ANSWERED);
  }
}
