/** @file What a description of a world must be when it comes from outside: from a remote one, or from a user's own file. */
import { z } from "zod";
import { validate } from "../contract/validate.ts";

const numbers = z.union([z.number(), z.array(z.number())]);

/** A part of a space before its place is known; see `PartOptions`. */
export const partSchema = z.object({
  name: z.string(),
  quantity: z.enum(["position", "orientation", "velocity", "angle", "scalar", "choice"]),
  unit: z.enum(["m", "m/s", "rad", "rad/s", "N", "N·m", "1"]),
  size: z.int().min(1),
  low: numbers,
  high: numbers,
  age: z.int().min(0).default(0),
});

/** Everything that a world says of itself, but its spaces. */
export const descriptionFields = {
  id: z.string().min(1).max(200),
  summary: z.string().max(10_000),
  settings: z.array(
    z.object({ name: z.string(), summary: z.string(), unit: partSchema.shape.unit, low: z.number(), high: z.number(), nominal: z.number() }),
  ),
  controlPeriod: z.number().positive(),
  horizon: z.int().min(1),
};

const laidOut = z.object(
  {
    size: z.int().min(0),
    parts: z.array(partSchema.extend({ offset: z.int().min(0) })),
    low: z.instanceof(Float32Array),
    high: z.instanceof(Float32Array),
    whole: z.instanceof(Uint8Array),
  },
  "what `space([…])` makes of a list of parts",
);

const specSchema = z.object({ ...descriptionFields, observation: laidOut, action: laidOut, variation: laidOut });

/**
 * Checks the shape of what a module says its world is; `engram check-env` checks what it does.
 * @param name What it is called in messages. @throws {InvalidValueError} A field that is missing or of another kind.
 */
export const checkSpec = (spec: unknown, name: string): void => void validate(specSchema, spec, name);
