import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRecall, type EntryId, type RecallFilter } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const SIZE = 6;
const tasks = ["one", "other"].map(asTaskId);

/** What somebody does with a memory between two steps of a path. */
type Change = "nothing" | "remember" | "forget" | "revise" | "mark" | "rekey" | "settle" | "jump";
const changes = fc.array(fc.constantFrom<Change>("nothing", "nothing", "remember", "forget", "revise", "mark", "rekey", "settle", "jump"), { minLength: 10, maxLength: 60 }); // prettier-ignore
const filters: readonly (RecallFilter | undefined)[] = [undefined, undefined, undefined, { tasks: [tasks[0]!] }];

const distance = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);

/** By comparing all: small whole numbers in keys and queries, so that distances are exact, and ties common. */
function nearest(memory: EpisodicMemory, query: Float32Array, k: number, filter: RecallFilter | undefined): (readonly [EntryId, number])[] {
  const all = [...memory.entries()].filter(({ task }) => filter?.tasks?.includes(task) ?? true);
  return all.map(({ id, key }) => [id, distance(key, query)] as const).toSorted((a, b) => a[1] - b[1] || a[0] - b[0]).slice(0, k); // prettier-ignore
}

function change(memory: EpisodicMemory, what: Change, random: RandomStream): void {
  const point = (): Float32Array => Float32Array.from({ length: SIZE }, () => random.integer(9));
  const ids = Array.from(memory.rowsOf(), (row) => memory.idOf(row));
  const any = (): EntryId => ids[random.integer(ids.length)]!;
  const [value, observation] = [new Float32Array(1), new Float32Array(1)];
  if (what === "remember") memory.remember({ key: point(), value, observation, task: tasks[random.integer(2)]!, episode: 0, step: 0 });
  if (what === "forget") memory.forget([any(), any(), any()]);
  if (what === "revise") memory.revise(any(), { key: point() });
  if (what === "mark") memory.mark(any(), { importance: 0.5 });
  if (what === "rekey") for (const _ of memory.rekey(memory.encoder + 1, (_observation, _row, key) => key.set(point())));
  if (what === "settle") memory.settle();
}

describe("a path of queries", () => {
  it("finds at every step exactly what comparing all entries does, whatever becomes of memory on the way", () => {
    fc.assert(
      fc.property(changes, fc.nat(), fc.integer({ min: 1, max: 12 }), (whats, seed, k) => {
        const random = RandomStream.fromSeed(seed);
        const memory = new EpisodicMemory({ shape: { keySize: SIZE, valueSize: 1, observationSize: 1 }, metric: "l2" });
        for (let i = 0; i < 200; i++) change(memory, "remember", random);
        const query = Float32Array.from({ length: SIZE }, () => random.integer(9));
        for (const what of whats) {
          change(memory, what, random);
          if (what === "jump") query.set(Array.from(query, () => random.integer(9)));
          else query[random.integer(SIZE)]! += random.integer(3) - 1;
          const filter = filters[random.integer(filters.length)];
          const wanted = random.integer(8) === 0 ? k + 3 : k;
          const { ids, distances, count } = memory.recall(query, wanted, emptyRecall(wanted), filter && { filter });
          const found = Array.from(ids.subarray(0, count), (id, i) => [id, distances[i]!]);
          expect(found).toEqual(nearest(memory, query, wanted, filter));
        }
        memory.dispose();
      }),
    );
  });

  it("finds the same bits as a search that begins anew, where keys are any numbers, far off and close together", () => {
    const random = RandomStream.fromSeed(3);
    const [size, k] = [24, 16];
    for (const [center, spread] of [
      [0, 1],
      [50, 0.01],
      [0, 1e-12],
    ] as const) {
      const memory = new EpisodicMemory({ shape: { keySize: size, valueSize: 1, observationSize: 1 }, metric: "l2" });
      const near = (from: ArrayLike<number>, by: number): Float32Array => Float32Array.from(from, (x) => x + by * random.normal());
      const [value, observation] = [new Float32Array(1), new Float32Array(1)];
      const middle = new Float32Array(size).fill(center);
      for (let i = 0; i < 1500; i++) memory.remember({ key: near(middle, spread), value, observation, task: tasks[0]!, episode: 0, step: i });
      let query = near(middle, spread);
      const [onPath, anew] = [emptyRecall(k), emptyRecall(k)];
      for (let step = 0; step < 60; step++) {
        query = near(query, (step % 5) * 0.1 * spread);
        memory.recall(query, k, onPath);
        // Two at once are no path.
        memory.recallAll(Float32Array.of(...query, ...query), k, [anew, emptyRecall(k)]);
        expect([onPath.count, onPath.ids, onPath.distances]).toEqual([anew.count, anew.ids, anew.distances]);
      }
      memory.dispose();
    }
  });
});
