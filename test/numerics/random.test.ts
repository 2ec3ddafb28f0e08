import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError, SnapshotError } from "../../src/contract/errors.ts";
import { mean } from "../../src/numerics/statistics.ts";
import { RandomStream, threefry2x32 } from "../../src/numerics/random.ts";

const hex = (words: Uint32Array): string[] => [...words].map((word) => word.toString(16).padStart(8, "0"));

describe("Threefry-2x32-20", () => {
  // Random123's file of known answers, tests/kat_vectors, lines "threefry2x32 20".
  it.each([
    { counter: [0, 0], key: [0, 0], words: ["6b200159", "99ba4efe"] },
    { counter: [0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], words: ["1cb996fc", "bb002be7"] },
    { counter: [0x243f6a88, 0x85a308d3], key: [0x13198a2e, 0x03707344], words: ["c4923a9c", "483df7a0"] },
  ])("gives the published output for key $key", ({ counter, key, words }) => {
    const out = new Uint32Array(2);
    threefry2x32(key[0]!, key[1]!, counter[0]!, counter[1]!, out);
    expect(hex(out)).toEqual(words);
  });
});

describe("a random stream", () => {
  it("starts with the generator's published output at key 0, counter 0", () => {
    const stream = RandomStream.fromSeed(0);
    expect([stream.uint32(), stream.uint32()]).toEqual([0x6b200159, 0x99ba4efe]);
  });

  it("uses all 53 bits of its seed", () => {
    const firsts = [1, 2 ** 32 + 1, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER].map((seed) => RandomStream.fromSeed(seed).uint32());
    expect(new Set(firsts).size).toBe(4);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])("refuses %d as a seed", (seed) => {
    expect(() => RandomStream.fromSeed(seed)).toThrow(InvalidValueError);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])("refuses %d as a bound instead of drawing for ever", (bound) => {
    expect(() => RandomStream.fromSeed(1).integer(bound)).toThrow(InvalidValueError);
  });

  it("draws from all of its integers", () => {
    const stream = RandomStream.fromSeed(1);
    expect(RandomStream.fromSeed(1).integer(2 ** 32)).toBe(stream.uint32());
  });

  it("goes on exactly where its snapshot was taken, after any number of draws", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(50), (seed, draws) => {
        const stream = RandomStream.fromSeed(seed);
        for (let i = 0; i < draws; i++) stream.uint32();
        const copy = RandomStream.fromSnapshot(structuredClone(stream.snapshot()));
        expect(Array.from({ length: 5 }, () => copy.uint32())).toEqual(Array.from({ length: 5 }, () => stream.uint32()));
      }),
    );
  });

  it("refuses the snapshot of something else", () => {
    expect(() => RandomStream.fromSnapshot({ key: "abc" })).toThrow(SnapshotError);
  });

  it("splits by name alone: drawing does not change the child, and another name is another stream", () => {
    const stream = RandomStream.fromSeed(7);
    const before = stream.split("noise").uint32();
    stream.uint32();
    expect(stream.split("noise").uint32()).toBe(before);
    const others = ["nois", "noisf", "esion", 1, 2].map((name) => stream.split(name).uint32());
    expect(new Set([before, stream.uint32(), ...others]).size).toBe(others.length + 2);
  });

  it("is uniform on [0, 1): mean 1/2, variance 1/12, and every tenth equally full", () => {
    const stream = RandomStream.fromSeed(1);
    const draws = Float64Array.from({ length: 40_000 }, () => stream.uniform());
    const variance = mean(draws.map((x) => (x - 0.5) ** 2));
    expect(mean(draws)).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 3);
    const bins = new Float64Array(10);
    for (const x of draws) bins[Math.floor(x * 10)]!++;
    const chiSquared = bins.reduce((sum, n) => sum + (n - 4000) ** 2 / 4000, 0);
    expect(chiSquared).toBeLessThan(27.9); // 99.9 % point of χ² with 9 degrees of freedom
  });

  it("draws integers without modulo bias", () => {
    const stream = RandomStream.fromSeed(2);
    const bound = 3 * 2 ** 30; // a plain modulo would make the first quarter of 2^32 twice as likely
    let low = 0;
    for (let i = 0; i < 12_000; i++) if (stream.integer(bound) < 2 ** 30) low++;
    expect(low / 12_000).toBeCloseTo(1 / 3, 1.5);
  });

  it("is normal with mean 0, variance 1 and kurtosis 3", () => {
    const stream = RandomStream.fromSeed(3);
    const draws = Float64Array.from({ length: 40_000 }, () => stream.normal());
    expect(Math.abs(mean(draws))).toBeLessThan(0.02);
    expect(mean(draws.map((x) => x * x))).toBeCloseTo(1, 1);
    expect(mean(draws.map((x) => x ** 4))).toBeCloseTo(3, 0.5);
  });

  it("cannot sample more than there are", () => {
    expect(() => RandomStream.fromSeed(1).sample(6, 5)).toThrow("at most 5");
    expect(RandomStream.fromSeed(1).sample(5, 5)).toHaveLength(5);
  });

  it("samples without repetition and shuffles without loss", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), (seed, bound) => {
        const stream = RandomStream.fromSeed(seed);
        const sample = stream.sample(Math.ceil(bound / 2), bound);
        expect(new Set(sample).size).toBe(sample.length);
        expect(sample.every((i) => i >= 0 && i < bound)).toBe(true);
        const items = Array.from({ length: bound }, (_, i) => i);
        expect(stream.shuffle([...items]).toSorted((a, b) => a - b)).toEqual(items);
      }),
    );
  });
});

it("goes on from any pair of words as if those before had been drawn", () => {
  const [drawn, sought] = [RandomStream.fromSeed(9), RandomStream.fromSeed(9)];
  const words = Array.from({ length: 20 }, () => drawn.uint32());
  for (const pair of [7, 0, 3]) {
    sought.seek(pair);
    expect([sought.uint32(), sought.uint32(), sought.uint32()]).toEqual(words.slice(2 * pair, 2 * pair + 3));
  }
});
