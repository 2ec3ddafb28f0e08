/** @file Loads the compiled sweeps of `assembly/solver.ts`, once a thread. */
import { solverBytes } from "./solver-bytes.ts";

type Address = WebAssembly.Global<"i32">;

/** What the module exports: where arrays begin in its memory, the room there, and what it does. */
interface SolverKernel {
  readonly memory: WebAssembly.Memory;
  readonly rowRoom: Address;
  readonly bodyRoom: Address;
  readonly velocity: Address;
  readonly inverseMass: Address;
  readonly inverseInertia: Address;
  readonly jacobian: Address;
  readonly response: Address;
  readonly target: Address;
  readonly softness: Address;
  readonly low: Address;
  readonly high: Address;
  readonly impulse: Address;
  readonly diagonal: Address;
  readonly gain: Address;
  readonly friction: Address;
  readonly lead: Address;
  readonly other: Address;
  readonly direction: Address;
  readonly leadArm: Address;
  readonly otherArm: Address;
  /** Row r's bodies, Jacobian, response and diagonal: the speed of the lead's point, against the other's, along sign · `direction`; −1 for no other. */
  linear(r: number, lead: number, other: number, sign: number): void;
  /** All of rows r to r + 2 but friction: two tangents and the normal `direction` of a contact, cold, with target 0. */
  contact(r: number, lead: number, other: number, tangentSoftness: number, normalSoftness: number): void;
  /** Adds what the impulses of `count` rows from `first` on do to the velocities. */
  warmStart(first: number, count: number): void;
  /** One sweep over all rows. @returns The largest change of speed along a row [m/s]. */
  sweep(joints: number, contacts: number): number;
}

const bytes = Uint8Array.from(atob(solverBytes), (character) => character.charCodeAt(0));

export const kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as SolverKernel;

/** Numbers in the kernel's memory. */
export const shared = (at: Address, count: number): Float64Array => new Float64Array(kernel.memory.buffer, at.value, count);
