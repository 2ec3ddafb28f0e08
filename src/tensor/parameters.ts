/**
 * @file Parameters as data: one flat Float32Array and a layout of named parts. Snapshots, penalties, masks and export want the
 * vector; networks want the parts. Nothing here knows tfjs' memory.
 */
import { InvalidValueError, UnknownNameError } from "../contract/errors.ts";
import type { Tensor } from "./types.ts";

/** A named array within the vector: what one tensor holds, such as a whole network. */
export interface ParameterPart {
  readonly name: string;
  readonly shape: readonly number[];
  /** What it is made of, one after another, such as `head/0/weights` of shape [90, 64]; absent where it is all one. */
  readonly within?: readonly ParameterPart[];
}

interface PlacedPart extends ParameterPart {
  readonly offset: number;
  readonly size: number;
}

export interface ParameterLayout {
  /** Numbers in the vector. */
  readonly size: number;
  readonly parts: readonly PlacedPart[];
  /** Every named array: the parts, and what they are made of. */
  readonly arrays: readonly PlacedPart[];
}

/** The parts of a vector as tensors, by name. */
export type TensorViews = Readonly<Record<string, Tensor>>;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Lays parts out one after another. @throws {InvalidValueError} Two arrays of one name. */
export function layoutOf(parts: readonly ParameterPart[]): ParameterLayout {
  const placed = placedFrom(parts, 0);
  const arrays = placed.flatMap((part) => [part, ...placedFrom(part.within ?? [], part.offset)]);
  const twice = arrays.find(({ name }, k) => arrays.findIndex((other) => other.name === name) < k);
  if (twice !== undefined) throw new InvalidValueError("parts", twice.name, "parameters with different names");
  return { size: parts.reduce((total, { shape }) => total + sizeOf(shape), 0), parts: placed, arrays };
}

function placedFrom(parts: readonly ParameterPart[], start: number): PlacedPart[] {
  let offset = start;
  return parts.map((part) => {
    const placed = { ...part, offset, size: sizeOf(part.shape) };
    offset += placed.size;
    return placed;
  });
}

/**
 * One array of a vector, without copying.
 * @throws {UnknownNameError}
 */
export function view(layout: ParameterLayout, vector: Float32Array, name: string): Float32Array {
  const { offset, size } = placeOf(layout, name);
  return vector.subarray(offset, offset + size);
}

/** Where an array lies in the vector. @throws {UnknownNameError} */
export function placeOf({ arrays }: ParameterLayout, name: string): PlacedPart {
  const found = arrays.find((candidate) => candidate.name === name);
  if (found === undefined) {
    throw new UnknownNameError(
      "parameter",
      name,
      arrays.map((candidate) => candidate.name),
    );
  }
  return found;
}

/** One part as a tensor. @throws {UnknownNameError} */
export function tensorView(views: TensorViews, name: string): Tensor {
  const tensor = views[name];
  if (tensor === undefined) throw new UnknownNameError("parameter", name, Object.keys(views));
  return tensor;
}
