/**
 * @file What an agent keeps of a task to ask itself about: a few states that no sleep learns to answer. They are taken from stretches of several episodes, because
 * states of one episode are no independent witnesses, and a state whose neighbours in time are learned is as good as learned. A stretch is withheld as a
 * whole; of a task that is thinned the states that are asked stay, within its budget, and the rest of the stretches goes first.
 */
import { SnapshotError } from "../contract/errors.ts";
import type { EntryId } from "../contract/memory.ts";
import type { Snapshot, SnapshotValue } from "../contract/snapshot.ts";
import { restoreTaskId, type TaskId } from "../contract/task.ts";
import { episodesOf } from "../memory/episodes.ts";
import type { EpisodicMemory } from "../memory/episodic-memory.ts";
import type { EvictionRule } from "../memory/forgetting/eviction.ts";
import type { RandomStream } from "../numerics/random.ts";

/** Of one task. */
export interface Exam {
  readonly task: TaskId;
  /** Whole stretches: what may be read when others are asked, and is not learned to be answered. */
  readonly withheld: ReadonlySet<EntryId>;
  /** Those of them that are asked. */
  readonly asked: ReadonlySet<EntryId>;
}

/** A stretch is one in so many of an episode's states. */
const STRETCH = 8;
/** At most every second episode testifies, and at most so many: a stretch of each is missing from what is learned. */
const MOST_WITNESSES = 10;
/** Fewer episodes testify to nothing. */
export const FEWEST_WITNESSES = 4;
/** One in so many of the states that will stay of a task is asked, at least and at most so many: answers to fewer say nothing of the task. */
const ONE_IN = 20;
const STATES = { least: 10, most: 60 } as const;
/** Of a task that keeps fewer states nothing is asked: more than a tenth would not be learned. */
const FEWEST_KEPT = 100;
/** An exam that has become more than one in so many of what is remembered of its task is given up: there would be too little to learn from. */
const GIVEN_UP = 3;

/** The exams of all tasks. One is set when a task is first slept on with enough of its episodes in memory, and stays as it is. */
export class Exams {
  #exams = new Map<TaskId, Exam>();

  /**
   * Sets those that can be set, and forgets what memory has forgotten of the others.
   * @param perTask States that will stay of each task. @param random Chooses; the same each time.
   * @returns One for each task that can be asked about.
   */
  set(memory: EpisodicMemory, perTask: number, random: RandomStream): readonly Exam[] {
    const found = memory.tasks().map((task) => {
      const known = this.#exams.get(task);
      return (known && stillIn(memory, known)) ?? examOf(memory, task, perTask, random.split(task));
    });
    this.#exams = new Map(found.filter((exam) => exam !== undefined).map((exam) => [exam.task, exam]));
    return [...this.#exams.values()];
  }

  get all(): readonly Exam[] {
    return [...this.#exams.values()];
  }

  snapshot(): SnapshotValue {
    return this.all.map(({ task, withheld, asked }) => ({ task, withheld: Float64Array.from(withheld), asked: Float64Array.from(asked) }));
  }

  /** @throws {SnapshotError} */
  restore(saved: SnapshotValue = []): void {
    if (!Array.isArray(saved) || !saved.every((exam) => typeof exam === "object" && exam !== null))
      throw new SnapshotError("Expected `exams` to be what is asked of each task.");
    const exams = (saved as readonly Snapshot[]).map(({ task, withheld, asked }) => ({
      task: restoreTaskId(task),
      withheld: restoredIds(withheld, "withheld"),
      asked: restoredIds(asked, "asked"),
    }));
    this.#exams = new Map(exams.map((exam) => [exam.task, exam]));
  }
}

function restoredIds(saved: SnapshotValue | undefined, name: string): ReadonlySet<EntryId> {
  if (saved instanceof Float64Array) return new Set(saved) as ReadonlySet<number> as ReadonlySet<EntryId>;
  throw new SnapshotError(`Expected \`${name}\` of an exam to be the ids of entries.`);
}

/** What memory still has of an exam; nothing where that no longer makes one. */
function stillIn(memory: EpisodicMemory, { task, withheld, asked }: Exam): Exam | undefined {
  const present = (ids: ReadonlySet<EntryId>): ReadonlySet<EntryId> => new Set([...ids].filter((id) => memory.rowOf(id) >= 0));
  const exam = { task, withheld: present(withheld), asked: present(asked) };
  const witnesses = new Set([...exam.asked].map((id) => memory.episodeOf(memory.rowOf(id))));
  const isEnough = witnesses.size >= FEWEST_WITNESSES && GIVEN_UP * exam.withheld.size <= memory.rowsOf(task).length;
  return isEnough ? exam : undefined;
}

function examOf(memory: EpisodicMemory, task: TaskId, perTask: number, random: RandomStream): Exam | undefined {
  const episodes = episodesOf(memory, task);
  const kept = Math.min(perTask, memory.rowsOf(task).length);
  const states = Math.min(STATES.most, Math.max(STATES.least, Math.floor(kept / ONE_IN)));
  const witnesses = Math.min(MOST_WITNESSES, Math.floor(episodes.length / 2));
  if (witnesses < FEWEST_WITNESSES || kept < FEWEST_KEPT) return undefined;
  const stretches = Array.from(random.sample(witnesses, episodes.length), (episode, k) => stretchOf(episodes[episode]!, (k + 0.5) / witnesses));
  const ids = (chosen: readonly (readonly number[])[]): ReadonlySet<EntryId> => new Set(chosen.flat().map((row) => memory.idOf(row)));
  /** As evenly as whole states allow. */
  const share = (k: number): number => Math.floor(((k + 1) * states) / witnesses) - Math.floor((k * states) / witnesses);
  const exam = { task, withheld: ids(stretches), asked: ids(stretches.map((stretch, k) => inner(stretch, share(k)))) };
  return exam.asked.size < STATES.least ? undefined : exam;
}

/** A stretch of an episode's rows. @param at Where, from 0 for its beginning to 1 for its end: those of all witnesses together cover the whole task. */
function stretchOf(episode: readonly number[], at: number): readonly number[] {
  const length = Math.ceil(episode.length / STRETCH);
  const from = Math.floor(at * (episode.length - length + 1));
  return episode.slice(from, from + length);
}

/** So many rows of a stretch, or all, evenly and as far from its ends as may be. */
const inner = (stretch: readonly number[], count: number): readonly number[] =>
  count >= stretch.length ? stretch : Array.from({ length: count }, (_, k) => stretch[Math.floor(((k + 0.5) * stretch.length) / count)]!);

/** A rule of what goes, except that what is asked stays as long as anything else is there, and the rest of what is withheld goes first. */
export function sparing(exams: readonly Exam[], rule: EvictionRule): EvictionRule {
  const withheld = new Map(exams.flatMap((exam) => [...exam.withheld].map((id) => [id, exam.asked.has(id) ? Infinity : -Infinity] as const)));
  const score: EvictionRule = (memory, rows, keep) => {
    const scores = rule(memory, rows, keep);
    return Float64Array.from(rows, (row, i) => withheld.get(memory.idOf(row)) ?? scores[i]!);
  };
  return rule.share === undefined ? score : Object.assign(score, { share: rule.share });
}
