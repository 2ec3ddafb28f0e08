/** @file The flagship agent's settings, with defaults and units. */
import { z } from "zod";
import { retrievalParts, similarities } from "../../src/learning/meta/retrieval-policy.ts";
import { evictionRules, type EvictionName } from "../../src/memory/forgetting/eviction-rules.ts";

const count = (description: string): z.ZodNumber => z.int().min(1).describe(description);

export const engramConfig = z.strictObject({
  memoryPerTask: count("States kept of each task, spread over all of its episodes.").default(400),
  memoryTotal: z.int().min(0).describe("States kept of all tasks together; 0 sets no limit but that of each task.").default(0),
  eviction: z
    .enum(Object.keys(evictionRules) as [EvictionName, ...EvictionName[]])
    .describe("Which states go when a task, or all of them, have more than may be kept.")
    .default("thinning"),
  index: z
    .enum(["exact", "hnsw"])
    .describe("How memory is searched: all entries, or a graph that finds nearly all of the nearest, for 100,000 entries and more.")
    .default("exact"),
  neighbours: count("Entries recalled at every decision.").default(64),
  embedding: count("Length of a memory key.").default(24),
  encoderHidden: z.array(count("Units of a layer.")).describe("Hidden layers of the encoder, features → key.").default([64]),
  headHidden: z.array(count("Units of a layer.")).describe("Hidden layers of the head that corrects the recalled action.").default([64, 64]),
  slowHidden: z.array(count("Units of a layer.")).describe("Hidden layers of the slow policy, features → action without memory.").default([128, 128]),
  support: count("Remembered states that a training step may read from.").default(1024),
  queries: count("States whose action a training step must reproduce; and as many dreams, once there are earlier tasks.").default(128),
  similarity: z.enum(similarities).describe("How keys are compared: by squared distance, or by the cosine of their angle.").default("l2"),
  without: z
    .array(z.enum(retrievalParts))
    .refine((parts) => !(parts.includes("memory") && parts.includes("slow policy")), "memory or the slow policy to stay: nothing else acts")
    .describe("What it shall do without, to see what that is worth: reading memory when it acts, the slow policy, the difference term, dreams.")
    .default([]),
  turned: z
    .number()
    .min(0)
    .max(1)
    .describe("Share of training steps in which the reader sees scenes turned about the vertical, or mirrored.")
    .default(0),
  learningRate: z.number().positive().describe("Adam's step size.").default(2e-3),
  taskCue: z.int().min(0).describe("Length of the code that tells which task is asked for; 0 tells nothing.").default(8),
});

export type EngramConfig = z.infer<typeof engramConfig>;
