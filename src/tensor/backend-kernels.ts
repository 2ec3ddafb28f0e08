/** @file Finds our own kernels for the wasm backend, which the build compiles from `assembly/`, and the threads that compute with them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startThreads, withSharedMemory } from "./backend-threads.ts";
import type { KernelSource } from "./heap.ts";

/** Beside the built sources, and in the build of a checkout. */
const places = ["../../kernels.wasm", "../../dist/kernels.wasm"].map((place) => join(import.meta.dirname, place));

/** Compiled, or the reason why there are none: then tfjs' own kernels do the work, right but several times slower. */
export function compiledKernels(threads: number): KernelSource | string {
  const file = places.find((place) => existsSync(place));
  if (file === undefined) return "kernels.wasm is not built (run `npm run build`)";
  try {
    const bytes = readFileSync(file);
    if (threads === 1) return { module: new WebAssembly.Module(bytes) };
    const module = new WebAssembly.Module(withSharedMemory(bytes));
    return { module, startThreads: (memory) => startThreads(module, memory, threads - 1) };
  } catch (error) {
    return `this machine cannot run them (${error instanceof Error ? error.message : String(error)})`;
  }
}
