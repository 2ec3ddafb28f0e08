/** @file Gymnasium's spaces as Minari writes them, in JSON, and ours beside them. */
import { z } from "zod";
import type { Space } from "../contract/space.ts";

export type GymSpace =
  | { readonly type: "Box"; readonly dtype: string; readonly shape: readonly number[]; readonly low?: unknown; readonly high?: unknown }
  | { readonly type: "Discrete"; readonly dtype?: string | undefined; readonly n: number; readonly start?: number | undefined }
  | {
      readonly type: "MultiDiscrete";
      readonly dtype?: string | undefined;
      readonly nvec: readonly number[];
      readonly start?: readonly number[] | undefined;
    }
  | { readonly type: "MultiBinary"; readonly n: number | readonly number[] }
  | { readonly type: "Dict"; readonly subspaces: Readonly<Record<string, GymSpace>> }
  | { readonly type: "Tuple"; readonly subspaces: readonly GymSpace[] };

const size = z.int().min(0);

export const gymSpace: z.ZodType<GymSpace> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("Box"), dtype: z.string(), shape: z.array(size), low: z.unknown(), high: z.unknown() }),
  z.object({ type: z.literal("Discrete"), dtype: z.string().optional(), n: size, start: z.int().optional() }),
  z.object({ type: z.literal("MultiDiscrete"), dtype: z.string().optional(), nvec: z.array(size), start: z.array(z.int()).optional() }),
  z.object({ type: z.literal("MultiBinary"), n: z.union([size, z.array(size)]) }),
  z.object({ type: z.literal("Dict"), subspaces: z.record(z.string(), z.lazy(() => gymSpace)) }), // prettier-ignore
  z.object({ type: z.literal("Tuple"), subspaces: z.array(z.lazy(() => gymSpace)) }),
]);

const product = (shape: readonly number[]): number => shape.reduce((all, length) => all * length, 1);

/** How many numbers a point of the space is, one after another; those of a `Dict` in the order of its names. */
export function sizeOf(space: GymSpace): number {
  switch (space.type) {
    case "Box":
      return product(space.shape);
    case "Discrete":
      return 1;
    case "MultiDiscrete":
      return space.nvec.length;
    case "MultiBinary":
      return typeof space.n === "number" ? space.n : product(space.n);
    case "Dict":
    case "Tuple":
      return Object.values(space.subspaces).reduce((all, part) => all + sizeOf(part), 0);
    default:
      return space satisfies never;
  }
}

/** As a float32 box of one axis. */
export const boxOf = ({ size: length, low, high }: Space): GymSpace => ({
  type: "Box",
  dtype: "float32",
  shape: [length],
  low: [...low],
  high: [...high],
});

/** Of actions, as `engram_gym.py` makes it: one choice is a `Discrete`, several are a `MultiDiscrete`, anything else a box. */
export function actionSpaceOf(space: Space): GymSpace {
  const { size: length, low, high, whole } = space;
  if (whole.includes(0)) return boxOf(space);
  const nvec = Array.from(low, (from, k) => high[k]! - from + 1);
  if (length === 1) return { type: "Discrete", dtype: "int64", start: low[0]!, n: nvec[0]! };
  return { type: "MultiDiscrete", dtype: "int64", nvec, start: [...low] };
}
