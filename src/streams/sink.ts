/**
 * @file A bounded queue between a stream and a slow consumer. What happens when it is full is said beforehand, and counted. RxJS has no
 * demand signalling, so every asynchronous edge needs one of these.
 */
import { InvalidValueError, OrderError } from "../contract/errors.ts";

/** `drop-oldest` forgets what has waited longest; `keep-latest` forgets all that waits; `wait` forgets nothing and makes the producer wait. */
export type WhenFull = "drop-oldest" | "keep-latest" | "wait";

export interface BoundedSinkOptions<T> {
  /** Items that may wait, besides the one being consumed. */
  readonly capacity: number;
  readonly whenFull: WhenFull;
  /** Called for one item at a time, in order. */
  readonly consume: (item: T) => void | Promise<void>;
}

export interface SinkCounters {
  readonly received: number;
  readonly dropped: number;
  /** Waiting now. */
  readonly queued: number;
}

export interface BoundedSink<T> {
  readonly counters: SinkCounters;
  /**
   * Takes an item. With `wait`, what it returns while the queue is full resolves when there is room for the next item; the item itself is always taken.
   * @throws What the consumer threw, from then on. @throws {OrderError} An item that was not waited for.
   */
  push(item: T): void | Promise<void>;
  /** Resolves when everything taken has been consumed. @throws What the consumer threw. */
  drained(): Promise<void>;
}

/** @throws {InvalidValueError} A capacity that is not an integer from 1 up. */
export function boundedSink<T>(options: BoundedSinkOptions<T>): BoundedSink<T> {
  const { capacity } = options;
  if (!Number.isInteger(capacity) || capacity < 1) throw new InvalidValueError("capacity", capacity, "an integer from 1 up");
  return new Sink(options);
}

class Sink<T> implements BoundedSink<T> {
  readonly #options: BoundedSinkOptions<T>;
  readonly #queue: T[] = [];
  #received = 0;
  #dropped = 0;
  #busy = false;
  #failure: { readonly error: unknown } | undefined;
  /** Wakes whoever waits for room, or for the end. */
  #waiting: (() => void)[] = [];

  constructor(options: BoundedSinkOptions<T>) {
    this.#options = options;
  }

  get counters(): SinkCounters {
    return { received: this.#received, dropped: this.#dropped, queued: this.#queue.length };
  }

  push(item: T): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#full) this.#makeRoom();
    this.#received++;
    this.#queue.push(item);
    if (!this.#busy) this.#pump();
    return this.#options.whenFull === "wait" && this.#full ? this.#until(() => !this.#full) : undefined;
  }

  async drained(): Promise<void> {
    await this.#until(() => this.#queue.length === 0 && !this.#busy);
  }

  get #full(): boolean {
    return this.#queue.length >= this.#options.capacity;
  }

  #makeRoom(): void {
    this.#dropped += makeRoom[this.#options.whenFull](this.#queue);
  }

  /** Consumes what waits, for as long as the consumer answers at once. */
  #pump(): void {
    this.#busy = true;
    try {
      while (this.#queue.length > 0) {
        const answer = this.#options.consume(this.#queue.shift()!);
        if (answer === undefined) continue;
        answer.then(
          () => this.#pump(),
          (error: unknown) => this.#fail(error),
        );
        this.#wake();
        return;
      }
      this.#busy = false;
    } catch (error) {
      this.#fail(error);
    }
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#busy = false;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (this.#failure === undefined && !condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** What each policy does to a full queue; returns how many items it dropped. */
const makeRoom: Readonly<Record<WhenFull, (queue: unknown[]) => number>> = {
  "drop-oldest": (queue) => {
    queue.shift();
    return 1;
  },
  "keep-latest": (queue) => queue.splice(0).length,
  wait: () => {
    throw new OrderError("The sink is full. Wait for what the last `push` returned before the next one.");
  },
};
