/** @file Vectors of worlds: Gymnasium's three ways to begin anew, and the same results in one process and over workers. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it, vi } from "vitest";
import { makeVector } from "../../envs/index.ts";
import { environments } from "../../envs/registry.ts";
import { InvalidValueError, OrderError, SnapshotError, UnknownNameError } from "../../src/contract/errors.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { LocalVectorEnvironment } from "../../src/environments/vector/local-vector.ts";
import { autoresetModes, type AutoresetMode, type VectorEnvironment, type VectorStep } from "../../src/environments/vector/vector-environment.ts";
import { WorkerVectorEnvironment } from "../../src/environments/workers/worker-vector.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const made: VectorEnvironment[] = [];
afterAll(async () => {
  await Promise.all(made.map(async (vector) => vector.dispose()));
});

async function make(id: string, options: { count: number; autoreset?: AutoresetMode; workers?: number }): Promise<VectorEnvironment> {
  const vector = await makeVector(id, options);
  made.push(vector);
  return vector;
}

const copyOf = (step: VectorStep): VectorStep => structuredClone(step);
/** The same, without what is not told: finals where no episode ended. */
const told = ({ finals, ...step }: VectorStep, size: number): object => ({
  ...step,
  finals: [...step.rewards.keys()].map((k) => (step.terminated[k] === 1 || step.truncated[k] === 1 ? finals.slice(k * size, (k + 1) * size) : [])),
});

function* actionsFor({ spec, count }: VectorEnvironment, seed: number): Generator<Float32Array> {
  const random = RandomStream.fromSeed(seed);
  const { low, high, size } = spec.action;
  for (;;) yield Float32Array.from({ length: count * size }, (_, k) => random.uniform(low[k % size], high[k % size]));
}

describe.each(autoresetModes)("a vector with autoreset %s", (autoreset) => {
  it("does what its copies would do one by one", async () => {
    const id = "classic/sparse-point@1";
    const count = 3;
    const vector = await make(id, { count, autoreset });
    const copies = Array.from({ length: count }, () => environments.get(id)!.make());
    const size = vector.spec.observation.size;
    const row = (all: Float32Array, k: number): Float32Array => all.slice(k * size, (k + 1) * size);
    let step = vector.reset({ seed: 10 });
    copies.forEach((copy, k) => expect(row(step.observations, k)).toEqual(copy.reset({ seed: 10 + k }).observation));
    const actions = actionsFor(vector, 1);
    const ended = new Uint8Array(count);
    for (let time = 0; time < 45; time++) {
      const action = actions.next().value as Float32Array;
      if (autoreset === "disabled" && ended[0] === 1) {
        step = vector.reset({ mask: ended });
        copies.forEach((copy, k) => expect(row(step.observations, k)).toEqual(copy.reset().observation));
        ended.fill(0);
      }
      step = vector.step(action);
      for (const [k, copy] of copies.entries()) {
        if (autoreset === "next-step" && ended[k] === 1) {
          expect(row(step.observations, k)).toEqual(copy.reset().observation);
          expect([step.rewards[k], step.terminated[k], step.truncated[k], step.successes[k]]).toEqual([0, 0, 0, 0]);
          ended[k] = 0;
          continue;
        }
        const own = copy.step(action.slice(2 * k, 2 * k + 2));
        expect([step.rewards[k], step.successes[k]]).toEqual([own.reward, Number(own.success)]);
        expect([step.terminated[k], step.truncated[k]]).toEqual([Number(own.kind === "terminated"), Number(own.kind === "truncated")]);
        ended[k] = Number(own.kind !== "middle");
        const again = autoreset === "same-step" && ended[k] === 1;
        if (again) expect(row(step.finals, k)).toEqual(own.observation);
        expect(row(step.observations, k)).toEqual(again ? copy.reset().observation : own.observation);
      }
    }
  });

  it.each(["tabletop/push@1?limit=25", "bandits/bernoulli@1?pulls=10"])(
    "is the same over two workers as in one process, bit for bit, and goes on from either's snapshot: %s",
    async (id) => {
      const count = 5;
      const [local, workers] = [await make(id, { count, autoreset }), await make(id, { count, autoreset, workers: 2 })];
      const both = (work: (vector: VectorEnvironment) => VectorStep): void => {
        const size = local.spec.observation.size;
        expect(told(copyOf(work(workers)), size)).toEqual(told(copyOf(work(local)), size));
      };
      both((vector) => vector.reset({ seed: 3 }));
      const actions = actionsFor(local, 2);
      const live = (steps: number): void => {
        for (let k = 0; k < steps; k++) {
          const action = actions.next().value as Float32Array;
          both((vector) => vector.step(action));
        }
      };
      live(8);
      const snapshot = workers.snapshot();
      expect(local.snapshot()).toEqual(snapshot);
      both((vector) => vector.reset({ mask: Uint8Array.of(0, 1, 0, 0, 1) }));
      local.restore(snapshot);
      workers.restore(snapshot);
      if (autoreset === "disabled") both((vector) => vector.reset());
      live(autoreset === "disabled" ? 9 : 40);
    },
    30_000,
  );
});

describe("a vector of worlds", () => {
  const id = "classic/navigation-2d@1";

  it("takes one task for all copies", async () => {
    const task = { id: asTaskId("here"), environment: id, variation: [0.25, -0.5] };
    for (const workers of [0, 2]) {
      const vector = await make(id, { count: 4, workers });
      vector.reset({ task });
      // One step along x: the distance to the goal is √(0.15² + 0.5²).
      const { rewards } = vector.step(Float32Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? 0.1 : 0)));
      for (const reward of rewards) expect(reward).toBeCloseTo(-Math.hypot(0.15, 0.5), 6);
      expect(() => vector.reset({ task: { ...task, variation: [9, 9] } })).toThrow(InvalidValueError);
    }
  });

  it.each([0, 2])("with %d workers refuses what is no action, no mask, no seed, and goes on", async (workers) => {
    const vector = await make(id, { count: 4, workers });
    const fair = new Float32Array(8);
    expect(() => vector.step(fair)).toThrow(OrderError);
    vector.reset({ seed: 1 });
    expect(() => vector.step(new Float32Array(7))).toThrow("4 × 2 numbers");
    expect(() => vector.step(new Float32Array(8).fill(Number.NaN, 5))).toThrow("actions[2, 1]");
    expect(() => vector.reset({ mask: new Uint8Array(3) })).toThrow(InvalidValueError);
    expect(() => vector.reset({ seed: -1 })).toThrow(InvalidValueError);
    const before = vector.snapshot();
    expect(() => vector.reset({ seed: Number.MAX_SAFE_INTEGER })).toThrow("at most 2^53 − 4, since copy k is reset with seed + k");
    expect(vector.snapshot()).toEqual(before);
    expect(() => vector.restore({ copies: [] })).toThrow(SnapshotError);
    expect(() => vector.restore({})).toThrow(SnapshotError);
    expect(vector.step(fair).truncated).toEqual(new Uint8Array(4));
  });

  it.each([0, 2])("with %d workers moves no copy when one cannot be stepped, also after a restore", async (workers) => {
    const options = { count: 4, workers, autoreset: "disabled" } as const;
    const vector = await make("classic/navigation-2d@1?limit=2", options);
    const still = new Float32Array(8);
    vector.reset({ mask: Uint8Array.of(1, 1, 0, 1) });
    const begun = vector.snapshot();
    expect(() => vector.step(still)).toThrow("Step of copy 2 before the first reset.");
    expect(vector.snapshot()).toEqual(begun);
    vector.reset({ seed: 1 });
    vector.step(still);
    vector.reset({ mask: Uint8Array.of(1, 1, 1, 0) });
    vector.step(still);
    const over = vector.snapshot();
    expect(() => vector.step(still)).toThrow("Step of copy 3 after its episode's last step. Call `reset()` with a mask");
    expect(vector.snapshot()).toEqual(over);
    const other = await make("classic/navigation-2d@1?limit=2", options);
    other.restore(over);
    expect(() => other.step(still)).toThrow("Step of copy 3");
    expect(other.snapshot()).toEqual(over);
  });

  it("is as it was when a copy's snapshot is damaged", async () => {
    const vector = await make(id, { count: 2 });
    vector.reset({ seed: 1 });
    const { copies } = vector.snapshot() as { readonly copies: readonly Snapshot[] };
    vector.step(new Float32Array(4).fill(0.1));
    const before = vector.snapshot();
    for (const damage of [null, 1, {}, { ...copies[1]!, ended: "no" }, { ended: 0 }, { ended: 0, copy: {} }])
      expect(() => vector.restore({ copies: [copies[0]!, damage] })).toThrow(SnapshotError);
    expect(vector.snapshot()).toEqual(before);
  });

  it("disposes of its copies", async () => {
    let times = 0;
    const entry = environments.get(id)!;
    const vector = new LocalVectorEnvironment({ ...entry, make: () => Object.assign(entry.make(), { dispose: () => void times++ }) }, { count: 3 });
    await vector.dispose();
    expect(times).toBe(3);
  });

  it("refuses counts and workers that are none, and worlds that there are not", async () => {
    await expect(makeVector(id, { count: 0 })).rejects.toThrow(InvalidValueError);
    await expect(makeVector(id, { count: 2, workers: 3 })).rejects.toThrow(InvalidValueError);
    await expect(makeVector("classic/navigation@1", { count: 2, workers: 1 })).rejects.toThrow(UnknownNameError);
  });

  it("cannot be used once it is disposed of", async () => {
    const vector = await make(id, { count: 2, workers: 1 });
    await vector.dispose();
    await vector.dispose();
    expect(() => vector.reset()).toThrow(OrderError);
  });
});

describe("workers", () => {
  it("are all ended when one cannot make its worlds", () => {
    const terminate = vi.spyOn(Worker.prototype, "terminate");
    const module = new URL("data:text/javascript,throw new Error('no worlds here')");
    const { spec } = environments.get("classic/navigation-2d@1")!;
    expect(() => new WorkerVectorEnvironment(spec, { count: 3, workers: 3, module })).toThrow("no worlds here");
    expect(terminate).toHaveBeenCalledTimes(3);
    vi.restoreAllMocks();
  });

  it("that were given up are not asked again: what they answer late is not taken for the next step", async () => {
    const id = "classic/navigation-2d@1";
    // A step takes two seconds, and a second of patience ten milliseconds.
    const module = `
      import { environments as all } from ${JSON.stringify(new URL("../../dist/envs/registry.js", import.meta.url).href)};
      const entry = all.get("${id}");
      const make = () => {
        const world = entry.make();
        const step = world.step.bind(world);
        const idle = new Int32Array(new SharedArrayBuffer(4));
        world.step = (action) => (Atomics.wait(idle, 0, 0, 2000), step(action));
        return world;
      };
      export const environments = new Map([[entry.spec.id, { ...entry, make }]]);`;
    const { spec } = environments.get(id)!;
    const vector = new WorkerVectorEnvironment(spec, { count: 1, workers: 1, module: new URL(`data:text/javascript,${encodeURIComponent(module)}`) });
    made.push(vector);
    vector.reset({ seed: 1 });
    const { wait } = Atomics;
    vi.spyOn(Atomics, "wait").mockImplementation(((words: Int32Array, at: number, value: number, patience: number) =>
      wait(words, at, value, patience / 100)) as typeof Atomics.wait);
    expect(() => vector.step(new Float32Array(2))).toThrow("A worker has not answered for 60 s; it is taken for dead.");
    vi.restoreAllMocks();
    expect(() => vector.step(new Float32Array(2))).toThrow("after one of its workers was given up. Dispose of it and make another.");
  });

  it("start whatever flags the program was started with", async () => {
    const source = `
      import { makeVector } from ${JSON.stringify(new URL("../../dist/envs/index.js", import.meta.url).href)};
      const vector = await makeVector("classic/sparse-point@1", { count: 2, workers: 2 });
      console.log(vector.reset({ seed: 1 }).observations.length / vector.spec.observation.size);
      await vector.dispose();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
    expect(stdout).toBe("2\n");
  });
});
