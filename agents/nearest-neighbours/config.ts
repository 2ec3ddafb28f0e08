/** @file Settings of nearest neighbours, with defaults and units. */
import { z } from "zod";

const count = (description: string): z.ZodNumber => z.int().min(1).describe(description);

export const nearestNeighboursConfig = z.strictObject({
  neighbours: count("Remembered states that an action is made from.").default(8),
  strength: z.number().min(0).describe("β: how much less a state counts that is farther away, by exp(−β · squared distance of features).").default(1),
  memoryPerTask: count("States kept of each task, spread over all of its episodes.").default(400),
  taskCue: z.int().min(0).describe("Length of the code that tells which task is asked for; 0 tells nothing.").default(8),
});

export type NearestNeighboursConfig = z.infer<typeof nearestNeighboursConfig>;
