/** @file Keys as encoders make them: on a manifold of few dimensions in a space of many, with a little noise. */
import { closeSync, openSync, writeSync } from "node:fs";
import { RandomStream } from "../../src/numerics/random.ts";

const LATENT = 12;
/** Standard deviation of the noise, as a share of that of the keys. */
const NOISE = 0.1;

/** One after another: W·z + noise with z of 12 normal numbers and a fixed normal matrix W, scaled to length 1. */
export function latentKeys(count: number, size: number): Float32Array {
  const random = RandomStream.fromSeed(1).split(size);
  const matrix = Float64Array.from({ length: size * LATENT }, () => random.normal());
  const keys = new Float32Array(count * size);
  const key = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    const latent = Float64Array.from({ length: LATENT }, () => random.normal());
    let square = 0;
    for (let i = 0; i < size; i++) {
      let sum = Math.sqrt(LATENT) * NOISE * random.normal();
      for (let l = 0; l < LATENT; l++) sum += matrix[i * LATENT + l]! * latent[l]!;
      key[i] = sum;
      square += sum * sum;
    }
    const scale = 1 / Math.sqrt(square);
    for (let i = 0; i < size; i++) keys[row * size + i] = scale * key[i]!;
  }
  return keys;
}

/** As raw float32, for other programs. */
export function writeKeys(file: string, keys: Float32Array): void {
  const handle = openSync(file, "w");
  const bytes = new Uint8Array(keys.buffer);
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at, Math.min(bytes.length - at, 2 ** 26));
  closeSync(handle);
}
