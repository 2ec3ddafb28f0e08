/**
 * @file Numbers that outlive a computation: parameters, their gradient, an optimiser's state. They lie in the heap of the wasm backend where that is in
 * use, so that kernels work on them in place and a policy acts with what its learner just wrote; elsewhere in an array.
 */
import * as tf from "@tensorflow/tfjs-core";
import { ShapeError, SnapshotError } from "../contract/errors.ts";
import type { SnapshotValue } from "../contract/snapshot.ts";
import { heap, type Address, type Heap } from "./heap.ts";
import { upload } from "./kernels.ts";
import type { Tensor } from "./types.ts";

/** @throws {ShapeError} Vectors of different sizes. */
export function checkSizes(operation: string, vectors: Readonly<Record<string, FlatVector>>): void {
  const all = Object.values(vectors);
  if (all.every(({ size }) => size === all[0]!.size)) return;
  throw new ShapeError(operation, Object.fromEntries(Object.entries(vectors).map(([name, { size }]) => [name, [size]])), "vectors of one size");
}

export class FlatVector {
  readonly size: number;
  /** Where it lies, if it does. */
  readonly heap: Heap | undefined;
  readonly address: Address;
  readonly #array: Float32Array;
  #view: Float32Array;
  #isDisposed = false;

  /** All 0. @param size How many numbers. */
  constructor(size: number) {
    this.size = size;
    this.heap = heap();
    this.address = this.heap?.reserve(size) ?? 0;
    this.#array = new Float32Array(this.heap === undefined ? size : 0);
    this.#view = this.#array;
    this.numbers.fill(0);
  }

  /** With a copy of the given numbers. */
  static from(numbers: ArrayLike<number>): FlatVector {
    const vector = new FlatVector(numbers.length);
    vector.numbers.set(numbers);
    return vector;
  }

  /** The numbers themselves, to be read and written. Valid until the next computation with tensors, which may move the heap. */
  get numbers(): Float32Array {
    if (this.heap === undefined) return this.#array;
    const { buffer } = this.heap.numbers;
    if (this.#view.buffer !== buffer) this.#view = new Float32Array(buffer, this.address, this.size);
    return this.#view;
  }

  /** A copy of some of them as a tensor, which whoever asked disposes, or a tidy does. @throws {ShapeError} There are not so many. */
  tensor(offset: number, shape: readonly number[]): Tensor {
    const size = tf.util.sizeFromShape([...shape]);
    if (offset < 0 || offset + size > this.size) throw new ShapeError("FlatVector.tensor", { vector: [this.size] }, `numbers ${offset} to ${offset + size - 1}`); // prettier-ignore
    if (this.heap === undefined || this.heap !== heap()) return upload(this.numbers.slice(offset, offset + size), shape);
    const info = this.heap.output(shape);
    const from = this.address / 4 + offset;
    this.heap.numbers.copyWithin(this.heap.address(info) / 4, from, from + size);
    return tf.engine().makeTensorFromTensorInfo(info);
  }

  /** Copies a tensor's numbers over some of its own. @throws {ShapeError} There are not so many. */
  set(tensor: Tensor, offset: number): void {
    if (offset < 0 || offset + tensor.size > this.size) {
      throw new ShapeError("FlatVector.set", { vector: [this.size], tensor: tensor.shape }, `room from ${offset} on`);
    }
    if (this.heap === undefined || this.heap !== heap()) {
      this.numbers.set(tensor.dataSync<"float32">(), offset);
      return;
    }
    const from = this.heap.address(tensor) / 4;
    this.heap.numbers.copyWithin(this.address / 4 + offset, from, from + tensor.size);
  }

  get isFinite(): boolean {
    if (this.heap !== undefined) return this.heap.kernels.allFinite(this.size, this.address) !== 0;
    return this.#array.every(Number.isFinite);
  }

  /** Σ x² */
  get squares(): number {
    if (this.heap !== undefined) return this.heap.kernels.squares(this.size, this.address);
    return this.#array.reduce((total, number) => total + number * number, 0);
  }

  /** Multiplies every number. */
  scale(factor: number): void {
    if (this.heap !== undefined) {
      this.heap.kernels.scaleInto(this.size, factor, this.address, this.address);
      return;
    }
    const { numbers } = this;
    for (let i = 0; i < this.size; i++) numbers[i] = numbers[i]! * factor;
  }

  /** Adds factor · other. @param other Made while the same backend computed. @throws {ShapeError} Of another size. */
  addScaled(factor: number, other: FlatVector): void {
    checkSizes("FlatVector.addScaled", { vector: this, other });
    if (this.heap !== undefined) {
      this.heap.kernels.axpy(this.size, factor, other.address, this.address);
      return;
    }
    const [mine, its] = [this.numbers, other.numbers];
    for (let i = 0; i < this.size; i++) mine[i] = mine[i]! + factor * its[i]!;
  }

  /** Multiplies each number with the other's. @param other Made while the same backend computed. @throws {ShapeError} Of another size. */
  multiply(other: FlatVector): void {
    checkSizes("FlatVector.multiply", { vector: this, other });
    if (this.heap !== undefined) {
      this.heap.kernels.combine(2, 1, this.size, this.address, other.address, this.address);
      return;
    }
    const [mine, its] = [this.numbers, other.numbers];
    for (let i = 0; i < this.size; i++) mine[i] = mine[i]! * its[i]!;
  }

  /** Copies saved numbers over its own. @throws {SnapshotError} Not an array of as many. */
  restore(saved: SnapshotValue | undefined): void {
    if (!(saved instanceof Float32Array) || saved.length !== this.size) throw new SnapshotError(`Expected ${this.size} saved numbers.`);
    this.numbers.set(saved);
  }

  /** Gives its place back; a second time does nothing. */
  dispose(): void {
    if (!this.#isDisposed) this.heap?.release(this.address);
    this.#isDisposed = true;
  }
}
