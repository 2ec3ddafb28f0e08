/** @file `engram memory verify` and `compact`: whether what a run remembered is as it was written, and gaps closed. */
import { compactSqliteStore, verifySqliteStore, type Verification } from "../../memory/stores/sqlite-inspection.ts";
import { memoryFiles } from "../memory-places.ts";

interface Output {
  readonly json?: boolean;
}

/** Prints what is damaged. @returns The exit code: 1 when anything is. */
export function memoryVerifyCommand(place: string, { json }: Output): 0 | 1 {
  const all = memoryFiles(place).map(verifySqliteStore);
  process.stdout.write(json === true ? `${JSON.stringify(all)}\n` : all.map((each) => `${described(each)}\n`).join(""));
  return all.every(({ isSound }) => isSound) ? 0 : 1;
}

function described({ file, isSound, sound, entries, unreadable, missing, structure }: Verification): string {
  const lines = [
    ...entries.map(({ id, task }) => `  entry ${id} of task ${task} is not what was written`),
    ...unreadable.map(([from, to]) => `  ${from === to ? `id ${from}` : `ids ${from} to ${to}`} cannot be read`),
    ...(missing === undefined ? ["  how many entries there should be is not known"] : []),
    ...(missing === undefined || missing === 0 ? [] : [`  ${missing} fewer than were counted`]),
    ...structure.map((finding) => `  ${finding}`),
  ];
  return [`${file}: ${sound} sound entries, ${isSound ? "no damage" : "and damage"}`, ...lines].join("\n");
}

/** Prints what each file took before and after. */
export function memoryCompactCommand(place: string, { json }: Output): void {
  const all = memoryFiles(place).map(compactSqliteStore);
  const lines = all.map(({ file, before, after }) => `${file}: ${before} bytes before, ${after} after\n`);
  process.stdout.write(json === true ? `${JSON.stringify(all)}\n` : lines.join(""));
}
