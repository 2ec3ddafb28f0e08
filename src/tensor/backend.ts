/**
 * @file Which tfjs backend computes, and why not another. `wasm` is the default: for networks of control size it beats the native
 * bindings, whose calls cost more than the arithmetic in them. tfjs' own threads stay off, whose sums depend on their number; ours give the
 * same bytes for any number.
 */
import * as tf from "@tensorflow/tfjs-core";
import { EngramError, InvalidValueError, OrderError, UnknownNameError } from "../contract/errors.ts";
import {
  loadNative,
  loadFailure,
  nativeInstallation,
  nativePackages,
  packageFolder,
  packageVersion,
  rebuildRemedy,
  type NativeBackendName,
  type NativeInstallation,
} from "./backend-native.ts";
import { compiledKernels } from "./backend-kernels.ts";
import { sharedBackend } from "./backend-threads.ts";
import { kernelsMissing, provideKernels } from "./heap.ts";

export type BackendName = NativeBackendName | "webgpu" | "wasm" | "cpu";

/** From the one made for the widest batches to the one that always works. */
export const backendNames: readonly BackendName[] = ["node-gpu", "node", "webgpu", "wasm", "cpu"];

export interface BackendOptions {
  /** Of the wasm backend, for wide products; 1 by default. Results do not depend on it. */
  readonly threads?: number;
}

export interface BackendCandidate {
  readonly name: BackendName;
  /** `built`: its binding is there and was not tried yet. */
  readonly state: "in-use" | "available" | "built" | "not-installed" | "not-built" | "not-loadable" | "no-device";
  /** Of its package. */
  readonly version?: string;
  /** One clause for people: how it comes to be in this state. */
  readonly reason: string;
  /** What would make it available; absent where it is, or may be. */
  readonly remedy?: string;
}

export interface BackendReport {
  /** Undefined before the first `selectBackend`. */
  readonly inUse: BackendName | undefined;
  /** Version of tfjs. */
  readonly tfjs: string;
  /** Version of Node. */
  readonly node: string;
  readonly candidates: readonly BackendCandidate[];
}

/** The backend that was asked for cannot be had on this machine. */
export class BackendUnavailableError extends EngramError {
  readonly code = "backend-unavailable";
  readonly backend: BackendName;
  readonly reason: string;
  readonly alternatives: readonly BackendName[];

  constructor({ name, reason, remedy }: BackendCandidate, alternatives: readonly BackendName[]) {
    const ways = [remedy, `Use ${alternatives.map((other) => `\`${other}\``).join(" or ")} instead.`].filter(Boolean);
    super(`Expected the backend \`${name}\` to be available, but ${reason}. ${ways.join(" ")}`);
    this.backend = name;
    this.reason = reason;
    this.alternatives = alternatives;
  }
}

/** What has been started in this process. Of the native two at most one: both call themselves `tensorflow` to tfjs. */
const started = new Set<BackendName>();

const isNative = (name: BackendName): name is NativeBackendName => name in nativePackages;
const nativeStarted = (): NativeBackendName | undefined => [...started].find(isNative);

function backendInUse(): BackendName | undefined {
  const name: string | undefined = tf.getBackend();
  return [...started].find((candidate) => (isNative(candidate) ? "tensorflow" : candidate) === name);
}

/** The selections so far: each waits for the ones before it. */
let selections: Promise<unknown> = Promise.resolve();

/**
 * Makes a backend compute from now on. Without a wish, keeps the one in use, or else takes `wasm` (`cpu` where there is no WebAssembly).
 * @throws {UnknownNameError} @throws {BackendUnavailableError} With the reason and the backends that would work.
 * @throws {OrderError} The other native backend is already in this process, or `wasm` with another number of threads.
 * @throws {InvalidValueError} A number of threads that is not an integer from 1 up.
 */
export function selectBackend(wanted?: BackendName, options: BackendOptions = {}): Promise<BackendReport> {
  const selection = selections.then(() => select(wanted, options));
  selections = selection.catch(() => undefined);
  return selection;
}

/** Of the wasm backend. */
let threadsStarted = 1;

async function select(wanted: BackendName | undefined, { threads = threadsStarted }: BackendOptions): Promise<BackendReport> {
  if (!Number.isInteger(threads) || threads < 1) throw new InvalidValueError("threads", threads, "an integer from 1 up");
  if (wanted !== undefined && !backendNames.includes(wanted)) throw new UnknownNameError("backend", wanted, backendNames);
  const name = wanted ?? backendInUse() ?? ("WebAssembly" in globalThis ? "wasm" : "cpu");
  // Production mode keeps tfjs from printing banners.
  tf.enableProdMode();
  if (name === "wasm" && started.has("wasm") && threads !== threadsStarted) {
    throw new OrderError(
      `Expected \`wasm\` to compute with ${threads} threads, but it was started with ${threadsStarted} in this process. Choose once.`,
    );
  }
  if (name !== backendInUse()) await (isNative(name) ? useNative(name) : usePortable(name, threads));
  return reportOf(backendNames.map(candidateOf));
}

/** What could compute here and what does. Tries every native binding that is there, in a process of its own: takes seconds where one is. */
export async function backendReport(): Promise<BackendReport> {
  return reportOf(await Promise.all(backendNames.map(async (name) => tried(candidateOf(name)))));
}

const reportOf = (candidates: readonly BackendCandidate[]): BackendReport => ({
  inUse: backendInUse(),
  tfjs: tf.version_core,
  node: process.version.slice(1),
  candidates,
});

/** As far as files tell. */
function candidateOf(name: BackendName): BackendCandidate {
  const state = name === backendInUse() ? "in-use" : "available";
  if (name === "cpu") return { name, state, ...packageVersion("@tensorflow/tfjs-backend-cpu"), reason: "plain JavaScript" };
  if (name === "webgpu") {
    const found = { name, ...packageVersion("@tensorflow/tfjs-backend-webgpu") };
    const reason = "no WebGPU device here (`navigator.gpu`): Node has none, browsers may";
    if (!hasWebGpu()) return { ...found, state: "no-device", reason, remedy: "For a GPU in Node, run `engram native install --gpu`." };
    return { ...found, state, reason: "a GPU through WebGPU" };
  }
  if (name === "wasm") {
    const found = { name, ...packageVersion("@tensorflow/tfjs-backend-wasm") };
    if (!("WebAssembly" in globalThis))
      return { ...found, state: "not-loadable", reason: "this Node runs without WebAssembly", remedy: "Run it without `--jitless`." };
    const missing = state === "in-use" ? kernelsMissing() : undefined;
    const threads = threadsStarted === 1 ? "one thread" : `${threadsStarted} threads`;
    return { ...found, state, reason: `WebAssembly with SIMD on ${threads}${missing === undefined ? "" : `, without our kernels: ${missing}`}` };
  }
  if (state === "available") return { name, ...installationOf(name) };
  return { name, state, ...packageVersion(nativePackages[name]), reason: deviceInUse(name) };
}

/** As tfjs asks: in a page or a worker whose browser offers a device. */
const hasWebGpu = (): boolean => ("window" in globalThis || "WorkerGlobalScope" in globalThis) && "gpu" in navigator;

const installationOf = (name: NativeBackendName): NativeInstallation => nativeInstallation(nativePackages[name], packageFolder(nativePackages[name]));

function deviceInUse(name: NativeBackendName): string {
  const { isUsingGpuDevice = false } = tf.backend() as { isUsingGpuDevice?: boolean };
  if (isUsingGpuDevice) return "TensorFlow on a GPU";
  return name === "node-gpu" ? "TensorFlow on the CPU, as it found no GPU" : "TensorFlow on the CPU";
}

async function tried(candidate: BackendCandidate): Promise<BackendCandidate> {
  if (candidate.state !== "built" || !isNative(candidate.name)) return candidate;
  const packageName = nativePackages[candidate.name];
  const failure = await loadFailure(packageFolder(packageName)!);
  if (failure === undefined) return { ...candidate, state: "available", reason: `the binding of ${packageName} loads` };
  const reason = `the binding of ${packageName} does not load: ${failure}`;
  return { ...candidate, state: "not-loadable", reason, remedy: rebuildRemedy(packageName) };
}

async function useNative(name: NativeBackendName): Promise<void> {
  const other = nativeStarted();
  if (other !== undefined && other !== name) {
    throw new OrderError(`Expected no other native backend in this process, but \`${other}\` is loaded. Select \`${name}\` in a new process.`);
  }
  if (other === undefined) {
    const candidate = await tried(candidateOf(name));
    if (candidate.state !== "available") throw unavailable(candidate);
    loadNative(name);
  }
  await start(name, "tensorflow");
}

async function usePortable(name: "webgpu" | "wasm" | "cpu", threads: number): Promise<void> {
  const candidate = candidateOf(name);
  if (candidate.state === "no-device") throw unavailable(candidate);
  if (name === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  else if (name === "webgpu") await import("@tensorflow/tfjs-backend-webgpu");
  else if (!started.has(name)) {
    threadsStarted = threads;
    provideKernels(compiledKernels(threads));
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    const folder = packageFolder("@tensorflow/tfjs-backend-wasm");
    if (folder !== undefined && threads === 1) setWasmPaths(`${folder}/dist/`);
    else if (folder !== undefined) setWasmPaths(...sharedBackend(`${folder}/dist/`));
  }
  await start(name, name);
}

/** @param registered What tfjs calls it. @throws {BackendUnavailableError} The one before is then in use again. */
async function start(name: BackendName, registered: string): Promise<void> {
  const before = backendInUse();
  if (await withoutNewHandlers(() => tf.setBackend(registered))) {
    started.add(name);
    return;
  }
  if (before !== undefined) await tf.setBackend(isNative(before) ? "tensorflow" : before);
  throw unavailable({ ...candidateOf(name), state: "not-loadable", reason: "tfjs could not start it" });
}

/** Emscripten adds handlers that turn a rejected promise anywhere in the process into an exit without a message; they go again. */
async function withoutNewHandlers<T>(use: () => Promise<T>): Promise<T> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.rawListeners(event));
  try {
    return await use();
  } finally {
    events.forEach((event, k) => {
      for (const listener of process.rawListeners(event)) if (!before[k]!.includes(listener)) process.off(event, listener as () => void);
    });
  }
}

function unavailable(candidate: BackendCandidate): BackendUnavailableError {
  const others = backendNames.map(candidateOf).filter(({ name, state }) => name !== candidate.name && (state === "available" || state === "in-use"));
  return new BackendUnavailableError(candidate, others.map(({ name }) => name)); // prettier-ignore
}
