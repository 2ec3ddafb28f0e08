/** @file Thinning while an episode goes on, when nobody knows yet how long it will be, to so many entries of each episode, evenly spaced. */
import { InvalidValueError } from "../../contract/errors.ts";
import type { EntryId, NewMemoryEntry } from "../../contract/memory.ts";
import { restoreTaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { isPinned, savedNumber, savedNumbers } from "./capacity.ts";
import type { WritingRule } from "./writing-rule.ts";

/**
 * Keeps at most `perEpisode` entries of each episode: its first, its latest, and between them every 2ⁿ-th, with the smallest n that fits. When there are too many, every
 * other one goes and n grows. O(1) a write on average. Entries of an episode must come in one run; another episode or task ends it.
 * @param perEpisode From 2 up.
 */
export function onlineThinning(memory: EpisodicMemory, { perEpisode }: { readonly perEpisode: number }): WritingRule {
  if (!Number.isInteger(perEpisode) || perEpisode < 2) throw new InvalidValueError("perEpisode", perEpisode, "an integer from 2 up");
  /** Of the episode that goes on: its entries that are a whole stride apart, its latest entry, and how many it had. */
  let kept: number[] = [];
  let latest = 0;
  let steps = 0;
  let stride = 1;
  let run: { readonly task: string; readonly episode: number } = { task: "", episode: -1 };
  const begin = ({ task, episode }: NewMemoryEntry): void => {
    run = { task, episode };
    kept = [];
    latest = steps = 0;
    stride = 1;
  };
  const drop = (ids: readonly number[]): void => {
    memory.forget((ids as readonly EntryId[]).filter((id) => !isPinned(memory, id)));
  };
  return {
    write(entry) {
      const id = memory.remember(entry);
      if (entry.task !== run.task || entry.episode !== run.episode) begin(entry);
      const before = latest;
      latest = id;
      if (before !== 0 && before !== kept.at(-1)) drop([before]);
      if (steps % stride === 0) kept.push(id);
      if (kept.length + (kept.at(-1) === id ? 0 : 1) > perEpisode) {
        drop(kept.filter((each, i) => i % 2 === 1 && each !== id));
        kept = kept.filter((_, i) => i % 2 === 0);
        stride *= 2;
      }
      steps++;
      return id;
    },
    snapshot: () => ({ kept: Float64Array.from(kept), latest, steps, stride, ...run }),
    restore(snapshot) {
      const name = "online thinning";
      const numbers = ["latest", "steps", "stride", "episode"].map((each) => savedNumber(snapshot, each, name)) as [number, number, number, number];
      const saved = savedNumbers(snapshot, "kept", name);
      run = { task: restoreTaskId(snapshot["task"]), episode: numbers[3] };
      kept = [...saved];
      [latest, steps, stride] = numbers;
    },
  };
}
