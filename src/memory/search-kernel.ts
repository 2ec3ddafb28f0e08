/** @file Loads the compiled search of `assembly/search.ts`, once a thread, and shares out its memory: all keys of all memories of a thread lie there. */
import { InvalidValueError } from "../contract/errors.ts";
import { searchBytes } from "./search-bytes.ts";

/** A place in the kernel's memory, in bytes. */
export type Address = number;

interface SearchKernel {
  readonly memory: WebAssembly.Memory;
  /** See `assembly/search.ts`, which tells what every argument means. */
  search(
    metric: number, size: number, headSize: number, tiles: Address, count: number, chosen: 0 | 1, queryCount: number, queries: Address, facts: Address,
    factor: number, error: number, k: number, rows: Address, distances: Address, found: Address, scratch: Address,
  ): void; // prettier-ignore
  sum(at: Address, bytes: number): number;
}

const bytes = Uint8Array.from(atob(searchBytes), (character) => character.charCodeAt(0));

export const kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as SearchKernel;

/** What WebAssembly's memory grows by [B]. */
const PAGE = 65_536;
/** Pages that are asked for at once. */
const ARENA = 16;

let floats = new Float32Array(kernel.memory.buffer);
let integers = new Int32Array(kernel.memory.buffer);
/** Given back, by number of pages. */
const free = new Map<number, Address[]>();
/** The rest of the last arena. */
let rest = kernel.memory.buffer.byteLength;

/** The whole memory as numbers: index = address / 4. Valid until something is reserved. */
export const numbers = (): Float32Array => floats;
export const wholeNumbers = (): Int32Array => integers;

/** Room for so many bytes, rounded up to whole pages. @throws {InvalidValueError} The 4 GB that WebAssembly can address are full. */
export function reserve(size: number): Address {
  const pages = Math.ceil(size / PAGE);
  const again = free.get(pages)?.pop();
  if (again !== undefined) return again;
  const end = rest + pages * PAGE;
  const missing = (end - kernel.memory.buffer.byteLength) / PAGE;
  if (missing > 0) grow(Math.max(missing, ARENA), missing);
  const at = rest;
  rest = end;
  return at;
}

function grow(wished: number, needed: number): void {
  try {
    kernel.memory.grow(wished);
  } catch {
    try {
      kernel.memory.grow(needed);
    } catch {
      throw new InvalidValueError("memory", `${(kernel.memory.buffer.byteLength / 2 ** 30).toFixed(1)} GB of keys`, "at most 4 GB in one thread", "Give it a budget of entries, or spread it over several workers."); // prettier-ignore
    }
  }
  floats = new Float32Array(kernel.memory.buffer);
  integers = new Int32Array(kernel.memory.buffer);
}

/** Gives back what was reserved with the same size. */
export function release(at: Address, size: number): void {
  const pages = Math.ceil(size / PAGE);
  const places = free.get(pages);
  if (places === undefined) free.set(pages, [at]);
  else places.push(at);
}

/** Room for the arguments of one search, which is over before the next begins. */
export class Scratch {
  #at: Address = 0;
  #size = 0;

  /** At least so many bytes; what was in it may be lost. */
  room(size: number): Address {
    if (size > this.#size) {
      if (this.#size > 0) release(this.#at, this.#size);
      this.#size = Math.max(size, 2 * this.#size);
      this.#at = reserve(this.#size);
    }
    return this.#at;
  }
}
