/**
 * @file Episodic training as in meta-learning: from the remembered episodes of each task, some become the support that may be read
 * and others the queries that must be answered, so that a state never finds itself. The support is taken from
 * what will be there to read when the policy acts, and is as dense in each of its episodes as far as there is room for all tasks: a reader trained on other memory misjudges
 * distances.
 * @see Vinyals et al. (2016), "Matching networks for one shot learning", §4.1.
 */
import { joined } from "../../numerics/joined.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { firstShare } from "../shares.ts";

/** The remembered rows of one episode. */
export interface EpisodeRows {
  /** Those that may be asked; some are kept for exams. */
  readonly rows: Int32Array;
  /** Those of all that will be there to read when the policy acts; of a task just shown not all will stay. */
  readonly lasting: Int32Array;
}

export type TaskEpisodes = readonly EpisodeRows[];

/** Between these shares of a task's episodes are drawn as its support. */
const SUPPORT_SHARE = { low: 1 / 3, high: 2 / 3 } as const;

/** The rows of one task, split into what may be read and what is asked. */
interface Split {
  readonly support: Int32Array;
  readonly queries: Int32Array;
}

/** What is drawn from, and what is drawn otherwise than by default. */
export interface Draw {
  readonly tasks: readonly TaskEpisodes[];
  /** The place of the task that was shown last: at least half of the queries are its own, since soon most of it will be gone. */
  readonly latest?: number;
}

/**
 * Draws rows in equal shares from the tasks: support without repetition as far as there are rows, queries with repetition.
 * @param support Filled as far as there are different rows.
 * @returns How many rows of support there are.
 */
export function drawSupportAndQueries({ tasks, latest }: Draw, random: RandomStream, support: Int32Array, queries: Int32Array): number {
  const splits = tasks.map((episodes) => splitTask(episodes, random));
  const own = latest === undefined || splits.length < 3 ? 0 : queries.length / 2;
  const from = firstShare(queries.length - own, splits.length, random);
  for (let i = 0; i < queries.length; i++) {
    const pool = splits[i < own ? latest! : (from + i) % splits.length]!.queries;
    queries[i] = pool[random.integer(pool.length)]!;
  }
  const share = Math.floor(support.length / splits.length);
  let count = 0;
  for (const { support: pool } of splits) {
    const take = Math.min(share, pool.length);
    const chosen = take < pool.length ? random.sample(take, pool.length).map((k) => pool[k]!) : pool;
    support.set(chosen, count);
    count += take;
  }
  return count;
}

/** Episodes of which nothing may be asked are read. */
function splitTask(all: TaskEpisodes, random: RandomStream): Split {
  const split = splitEpisodes(all.filter(({ rows }) => rows.length > 0), random); // prettier-ignore
  const readOnly = all.filter(({ rows }) => rows.length === 0).map(({ lasting }) => lasting);
  return readOnly.length === 0 ? split : { ...split, support: joined(Int32Array, [split.support, ...readOnly]) };
}

/** A task with a single episode gives the even ones of its lasting states as support and all others as queries. */
function splitEpisodes(episodes: TaskEpisodes, random: RandomStream): Split {
  if (episodes.length === 1) {
    const { rows, lasting } = episodes[0]!;
    const support = lasting.filter((_, k) => k % 2 === 0);
    const others = rows.filter((row) => !support.includes(row));
    return { support, queries: others.length > 0 ? others : rows };
  }
  const share = random.uniform(SUPPORT_SHARE.low, SUPPORT_SHARE.high);
  const count = Math.min(episodes.length - 1, Math.max(1, Math.round(share * episodes.length)));
  const order = random.sample(episodes.length, episodes.length);
  const chosen = Array.from(order, (k) => episodes[k]!);
  return {
    support: joined(
      Int32Array,
      chosen.slice(0, count).map(({ lasting }) => lasting),
    ),
    queries: joined(
      Int32Array,
      chosen.slice(count).map(({ rows }) => rows),
    ),
  };
}
