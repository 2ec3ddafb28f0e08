/** @file Settings of plain behaviour cloning, with defaults and units. */
import { z } from "zod";
import { strategies } from "../../src/learning/consolidation/strategies.ts";

const count = (description: string): z.ZodNumber => z.int().min(1).describe(description);

export const behaviourCloningConfig = z.strictObject({
  hidden: z.array(count("Units of a layer.")).describe("Hidden layers, features → action.").default([128, 128]),
  batch: count("States a gradient step learns from.").default(128),
  learningRate: z.number().positive().describe("Adam's step size.").default(1e-3),
  taskCue: z.int().min(0).describe("Length of the code that tells which task is asked for; 0 tells nothing.").default(8),
  consolidation: z
    .enum([...strategies.keys()])
    .describe("How earlier tasks are kept while a new one is learned.")
    .default("none"),
  options: z.record(z.string(), z.unknown()).describe("Settings of the consolidation, as `engram methods` lists them.").default({}),
  memoryPerTask: count("States kept of each earlier task, where the consolidation strategy keeps any.").default(400),
});

export type BehaviourCloningConfig = z.infer<typeof behaviourCloningConfig>;
