/** @file Finding remembered episodes by how they began, though their first states may not be among those that stayed. */
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";

export class NearestEpisodes {
  readonly #memory: EpisodicMemory;
  /** The keys of the first states of episodes of which states may have been let go. */
  #beginnings = new Map<string, Float32Array>();

  constructor(memory: EpisodicMemory) {
    this.#memory = memory;
  }

  /** Of the first states that are kept beside memory. */
  get bytes(): number {
    return this.#beginnings.size * this.#memory.shape.keySize * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Lets states of a task go, and keeps how the episodes began of which something stays. */
  thin(task: TaskId, letGo: () => void): void {
    const began = this.#episodes(this.#memory.rowsOf(task));
    letGo();
    const left = new Set(Array.from(this.#memory.rowsOf(), (row) => this.#nameOf(row)));
    for (const [name, { beginning }] of began) this.#beginnings.set(name, beginning);
    this.#beginnings = new Map([...this.#beginnings].filter(([name]) => left.has(name)));
  }

  /** The rows of the `count` episodes whose first state had the nearest key to a query, by squared L2 distance; ties go to the older. */
  rows(query: Float32Array, count: number): Int32Array {
    const apart = ({ beginning }: RememberedEpisode): number => beginning.reduce((sum, x, i) => sum + (x - query[i]!) ** 2, 0);
    const episodes = [...this.#episodes(this.#memory.rowsOf()).values()].map((episode) => ({ rows: episode.rows, distance: apart(episode) }));
    const nearest = episodes.toSorted((a, b) => a.distance - b.distance).slice(0, count);
    return Int32Array.from(nearest.flatMap(({ rows }) => rows));
  }

  #episodes(rows: Int32Array): Map<string, RememberedEpisode> {
    const episodes = new Map<string, RememberedEpisode>();
    for (const row of rows) {
      const name = this.#nameOf(row);
      const known = episodes.get(name);
      if (known !== undefined) known.rows.push(row);
      else episodes.set(name, { rows: [row], beginning: this.#beginnings.get(name) ?? this.#keyOf(row) });
    }
    return episodes;
  }

  #nameOf(row: number): string {
    return `${this.#memory.episodeOf(row)} of ${this.#memory.taskOf(row)}`;
  }

  #keyOf(row: number): Float32Array {
    const key = new Float32Array(this.#memory.shape.keySize);
    this.#memory.readKey(row, key);
    return key;
  }

  snapshot(): Snapshot {
    return { names: [...this.#beginnings.keys()], keys: [...this.#beginnings.values()].map((key) => key.slice()) };
  }

  /** @throws {SnapshotError} Not what `snapshot` made; nothing is changed then. */
  restore({ names, keys }: Snapshot): void {
    const { keySize } = this.#memory.shape;
    const whole = Array.isArray(names) && Array.isArray(keys) && names.length === keys.length;
    if (!whole || !keys.every((key): key is Float32Array => key instanceof Float32Array && key.length === keySize))
      throw new SnapshotError(`Expected \`names\` of episodes and as many \`keys\` of ${keySize} numbers.`);
    this.#beginnings = new Map(names.map((name, k) => [String(name), keys[k]!.slice()]));
  }
}

interface RememberedEpisode {
  readonly rows: number[];
  /** The key of its first state. */
  readonly beginning: Float32Array;
}
