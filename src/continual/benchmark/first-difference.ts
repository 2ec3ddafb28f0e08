/** @file Where two plain JSON values first differ. */

export interface JsonDifference {
  /** Such as `protocol.hidden.0`. */
  readonly path: string;
  /** Undefined where there is nothing. */
  readonly one: unknown;
  readonly other: unknown;
}

/** Objects key by key in the order of the first, then what only the second has; arrays entry by entry. Undefined where they are equal. */
export function firstDifference(one: unknown, other: unknown, path: string): JsonDifference | undefined {
  if (Object.is(one, other)) return undefined;
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) return { path, one, other };
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = firstDifference(one[key], other[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Arrays are looked into by index. */
const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
