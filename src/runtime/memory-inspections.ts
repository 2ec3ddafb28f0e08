/** @file Looking into memories, wherever they are: in the files of a run, or in a database that runs share. */
import { StorageError, UnknownNameError } from "../contract/errors.ts";
import type { MemoryInspection } from "../memory/stores/postgres-inspection.ts";
import { isPostgresUrl } from "../memory/stores/postgres-url.ts";
import { agentOf, inspect, memoryFile, memoryFiles } from "./memory-places.ts";

type Look<T> = (memory: MemoryInspection) => T | Promise<T>;

/** What one finds in each of the memories of a place. @throws {StorageError} There is none. */
export async function inspectEach<T>(place: string, look: Look<T>): Promise<T[]> {
  if (isPostgresUrl(place)) return inDatabase(place, async (memories) => Promise.all(memories.map(look)));
  const found: T[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one file after another
  for (const file of memoryFiles(place)) found.push(await inFile(file, look));
  return found;
}

/**
 * What one finds in the memory of an agent.
 * @throws {StorageError} There is none, or several and no agent is named. @throws {UnknownNameError} An agent without one.
 */
export async function inspectOne<T>(place: string, agent: string | undefined, look: Look<T>): Promise<T> {
  if (!isPostgresUrl(place)) return inFile(memoryFile(place, agent), look);
  return inDatabase(place, async (memories) => {
    const names = memories.map((memory) => memory.place.slice(memory.place.indexOf("#") + 1));
    const chosen = memories.filter((_, i) => agent === undefined || agentIn(names[i]!) === agent);
    if (chosen.length === 0) throw new UnknownNameError("agent with a memory there:", agent!, names.map(agentIn));
    if (chosen.length > 1) {
      throw new StorageError(chosen[0]!.place.replace(/#.*$/, ""), `holds the memories ${names.join(" and ")}`, `Name one after the address, such as #${encodeURIComponent(names[0]!)}.`); // prettier-ignore
    }
    return look(chosen[0]!);
  });
}

/** Whose memory it is: such as `engram` of `postgres://…/robots#team-engram`. */
export const ownerOf = (place: string): string => (isPostgresUrl(place) ? agentIn(place.slice(place.indexOf("#") + 1)) : agentOf(place));

/** Memories in a database are called after a run or a team, and the agent. */
const agentIn = (name: string): string => name.slice(name.lastIndexOf("-") + 1);

async function inDatabase<T>(address: string, look: (memories: readonly MemoryInspection[]) => Promise<T>): Promise<T> {
  const { inspectPostgres } = await import("../memory/stores/postgres-inspection.ts");
  const database = await inspectPostgres(address);
  try {
    return await look(database.memories);
  } finally {
    await database.close();
  }
}

const inFile = async <T>(file: string, look: Look<T>): Promise<T> =>
  inspect(file, (store) =>
    look({
      place: file,
      shape: store.shape,
      survey: async () => store.survey(),
      entry: async (id) => store.entry(id),
      async entries() {
        const entries = store.entries();
        const sound = [];
        let next = entries.next();
        for (; next.done !== true; next = entries.next()) sound.push(next.value);
        return { sound, damage: next.value };
      },
    }),
  );
