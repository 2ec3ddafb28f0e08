/** @file Whether a mind that is not told the task could tell it from what it sees. */
import type { EnvironmentEntry } from "../../src/contract/environment.ts";
import { relativeFeatures } from "../../src/learning/features.ts";

/** What resets with these seeds show. */
export function firstObservations(entry: EnvironmentEntry, seeds: readonly number[]): readonly Float32Array[] {
  const environment = entry.make();
  return seeds.map((seed) => environment.reset({ seed }).observation.slice());
}

const KNOWN = Array.from({ length: 30 }, (_, seed) => seed);
const NEW = Array.from({ length: 10 }, (_, k) => KNOWN.length + k);

/** The share of first observations whose nearest neighbour, in an agent's features, among thirty of every task is of their own task. */
export function recognized(entries: readonly EnvironmentEntry[]): number {
  const features = relativeFeatures(entries[0]!.spec.observation, entries[0]!.spec.controlPeriod);
  const seen = (seeds: readonly number[]): readonly { readonly task: number; readonly features: Float32Array }[] =>
    entries.flatMap((entry, task) =>
      firstObservations(entry, seeds).map((observation) => {
        const row = new Float32Array(features.size);
        features.write(observation, 1, row);
        return { task, features: row };
      }),
    );
  const known = seen(KNOWN);
  const fresh = seen(NEW);
  const right = fresh.filter(({ task, features: row }) => {
    const distances = known.map((other) => other.features.reduce((sum, x, k) => sum + (x - row[k]!) ** 2, 0));
    return known[distances.indexOf(Math.min(...distances))]!.task === task;
  });
  return right.length / fresh.length;
}
