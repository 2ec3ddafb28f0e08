/** @file What a continual-learning run can be told, with defaults, units and rules. Plain JSON. */
import { z } from "zod";

export const boundaryModes = ["given", "noisy", "none"] as const;
/** How much agents know of where one task ends and another begins. */
export type BoundaryMode = (typeof boundaryModes)[number];

const agentConfig = z.record(z.string(), z.unknown());

const testsWhileLearning = z.strictObject({
  every: z.int().min(1).describe("Gradient steps of a sleep from one test to the next."),
  episodes: z.int().min(1).describe("Test episodes of each tested task: the first of `evaluationEpisodes`."),
  tasks: z.enum(["current", "seen"]).default("current").describe("Whether the task slept on is tested alone, or all that were shown so far."),
});

const fields = z.strictObject({
  tasks: z.array(z.string()).min(1).describe("Worlds, in the order of learning: ids with options or without, files, or addresses."),
  testTasks: z.array(z.string()).default([]).describe("Worlds that are only tested, as a meta-learning suite has them; called like `tasks`."),
  placements: z
    .int()
    .min(1)
    .optional()
    .describe(
      "Frozen placements of each task: so many for demonstrations, and as many others for tests. Without it, every episode has one of its own.",
    ),
  agents: z
    .record(z.string(), agentConfig)
    .refine((agents) => Object.keys(agents).length > 0, "at least one agent")
    .describe("Agents by name, each with overrides of its own defaults."),
  demonstrations: z.int().min(1).default(10).describe("Successful demonstrations of each task, shown to every agent."),
  demonstrationSets: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "Recorded demonstrations by world, as `tasks` or `testTasks` calls it, instead of a scripted controller's: ids or folders of Minari data sets.",
    ),
  demonstrationNoise: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe("Standard deviation of the Gaussian noise on a demonstrator's executed actions, in the units of the action space."),
  gradientSteps: z.int().min(0).default(500).describe("Gradient steps of each agent after each task."),
  boundaries: z
    .enum(boundaryModes)
    .default("given")
    .describe(
      "What agents are told of where a task ends and another begins: the truth; with errors (early, late, missed, false); or what a drift detector finds in the demonstrations.",
    ),
  sleepEvery: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Demonstrations after which agents sleep, with their share of a task's gradient steps, though no boundary was heard of; 0: only at boundaries.",
    ),
  sleepSeconds: z
    .number()
    .positive()
    .optional()
    .describe(
      "Seconds of an agent's own work after which a sleep takes no further gradient step. What is learned then depends on the machine; no limit without it.",
    ),
  sleepMemoryBytes: z
    .int()
    .min(1)
    .optional()
    .describe(
      "Bytes that an agent's examples in memory may take after a sleep: what its slow policy reproduces best is forgotten first; without one, of every task alike. What a strategy keeps beside memory, such as der-plus-plus its sample, is not limited by it. No limit without it.",
    ),
  evaluationEpisodes: z
    .int()
    .min(1)
    .default(20)
    .describe("Test episodes of each agent on each task after each task; all agents meet the same placements, and a frozen one once."),
  testsWhileLearning: testsWhileLearning
    .optional()
    .describe(
      "Tests in the middle of sleeps, for figures of how fast is learned and what is lost meanwhile; they change nothing else. None by default.",
    ),
});

export const continualConfig = fields.refine(
  ({ testsWhileLearning: tests, evaluationEpisodes }) => tests === undefined || tests.episodes <= evaluationEpisodes,
  { path: ["testsWhileLearning", "episodes"], message: "at most `evaluationEpisodes`, of which they are the first" },
);

export type ContinualConfig = z.infer<typeof continualConfig>;
/** A configuration as a scenario writes it: what has a default may be left out. */
export type ContinualConfigInput = z.input<typeof continualConfig>;
