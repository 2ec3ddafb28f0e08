/** @file An agent of a finished run, as its checkpoint left it. */
import { join } from "node:path";
import type { Agent } from "../contract/agent.ts";
import { UnknownNameError } from "../contract/errors.ts";
import { parseConfig } from "../continual/scenario.ts";
import { openHnsw } from "../memory/stores/hnsw-index.ts";
import { RandomStream } from "../numerics/random.ts";
import { selectBackend, type BackendName } from "../tensor/backend.ts";
import { readCheckpoint } from "./checkpoint-entries.ts";
import { openEnvironment } from "./open-environment.ts";
import { readConfig } from "./read-run.ts";
import type { Registries } from "./registries.ts";

/** The agents of a run, in its order. @throws {StorageError} Not a run's folder. */
export const agentsOf = (folder: string): string[] => Object.keys(parseConfig(readConfig(folder).config).agents);

/**
 * Makes the agent for the body that the run was about and restores it. Its memory is the checkpoint's, in this process alone; whoever asks disposes it.
 * @throws {StorageError} Not a run's folder, or no checkpoint in it. @throws {UnknownNameError} An agent that the run did not have.
 */
export async function restoreAgent(folder: string, name: string, registries: Registries): Promise<Agent> {
  const saved = readConfig(folder);
  const config = parseConfig(saved.config);
  const entry = (await registries.agents()).get(name);
  const known = Object.keys(config.agents);
  if (entry === undefined || !known.includes(name)) throw new UnknownNameError("agent of this run:", name, known);
  const snapshot = readCheckpoint(join(folder, `checkpoint-${name}.json`));
  const { spec } = await openEnvironment(config.tasks[0]!, registries);
  await selectBackend(saved.backend as BackendName);
  const seed = RandomStream.fromSeed(saved.seed).split("agents").split(name).uint32();
  const agent = await entry.make({ spec, seed, config: config.agents[name]!, openIndex: openHnsw });
  agent.restore(snapshot);
  return agent;
}
