import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawSupportAndQueries, type EpisodeRows, type TaskEpisodes } from "../../src/learning/meta/support-query.ts";
import { RandomStream } from "../../src/numerics/random.ts";

/** Rows count up over everything: task by task, episode by episode. @param every Of how many rows one lasts. */
function memoryOf(shape: readonly (readonly number[])[], every = 1): TaskEpisodes[] {
  let row = 0;
  return shape.map((episodes) =>
    episodes.map((length) => {
      const rows = Int32Array.from({ length }, () => row++);
      return { rows, lasting: rows.filter((_, k) => k % every === 0) };
    }),
  );
}

const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });

describe("support and queries", () => {
  it("come from different episodes wherever a task has more than one", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, seed) => {
        const tasks = memoryOf(shape);
        const support = new Int32Array(40);
        const queries = new Int32Array(40);
        const count = drawSupportAndQueries({ tasks }, RandomStream.fromSeed(seed), support, queries);
        const episodeOf = (row: number): EpisodeRows => tasks.flat().find(({ rows }) => rows.includes(row))!;
        const read = new Set(Array.from(support.slice(0, count), episodeOf));
        for (const row of queries) {
          const alone = tasks.find((episodes) => episodes.includes(episodeOf(row)))!.length === 1;
          expect(alone || !read.has(episodeOf(row))).toBe(true);
        }
      }),
    );
  });

  it("hold no row of support twice, and as many as asked for when there are enough", () => {
    const tasks = memoryOf([Array.from({ length: 9 }, () => 50), Array.from({ length: 9 }, () => 50)]);
    const support = new Int32Array(100);
    const count = drawSupportAndQueries({ tasks }, RandomStream.fromSeed(1), support, new Int32Array(8));
    expect(count).toBe(100);
    expect(new Set(support).size).toBe(100);
  });

  it("ask every task equally often", () => {
    const tasks = memoryOf([
      [5, 5],
      [40, 40, 40],
      [7, 3],
    ]);
    const queries = new Int32Array(99);
    drawSupportAndQueries({ tasks }, RandomStream.fromSeed(2), new Int32Array(30), queries);
    const perTask = tasks.map((episodes) => queries.filter((row) => episodes.some(({ rows }) => rows.includes(row))).length);
    expect(perTask).toEqual([33, 33, 33]);
  });

  it("split a task of one episode into even and odd states", () => {
    const tasks = memoryOf([[6]]);
    const support = new Int32Array(10);
    const queries = new Int32Array(30);
    const count = drawSupportAndQueries({ tasks }, RandomStream.fromSeed(3), support, queries);
    expect(Array.from(support.subarray(0, count))).toEqual([0, 2, 4]);
    expect(queries.every((row) => row % 2 === 1)).toBe(true);
  });

  it("read only what lasts, and ask about the rest too", () => {
    const tasks = memoryOf([[30, 30, 30], [30]], 3);
    const support = new Int32Array(60);
    const queries = new Int32Array(400);
    const count = drawSupportAndQueries({ tasks }, RandomStream.fromSeed(4), support, queries);
    const lasting = new Set(tasks.flat().flatMap((episode) => Array.from(episode.lasting)));
    expect(Array.from(support.subarray(0, count)).every((row) => lasting.has(row))).toBe(true);
    for (const episodes of tasks) {
      expect(queries.some((row) => !lasting.has(row) && episodes.some(({ rows }) => rows.includes(row)))).toBe(true);
    }
  });

  it("never ask what is withheld, and read what lasts of an episode of which nothing may be asked", () => {
    const [whole, withheld] = memoryOf([[4, 4, 4], [2, 2]]) as [TaskEpisodes, TaskEpisodes]; // prettier-ignore
    const tasks = [[...whole, ...withheld.map(({ lasting }) => ({ rows: new Int32Array(), lasting }))]];
    for (let seed = 0; seed < 20; seed++) {
      const [support, queries] = [new Int32Array(40), new Int32Array(40)];
      const read = support.subarray(0, drawSupportAndQueries({ tasks }, RandomStream.fromSeed(seed), support, queries));
      expect(queries.every((row) => row < 12)).toBe(true);
      expect([12, 13, 14, 15].every((row) => read.includes(row))).toBe(true);
    }
  });

  it("asks about the latest task at least half of the time, where there are three or more", () => {
    const task = (from: number): TaskEpisodes => [0, 1, 2].map((k) => ({ rows: Int32Array.of(from + k), lasting: Int32Array.of(from + k) }));
    const ownOf = (count: number): number => {
      const tasks = Array.from({ length: count }, (_, t) => task(10 * t));
      const queries = new Int32Array(120);
      drawSupportAndQueries({ tasks, latest: 1 }, RandomStream.fromSeed(5), new Int32Array(12), queries);
      return queries.filter((row) => row >= 10 && row < 20).length;
    };
    // Half, and its share of the other half.
    expect([2, 3, 6].map(ownOf)).toEqual([60, 80, 70]);
  });

  it.each([7, 10, 40])("asks about all of %i tasks alike, where their shares of 24 states do not come out even", (count) => {
    for (const latest of [undefined, 0]) {
      const tasks = Array.from({ length: count }, (_, t): TaskEpisodes => [0, 1].map((k) => ({ rows: Int32Array.of(2 * t + k), lasting: Int32Array.of(2 * t + k) }))); // prettier-ignore
      const [random, queries, asked] = [RandomStream.fromSeed(6), new Int32Array(24), new Float64Array(count)];
      for (let draw = 0; draw < 4000; draw++) {
        drawSupportAndQueries({ tasks, ...(latest !== undefined && { latest }) }, random, new Int32Array(40), queries);
        for (const row of queries) asked[Math.floor(row / 2)]!++;
      }
      const others = asked.subarray(1);
      const expected = (4000 * (latest === undefined ? 24 : 12)) / count;
      // Beyond its whole shares a draw asks about a task once or not at all: a binomial number of times, less than five standard deviations away.
      const deviation = Math.sqrt(4000 * ((expected / 4000) % 1) * (1 - ((expected / 4000) % 1)));
      expect(Math.max(...others.map((each) => Math.abs(each - expected)))).toBeLessThan(5 * deviation);
    }
  });
});
