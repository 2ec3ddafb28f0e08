/**
 * @file Parameters as data: one flat Float32Array and a layout of named parts. Snapshots, penalties, masks and export want the
 * vector; networks want the parts. Nothing here knows tfjs' memory.
 */
import { InvalidValueError, SnapshotError, UnknownNameError } from "../contract/errors.ts";
import type { SnapshotValue } from "../contract/snapshot.ts";
import type { Tensor } from "./types.ts";

/** A named array within the vector, such as `head/0/weights` of shape [90, 64]. */
export interface ParameterPart {
  readonly name: string;
  readonly shape: readonly number[];
}

interface PlacedPart extends ParameterPart {
  readonly offset: number;
  readonly size: number;
}

export interface ParameterLayout {
  /** Numbers in the vector. */
  readonly size: number;
  readonly parts: readonly PlacedPart[];
}

/** The parts of a vector as tensors, by name. */
export type TensorViews = Readonly<Record<string, Tensor>>;

/** Lays parts out one after another. @throws {InvalidValueError} Two parts of one name. */
export function layoutOf(parts: readonly ParameterPart[]): ParameterLayout {
  const twice = parts.find(({ name }, k) => parts.findIndex((other) => other.name === name) < k);
  if (twice !== undefined) throw new InvalidValueError("parts", twice.name, "parameters with different names");
  let offset = 0;
  const placed = parts.map((part) => {
    const size = part.shape.reduce((product, length) => product * length, 1);
    const result: PlacedPart = { ...part, offset, size };
    offset += size;
    return result;
  });
  return { size: offset, parts: placed };
}

/**
 * One part of a vector, without copying.
 * @throws {UnknownNameError}
 */
export function view(layout: ParameterLayout, vector: Float32Array, name: string): Float32Array {
  const part = layout.parts.find((candidate) => candidate.name === name);
  if (part === undefined) {
    throw new UnknownNameError(
      "parameter",
      name,
      layout.parts.map((candidate) => candidate.name),
    );
  }
  return vector.subarray(part.offset, part.offset + part.size);
}

/** One part as a tensor. @throws {UnknownNameError} */
export function tensorView(views: TensorViews, name: string): Tensor {
  const tensor = views[name];
  if (tensor === undefined) throw new UnknownNameError("parameter", name, Object.keys(views));
  return tensor;
}

/** Copies a saved vector over another. @throws {SnapshotError} Not a vector of that length. */
export function restoreVector(saved: SnapshotValue | undefined, into: Float32Array): void {
  if (!(saved instanceof Float32Array) || saved.length !== into.length) throw new SnapshotError(`Expected ${into.length} saved parameters.`);
  into.set(saved);
}
