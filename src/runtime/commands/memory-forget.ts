/** @file `engram memory forget`: everything remembered of a task goes, from memory files and checkpoints alike, and is looked for afterwards. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { StorageError } from "../../contract/errors.ts";
import type { MemoryEntry } from "../../contract/memory.ts";
import { changeCheckpoint, checkpointBeside, checkpointEntries, checkpointsOf } from "../checkpoint-entries.ts";
import { changing, entriesOf, memoryFiles, type Output, print, printJson, requireTask } from "../memory-places.ts";
import { circumstancesOf, readConfig } from "../read-run.ts";

export interface ForgetFlags extends Output {
  readonly task: string;
  readonly yes?: boolean;
  readonly pinned?: boolean;
}

/** One file that holds entries, and those of the task among them. */
interface Holding {
  readonly file: string;
  readonly isCheckpoint: boolean;
  readonly entries: readonly MemoryEntry[];
}

/** @throws {UnknownNameError} A task that nothing is remembered of. @throws {StorageError} Pinned entries, without --pinned; nothing is forgotten then. */
export async function memoryForgetCommand(place: string, { task, yes, pinned, json }: ForgetFlags): Promise<void> {
  const all = await holdings(place);
  requireTask(task, all.flatMap(({ entries }) => entries.map((entry) => entry.task))); // prettier-ignore
  const found = of(task, all);
  const kept = found.flatMap(({ entries }) => entries).filter((entry) => entry.pinned).length;
  const report = { task, files: found.map(({ file, entries }) => ({ file, entries: entries.length })), pinned: kept };
  if (yes !== true) {
    if (json === true) printJson({ ...report, forgotten: false });
    else print(`${listed("Would forget", report.files, task)}${pinnedNote(kept)}\nNothing is forgotten yet. Add --yes to forget it for good.`);
    return;
  }
  if (kept > 0 && pinned !== true) {
    throw new StorageError(place, `${kept} of the entries of ${task} are pinned`, "Nothing was forgotten. Unpin them, or add --pinned.");
  }
  for (const { file, isCheckpoint, entries } of found) {
    if (!isCheckpoint) {
      dropIndex(file);
      // oxlint-disable-next-line no-await-in-loop -- one file after another, so that an error says where it stopped
      await changing(file, (store) => store.remove(entries.map(({ id }) => id)));
    } else changeCheckpoint(file, (before) => (before.some((entry) => entry.task === task) ? before.filter((entry) => entry.task !== task) : before));
  }
  const left = of(task, await holdings(place));
  if (left.length > 0)
    throw new StorageError(left[0]!.file, `still holds ${left[0]!.entries.length} entries of ${task}`, "Try again when no run writes to it.");
  if (json === true) printJson({ ...report, forgotten: true, stillMentions: mentions(place), notLookedInto: elsewhere(place) });
  else
    print(
      `${listed("Forgot", report.files, task)}\nLooked through ${all.length} files again: no entry of ${task} is left, so no recall returns one.\n${remains(place, task)}`,
    );
}

/** An approximate index has the keys of what goes; it is a cache, and made anew by the next run that wants it. */
function dropIndex(file: string): void {
  const index = file.replace(/\.sqlite$/, ".hnsw");
  if (index !== file) for (const cache of [index, `${index}.json`]) rmSync(cache, { force: true });
}

async function holdings(place: string): Promise<Holding[]> {
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const checkpoints = isFolder ? checkpointsOf(place) : [checkpointBeside(place) ?? []].flat();
  // A run whose agents keep their memories in their checkpoints alone has no memory file.
  const files = isFolder && checkpoints.length > 0 && !readdirSync(place).some((name) => /^memory-.*\.sqlite$/.test(name)) ? [] : memoryFiles(place);
  return [
    ...(await Promise.all(files.map(async (file) => ({ file, isCheckpoint: false, entries: await entriesOf(file) })))),
    ...checkpoints.map((file) => ({ file, isCheckpoint: true, entries: checkpointEntries(file) })),
  ];
}

/** The files that hold something of a task, with that alone. */
const of = (task: string, all: readonly Holding[]): Holding[] =>
  all
    .map(({ file, isCheckpoint, entries }) => ({ file, isCheckpoint, entries: entries.filter((entry) => entry.task === task) }))
    .filter(({ entries }) => entries.length > 0);

const listed = (verb: string, files: readonly { readonly file: string; readonly entries: number }[], task: string): string =>
  [`${verb} ${task}:`, ...files.map(({ file, entries }) => `  ${entries} entries of ${file}`)].join("\n");

const pinnedNote = (count: number): string => (count === 0 ? "" : `\n  ${count} of them are pinned, and go only with --pinned`);

/** The files of a run that name its tasks and say how they went, and hold nothing of what was seen or done. */
function mentions(place: string): string[] {
  const folder = statSync(place).isDirectory() ? place : dirname(place);
  return ["metrics.jsonl", "timings.jsonl", "summary.json", "report.html", "config.json"].map((name) => join(folder, name)).filter(existsSync);
}

/** What may hold entries of the task and is not looked into, and why. */
function elsewhere(place: string): string[] {
  const folder = statSync(place).isDirectory() ? place : dirname(place);
  const names = readdirSync(folder);
  const setAside = names.filter((name) => /^memory-.*\.sqlite-damaged/.test(name)).map((name) => `${join(folder, name)}, a damaged file set aside`);
  if (!names.includes("config.json")) return setAside;
  const agents = Object.entries((readConfig(folder).config["agents"] ?? {}) as Readonly<Record<string, { readonly consolidation?: string }>>);
  const samples = agents
    .filter(([, { consolidation }]) => consolidation === "der-plus-plus")
    .map(([name]) => `${join(folder, `checkpoint-${name}.json`)}, where der-plus-plus keeps a sample of its own`);
  const database = circumstancesOf(folder)?.memory;
  return [...setAside, ...samples, ...(database === undefined ? [] : [`the database ${database}, which this command does not change`])];
}

function remains(place: string, task: string): string {
  const files = mentions(place);
  const unseen = elsewhere(place);
  return [
    ...(unseen.length === 0 ? [] : [`Not looked into, and may still hold it: ${unseen.join("; ")}.`]),
    ...(files.length === 0 ? [] : [`What still mentions ${task}, its name and figures alone: ${files.join(", ")}.`]),
    "What was learned from it is still in the networks of the checkpoints.",
  ].join("\n");
}
