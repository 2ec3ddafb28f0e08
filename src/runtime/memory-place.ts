/** @file Where the memories of a run's agents outlive it: a file each in the run's folder, or a database that other runs share. */
import type { MemoryShape, MemoryStore } from "../contract/memory.ts";
import type { IndexedMemory, MemoryIndex } from "../contract/memory-index.ts";
import { openSqliteStore } from "../memory/stores/sqlite-store.ts";
import { parsePostgresUrl } from "../memory/stores/postgres-url.ts";
import type { RunFolder } from "./run-folder.ts";

export type OpenStore = (agent: string, shape: MemoryShape) => Promise<MemoryStore>;

/** How a database is named to people, without its password, and under which name an agent's memory is in it. */
export interface SharedPlace {
  readonly shown: string;
  memoryOf(agent: string): string;
}

/** @param run What memories are called after where the address has no name. @throws {InvalidValueError} No address of a PostgreSQL server. */
export function sharedPlace(address: string, run: string): SharedPlace {
  const { place, name = run } = parsePostgresUrl(address);
  return { shown: `${place}#${name}`, memoryOf: (agent) => `${name}-${agent}` };
}

/** @param onDamage Hears of entries that are damaged and were left out. */
export const inFolder =
  (folder: RunFolder, onDamage: (warning: string) => void): OpenStore =>
  async (agent, shape) =>
    openSqliteStore(folder.file(`memory-${agent}.sqlite`), shape, { onDamage });

export const inDatabase =
  (address: string, shared: SharedPlace): OpenStore =>
  async (agent, shape) => {
    const { openPostgresStore } = await import("../memory/stores/postgres-store.ts");
    return openPostgresStore(address, shared.memoryOf(agent), shape);
  };

/** An approximate index, kept beside the memories: a cache, which is made anew where it is missing. */
export async function indexInFolder(folder: RunFolder, agent: string, memory: IndexedMemory): Promise<MemoryIndex> {
  const { openHnsw } = await import("../memory/stores/hnsw-index.ts");
  return openHnsw(memory, { file: folder.file(`memory-${agent}.hnsw`) });
}
