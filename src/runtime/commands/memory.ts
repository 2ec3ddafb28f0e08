/** @file `engram memory ls` and `show`: what a run's long-term memories hold. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { MemoryEntry } from "../../contract/memory.ts";
import { inspectSqliteStore, type StoreInspection } from "../../memory/stores/sqlite-store.ts";
import { columns } from "../columns.ts";

export interface Output {
  readonly json?: boolean;
}

/** The memory files of a run's folder, or the one named. @throws {StorageError} There is none. */
export function memoryFiles(place: string): readonly string[] {
  if (!existsSync(place))
    throw new StorageError(place, "there is no such folder or file", "Name a run's folder, such as runs/quickstart-seed1, or a memory file in it.");
  if (!statSync(place).isDirectory()) return [place];
  const files = readdirSync(place).filter((name) => /^memory-.*\.sqlite$/.test(name));
  if (files.length === 0) throw new StorageError(place, "holds no memory", "Name the folder of a run whose agent has a long-term memory.");
  return files.map((name) => join(place, name));
}

export function inspect<T>(file: string, look: (store: StoreInspection) => T): T {
  const store = inspectSqliteStore(file);
  try {
    return look(store);
  } finally {
    store.close();
  }
}

export function memoryLsCommand(place: string, { json }: Output): void {
  const all = memoryFiles(place).map((file) => inspect(file, ({ shape, tasks }) => ({ file, shape, tasks })));
  if (json === true) {
    process.stdout.write(`${JSON.stringify(all)}\n`);
    return;
  }
  for (const { file, shape, tasks } of all) {
    const total = tasks.reduce((sum, task) => sum + task.entries, 0);
    const rows = tasks.map((task) => [`  ${task.task}`, String(task.entries), String(task.episodes), `${(task.bytes / 1024).toFixed(1)} kB`]);
    process.stdout.write(
      `${file}: ${total} entries, keys of ${shape.keySize}, values of ${shape.valueSize} and observations of ${shape.observationSize} numbers\n`,
    );
    process.stdout.write(`${columns([["  task", "entries", "episodes", "size"], ...rows])}\n`);
  }
}

/** @throws {InvalidValueError} An id that is not a positive integer. @throws {StorageError} No entry of that id. */
export function memoryShowCommand(place: string, id: string, { json }: Output): void {
  if (!/^[1-9]\d*$/.test(id)) throw new InvalidValueError("id", id, "a positive integer, as `engram memory ls` counts them");
  const found = memoryFiles(place).flatMap((file) => inspect(file, (store) => store.entry(Number(id)) ?? []));
  const [entry] = found;
  if (entry === undefined)
    throw new StorageError(place, `holds no entry ${id}`, "It may have been thinned out; `engram memory ls` shows how many there are.");
  process.stdout.write(json === true ? `${JSON.stringify(plain(entry))}\n` : `${described(entry)}\n`);
}

const numbers = (vector: Float32Array): number[] => Array.from(vector, (x) => Number(x.toPrecision(6)));
const plain = ({ key, value, observation, ...rest }: MemoryEntry): object => ({
  ...rest,
  key: numbers(key),
  value: numbers(value),
  observation: numbers(observation),
});

function described({ id, task, episode, step, key, value, observation }: MemoryEntry): string {
  const row = (name: string, vector: Float32Array): string => `  ${name.padEnd(12)}${Array.from(vector, (x) => x.toFixed(3)).join(" ")}`;
  return [`entry ${id}: ${task}, episode ${episode}, step ${step}`, row("value", value), row("observation", observation), row("key", key)].join("\n");
}
