import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError, OrderError } from "../../src/contract/errors.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { withSharedMemory } from "../../src/tensor/backend-threads.ts";
import type { Kernels } from "../../src/tensor/heap.ts";
import { threadedKernels, type KernelThread } from "../../src/tensor/threaded-kernels.ts";

const dist = join(import.meta.dirname, "../../dist");
const kernelsFile = join(dist, "kernels.wasm");

/** Trains a wide network for three steps in a process's thread of its own and answers its parameters, after its memory has grown. */
const training = `
const { parentPort, workerData: { dist, threads } } = require("node:worker_threads");
(async () => {
  const engram = await import("file://" + dist + "/src/index.js");
  await engram.selectBackend("wasm", { threads });
  const random = engram.RandomStream.fromSeed(1);
  const normal = (count) => Float32Array.from({ length: count }, () => random.normal());
  const shape = { sizes: [39, 256, 256, 4], activation: "tanh", layerNorm: true };
  const layout = engram.layoutOf([engram.mlpPart("net", shape)]);
  const parameters = new engram.FlatVector(layout.size);
  engram.initializeMlp("net", shape, layout, parameters.numbers, random);
  const gradient = new engram.FlatVector(layout.size);
  const large = new engram.FlatVector(2 ** 23);
  let state = engram.adamState(layout.size);
  for (let step = 0; step < 3; step++) {
    const [x, y] = [normal(250 * 39), normal(250 * 4)];
    const loss = (views) => engram.ops.meanSquaredError(engram.mlp(engram.ops.matrix(x, 250, 39), engram.tensorView(views, "net"), shape), engram.ops.matrix(y, 250, 4));
    engram.valueAndGradient(loss, layout, parameters, gradient);
    state = engram.adamStep(parameters, gradient, state, { learningRate: 1e-3 });
  }
  parentPort.postMessage(parameters.numbers.slice());
})();`;

const trained = (threads: number): Promise<Float32Array> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(training, { eval: true, workerData: { dist, threads } });
    worker.once("message", (numbers: Float32Array) => {
      resolve(numbers);
      void worker.terminate();
    });
    worker.once("error", reject);
  });

describe("several threads", () => {
  it("train a wide network to the same bits as one, also after the memory has grown", async () => {
    const [one, two, three] = await Promise.all([trained(1), trained(2), trained(3)]);
    expect(one.every(Number.isFinite)).toBe(true);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  it("start whatever flags the program was started with", async () => {
    const source = `
      import { selectBackend } from ${JSON.stringify(pathToFileURL(join(dist, "src/index.js")).href)};
      await selectBackend("wasm", { threads: 2 });
      console.log("started");`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
    expect(stdout).toBe("started\n");
  });

  it("are a matter of one choice in a process, of an integer from 1 up", async () => {
    await expect(selectBackend("wasm", { threads: 0 })).rejects.toThrow(InvalidValueError);
    await expect(selectBackend("wasm", { threads: 1.5 })).rejects.toThrow("an integer from 1 up");
    const { candidates } = await selectBackend("wasm", { threads: 2 });
    expect(candidates.find(({ name }) => name === "wasm")?.reason).toContain("2 threads");
    await selectBackend("wasm", { threads: 2 });
    await selectBackend("wasm");
    await expect(selectBackend("wasm", { threads: 3 })).rejects.toThrow(OrderError);
  });
});

describe("a thread that does not answer", () => {
  /** A module with an export `trap` that stops its thread, and with a section of imports. */
  const trap = (...imports: number[]): number[] => {
    const before = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, ...imports, 3, 2, 1, 0];
    return [...before, 7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, imports.length === 0 ? 0 : 1, 10, 5, 1, 3, 0, 0, 0x0b];
  };
  /** What a program with such a module says, whose clock it can let run faster. A process of its own, since a thread's error ends the process. */
  const said = async (module: readonly number[], program: string): Promise<string> => {
    const source = `
      import { startThreads } from ${JSON.stringify(pathToFileURL(join(dist, "src/tensor/backend-threads.js")).href)};
      const { wait } = Atomics;
      let speed = 1;
      Atomics.wait = (words, at, value, patience) => wait(words, at, value, patience / speed);
      const said = (call) => { try { call(); } catch ({ name, message }) { console.log(name + ": " + message); } };
      const start = () => startThreads(new WebAssembly.Module(Uint8Array.of(${module.join()})), new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }), 1);
      ${program}
      process.exit();`;
    return (await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source])).stdout;
  };

  it("to a call is given up, and not called again", async () => {
    const out = await said(
      trap(),
      `const [thread] = start();
       thread.begin("trap", []);
       speed = 500;
       said(() => thread.finish());
       said(() => thread.begin("trap", []));`,
    );
    expect(out.split("\n")).toEqual([
      "OrderError: A thread of the kernels has not answered for 120 s; it is taken for dead. Start the program again; if it happens again, with one thread.",
      "OrderError: A thread of the kernels is called after it was given up. Start the program again; if it happens again, with one thread.",
      "",
    ]);
  });

  it("from the start is told then", async () => {
    // It imports the function `a.b`, which there is not.
    const out = await said(trap(2, 7, 1, 1, 0x61, 1, 0x62, 0, 0), "speed = 500; said(start);");
    expect(out).toContain("OrderError: A thread of the kernels has not answered for 120 s");
  });
});

describe("cutting calls into stretches", () => {
  const memory = new WebAssembly.Memory({ initial: 512, maximum: 65_536 });
  const numbers = new Float32Array(memory.buffer);
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(kernelsFile)), { env: { memory } }).exports as unknown as Kernels;
  /** Threads that compute at once, and note what they were handed. */
  const handed: string[] = [];
  const thread: KernelThread = {
    begin(kernel, args) {
      handed.push(kernel);
      (kernels[kernel] as (...values: readonly number[]) => void)(...args);
    },
    finish() {},
  };
  const scratch = (k: number): number => (k + 1) * 2 ** 20;
  const [a, b, bias, plain, cut] = [8, 12, 16, 20, 24].map((megabytes) => megabytes * 2 ** 20) as [number, number, number, number, number];
  const fill = (at: number, count: number, seed: number): void => {
    for (let k = 0; k < count; k++) numbers[at / 4 + k] = Math.sin(seed + 1.7 * k);
  };
  /** Whether the two results are the same bits. */
  const same = (count: number): boolean => Buffer.from(memory.buffer, cut, 4 * count).equals(Buffer.from(memory.buffer, plain, 4 * count));

  it("leaves products as they are in one piece, whatever their shape, strides, bias and number of threads", () => {
    const shape = fc.record({
      batch: fc.constantFrom(1, 1, 2, 5),
      rows: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 300 })),
      columns: fc.oneof(fc.constantFrom(64, 200, 256), fc.integer({ min: 1, max: 256 })),
      depth: fc.oneof(fc.constantFrom(64, 200, 256), fc.integer({ min: 1, max: 256 })),
      transposedA: fc.boolean(),
      transposedB: fc.boolean(),
      above: fc.constantFrom("nothing", "bias", "sum"),
      ways: fc.integer({ min: 2, max: 5 }),
    });
    let shared = 0;
    fc.assert(
      fc.property(shape, ({ batch, rows, columns, depth, transposedA, transposedB, above, ways }) => {
        const size = rows * columns;
        fill(a, batch * rows * depth, 1);
        fill(b, batch * depth * columns, 2);
        fill(bias, batch * columns, 3);
        for (const into of [plain, cut]) fill(into, batch * size, 4);
        const [aRow, aColumn] = transposedA ? [4, 4 * rows] : [4 * depth, 4];
        const [bRow, bColumn] = transposedB ? [4, 4 * depth] : [4 * columns, 4];
        const call = (into: number): Parameters<Kernels["gemm"]> => [
          batch, rows, columns, depth, a, aRow, aColumn, 4 * rows * depth, b, bRow, bColumn, 4 * depth * columns, into, 4 * size,
          above === "bias" ? bias : 0, above === "bias" ? 4 * columns : 0, above === "sum", scratch(0),
        ]; // prettier-ignore
        kernels.gemm(...call(plain));
        handed.length = 0;
        const threads = Array.from({ length: ways - 1 }, () => thread);
        threadedKernels(kernels, threads, threads.map((_, k) => scratch(k + 1))).gemm(...call(cut)); // prettier-ignore
        shared += handed.length;
        expect(same(batch * size)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(shared).toBeGreaterThan(50);
  });

  it("leaves activations as they are in one piece", () => {
    for (const count of [40_000, 65_541]) {
      for (const kind of [0, 1, 2, 3]) {
        fill(a, count, 1);
        fill(b, count, 2);
        kernels.activate(kind, count, a, plain);
        handed.length = 0;
        const threaded = threadedKernels(kernels, [thread, thread], [scratch(1), scratch(2)]);
        threaded.activate(kind, count, a, cut);
        expect(same(count)).toBe(true);
        kernels.activateSlope(kind, count, a, plain, b, plain);
        threaded.activateSlope(kind, count, a, cut, b, cut);
        expect(same(count)).toBe(true);
        expect(handed).toHaveLength(4);
      }
    }
  });
});

describe("a shared memory", () => {
  it("is what a module asks for whose memory was declared so, and needs a maximum", () => {
    const module = new WebAssembly.Module(withSharedMemory(readFileSync(kernelsFile)));
    const limits = { initial: 1, maximum: 65_536 };
    expect(() => new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory(limits) } })).toThrow(WebAssembly.LinkError);
    const instance = new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory({ ...limits, shared: true }) } });
    expect(instance.exports).toHaveProperty("gemm");
    const without = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1);
    expect(() => withSharedMemory(without)).toThrow("maximum");
  });

  it("is found among a module's imports, whatever they are, and nothing else is touched", () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const named = (letter: string, ...type: number[]): number[] => [1, 0x61, 1, letter.charCodeAt(0), ...type];
    const [aFunction, aTable, aGlobal] = [named("f", 0, 1), named("t", 1, 0x70, 1, 0, 2), named("g", 3, 0x7f, 0)];
    // Two types, () → () and () → i32; the function is of the second.
    const moduleOf = (...imports: number[][]): Uint8Array =>
      Uint8Array.of(...header, 1, 8, 2, 0x60, 0, 0, 0x60, 0, 1, 0x7f, 2, imports.flat().length + 1, imports.length, ...imports.flat());
    const others = moduleOf(aFunction, aTable, aGlobal);
    expect(withSharedMemory(others)).toEqual(others);
    const shared = new WebAssembly.Module(withSharedMemory(moduleOf(aFunction, aTable, aGlobal, named("m", 2, 1, 1, 2))));
    const instantiate = (isShared: boolean): WebAssembly.Instance =>
      new WebAssembly.Instance(shared, {
        a: {
          f: () => 1,
          t: new WebAssembly.Table({ element: "anyfunc", initial: 0, maximum: 2 }),
          g: new WebAssembly.Global({ value: "i32" }, 1),
          m: new WebAssembly.Memory({ initial: 1, maximum: 2, shared: isShared }),
        },
      });
    expect(() => instantiate(false)).toThrow(WebAssembly.LinkError);
    expect(instantiate(true)).toBeInstanceOf(WebAssembly.Instance);
  });
});
