import { describe, expect, it } from "vitest";
import { SnapshotError } from "../../src/contract/errors.ts";
import { DriftDetector } from "../../src/learning/drift-detector.ts";
import { RandomStream } from "../../src/numerics/random.ts";

/** Summaries around a centre, a unit apart or so. */
const around = (centre: number, count: number, random: RandomStream): Float32Array[] =>
  Array.from({ length: count }, () => Float32Array.from({ length: 6 }, () => centre + random.uniform(-1, 1)));

/** With which of the summaries another task was believed to begin. */
function alarms(detector: DriftDetector, summaries: readonly Float32Array[]): number[] {
  return summaries.flatMap((summary, k) => (detector.hear(summary) ? [k] : []));
}

describe("a drift detector", () => {
  it("hears every change that is several times as far as what it knows is apart, at its first sign, and none else", () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = RandomStream.fromSeed(seed);
      const stream = [0, 30, -30, 0].flatMap((centre) => around(centre, 20, random));
      expect(alarms(new DriftDetector(), stream)).toEqual([20, 40, 60]);
    }
  });

  it("says nothing of the first few, however different", () => {
    const far = [0, 100, -100, 1000, -1000].map((x) => Float32Array.of(x));
    expect(alarms(new DriftDetector(), far)).toEqual([]);
  });

  it("does not mind how large the numbers are", () => {
    const random = RandomStream.fromSeed(1);
    const stream = [0, 30].flatMap((centre) => around(centre, 10, random)).map((summary) => summary.map((x) => 1e-4 * x));
    expect(alarms(new DriftDetector(), stream)).toEqual([10]);
  });

  it("hears a change among demonstrations that were all the same", () => {
    const same = Array.from({ length: 8 }, () => Float32Array.of(1, 2));
    expect(alarms(new DriftDetector(), [...same, Float32Array.of(1, 2.001)])).toEqual([8]);
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
