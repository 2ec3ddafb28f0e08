/** @file A program of its own, one further thread: computes the calls of kernels that it is handed, in the memory that it shares. */
import { workerData } from "node:worker_threads";
import { awaitChange } from "../threads/shared-word.ts";
import { handOver, LOOKS } from "./threaded-kernels.ts";

/** What a thread is started with. */
export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Their names, by their numbers. */
  readonly kernels: readonly string[];
  /** Two words of hand-over, then the arguments as float64. */
  readonly control: SharedArrayBuffer;
}

const { module, memory, kernels, control } = workerData as ThreadData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
const calls = kernels.map((name) => exports[name] as (...args: readonly number[]) => unknown);
const state = new Int32Array(control, 0, 2);
const values = new Float64Array(control, 8);

for (;;) {
  // With nothing, at first: that it has started.
  Atomics.store(state, 0, handOver.idle);
  Atomics.notify(state, 0);
  awaitChange(state, 0, handOver.idle, Infinity, LOOKS);
  calls[state[1]!]!(...values);
}
