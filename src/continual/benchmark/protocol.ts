/**
 * @file What a benchmark holds equal between methods. Every choice is explicit, has a default and is part of the result: figures of two
 * protocols are never set side by side.
 */
import { z } from "zod";
import type { AgentEntry } from "../../contract/agent.ts";
import { anObjectSuchAs, validate } from "../../contract/validate.ts";
import { continualConfig, type ContinualConfig } from "../config.ts";
import { parseConfig } from "../scenario.ts";
import { configOf, type Suite } from "../suite.ts";
import type { Method } from "./methods.ts";

const protocol = z.strictObject({
  demonstrations: z.int().min(1).default(30).describe("Successful demonstrations of each task, the same for every method."),
  demonstrationNoise: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe("Standard deviation of the noise on a demonstrator's executed actions, in their units."),
  memoryPerTask: z.int().min(1).default(400).describe("States of each task that a method may keep: about those of five demonstrations."),
  gradientSteps: z.int().min(0).default(2000).describe("Gradient steps for each task."),
  taskCue: z.int().min(0).default(0).describe("Length of the code that tells which task is asked for; 0 gives no task identity."),
  hidden: z.array(z.int().min(1)).default([128, 128]).describe("Units of the hidden layers of a method's policy network, where it has one."),
  evaluationEpisodes: z.int().min(1).default(20).describe("Test episodes on every task after every task; all methods meet the same placements."),
  boundaries: continualConfig.shape.boundaries,
  testsWhileLearning: z
    .strictObject(continualConfig.shape.testsWhileLearning.unwrap().shape, anObjectSuchAs('{"every":50,"episodes":10}', ", or null for none"))
    .nullable()
    .default({ every: 50, episodes: 10, tasks: "current" })
    .describe("Tests of the task slept on in the middle of sleeps, of which forward transfer is made; null for none."),
});

export type Protocol = Readonly<z.infer<typeof protocol>>;

/**
 * The protocol with its defaults filled in.
 * @throws {InvalidValueError} A value that breaks its rule. @throws {UnknownNameError} A choice that a protocol has not.
 */
export const parseProtocol = (value: unknown): Protocol => validate(protocol, value, "protocol");

export interface JobSetting {
  readonly suite: Suite;
  readonly protocol: Protocol;
  readonly method: Method;
  readonly agent: AgentEntry;
}

/**
 * The one place where a protocol becomes a run's configuration. What it says about agents reaches those that have such a setting; what a method
 * says itself counts before it. Joint training takes the gradient steps of all tasks in its one sleep, after
 * all were shown: its boundaries are given whatever the protocol says, as a sleep before that would not be joint.
 */
export function configOfJob({ suite, protocol: chosen, method, agent }: JobSetting): ContinualConfig {
  const { gradientSteps, memoryPerTask, taskCue, hidden, boundaries, testsWhileLearning: tests, ...shared } = chosen;
  const equal = Object.entries({ memoryPerTask, taskCue, hidden }).filter(([key]) => Object.hasOwn(agent.defaults, key));
  return parseConfig({
    ...configOf(suite),
    agents: { [agent.name]: { ...Object.fromEntries(equal), ...method.config } },
    ...shared,
    boundaries: method.curriculum === "joint" ? "given" : (method.boundaries ?? boundaries),
    // Whoever learns all tasks at once learns none of them first.
    ...(tests !== null &&
      method.curriculum === "sequence" && { testsWhileLearning: { ...tests, episodes: Math.min(tests.episodes, shared.evaluationEpisodes) } }),
    gradientSteps: method.curriculum === "joint" ? gradientSteps * suite.worlds.length : gradientSteps,
  });
}
