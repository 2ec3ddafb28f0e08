/** @file What a benchmark leaves: every choice, every figure of every seed. Plain JSON, `results.json`; tables and pages are made from it alone. */
import { z } from "zod";
import { boundaryModes } from "../config.ts";
import { references } from "../references.ts";
import { validate } from "../../contract/validate.ts";

const text = z.string();
const share = z.number().min(0).max(1);
const natural = z.int().min(0);
const json = z.record(text, z.unknown());
const rates = z.array(z.array(share.nullable()));

const runResult = z.object({
  method: text,
  seed: natural,
  /** By the figure's id. */
  figures: z.record(text, z.number()),
  /** R: N + 1 rows of N success rates; null where nothing was tested. */
  rates,
  /** The same rows over the tasks that are only tested. */
  tests: rates,
  /** For each task tested at the end, where memory was read from; empty without a memory. */
  reads: z.array(z.object({ task: text, shares: z.record(text, share) })),
  /** Over the whole run. */
  gradientSteps: natural,
  /** Entries in long-term memory at the end. */
  memorySize: natural,
});

/** What a run was made with. */
export const machine = z.object({ engram: text, node: text, system: text, processor: text, cores: natural });
export type Machine = Readonly<z.infer<typeof machine>>;

export const benchResult = z.object({
  format: z.literal(1),
  /** As a suite's file has it. */
  suite: z.looseObject({ name: text, worlds: z.array(z.looseObject({ world: text })).min(1) }),
  protocol: json,
  /** With every setting of their agents filled in, and whether they know which task they are asked for. */
  methods: z.array(
    z.object({
      name: text,
      summary: text,
      agent: text,
      curriculum: z.enum(["sequence", "joint"]),
      toldTask: z.boolean(),
      /** What it is told of boundaries. Earlier results say so of the protocol alone. */
      boundaries: z.enum(boundaryModes).optional(),
      /** The method that it is the same as, but for what it is told of boundaries. */
      variantOf: text.optional(),
      config: json,
    }),
  ),
  seeds: z.array(natural),
  /** Ids, in the order of learning. */
  tasks: z.array(text),
  testTasks: z.array(text),
  figures: z.array(z.object({ id: text, name: text, formula: text, better: z.enum(["higher", "lower"]) })),
  /** What figures of transfer and intransigence compare with; absent where there was nothing. */
  references: references.optional(),
  runs: z.array(runResult),
  /** Jobs that came to no end. */
  failures: z.array(z.object({ method: text, seed: natural, error: text })),
  /** What may differ when the same is done again. */
  circumstances: z.object({
    command: text,
    /** Jobs that were still to be done when this was written. */
    unfinished: natural.default(0),
    date: text,
    /** What wrote this. */
    ...machine.shape,
    /** What the runs were made with, and how many with each. Earlier results have none: all with what wrote them. */
    machines: z.array(z.object({ ...machine.shape, runs: natural })).default([]),
    /** That each job kept a core at work, in the order of `runs`; not those of worlds that other processes simulate. Earlier results have none. */
    cpuSeconds: z.array(z.number()).default([]),
  }),
});

type Infer = z.infer<typeof benchResult>;
export type BenchResult = Readonly<Infer>;
export type RunResult = Readonly<Infer["runs"][number]>;
export type FigureKind = Readonly<Infer["figures"][number]>;

/** @throws {InvalidValueError} Not a benchmark's result. */
export const parseBenchResult = (value: unknown): BenchResult => validate(benchResult, value, "results");
