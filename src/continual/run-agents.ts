/** @file The agents of a run, each with a seed of its own. */
import type { Agent, AgentEntry, AgentOptions } from "../contract/agent.ts";
import type { EnvironmentSpec } from "../contract/environment.ts";
import { UnknownNameError } from "../contract/errors.ts";
import type { IndexedMemory, MemoryIndex } from "../contract/memory-index.ts";
import type { MemoryShape } from "../contract/memory.ts";
import { RandomStream } from "../numerics/random.ts";
import type { ContinualRunOptions } from "./run-options.ts";

/** The configuration's agents for a body; none is left behind if one cannot be made. */
export async function makeAgents(options: ContinualRunOptions, spec: EnvironmentSpec): Promise<readonly Agent[]> {
  const { config, openStore, openIndex = inProcess } = options;
  const made: Agent[] = [];
  try {
    for (const name of Object.keys(config.agents)) {
      const places = {
        ...(openStore && { openStore: (shape: MemoryShape) => openStore(name, shape) }),
        openIndex: (memory: IndexedMemory) => openIndex(name, memory),
      };
      made.push(await makeAgent(options, spec, name, places));
    }
  } catch (error) {
    for (const agent of made) agent.dispose();
    throw error;
  }
  return made;
}

/**
 * One of them; without places of its own its memory lives in this process alone.
 * @throws {UnknownNameError} An agent that is not registered.
 */
export async function makeAgent(
  { agents, config, seed }: ContinualRunOptions,
  spec: EnvironmentSpec,
  name: string,
  places: Pick<AgentOptions, "openStore" | "openIndex"> = { openIndex: (memory) => inProcess(name, memory) },
): Promise<Agent> {
  const entry = agents.get(name);
  if (entry === undefined) throw new UnknownNameError("agent", name, [...agents.keys()]);
  const seedOfAgent = RandomStream.fromSeed(seed).split("agents").split(name).uint32();
  return entry.make({ spec, seed: seedOfAgent, config: config.agents[name]!, ...places });
}

/** Every setting of a configuration's agents: their defaults, and what is set otherwise. */
export const settingsOf = (
  chosen: ContinualRunOptions["config"]["agents"],
  agents: ReadonlyMap<string, AgentEntry>,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  Object.fromEntries(
    Object.entries(chosen).map(([name, own]) => {
      const entry = agents.get(name);
      const settings = { ...entry?.defaults, ...own };
      return [name, entry?.spellOut?.(settings) ?? settings];
    }),
  );

/** Loaded by those who ask for it alone: the library is native code. */
async function inProcess(_: string, memory: IndexedMemory): Promise<MemoryIndex> {
  const { openHnsw } = await import("../memory/stores/hnsw-index.ts");
  return openHnsw(memory);
}
