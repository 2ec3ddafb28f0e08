/** @file Reads a run's folder back. Nothing in it is trusted: every line and file is checked. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { EngramError, StorageError } from "../contract/errors.ts";
import { validate } from "../contract/validate.ts";
import type { RunEvent } from "../continual/run-event.ts";
import { benchInstead } from "./bench/job-folders.ts";
import { metaOf } from "./run-meta.ts";

const text = z.string();
const share = z.number().min(0).max(1);
const natural = z.int().min(0);

/** A run's resolved configuration, as it is saved. */
export const savedConfig = z.object({ scenario: text, seed: natural, backend: text, config: z.record(text, z.unknown()) });
export type SavedConfig = z.infer<typeof savedConfig>;

/** Of `meta.json`, what is read back: the command that repeats a run, and the database that keeps its agents' memories, where one does. */
const circumstances = z.object({ command: text, memory: text.optional() });

const task = z.object({ id: text, environment: text, summary: text });

/** What every test says. */
const outcomes = {
  successes: z.array(z.boolean()).min(1),
  steps: z.array(natural),
  returns: z.array(z.number()),
  adaptationSteps: z.array(natural).optional(),
};

/** One line of `metrics.jsonl`. */
export const runEvent = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("run-started"),
    scenario: text,
    seed: natural,
    agents: z.array(text).min(1),
    tasks: z.array(task).min(1),
    testTasks: z.array(task).optional(),
  }),
  z.object({ kind: z.literal("demonstrated"), task: text, episodes: natural, successes: natural, steps: natural }),
  z.object({ kind: z.literal("boundary"), task: text, demonstration: natural, context: text }),
  z.object({ kind: z.literal("loss"), agent: text, task: text, gradientStep: natural, loss: z.number() }),
  z.object({
    kind: z.literal("learned"),
    agent: text,
    task: text,
    gradientSteps: natural,
    loss: z.number(),
    memorySize: natural,
    trigger: z.enum(["boundary", "drift", "count", "idle"]).default("boundary"),
    gradientStepsAsked: natural.optional(),
    selfTests: z.array(z.object({ task: text, states: natural, before: z.number(), after: z.number(), worse: z.boolean() })).optional(),
    untested: z.array(text).optional(),
    rolledBack: z.boolean().optional(),
    merged: natural.optional(),
    forgotten: natural.optional(),
    drift: share.optional(),
  }),
  z.object({
    kind: z.literal("measured"),
    agent: text,
    learned: natural,
    parameterBytes: natural,
    memoryBytes: natural,
    strategyBytes: natural.optional(),
    dormant: share.optional(),
    effectiveRank: z.number().min(0).optional(),
    stableRank: z.number().min(0).optional(),
    approximateRank: natural.optional(),
    weightNorm: z.number().min(0).optional(),
  }),
  z.object({
    kind: z.literal("tested-while-learning"),
    agent: text,
    learned: natural,
    learning: text,
    gradientStep: natural,
    task: text,
    ...outcomes,
  }),
  z.object({
    kind: z.literal("evaluated"),
    agent: text,
    learned: natural,
    task: text,
    ...outcomes,
    readShares: z.record(text, share),
    readAge: z.number().optional(),
  }),
  z.object({
    kind: z.literal("probed"),
    agent: text,
    learned: natural,
    task: text,
    memory: z.enum(["off", "shuffled"]),
    ...outcomes,
  }),
  z.object({
    kind: z.literal("memory-read"),
    agent: text,
    learned: natural,
    sources: z.array(z.object({ task: text, entries: natural, neverRead: natural })),
  }),
  z.object({ kind: z.literal("run-finished"), complete: z.boolean() }),
]);

export interface SavedRun {
  readonly events: readonly RunEvent[];
  readonly config: SavedConfig;
}

/** @throws {StorageError} A folder without a run, or a line or file in it that is damaged; the message names it. */
export function readRun(folder: string): SavedRun {
  const metrics = join(folder, "metrics.jsonl");
  if (!existsSync(metrics)) {
    throw (
      benchInstead(folder) ??
      new StorageError(
        folder,
        "holds no run (there is no metrics.jsonl in it)",
        "Name a folder that `engram run` made, such as runs/quickstart-seed1.",
      )
    );
  }
  const lines = readFileSync(metrics, "utf8").split("\n");
  const events = lines.flatMap((line, k) =>
    line === "" && k === lines.length - 1 ? [] : [checked(metrics, `line ${k + 1}`, () => validate(runEvent, JSON.parse(line), "event"))],
  );
  if (events[0]?.kind !== "run-started") throw damaged(metrics, "line 1 is damaged: a log begins with how its run started");
  const config = readConfig(folder);
  // Task ids are plain text in a file; the brand is given back here.
  return { events: events as unknown as readonly RunEvent[], config };
}

/** A run's circumstances; undefined where its `meta.json` is missing or says nothing of them. */
export const circumstancesOf = (folder: string): z.infer<typeof circumstances> | undefined => metaOf(folder, circumstances);

/** @throws {StorageError} A folder without a run's configuration, or one that is damaged. */
export function readConfig(folder: string): SavedConfig {
  const file = join(folder, "config.json");
  if (!existsSync(file)) {
    const remedy = "Name a folder that `engram run` made; or remove this one, and type the command that made it again.";
    throw benchInstead(folder) ?? new StorageError(folder, "has no config.json", remedy);
  }
  return checked(file, "its content", () => validate(savedConfig, JSON.parse(readFileSync(file, "utf8")), "config"));
}

function checked<T>(file: string, part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EngramError || error instanceof SyntaxError)
      throw damaged(file, `${part} is damaged: ${error.message.replace(/\.$/, "")}`, error);
    throw error;
  }
}

const damaged = (file: string, problem: string, cause?: unknown): StorageError =>
  new StorageError(file, problem, "Restore the file; or remove its folder, and type the command that made it again.", { cause });
