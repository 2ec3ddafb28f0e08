/** @file Finding remembered episodes by how they began. */
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";

/** The rows of the `count` episodes whose first remembered state has the nearest key to a query, by squared L2 distance; ties go to the older. */
export function nearestEpisodes(memory: EpisodicMemory, query: Float32Array, count: number): Int32Array {
  const episodes = new Map<string, { readonly distance: number; readonly rows: number[] }>();
  const key = new Float32Array(memory.shape.keySize);
  for (const row of memory.rowsOf()) {
    const name = `${memory.episodeOf(row)} of ${memory.taskOf(row)}`;
    const known = episodes.get(name);
    if (known !== undefined) {
      known.rows.push(row);
      continue;
    }
    memory.readKey(row, key);
    episodes.set(name, { distance: key.reduce((sum, x, i) => sum + (x - query[i]!) ** 2, 0), rows: [row] });
  }
  const nearest = [...episodes.values()].toSorted((a, b) => a.distance - b.distance).slice(0, count);
  return Int32Array.from(nearest.flatMap(({ rows }) => rows));
}
