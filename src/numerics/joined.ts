/** @file Arrays of numbers, one after another in one. */

/** @param kind What the parts are and the whole will be. */
export function joined<Numbers extends Float32Array | Int32Array>(kind: new (length: number) => Numbers, parts: readonly Numbers[]): Numbers {
  const whole = new kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
