/** @file Picking rows out of a row-major array. */

/** The chosen rows one after another; each of `width` numbers. */
export function gather(from: Float32Array, rows: Int32Array, width: number): Float32Array {
  const into = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) into.set(from.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  return into;
}
