/** @file `engram memory ls` and `show`: what long-term memories hold, of a run or of a database that runs share. */
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { MemoryEntry } from "../../contract/memory.ts";
import { isPostgresUrl, parsePostgresUrl } from "../../memory/stores/postgres-url.ts";
import { describeDamage, isSound } from "../../memory/stores/sqlite-damage.ts";
import { columns } from "../columns.ts";
import { inspectEach, inspectOne } from "../memory-inspections.ts";
import { numbers, type Output } from "../memory-places.ts";

export async function memoryLsCommand(place: string, { json }: Output): Promise<void> {
  const all = await inspectEach(place, async ({ place: file, shape, ...memory }) => {
    const { tasks, damage } = await memory.survey();
    return { file, shape, tasks, ...(damage !== undefined && !isSound(damage) && { damage }) };
  });
  if (json === true) {
    process.stdout.write(`${JSON.stringify(all)}\n`);
    return;
  }
  for (const { file, shape, tasks, damage } of all) {
    const total = tasks.reduce((sum, task) => sum + task.entries, 0);
    const rows = tasks.map((task) => [`  ${task.task}`, String(task.entries), String(task.episodes), `${(task.bytes / 1024).toFixed(1)} kB`]);
    process.stdout.write(
      `${file}: ${total} entries, keys of ${shape.keySize}, values of ${shape.valueSize} and observations of ${shape.observationSize} numbers\n`,
    );
    process.stdout.write(`${columns([["  task", "entries", "episodes", "size"], ...rows])}\n`);
    if (damage !== undefined) process.stdout.write(`  ${describeDamage(file, damage)}\n`);
  }
}

export interface ShowFlags extends Output {
  readonly agent?: string;
}

/** @throws {InvalidValueError} An id that is not a positive integer. @throws {StorageError} No entry of that id. */
export async function memoryShowCommand(place: string, id: string, { agent, json }: ShowFlags): Promise<void> {
  if (!/^[1-9]\d*$/.test(id)) throw new InvalidValueError("id", id, "a positive integer, as `engram memory ls` counts them");
  const entry = await inspectOne(place, agent, async (memory) => memory.entry(Number(id)));
  if (entry === undefined)
    throw new StorageError(
      isPostgresUrl(place) ? parsePostgresUrl(place).place : place,
      `holds no entry ${id}`,
      "It may have been thinned out; `engram memory ls` shows how many there are.",
    );
  process.stdout.write(json === true ? `${JSON.stringify(plain(entry))}\n` : `${described(entry)}\n`);
}

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
