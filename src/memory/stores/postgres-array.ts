/**
 * @file PostgreSQL's binary form of arrays: how columns of many rows travel in one parameter, and come back in one field (`array_send`). Numbers and
 * vectors keep every bit, and nothing is written out as text in between.
 * @see PostgreSQL's `array_recv` and `array_send` (src/backend/utils/adt/arrayfuncs.c).
 */

/** What an array may hold, and what its elements are here. */
export interface ElementTypes {
  /** Whole numbers up to 2⁵³ in size. */
  readonly int8: number;
  readonly float8: number;
  readonly bool: boolean;
  readonly text: string;
  readonly bytea: Uint8Array;
}

export type ElementType = keyof ElementTypes;

/** How one type of element is written and read; all numbers are big-endian. */
interface Element<T> {
  /** PostgreSQL's number of the type. */
  readonly oid: number;
  readonly size: (value: T) => number;
  readonly write: (value: T, into: Buffer, at: number) => void;
  readonly read: (from: Buffer, at: number, end: number) => T;
}

const elements: { readonly [T in ElementType]: Element<ElementTypes[T]> } = {
  int8: {
    oid: 20,
    size: () => 8,
    write: (value, into, at) => {
      into.writeInt32BE(Math.floor(value / 2 ** 32), at);
      into.writeUInt32BE(value >>> 0, at + 4);
    },
    read: (from, at) => from.readInt32BE(at) * 2 ** 32 + from.readUInt32BE(at + 4),
  },
  float8: {
    oid: 701,
    size: () => 8,
    write: (value, into, at) => void into.writeDoubleBE(value, at),
    read: (from, at) => from.readDoubleBE(at),
  },
  bool: {
    oid: 16,
    size: () => 1,
    write: (value, into, at) => void into.writeUInt8(value ? 1 : 0, at),
    read: (from, at) => from[at] === 1,
  },
  text: {
    oid: 25,
    size: (value) => Buffer.byteLength(value),
    write: (value, into, at) => void into.write(value, at),
    read: (from, at, end) => from.toString("utf8", at, end),
  },
  bytea: {
    oid: 17,
    size: ({ length }) => length,
    write: (value, into, at) => into.set(value, at),
    read: (from, at, end) => from.subarray(at, end),
  },
};

/** Dimensions, whether there are nulls, type of element, length, and the first index: five numbers of four bytes. */
const HEADER = 20;

/** One dimension, without nulls. */
export function encodeArray<T extends ElementType>(type: T, values: readonly ElementTypes[T][]): Buffer {
  const { oid, size, write } = elements[type];
  const lengths = values.map(size);
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, HEADER));
  for (const [i, number] of [1, 0, oid, values.length, 1].entries()) bytes.writeInt32BE(number, 4 * i);
  let at = HEADER;
  for (const [i, value] of values.entries()) {
    bytes.writeInt32BE(lengths[i]!, at);
    write(value, bytes, at + 4);
    at += 4 + lengths[i]!;
  }
  return bytes;
}

/** Nulls come back as undefined. Elements of type bytea are views of the bytes. */
export function decodeArray<T extends ElementType>(type: T, bytes: Buffer): (ElementTypes[T] | undefined)[] {
  const { read } = elements[type];
  if (bytes.readInt32BE(0) === 0) return [];
  const values: (ElementTypes[T] | undefined)[] = [];
  let at = HEADER;
  for (let count = bytes.readInt32BE(12); count > 0; count--) {
    const length = bytes.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? undefined : read(bytes, at, at + length));
    at += Math.max(0, length);
  }
  return values;
}
