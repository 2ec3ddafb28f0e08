/** @file Which jobs a benchmark's folder holds: `<method>/seed-<n>` each, which has its name only once it is whole. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { StorageError } from "../../contract/errors.ts";
import { machine } from "../../continual/benchmark/result.ts";
import { metaOf } from "../run-meta.ts";

/** What a folder was made for; by it a benchmark's folder is known. */
export const PURPOSE = "bench.json";

/** What a job says of itself when it is complete, in its `meta.json`. */
const completion = z.object({
  status: z.literal("complete"),
  command: z.string(),
  cpuSeconds: z.number(),
  ...machine.shape,
  /** Fingerprints by world. */
  worlds: z.record(z.string(), z.string()).optional(),
});
export type Completion = Readonly<z.infer<typeof completion>>;

export interface JobFolder {
  readonly method: string;
  readonly seed: number;
  readonly folder: string;
}

export const isBench = (folder: string): boolean => existsSync(join(folder, PURPOSE));

/** The complete jobs of a benchmark, by the names of their methods and by seed. */
export function jobFolders(bench: string): readonly JobFolder[] {
  return foldersIn(bench).flatMap((method) => {
    const seeds = foldersIn(join(bench, method)).flatMap((name) => /^seed-(\d+)$/.exec(name)?.[1] ?? []);
    const jobs = seeds.map((seed): JobFolder => ({ method, seed: Number(seed), folder: join(bench, method, `seed-${seed}`) }));
    return jobs.filter(({ folder }) => completionOf(folder) !== undefined).toSorted((a, b) => a.seed - b.seed);
  });
}

/** What sessions that were killed left: jobs that have not been given their names. */
export const unfinishedFolders = (bench: string): readonly string[] =>
  foldersIn(bench).flatMap((method) =>
    foldersIn(join(bench, method))
      .filter((name) => /^seed-\d+\.unfinished-\d+$/.test(name))
      .map((name) => join(bench, method, name)),
  );

/** Undefined of a job that is not complete, or not there. */
export const completionOf = (folder: string): Completion | undefined => metaOf(folder, completion);

/** What to say to somebody who names a benchmark's folder where a run's is asked for; nothing of any other folder. */
export function benchInstead(folder: string): StorageError | undefined {
  if (!isBench(folder)) return undefined;
  const jobs = jobFolders(folder);
  const problem = "is the folder of a benchmark, and a run is asked for";
  if (jobs.length === 0) return new StorageError(folder, problem, "None of its runs is complete yet: the command that began it goes on with it.");
  const seeds = new Map<string, number[]>();
  for (const { method, seed } of jobs) seeds.set(method, [...(seeds.get(method) ?? []), seed]);
  const there = [...seeds].map(([method, own]) => join(folder, method, `seed-${own.length === 1 ? own[0]! : `{${own.join(",")}}`}`));
  return new StorageError(folder, problem, `Name one of its runs, such as ${jobs[0]!.folder}, of ${there.join(" ")}`);
}

const foldersIn = (place: string): readonly string[] =>
  existsSync(place)
    ? readdirSync(place, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .toSorted()
    : [];
