/** @file `engram memory verify` and `compact`: whether what was remembered is as it was written, and room given back. */
import { compactSqliteStore, verifySqliteStore, type Verification } from "../../memory/stores/sqlite-inspection.ts";
import type { Clearing } from "../../memory/stores/postgres-compaction.ts";
import { isPostgresUrl } from "../../memory/stores/postgres-url.ts";
import { isSound } from "../../memory/stores/sqlite-damage.ts";
import { inspectEach } from "../memory-inspections.ts";
import { memoryFiles, type Output, print, printJson } from "../memory-places.ts";

/** Prints what is damaged. @returns The exit code: 1 when anything is. */
export async function memoryVerifyCommand(place: string, { json }: Output): Promise<0 | 1> {
  const all = isPostgresUrl(place) ? await verifyDatabase(place) : memoryFiles(place).map(verifySqliteStore);
  if (json === true) printJson(all);
  else for (const each of all) print(described(each));
  return all.every((each) => each.isSound) ? 0 : 1;
}

/** Every entry; its pages are the server's to check. */
const verifyDatabase = async (address: string): Promise<Verification[]> =>
  inspectEach(address, async (memory) => {
    const { sound, damage } = await memory.entries();
    return { file: memory.place, sound: sound.length, ...damage, structure: [], isSound: isSound(damage) };
  });

function described({ file, isSound: whole, sound, entries, unreadable, missing, structure }: Verification): string {
  const lines = [
    ...entries.map(({ id, task }) => `  entry ${id} of task ${task} is not what was written`),
    ...unreadable.map(([from, to]) => `  ${from === to ? `id ${from}` : `ids ${from} to ${to}`} cannot be read`),
    ...(missing === undefined ? ["  how many entries there should be is not known"] : []),
    ...(missing === undefined || missing === 0 ? [] : [`  ${missing} fewer than were counted`]),
    ...structure.map((finding) => `  ${finding}`),
  ];
  return [`${file}: ${sound} sound entries, ${whole ? "no damage" : "and damage"}`, ...lines].join("\n");
}

export interface CompactFlags extends Output {
  /** Days after which a worker of a shared memory that was not heard of is struck off. */
  readonly away: string;
}

/** Prints what each file took before and after, or what was cleared out of each shared memory. */
export async function memoryCompactCommand(place: string, { json, away }: CompactFlags): Promise<void> {
  if (isPostgresUrl(place)) {
    const { compactPostgres } = await import("../../memory/stores/postgres-compaction.ts");
    const cleared = await compactPostgres(place, Number(away));
    if (json === true) printJson(cleared);
    else for (const each of cleared) print(clearing(each, away));
    return;
  }
  const all = memoryFiles(place).map(compactSqliteStore);
  if (json === true) printJson(all);
  else for (const { file, before, after } of all) print(`${file}: ${before} bytes before, ${after} after`);
}

function clearing({ place, cleared, kept, struckOff, listed }: Clearing, days: string): string {
  const away = struckOff === 0 ? "" : `\n  ${struckOff} workers were not heard of for ${days} days; should one come back, it reads everything anew`;
  const left = kept === 0 ? "" : `\n  ${kept} more stay until each of the ${listed} workers has heard of them`;
  return `${place}: ${cleared} removed entries cleared away${away}${left}`;
}
