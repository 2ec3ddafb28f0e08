import { beforeAll, describe, expect, it } from "vitest";
import { measurementsOf } from "../../src/learning/measurements.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { entryBytes } from "../../src/memory/forgetting/eviction.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { cloner, first, second, showTask } from "./consolidation/cloner.ts";

const shape = { keySize: 1, valueSize: 1, observationSize: 2 };

/** A memory of so many states (k, 1). */
function remembering(count: number): EpisodicMemory {
  const memory = new EpisodicMemory({ shape, metric: "l2" });
  for (let k = 0; k < count; k++)
    memory.remember({ key: Float32Array.of(k), value: Float32Array.of(0), observation: Float32Array.of(k, 1), task: first, episode: 0, step: k });
  return memory;
}

describe("a measurement", () => {
  const parameters = Float32Array.of(1, -3);

  it("is of the hidden layers on what is remembered, by hand", () => {
    // Two states, (0, 1) and (1, 1), answered by [[0, 1], [1, 1]] and, in the last layer, by [[0, 0, 2], [0, 3, 0]]: σ = 3, 2, 0, and one of five units dormant.
    const answers = [
      [Float32Array.of(0, 1), Float32Array.of(0, 0, 2)],
      [Float32Array.of(1, 1), Float32Array.of(0, 3, 0)],
    ];
    const measured = measurementsOf({ parameters, memory: remembering(2), kept: 2, strategyBytes: 12, hidden: ([k]) => answers[k!]! });
    expect(measured).toMatchObject({ parameterBytes: 8, memoryBytes: 2 * entryBytes(shape), strategyBytes: 12, weightNorm: 2, dormant: 1 / 5 });
    // exp(−(3/5 ln 3/5 + 2/5 ln 2/5)) = exp(0.30650 + 0.36652) = 1.9601; (9 + 4)/9; 9/13 is less than 99 %.
    expect([measured.effectiveRank, measured.stableRank, measured.approximateRank]).toEqual([
      expect.closeTo(1.9601, 4),
      expect.closeTo(13 / 9, 12),
      2,
    ]);
  });

  it("probes 256 states at most, spread evenly from the first to the last", () => {
    const seen: number[] = [];
    const hidden = ([k]: Float32Array): readonly Float32Array[] => (seen.push(k!), [Float32Array.of(1)]);
    measurementsOf({ parameters, memory: remembering(1024), kept: 0, strategyBytes: 0, hidden });
    expect(seen).toEqual(Array.from({ length: 256 }, (_, i) => 4 * i));
  });

  it("says nothing of layers where nothing is remembered, or nothing can be seen of them", () => {
    const bytes = { parameterBytes: 8, memoryBytes: 0, strategyBytes: 0, weightNorm: 2 };
    const rest = { parameters, kept: 0, strategyBytes: 0 };
    expect(measurementsOf({ ...rest, memory: remembering(0), hidden: () => [Float32Array.of(1)] })).toEqual(bytes);
    expect(measurementsOf({ ...rest, memory: remembering(3), hidden: () => [] })).toEqual(bytes);
  });
});

describe("a cloning learner", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it("counts of the task learned last what may stay of it, and nothing where its consolidation keeps nothing", () => {
    const memoryBytes = (consolidation: string, tasks: number): number => {
      const one = cloner({ consolidation, memoryPerTask: 8, hidden: [4] });
      for (const task of [first, second].slice(0, tasks)) {
        one.begin(task);
        showTask(one, task, ([x]) => [x!]);
        one.sleep(task, 1);
      }
      return one.learner.measure(tasks === 1 ? first : second).memoryBytes / entryBytes(one.memory.shape);
    };
    expect([memoryBytes("replay", 1), memoryBytes("replay", 2)]).toEqual([8, 16]);
    expect(memoryBytes("none", 2)).toBe(0);
    // Forty states a task, whatever the budget.
    expect([memoryBytes("perfect-memory", 1), memoryBytes("perfect-memory", 2)]).toEqual([40, 80]);
  });

  it("of Gaussian weights is seen as the plain network with their means", () => {
    const [plain, gaussian] = ["none", "vcl"].map((consolidation) => {
      const one = cloner({ consolidation, hidden: [6, 4] });
      showTask(one, first, ([x]) => [x!]);
      const { dormant, effectiveRank, stableRank, approximateRank } = one.learner.measure(first);
      return { dormant, effectiveRank, stableRank, approximateRank };
    });
    expect(plain!.effectiveRank).toBeGreaterThan(1);
    expect(gaussian).toEqual(plain);
  });

  it("counts what its consolidation keeps besides: for L2, the parameters of before", () => {
    const one = cloner({ consolidation: "l2", hidden: [4] });
    showTask(one, first, ([x]) => [x!]);
    one.sleep(first, 2);
    const { parameterBytes, strategyBytes } = one.learner.measure(first);
    // 2 · 4 weights and 4 biases, 4 weights and 1 bias, of four bytes each.
    expect([parameterBytes, strategyBytes]).toEqual([4 * (8 + 4 + 4 + 1), 4 * 17]);
  });
});
