import { describe, expect, it } from "vitest";
import { RandomStream } from "../../src/numerics/random.ts";
import { emptyMemory, idsOf, point } from "./points.ts";

describe("a memory that is full", () => {
  it("finds exactly the nearest at every step of a long life in which each new entry takes the place of another", () => {
    const random = RandomStream.fromSeed(1);
    const memory = emptyMemory();
    const drawn = (): readonly [number, number] => [random.integer(40), random.integer(40)];
    const keys = new Map<number, readonly [number, number]>();
    const remember = (): void => {
      const at = drawn();
      keys.set(memory.remember(point({ at })), at);
    };
    for (let i = 0; i < 300; i++) remember();
    for (let step = 0; step < 1500; step++) {
      // Now and then it grows, so that rows come in behind forgotten ones.
      if (step % 10 > 0) {
        const ids = idsOf(memory);
        const gone = ids[random.integer(ids.length)]!;
        keys.delete(gone);
        memory.forget([gone]);
      }
      remember();
      const [x, y] = drawn();
      const { ids, count } = memory.recall(Float32Array.of(x, y), 5);
      const nearest = [...keys].map(([id, at]) => ({ id, d: (at[0] - x) ** 2 + (at[1] - y) ** 2 })).toSorted((a, b) => a.d - b.d || a.id - b.id);
      expect([...ids.subarray(0, count)]).toEqual(nearest.slice(0, 5).map(({ id }) => id));
    }
  });
});
