/**
 * @file Kernels on several threads: large calls are cut into stretches, of which each thread computes one in the same memory. A stretch is
 * computed as it would be in one piece, so that results are the same bits for any number of threads.
 */
import type { Address, Kernels } from "./heap.ts";

/** A thread that can be handed one call at a time. */
export interface KernelThread {
  begin(kernel: keyof Kernels, args: readonly number[]): void;
  /** Waits until the call is done. @throws {OrderError} The thread is dead. */
  finish(): void;
}

/** What is worth handing over, which costs one to two microseconds: some 40 of them. */
const SMALLEST_PRODUCT = 2e6;
const SMALLEST_STRETCH = 32_768;
/** Rows of a stretch of a product: fewer would be computed in another way, with other roundings. */
const FEWEST_ROWS = 32;

/** Stretches begin at multiples of what a kernel takes at a time. */
const ROWS_AT_A_TIME = 4;
const NUMBERS_AT_A_TIME = 16;

/** Where a call of `gemm` has what a stretch of it changes. */
const [BATCH, ROWS, COLUMNS, DEPTH, A, A_ROW, A_STEP, B, B_STEP, C, C_STEP, BIAS, BIAS_STEP, SCRATCH] = [
  0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 14, 15, 17,
] as const;

/** @param scratches Room for each thread's packed operands. */
export function threadedKernels(kernels: Kernels, threads: readonly KernelThread[], scratches: readonly Address[]): Kernels {
  const ways = threads.length + 1;
  const plain = kernels as unknown as Readonly<Record<keyof Kernels, (...args: readonly number[]) => void>>;

  /** @param stretch The call's arguments for a stretch of it; `thread` is 0 for this one. */
  function share(kernel: keyof Kernels, count: number, unit: number, stretch: (from: number, to: number, thread: number) => number[]): void {
    const bounds = Array.from({ length: ways + 1 }, (_, k) => (k === ways ? count : unit * Math.floor((count * k) / ways / unit)));
    threads.forEach((thread, k) => thread.begin(kernel, stretch(bounds[k + 1]!, bounds[k + 2]!, k + 1)));
    plain[kernel](...stretch(0, bounds[1]!, 0));
    for (const thread of threads) thread.finish();
  }

  function gemm(...call: number[]): void {
    const [batch, rows] = [call[BATCH]!, call[ROWS]!];
    if (2 * batch * rows * call[COLUMNS]! * call[DEPTH]! < SMALLEST_PRODUCT) return plain.gemm(...call);
    const scratch = (thread: number): number => (thread === 0 ? call[SCRATCH]! : scratches[thread - 1]!);
    if (batch >= ways) {
      share("gemm", batch, 1, (from, to, thread) => {
        const part = call.with(BATCH, to - from).with(SCRATCH, scratch(thread));
        for (const [at, step] of [[A, A_STEP], [B, B_STEP], [C, C_STEP], [BIAS, BIAS_STEP]] as const) part[at]! += from * call[step]!; // prettier-ignore
        return part;
      });
      return;
    }
    if (rows < FEWEST_ROWS * ways) return plain.gemm(...call);
    share("gemm", rows, ROWS_AT_A_TIME, (from, to, thread) => {
      const part = call.with(ROWS, to - from).with(SCRATCH, scratch(thread));
      part[A]! += from * call[A_ROW]!;
      part[C]! += 4 * from * call[COLUMNS]!;
      return part;
    });
  }

  /** Of kernels that take a kind, a count and addresses of as many numbers. */
  const elementwise =
    (kernel: "activate" | "activateSlope" | "activateCurvature") =>
    (kind: number, count: number, ...at: number[]): void => {
      if (count < SMALLEST_STRETCH) plain[kernel](kind, count, ...at);
      else share(kernel, count, NUMBERS_AT_A_TIME, (from, to) => [kind, to - from, ...at.map((address) => address + 4 * from)]);
    };

  return {
    ...kernels,
    gemm: gemm as unknown as Kernels["gemm"],
    activate: elementwise("activate"),
    activateSlope: elementwise("activateSlope"),
    activateCurvature: elementwise("activateCurvature"),
  };
}

/** How a call is handed over: by the first of two words; the second is the kernel's number. A thread is busy until it has started. */
export const handOver = { busy: 0, idle: 1 } as const;
/** How often a thread looks at the word before it goes to sleep: about a tenth of a millisecond, since most calls are short and follow one another. */
export const LOOKS = 20_000;
/** `gemm` takes 18. */
export const MOST_ARGUMENTS = 24;
