import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedSink, type BoundedSink, type WhenFull } from "../../src/streams/sink.ts";

/** A sink whose consumer finishes an item only when told to. */
function slowSink(
  whenFull: WhenFull,
  capacity: number,
): { readonly sink: BoundedSink<number>; readonly consumed: number[]; readonly finish: () => Promise<void> } {
  const consumed: number[] = [];
  let finish = (): void => {};
  const sink = boundedSink<number>({
    capacity,
    whenFull,
    consume: async (item) => {
      consumed.push(item);
      await new Promise<void>((resolve) => (finish = resolve));
    },
  });
  return {
    sink,
    consumed,
    async finish() {
      finish();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const pushAll = (sink: BoundedSink<number>, items: readonly number[]): void => {
  for (const item of items) void sink.push(item);
};

describe("a bounded sink", () => {
  it("hands each item over at once to a consumer that answers at once", () => {
    const consumed: number[] = [];
    const sink = boundedSink<number>({ capacity: 1, whenFull: "wait", consume: (item) => void consumed.push(item) });
    for (const item of [1, 2, 3]) expect(sink.push(item)).toBeUndefined();
    expect(consumed).toEqual([1, 2, 3]);
    expect(sink.counters).toEqual({ received: 3, dropped: 0, queued: 0 });
  });

  it("forgets what has waited longest with `drop-oldest`", async () => {
    const { sink, consumed, finish } = slowSink("drop-oldest", 2);
    pushAll(sink, [1, 2, 3, 4, 5]);
    expect(sink.counters).toEqual({ received: 5, dropped: 2, queued: 2 });
    for (let i = 0; i < 3; i++) await finish();
    await sink.drained();
    expect(consumed).toEqual([1, 4, 5]);
  });

  it("forgets all that waits with `keep-latest`", async () => {
    const { sink, consumed, finish } = slowSink("keep-latest", 2);
    pushAll(sink, [1, 2, 3, 4, 5, 6]);
    // 1 is being consumed; 2 and 3 wait until 4 takes their place; 5 joins it; 6 takes theirs.
    expect(sink.counters).toEqual({ received: 6, dropped: 4, queued: 1 });
    await finish();
    await finish();
    expect(consumed).toEqual([1, 6]);
  });

  it("makes the producer wait with `wait`, and refuses one that does not", async () => {
    const { sink, consumed, finish } = slowSink("wait", 2);
    expect([sink.push(1), sink.push(2)]).toEqual([undefined, undefined]);
    const room = sink.push(3);
    expect(room).toBeInstanceOf(Promise);
    expect(() => sink.push(4)).toThrow("The sink is full.");
    let there = false;
    void (room as Promise<void>).then(() => (there = true));
    await Promise.resolve();
    expect(there).toBe(false);
    await finish();
    expect(there).toBe(true);
    void sink.push(4);
    for (let i = 0; i < 3; i++) await finish();
    await sink.drained();
    expect([consumed, sink.counters]).toEqual([[1, 2, 3, 4], { received: 4, dropped: 0, queued: 0 }]);
  });

  it("fails loudly once its consumer has failed, at once or later", async () => {
    const failure = new Error("disk full");
    const fail = (): never => {
      throw failure;
    };
    for (const consume of [fail, async () => fail()]) {
      const sink = boundedSink<number>({ capacity: 1, whenFull: "drop-oldest", consume });
      void sink.push(1);
      await expect(sink.drained()).rejects.toBe(failure);
      expect(() => sink.push(2)).toThrow(failure);
    }
  });

  it("refuses a capacity that holds nothing", () => {
    expect(() => boundedSink({ capacity: 0, whenFull: "wait", consume: () => {} })).toThrow("Expected `capacity` to be an integer from 1 up");
  });

  it("never reorders, never holds more than its capacity, and accounts for every item", async () => {
    const policies: readonly WhenFull[] = ["drop-oldest", "keep-latest"];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...policies),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (policy, capacity, script) => {
          const { sink, consumed, finish } = slowSink(policy, capacity);
          let next = 0;
          for (const push of script) {
            if (push) void sink.push(next++);
            else await finish();
            expect(sink.counters.queued).toBeLessThanOrEqual(capacity);
          }
          while (consumed.length + sink.counters.dropped < next) await finish();
          expect(consumed).toEqual(consumed.toSorted((a, b) => a - b));
          expect(consumed.at(-1) ?? next - 1).toBe(next - 1);
          expect(sink.counters.received).toBe(next);
        },
      ),
      { numRuns: 40 },
    );
  });
});
