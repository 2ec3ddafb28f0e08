/** @file Everything about a benchmark that can be wrong is found out here, before anything is trained. */
import { resolve } from "node:path";
import type { AgentEntry } from "../../contract/agent.ts";
import type { EnvironmentEntry, EnvironmentSpec } from "../../contract/environment.ts";
import { InvalidValueError, UnknownNameError } from "../../contract/errors.ts";
import { configOfJob, type Protocol } from "../../continual/benchmark/protocol.ts";
import { knownMethods, parseMethod, type Method } from "../../continual/benchmark/methods.ts";
import type { ContinualConfig } from "../../continual/config.ts";
import { demonstrate } from "../../continual/demonstrations.ts";
import { checkRecorded } from "../../continual/recorded.ts";
import type { References } from "../../continual/references.ts";
import { runTasks, type RunTask } from "../../continual/run-task.ts";
import { configOf, type Suite } from "../../continual/suite.ts";
import { openMinari } from "../../interop/minari.ts";
import { RandomStream } from "../../numerics/random.ts";
import { Pace } from "../../streams/pace.ts";
import { selectBackend } from "../../tensor/backend.ts";
import { fingerprintsOf } from "../fingerprints.ts";
import type { Job } from "./job.ts";
import { located, namedOrRead, pathOf } from "./json-file.ts";

/** A method, and the file it is from if it is not one of ours. */
export interface NamedMethod {
  readonly method: Method;
  readonly file?: string;
}

/**
 * The methods of a list such as `engram,none,./mine.json`.
 * @throws {UnknownNameError} Neither a method nor a file. @throws {FieldError} A file that describes no method.
 */
export function loadMethods(list: string, agents: ReadonlyMap<string, AgentEntry>): readonly NamedMethod[] {
  const known = knownMethods(agents);
  return list.split(",").map((name): NamedMethod => {
    const method = namedOrRead("method", name, known, parseMethod);
    return known.has(name) ? { method } : { method, file: name };
  });
}

export interface Asked {
  readonly suite: Suite;
  /** What the suite is called in messages: its file, or its name. */
  readonly from: string;
  readonly protocol: Protocol;
  readonly methods: readonly NamedMethod[];
  readonly seeds: readonly number[];
  readonly out: string;
  readonly command: string;
  readonly agents: ReadonlyMap<string, AgentEntry>;
  readonly references?: References;
  readonly openEnvironment: (name: string) => Promise<EnvironmentEntry>;
}

export interface Prepared {
  /** Seed by seed, so that methods can be compared early. */
  readonly jobs: readonly Job[];
  /** The tensor backend that they compute with. */
  readonly backend: string;
  /** A fingerprint of each world, by its id. */
  readonly worlds: Readonly<Record<string, string>>;
}

/** @throws {FieldError} A world that there is not or that nobody serves, demonstrations that do not fit, a method's setting out of range: with its file and field. */
export async function prepare(asked: Asked): Promise<Prepared> {
  const { suite, protocol, methods, seeds, out, command, agents } = asked;
  const tasks = await checkWorlds(asked);
  await checkDemonstrations(asked, tasks);
  const { inUse } = await selectBackend(undefined, { threads: 1 });
  const configs: ContinualConfig[] = [];
  for (const each of methods) {
    const agent = agentOf(each, agents);
    const config = configOfJob({ suite, protocol, method: each.method, agent });
    await checkAgent(each, agent, tasks[0]!.entry.spec, config.agents[agent.name]!);
    configs.push(config);
  }
  const jobs = seeds.flatMap((seed) =>
    methods.map(({ method }, i): Job => ({ suite, method, seed, config: configs[i]!, folder: resolve(out, method.name, `seed-${seed}`), command })),
  );
  return { jobs, backend: String(inUse), worlds: fingerprintsOf(tasks) };
}

/** A world as a suite names it. */
type Named = Suite["worlds"][number] & {
  /** Where, such as `worlds.0`. */
  readonly at: string;
};

const named = (list: "worlds" | "test", suite: Suite): readonly Named[] => suite[list].map((each, i) => ({ ...each, at: `${list}.${i}` }));

async function checkWorlds({ suite, from, openEnvironment }: Asked): Promise<readonly RunTask[]> {
  const { tasks, testTasks = [] } = configOf(suite);
  const worlds = [...named("worlds", suite), ...named("test", suite).filter(({ world }) => testTasks.includes(world))];
  let opened = -1;
  const open = async (name: string): Promise<EnvironmentEntry> => {
    opened++;
    return openEnvironment(name);
  };
  try {
    return await runTasks([...tasks, ...testTasks], open);
  } catch (error) {
    // Worlds are opened, made and compared one after another: it is about the latest.
    throw located(error, from, { field: `${worlds[opened]!.at}.world` });
  }
}

/** Every world of the sequence is shown by a data set or by a controller of its own, and every data set fits the world that it is named for. */
async function checkDemonstrations({ suite, from, protocol }: Asked, tasks: readonly RunTask[]): Promise<void> {
  const { demonstrationSets = {} } = configOf(suite);
  const taskOf = new Map(tasks.map((task) => [task.world, task]));
  // A sequence may come back to a world; its controller is the same.
  const shown = new Set<string>();
  for (const { world, at, demonstrations } of [...named("worlds", suite), ...named("test", suite)]) {
    const task = taskOf.get(world)!;
    const set = demonstrationSets[world];
    try {
      if (demonstrations !== undefined) await checkSet(demonstrations, task.entry.spec, protocol.demonstrations);
    } catch (error) {
      throw located(error, from, { field: `${at}.demonstrations` });
    }
    if (set !== undefined || at.startsWith("test") || shown.has(world)) continue;
    shown.add(world);
    try {
      await checkController(task, protocol);
    } catch (error) {
      throw located(error, from, { field: `${at}.world` });
    }
  }
}

/** Whoever succeeds seldom enough to fail so often cannot show a task thirty times either, as a rule. */
const PATIENCE = 40;

/** A world's controller shows its task once, so that one that cannot is not found out after the tasks before it were learned. */
async function checkController(task: RunTask, { demonstrationNoise: noise }: Protocol): Promise<void> {
  if (task.entry.controller === undefined) {
    const remedy = "Somebody must show how it is done: name a recorded data set in `demonstrations`.";
    throw new InvalidValueError("world", task.world, "a world with a scripted controller", remedy);
  }
  const random = RandomStream.fromSeed(0);
  const ignored = { nextEpisode: () => 0, onLoop: () => undefined, onSuccess: () => undefined };
  await demonstrate({ task, count: 1, patience: PATIENCE, noise, random, pace: new Pace(), ...ignored });
}

async function checkSet(name: string, spec: EnvironmentSpec, count: number): Promise<void> {
  const set = await openMinari(name);
  try {
    checkRecorded(set, spec, count);
  } finally {
    set.close();
  }
}

/** @throws {FieldError} There is no such agent. */
export function agentOf({ method, file }: NamedMethod, agents: ReadonlyMap<string, AgentEntry>): AgentEntry {
  const agent = agents.get(method.agent);
  if (agent === undefined) throw located(new UnknownNameError("agent", method.agent, [...agents.keys()]), file ?? method.name, { field: "agent" });
  return agent;
}

/** Agents check their own settings when they are made. */
async function checkAgent({ file }: NamedMethod, agent: AgentEntry, spec: EnvironmentSpec, config: Readonly<Record<string, unknown>>): Promise<void> {
  try {
    (await agent.make({ spec, seed: 0, config })).dispose();
  } catch (error) {
    const field = pathOf(error)?.replace(`agents.${agent.name}`, "config") ?? "config";
    throw file === undefined ? error : located(error, file, { field });
  }
}
