/**
 * @file Reading from the large to the small: first which tasks are near, then which of their episodes, then an exact scan of those episodes' entries alone. What
 * a read costs grows with what is relevant, not with all that is remembered. Exact within what was chosen; what was not chosen is not found.
 */
import { InvalidValueError } from "../../contract/errors.ts";
import { emptyRecall, type Recall } from "../../contract/memory.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import type { Selection } from "../key-index.ts";
import { selectionOf } from "../rows.ts";
import { Centroids } from "./centroids.ts";

/** How many of the nearest are looked into; from 1 up, and `Infinity` for all. */
export interface Breadth {
  readonly tasks: number;
  readonly episodes: number;
}

/** What a read compared its query with. */
export interface Looked {
  tasks: number;
  episodes: number;
  entries: number;
}

/** What is known of memory's rows. */
interface Levels {
  readonly tasks: Centroids;
  readonly episodes: Centroids;
  readonly taskNumbers: Map<TaskId, number>;
  /** Of each task, the numbers of its episodes, by the run's count of episodes. */
  readonly episodesOf: Map<number, number>[];
  /** Of each episode, its rows, ascending. */
  readonly rows: number[][];
}

/**
 * Keeps a mean key of every task and every episode. An entry that is added moves two of them; any other change of memory makes all anew at the next read.
 * With `Infinity` tasks and episodes it finds exactly what a flat read finds.
 */
export class HierarchicalRead {
  /** Of the last read. */
  readonly looked: Looked = { tasks: 0, episodes: 0, entries: 0 };
  readonly #memory: EpisodicMemory;
  readonly #breadth: Breadth;
  readonly #key: Float32Array;
  #levels: Levels | undefined;
  /** Of memory, as the levels know it. */
  #revision = -1;
  #rows = 0;
  #encoder = -1;
  #chosen: { readonly episodes: string; readonly entries: number; readonly selection: Selection } | undefined;

  /** @throws {InvalidValueError} A breadth that is not an integer from 1 up, nor `Infinity`. */
  constructor(memory: EpisodicMemory, breadth: Breadth) {
    for (const [name, value] of Object.entries(breadth) as [string, number][]) {
      if (!(value >= 1 && (Number.isInteger(value) || value === Infinity)))
        throw new InvalidValueError(name, value, "an integer from 1 up, or Infinity");
    }
    this.#memory = memory;
    this.#breadth = breadth;
    this.#key = new Float32Array(memory.shape.keySize);
  }

  /** The k nearest entries of the nearest episodes of the nearest tasks. @throws {InvalidValueError} As `EpisodicMemory.recall`. */
  recall(query: Float32Array, k: number, into: Recall = emptyRecall(k)): Recall {
    const levels = this.#upToDate();
    // A query that does not fit is refused where every query is.
    const fits = query.length === this.#key.length;
    const episodes = fits ? this.#episodesNear(levels, query) : new Int32Array(0);
    const { entries, selection } = this.#selection(levels, episodes);
    this.looked.entries = entries;
    this.#memory.recallAmong(query, k, into, selection);
    return into;
  }

  dispose(): void {
    this.#levels?.tasks.dispose();
    this.#levels?.episodes.dispose();
    this.#levels = undefined;
  }

  /** The chosen episodes' numbers, ascending. */
  #episodesNear({ tasks, episodes, episodesOf }: Levels, query: Float32Array): Int32Array {
    const all = this.#breadth.tasks >= tasks.count;
    const near = all ? Array.from(episodesOf.keys()) : Array.from(tasks.nearest(query, this.#breadth.tasks));
    const offered = Int32Array.from(near.flatMap((task) => Array.from(episodesOf[task]!.values()))).toSorted();
    this.looked.tasks = all ? 0 : tasks.count;
    const every = this.#breadth.episodes >= offered.length;
    this.looked.episodes = every ? 0 : offered.length;
    return every ? offered : episodes.nearest(query, this.#breadth.episodes, offered).toSorted();
  }

  /** The chosen episodes' rows; a query usually chooses as the one before it did. */
  #selection({ rows }: Levels, episodes: Int32Array): { readonly entries: number; readonly selection: Selection } {
    const text = episodes.join();
    if (this.#chosen?.episodes !== text) {
      const chosen = Int32Array.from(Array.from(episodes).flatMap((episode) => rows[episode]!)).toSorted();
      this.#chosen = { episodes: text, entries: chosen.length, selection: selectionOf(chosen) };
    }
    return this.#chosen;
  }

  #upToDate(): Levels {
    const { revision, rows, encoder, shape, metric } = this.#memory;
    if (this.#levels === undefined || revision !== this.#revision || encoder !== this.#encoder) {
      this.dispose();
      const { keySize } = shape;
      const fresh = (): Centroids => new Centroids(keySize, metric);
      this.#levels = { tasks: fresh(), episodes: fresh(), taskNumbers: new Map(), episodesOf: [], rows: [] };
      for (const row of this.#memory.rowsOf()) this.#count(this.#levels, row);
      this.#chosen = undefined;
    } else if (rows > this.#rows) {
      for (let row = this.#rows; row < rows; row++) this.#count(this.#levels, row);
      this.#chosen = undefined;
    }
    [this.#revision, this.#rows, this.#encoder] = [revision, rows, encoder];
    return this.#levels;
  }

  /** Takes a row into its task and its episode. Keys by another encoder are out of every search. */
  #count({ tasks, episodes, taskNumbers, episodesOf, rows }: Levels, row: number): void {
    if (this.#memory.encoderOf(row) !== this.#memory.encoder) return;
    const name = this.#memory.taskOf(row);
    const task = taskNumbers.get(name) ?? episodesOf.length;
    if (task === episodesOf.length) {
      taskNumbers.set(name, task);
      episodesOf.push(new Map());
    }
    const known = episodesOf[task]!;
    const episode = known.get(this.#memory.episodeOf(row)) ?? rows.length;
    if (episode === rows.length) {
      known.set(this.#memory.episodeOf(row), episode);
      rows.push([]);
    }
    rows[episode]!.push(row);
    this.#memory.readKey(row, this.#key);
    tasks.add(task, this.#key);
    episodes.add(episode, this.#key);
  }
}
