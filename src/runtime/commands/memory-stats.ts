/** @file `engram memory stats`: what a memory holds of each task, how old it is, and how much of it is read. */
import type { MemoryEntry } from "../../contract/memory.ts";
import { READ_WEIGHT } from "../../continual/memory-use.ts";
import { mean } from "../../numerics/statistics.ts";
import { columns } from "../columns.ts";
import { inspectEach, ownerOf } from "../memory-inspections.ts";
import { type Output, print, printJson } from "../memory-places.ts";

interface TaskStatistics {
  readonly task: string;
  readonly entries: number;
  /** The lowest and the highest of their numbers. */
  readonly ids: readonly [number, number];
  readonly episodes: number;
  /** Of keys, values and observations [B]. */
  readonly bytes: number;
  readonly pinned: number;
  /** Weight with which they were read, over all decisions. */
  readonly reads: number;
  /** Entries that were read with less than a hundredth of one decision in all. */
  readonly neverRead: number;
  /** Before the latest entry of the memory, on its clock. */
  readonly age: { readonly mean: number; readonly youngest: number; readonly oldest: number };
  /** How many keys each version of the encoder made. */
  readonly encoders: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, number>>;
}

export async function memoryStatsCommand(place: string, { json }: Output): Promise<void> {
  const all = await inspectEach(place, async (memory) => {
    const { place: file } = memory;
    const { sound: entries } = await memory.entries();
    const now = entries.reduce((latest, { time }) => Math.max(latest, time), 0);
    const byTask = new Map<string, MemoryEntry[]>();
    for (const entry of entries) {
      const own = byTask.get(entry.task);
      if (own === undefined) byTask.set(entry.task, [entry]);
      else own.push(entry);
    }
    const tasks = [...byTask].map(([task, own]) => statisticsOf(task, own, now));
    return { file, agent: ownerOf(file), entries: entries.length, tasks };
  });
  if (json === true) printJson(all);
  else for (const { file, tasks } of all) print(described(file, tasks));
}

function statisticsOf(task: string, entries: readonly MemoryEntry[], now: number): TaskStatistics {
  const ages = entries.map(({ time }) => now - time);
  return {
    task,
    entries: entries.length,
    ids: [entries[0]!.id, entries.at(-1)!.id],
    episodes: new Set(entries.map(({ episode }) => episode)).size,
    bytes: entries.reduce((sum, { key, value, observation }) => sum + key.byteLength + value.byteLength + observation.byteLength, 0),
    pinned: entries.filter(({ pinned }) => pinned).length,
    reads: entries.reduce((sum, { reads }) => sum + reads, 0),
    neverRead: entries.filter(({ reads }) => reads < READ_WEIGHT).length,
    age: { mean: mean(ages), youngest: ages.reduce((a, b) => Math.min(a, b)), oldest: ages.reduce((a, b) => Math.max(a, b)) },
    encoders: counts(entries.map(({ encoder }) => String(encoder))),
    kinds: counts(entries.map(({ kind }) => kind)),
  };
}

function counts(names: readonly string[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return Object.fromEntries(found);
}

const whole = (value: number): string => value.toFixed(0);
const listed = (found: Readonly<Record<string, number>>): string =>
  Object.keys(found).length === 1 ? Object.keys(found).join("") : Object.entries(found).map(([name, count]) => `${name} (${count})`).join(", "); // prettier-ignore

function described(file: string, tasks: readonly TaskStatistics[]): string {
  const header = [
    "  task",
    "entries",
    "numbers",
    "episodes",
    "size",
    "pinned",
    "reads",
    "never read",
    "age: mean",
    "youngest–oldest",
    "encoder",
    "kind",
  ];
  const rows = tasks.map(({ task, entries, ids, episodes, bytes, pinned, reads, neverRead, age, encoders, kinds }) => [
    `  ${task}`,
    String(entries),
    ids.join("–"),
    String(episodes),
    `${(bytes / 1024).toFixed(1)} kB`,
    String(pinned),
    whole(reads),
    String(neverRead),
    whole(age.mean),
    `${whole(age.youngest)}–${whole(age.oldest)}`,
    listed(encoders),
    listed(kinds),
  ]);
  return `${file}\n${columns([header, ...rows])}\n  Reads: decisions' weights, summed. Never read: less than ${READ_WEIGHT} in all. Ages: before the latest entry, on the memory's clock. Encoder: the version that made the keys.`;
}
