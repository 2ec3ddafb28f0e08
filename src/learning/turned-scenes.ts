/**
 * @file Turned and mirrored scenes: whatever was shown, shown again with the table turned about the vertical through the origin, and perhaps seen in a
 * mirror. A policy that reads must find out from memory which way the world lies, so that each turn is as good as a further task to learn to read in.
 * Orientations stay as they are.
 */
import type { Space, SpacePart } from "../contract/space.ts";
import type { RandomStream } from "../numerics/random.ts";

/** (x, y) ↦ (cos · m·x − sin · y, sin · m·x + cos · y), where m is −1 in a mirror and else 1. */
export interface Turn {
  readonly cos: number;
  readonly sin: number;
  readonly mirror: 1 | -1;
}

/** By up to a quarter to either side, mirrored half of the times. */
export function drawTurn(random: RandomStream): Turn {
  const angle = random.uniform(-Math.PI / 2, Math.PI / 2);
  return { cos: Math.cos(angle), sin: Math.sin(angle), mirror: random.integer(2) === 0 ? 1 : -1 };
}

/** Turns every row, in place. @param width Numbers in a row. @param vectors Where in a row vectors (x, y, z) begin. */
export function turn(rows: Float32Array, width: number, vectors: readonly number[], { cos, sin, mirror }: Turn): Float32Array {
  for (let row = 0; row < rows.length; row += width) {
    for (const at of vectors) {
      const x = mirror * rows[row + at]!;
      const y = rows[row + at + 1]!;
      rows[row + at] = cos * x - sin * y;
      rows[row + at + 1] = sin * x + cos * y;
    }
  }
  return rows;
}

/** Whether a part is one vector in space that turns with it. */
export const turns = ({ quantity, size }: SpacePart): boolean => size === 3 && (quantity === "position" || quantity === "velocity");

/** Where the vectors of a space begin. */
export const vectorsOf = ({ parts }: Space): number[] => parts.filter(turns).map(({ offset }) => offset);
