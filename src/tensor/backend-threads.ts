/** @file Further threads for the wasm backend's kernels: how its memory becomes a shared one, and how threads are started. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { OrderError } from "../contract/errors.ts";
import { awaitChange } from "../threads/shared-word.ts";
import type { ThreadData } from "./backend-thread.ts";
import { handOver, LOOKS, MOST_ARGUMENTS, type KernelThread } from "./threaded-kernels.ts";

/** Beside the built sources, and in the build of a checkout: Node 20 runs no TypeScript in a worker. */
const programs = ["backend-thread.js", "../../dist/src/tensor/backend-thread.js"].map((place) => join(import.meta.dirname, place));

/** After so long without an answer, in ms, a thread counts as dead: its calls take milliseconds. */
const PATIENCE = 120_000;
const REMEDY = "Start the program again; if it happens again, with one thread.";

/**
 * Starts threads with kernels of their own in a shared memory, and waits until they are ready. They do not keep the process alive.
 * @throws {OrderError} One does not start.
 */
export function startThreads(module: WebAssembly.Module, memory: WebAssembly.Memory, count: number): readonly KernelThread[] {
  const threads = Array.from({ length: count }, () => startThread(module, memory));
  for (const thread of threads) thread.finish();
  return threads;
}

function startThread(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelThread {
  const kernels = WebAssembly.Module.exports(module).map(({ name }) => name);
  const control = new SharedArrayBuffer(8 + 8 * MOST_ARGUMENTS);
  const worker = new Worker(
    programs.find((place) => existsSync(place))!,
    // Flags such as --input-type or --import are for the main program.
    { workerData: { module, memory, kernels, control } satisfies ThreadData, execArgv: [] },
  );
  worker.unref();
  const [state, values] = [new Int32Array(control, 0, 2), new Float64Array(control, 8)];
  /** What is answered late would be taken for the answer to the next call. */
  let isBusy = true;
  return {
    begin(kernel, args) {
      if (isBusy) throw new OrderError(`A thread of the kernels is called after it was given up. ${REMEDY}`);
      isBusy = true;
      values.set(args);
      state[1] = kernels.indexOf(kernel);
      Atomics.store(state, 0, handOver.busy);
      Atomics.notify(state, 0);
    },
    finish() {
      if (!awaitChange(state, 0, handOver.busy, PATIENCE, LOOKS))
        throw new OrderError(`A thread of the kernels has not answered for ${PATIENCE / 1000} s; it is taken for dead. ${REMEDY}`);
      isBusy = false;
    },
  };
}

/** tfjs asks for one of these; what has threads has SIMD. */
const names = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];

/** How to load tfjs' backend with a memory that threads can share: what `setWasmPaths` is to be called with. @param folder Of its modules. */
export function sharedBackend(folder: string): [files: Record<string, string>, fetched: boolean] {
  const module = withSharedMemory(readFileSync(join(folder, "tfjs-backend-wasm-simd.wasm")));
  const url = `data:application/wasm;base64,${Buffer.from(module).toString("base64")}`;
  return [Object.fromEntries(names.map((name) => [name, url])), true];
}

const IMPORTS = 2;
const MEMORIES = 5;
const [HAS_MAXIMUM, SHARED] = [1, 2];

/**
 * The module with its memory, own or imported, declared as shared: one bit of the binary format.
 * @see WebAssembly threads proposal: limits with flag 0x03.
 */
export function withSharedMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(module);
  for (let at = 8; at < bytes.length;) {
    const section = bytes[at]!;
    const [size, body] = unsigned(bytes, at + 1);
    if (section === MEMORIES) share(bytes, body + 1);
    if (section === IMPORTS) shareImported(bytes, body);
    at = body + size;
  }
  return bytes;
}

const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3];

/** @param at Of the imports: how many there are, then two names, a kind and a type each. */
function shareImported(bytes: Uint8Array, at: number): void {
  const [count, first] = unsigned(bytes, at);
  for (let k = 0, next = first; k < count; k++) {
    const kind = afterName(bytes, afterName(bytes, next));
    if (bytes[kind] === MEMORY) return share(bytes, kind + 1);
    next = afterType(bytes, kind);
  }
}

/** Sets the flag of the limits at `at`. @throws {Error} Limits without a maximum, which a shared memory must have. */
function share(bytes: Uint8Array, at: number): void {
  if ((bytes[at]! & HAS_MAXIMUM) === 0) throw new Error("The module's memory has no maximum and cannot be shared.");
  bytes[at]! |= SHARED;
}

/** Skips the kind and type of an import that is no memory. @throws {Error} A kind that is none of WebAssembly 2.0's. */
function afterType(bytes: Uint8Array, kind: number): number {
  if (bytes[kind] === FUNCTION) return unsigned(bytes, kind + 1)[1];
  if (bytes[kind] === TABLE) return afterLimits(bytes, kind + 2);
  if (bytes[kind] === GLOBAL) return kind + 3;
  throw new Error(`The module has an import of kind ${bytes[kind]}, which is not known here, so that its memory cannot be shared.`);
}

/** Skips limits: flags, the least, and perhaps the most. */
function afterLimits(bytes: Uint8Array, at: number): number {
  const [, least] = unsigned(bytes, at + 1);
  return (bytes[at]! & HAS_MAXIMUM) === 0 ? least : unsigned(bytes, least)[1];
}

/** Skips a name: its length, then its letters. */
function afterName(bytes: Uint8Array, at: number): number {
  const [length, letters] = unsigned(bytes, at);
  return letters + length;
}

/** A number in LEB128, and where it ends. */
function unsigned(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}
