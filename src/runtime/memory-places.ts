/** @file Which memory a command is about, and how its numbers and names are read. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidValueError, StorageError, UnknownNameError } from "../contract/errors.ts";
import type { EntryId, MemoryEntry } from "../contract/memory.ts";
import { isPostgresUrl, parsePostgresUrl } from "../memory/stores/postgres-url.ts";
import { inspectSqliteStore, type StoreInspection } from "../memory/stores/sqlite-inspection.ts";
import { openSqliteStore } from "../memory/stores/sqlite-store.ts";
import { benchInstead } from "./bench/job-folders.ts";

export interface Output {
  readonly json?: boolean;
}

/** The memory files of a run's folder, or the one named. @throws {StorageError} There is none. */
export function memoryFiles(place: string): readonly string[] {
  if (isPostgresUrl(place)) {
    throw new StorageError(parsePostgresUrl(place).place, "is a database, and this command is about a run's own files", "Of a database, use `engram memory ls`, `show`, `stats`, `query`, `export`, `verify` or `compact`; `explain` takes the folder of the run."); // prettier-ignore
  }
  if (!existsSync(place))
    throw new StorageError(place, "there is no such folder or file", "Name a run's folder, such as runs/quickstart-seed1, or a memory file in it.");
  if (!statSync(place).isDirectory()) return [place];
  const files = readdirSync(place).filter((name) => /^memory-.*\.sqlite$/.test(name));
  if (files.length === 0)
    throw benchInstead(place) ?? new StorageError(place, "holds no memory", "Name the folder of a run whose agent has a long-term memory.");
  return files.map((name) => join(place, name));
}

/** Looks into a memory file and closes it again, whatever happens. */
export async function inspect<T>(file: string, look: (store: StoreInspection) => T | Promise<T>): Promise<T> {
  const store = inspectSqliteStore(file);
  try {
    return await look(store);
  } finally {
    store.close();
  }
}

/** Such as `engram` of `memory-engram.sqlite`; the file's name where it is called otherwise. */
export const agentOf = (file: string): string => /^memory-(.*)\.sqlite$/.exec(basename(file))?.[1] ?? basename(file);

/**
 * The memory file of a run, or the one named.
 * @throws {StorageError} There is none, or several and no agent is named. @throws {UnknownNameError} An agent without one.
 */
export function memoryFile(place: string, agent: string | undefined): string {
  const files = memoryFiles(place);
  const names = files.map(agentOf);
  if (agent !== undefined && !names.includes(agent)) throw new UnknownNameError(`agent with a memory in ${place}:`, agent, names);
  if (agent === undefined && files.length > 1) {
    throw new StorageError(place, `holds the memories of ${names.join(" and ")}`, `Say whose with --agent, such as --agent ${names[0]!}.`);
  }
  return agent === undefined ? files[0]! : files[names.indexOf(agent)]!;
}

/** @throws {InvalidValueError} Text that is not an entry's number. */
export function entryNumber(text: string): EntryId {
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) {
    throw new InvalidValueError("id", text, "a positive integer", "`engram memory query` and `memory show` name entries by number.");
  }
  return id as EntryId;
}

/** How far around a number that is not there another is looked for. */
const REACH = 1000;

/** @throws {StorageError} No entry of that number. */
export function requireEntry(place: string, { entry }: Pick<StoreInspection, "entry">, id: EntryId): MemoryEntry {
  const found = entry(id);
  if (found !== undefined) return found;
  let near: number | undefined;
  for (let away = 1; away <= REACH && near === undefined; away++) near = [id - away, id + away].find((each) => each > 0 && entry(each) !== undefined);
  const nearest = near === undefined ? "`engram memory stats` says which there are" : `the nearest that is there is ${near}`;
  throw new StorageError(place, `holds no entry ${id}`, `It may have been thinned out or forgotten; ${nearest}.`);
}

/** @throws {UnknownNameError} A task that nothing is remembered of. */
export function requireTask(task: string, known: readonly string[]): void {
  if (!known.includes(task)) throw new UnknownNameError("task in this memory:", task, [...new Set(known)]);
}

/** Every entry of a memory file. */
export const entriesOf = async (file: string): Promise<readonly MemoryEntry[]> => inspect(file, (store) => [...store.entries()]);

/** Opens an existing memory file for writing and closes it again, whatever happens. */
export async function changing<T>(file: string, change: (store: ReturnType<typeof openSqliteStore>) => T): Promise<T> {
  const store = openSqliteStore(file, await inspect(file, ({ shape }) => shape));
  try {
    const result = change(store);
    await store.flush();
    return result;
  } finally {
    await store.close();
  }
}

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value));
/** The first digits of a vector's numbers. */
export const numbers = (vector: Float32Array): number[] => Array.from(vector, (x) => Number(x.toPrecision(6)));
export const rounded = (vector: Float32Array): string => Array.from(vector, (x) => x.toFixed(3).replace("-", "−")).join(" ");
