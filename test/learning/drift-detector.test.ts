import { describe, expect, it } from "vitest";
import { SnapshotError } from "../../src/contract/errors.ts";
import { DriftDetector } from "../../src/learning/drift-detector.ts";
import { RandomStream } from "../../src/numerics/random.ts";

/** Summaries of thirty numbers around a centre, within a unit of it. */
const around = (centre: number, count: number, random: RandomStream): Float32Array[] =>
  Array.from({ length: count }, () => Float32Array.from({ length: 30 }, () => centre + random.uniform(-1, 1)));

/** With which of the summaries another task was believed to begin. */
function alarms(detector: DriftDetector, summaries: readonly Float32Array[]): number[] {
  return summaries.flatMap((summary, k) => (detector.hear(summary) ? [k] : []));
}

describe("a drift detector", () => {
  it("hears every change by several standard deviations at its first sign, and hardly anything else", () => {
    let wrong = 0;
    for (let seed = 0; seed < 20; seed++) {
      const random = RandomStream.fromSeed(seed);
      const stream = [0, 30, -30, 0].flatMap((centre) => around(centre, 20, random));
      const heard = alarms(new DriftDetector(), stream);
      expect(heard).toEqual(expect.arrayContaining([20, 40, 60]));
      wrong += heard.length - 3;
    }
    // Of 1,600 demonstrations.
    expect(wrong).toBeLessThan(8);
  });

  it("says nothing of the first few, however different", () => {
    const far = [0, 100, -100, 1000].map((x) => Float32Array.of(x));
    expect(alarms(new DriftDetector(), far)).toEqual([]);
  });

  it("does not mind how large the numbers are", () => {
    const random = RandomStream.fromSeed(1);
    const stream = [0, 30].flatMap((centre) => around(centre, 10, random)).map((summary) => summary.map((x) => 1e-4 * x));
    expect(alarms(new DriftDetector(), stream)).toEqual([10]);
  });

  it("measures by standard deviations of what it knows, the error of their mean included", () => {
    // 0, 2, 4 and 6 have the mean 3 and s² = (9 + 1 + 1 + 9)/3 = 20/3; with 1/4 for the mean and 1e-4 of the variance of all (5), s·√(5/4) is 2.8869: the limit of
    // 2.5 of them is 3 + 7.217 = 10.217.
    const known = [0, 2, 4, 6].map((x) => Float32Array.of(x));
    expect(alarms(new DriftDetector(), [...known, Float32Array.of(10.2)])).toEqual([]);
    expect(alarms(new DriftDetector(), [...known, Float32Array.of(10.23)])).toEqual([4]);
  });

  it("hears a change among demonstrations that were all the same", () => {
    const same = Array.from({ length: 8 }, () => Float32Array.of(1, 2));
    expect(alarms(new DriftDetector(), [...same, Float32Array.of(1, 2.5)])).toEqual([8]);
  });

  it("goes on from a snapshot, and refuses another's", () => {
    const random = RandomStream.fromSeed(3);
    const [one, two] = [new DriftDetector(), new DriftDetector()];
    alarms(one, around(0, 12, random));
    two.restore(structuredClone(one.snapshot()));
    const rest = [...around(0, 3, random), ...around(30, 3, random)];
    expect(alarms(two, rest)).toEqual(alarms(one, rest));
    expect(() => two.restore({ known: "nothing" })).toThrow(SnapshotError);
  });
});
