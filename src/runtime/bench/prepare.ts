/** @file Everything about a benchmark that can be wrong is found out here, before anything is trained. */
import { resolve } from "node:path";
import type { AgentEntry } from "../../contract/agent.ts";
import type { EnvironmentEntry, EnvironmentSpec } from "../../contract/environment.ts";
import { InvalidValueError, UnknownNameError } from "../../contract/errors.ts";
import { configOfJob, type Protocol } from "../../continual/benchmark/protocol.ts";
import { knownMethods, parseMethod, type Method } from "../../continual/benchmark/methods.ts";
import type { ContinualConfig } from "../../continual/config.ts";
import { checkRecorded } from "../../continual/recorded.ts";
import type { References } from "../../continual/references.ts";
import { runTasks, type RunTask } from "../../continual/run-task.ts";
import { configOf, type Suite } from "../../continual/suite.ts";
import { openMinari } from "../../interop/minari.ts";
import { selectBackend } from "../../tensor/backend.ts";
import type { Job } from "./job.ts";
import { about, located, readJson } from "./json-file.ts";

/** A method, and the file it is from if it is not one of ours. */
export interface NamedMethod {
  readonly method: Method;
  readonly file?: string;
}

/**
 * The methods of a list such as `engram,none,./mine.json`.
 * @throws {UnknownNameError} Neither a method nor a file. @throws {FieldError} A file that describes no method. @throws {InvalidValueError} Two of one name.
 */
export function loadMethods(list: string, agents: ReadonlyMap<string, AgentEntry>): readonly NamedMethod[] {
  const known = knownMethods(agents);
  const methods = list.split(",").map((name): NamedMethod => {
    const method = known.get(name);
    if (method !== undefined) return { method };
    if (!name.endsWith(".json")) throw new UnknownNameError("method", name, [...known.keys()]);
    const content = readJson(name, "Name a method's file, or one of `engram methods`.");
    return { method: about(name, () => parseMethod(content)), file: name };
  });
  const names = methods.map(({ method }) => method.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new InvalidValueError("--methods", list, `methods of different names; \`${twice}\` is there twice`);
  return methods;
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
}

/** @throws {FieldError} A world that there is not, demonstrations that do not fit, a method's setting out of range: with its file and field. */
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
  return { jobs, backend: String(inUse) };
}

async function checkWorlds({ suite, from, openEnvironment }: Asked): Promise<readonly RunTask[]> {
  const { tasks, testTasks = [] } = configOf(suite);
  let opened = -1;
  const field = (at: number): string => fieldOf(suite, [...tasks, ...testTasks][at]!, at);
  const open = async (name: string): Promise<EnvironmentEntry> => {
    opened++;
    try {
      return await openEnvironment(name);
    } catch (error) {
      throw located(error, from, field(opened));
    }
  };
  try {
    return await runTasks([...tasks, ...testTasks], open);
  } catch (error) {
    // What is wrong with a world beside the others has the number of a task in its path.
    const at = error instanceof InvalidValueError ? /^config\.tasks\.(\d+)$/.exec(error.path)?.[1] : undefined;
    throw at === undefined ? error : located(error, from, field(Number(at)));
  }
}

/** Where a suite names a world. */
function fieldOf({ worlds, test }: Suite, world: string, at: number): string {
  return at < worlds.length ? `worlds.${at}.world` : `test.${test.findIndex((each) => each.world === world)}.world`;
}

/** Every world of the sequence is shown by a data set that fits it, or by a controller of its own. */
async function checkDemonstrations({ suite, from, protocol }: Asked, tasks: readonly RunTask[]): Promise<void> {
  const { demonstrationSets = {} } = configOf(suite);
  for (const [i, { world, entry }] of tasks.slice(0, suite.worlds.length).entries()) {
    const name = demonstrationSets[world];
    try {
      if (name === undefined && entry.controller === undefined) {
        const remedy = "Somebody must show how it is done: name a recorded data set in `demonstrations`.";
        throw new InvalidValueError("world", world, "a world with a scripted controller", remedy);
      }
      if (name === undefined) continue;
      const set = await openMinari(name);
      try {
        checkRecorded(set, entry.spec, protocol.demonstrations);
      } finally {
        set.close();
      }
    } catch (error) {
      throw located(error, from, name === undefined ? `worlds.${i}.world` : `worlds.${i}.demonstrations`);
    }
  }
}

function agentOf({ method, file }: NamedMethod, agents: ReadonlyMap<string, AgentEntry>): AgentEntry {
  const agent = agents.get(method.agent);
  if (agent === undefined) throw located(new UnknownNameError("agent", method.agent, [...agents.keys()]), file ?? method.name, "agent");
  return agent;
}

/** Agents check their own settings when they are made. */
async function checkAgent({ file }: NamedMethod, agent: AgentEntry, spec: EnvironmentSpec, config: Readonly<Record<string, unknown>>): Promise<void> {
  try {
    (await agent.make({ spec, seed: 0, config })).dispose();
  } catch (error) {
    const path = error instanceof InvalidValueError ? error.path.replace(`agents.${agent.name}`, "config") : "config";
    throw file === undefined ? error : located(error, file, path);
  }
}
