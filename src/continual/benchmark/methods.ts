/** @file What a benchmark compares. A method is an agent, or the cloning agent with a way not to forget, under a name of its own. */
import { z } from "zod";
import type { AgentEntry } from "../../contract/agent.ts";
import { boundaryModes, type BoundaryMode } from "../config.ts";
import { validate } from "../../contract/validate.ts";
import { strategies } from "../../learning/consolidation/strategies.ts";

const method = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case words with dashes, such as `engram-without-sleep`"),
  summary: z.string().default("").describe("One sentence for people."),
  agent: z.string().min(1).describe("One of `engram agents`."),
  config: z.record(z.string(), z.unknown()).default({}).describe("What differs from the agent's defaults and from the protocol."),
  curriculum: z
    .enum(["sequence", "joint"])
    .default("sequence")
    .describe("Whether tasks are learned one after another, or all at once from all demonstrations: then only what comes of it is tested."),
  boundaries: z.enum(boundaryModes).optional().describe("How much it is told of boundaries, where that is not what the protocol says."),
  variantOf: z.string().optional().describe("The method that it is the same as, but for what it is told."),
});

/** What a method is called that is not told boundaries as the protocol has them. */
const unaware: Readonly<Record<BoundaryMode, string>> = { given: "", noisy: "-noisy-boundaries", none: "-no-boundaries" };

/** The same method, told of boundaries in another way. */
export const toldBoundaries = (base: Method, boundaries: BoundaryMode): Method =>
  boundaries === "given" ? { ...base, boundaries } : { ...base, name: `${base.name}${unaware[boundaries]}`, boundaries, variantOf: base.name };

export type Method = Readonly<z.infer<typeof method>>;

/** @throws {InvalidValueError} @throws {UnknownNameError} A method that breaks a rule. */
export const parseMethod = (value: unknown): Method => validate(method, value, "method");

/** The agent that strategies are compared in. */
const CLONING = "behaviour-cloning";

/** Step sizes of the cloning agent that a strategy does better with than with the agent's own, by the search of `npm run bench -- tuning`. */
const stepSizes: Readonly<Record<string, number>> = { si: 0.002, mas: 0.002, packnet: 0.002, "shrink-and-perturb": 0.002, "a-gem": 0.0005 };

/** More states than any task is shown in, so that nothing is thinned. */
const EVERYTHING = 1e9;

/** The methods there are, by name: every agent; every consolidation strategy in the cloning agent; and joint training, the upper bound. */
export function knownMethods(agents: ReadonlyMap<string, AgentEntry>): ReadonlyMap<string, Method> {
  const minds = [...agents.values()].map(({ name, summary }): Method => ({ name, summary, agent: name, config: {}, curriculum: "sequence" }));
  const ways = [...strategies.values()].map(({ name, summary }): Method => ({
    name,
    summary,
    agent: CLONING,
    config: { consolidation: name, ...(name in stepSizes && { learningRate: stepSizes[name] }) },
    curriculum: "sequence",
  }));
  const joint: Method = {
    name: "joint",
    summary: "learns all tasks at once from all demonstrations (the upper bound of cloning)",
    agent: CLONING,
    config: { consolidation: "replay", memoryPerTask: EVERYTHING },
    curriculum: "joint",
  };
  const all = [...(agents.has(CLONING) ? [...ways, joint] : []), ...minds];
  return new Map(all.map((each) => [each.name, each]));
}

/**
 * Whether a method knows which task it is asked for, where others may not: it is given a code of the task, or cannot do without.
 * @param config Of its agent, resolved.
 */
export const isToldTask = (config: Readonly<Record<string, unknown>>): boolean =>
  Number(config["taskCue"] ?? 0) > 0 || strategies.get(String(config["consolidation"]))?.needsTask === true;
