/** @file `engram memory query`: what is remembered like something that is remembered. */
import { UnknownNameError } from "../../contract/errors.ts";
import type { Provenance } from "../../contract/explanation.ts";
import { emptyRecall, type EntryId, type MemoryEntry, type RecallFilter } from "../../contract/memory.ts";
import type { Metric } from "../../contract/memory-index.ts";
import { asTaskId } from "../../contract/task.ts";
import { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { provenanceOf } from "../../memory/provenance.ts";
import { withEntries } from "../../memory/snapshot-entries.ts";
import { columns } from "../columns.ts";
import { integer } from "../flags.ts";
import { inspectOne } from "../memory-inspections.ts";
import { entryNumber, type Output, print, printJson, requireEntry, requireTask } from "../memory-places.ts";

export interface QueryFlags extends Output {
  readonly k: string;
  readonly task?: string;
  readonly kind?: string;
  readonly agent?: string;
}

export async function memoryQueryCommand(place: string, idText: string, flags: QueryFlags): Promise<void> {
  const id = entryNumber(idText);
  const k = integer("--k", flags.k, [1, 100_000]);
  await inspectOne(place, flags.agent, async ({ place: file, shape, ...store }) => {
    const { sound: entries } = await store.entries();
    const asked = (await store.entry(id)) ?? requireEntry(file, { entry: (each) => entries.find((entry) => entry.id === each) }, id);
    const metric = shape.metric ?? "l2";
    const memory = new EpisodicMemory({ shape, metric });
    memory.restore(withEntries({ encoder: asked.encoder }, entries, shape));
    const recall = memory.recall(asked.key, k, emptyRecall(k), { filter: filterOf(id, entries, flags) });
    const found = provenanceOf(recall, asked.time, (each) => memory.entry(each)).map(neighbourOf);
    memory.dispose();
    const others = entries.filter(({ encoder }) => encoder !== asked.encoder).length;
    if (flags.json === true) printJson({ file, metric, entry: sourceOf(asked), neighbours: found, notCompared: others });
    else print(described(asked, found, others, metric));
  });
}

/** What distances are. */
const distances: Readonly<Record<Metric, string>> = {
  l2: "squared L2 distance",
  cosine: "1 − cosine",
  "inner product": "negative inner product",
};

/** @throws {UnknownNameError} A task or kind that is not in this memory. */
function filterOf(id: EntryId, entries: readonly MemoryEntry[], { task, kind }: QueryFlags): RecallFilter {
  if (task !== undefined) requireTask(task, entries.map((entry) => entry.task)); // prettier-ignore
  const kinds = [...new Set(entries.map((entry) => entry.kind))];
  if (kind !== undefined && !kinds.includes(kind)) throw new UnknownNameError("kind in this memory:", kind, kinds);
  return { without: [id], ...(task !== undefined && { tasks: [asTaskId(task)] }), ...(kind !== undefined && { kinds: [kind] }) };
}

interface Source {
  readonly id: EntryId;
  readonly task: string;
  readonly episode: number;
  readonly step: number;
  readonly kind: string;
}

const sourceOf = ({ id, task, episode, step, kind }: MemoryEntry): Source => ({ id, task, episode, step, kind });

interface Neighbour extends Source {
  readonly distance: number;
  /** How long after the entry that was asked about it happened, on the memory's clock. */
  readonly later: number;
}

const neighbourOf = ({ id, task, episode, step, kind, distance, age }: Provenance): Neighbour => ({
  id,
  task,
  episode,
  step,
  kind,
  distance,
  later: 0 - age,
});

function described({ id, task, episode, step, kind, encoder }: MemoryEntry, found: readonly Neighbour[], others: number, metric: Metric): string {
  const rows = found.map((each) => [
    `  ${each.id}`,
    each.distance.toPrecision(4),
    each.task,
    String(each.episode),
    String(each.step),
    each.kind,
    `${Math.abs(each.later)} ${each.later < 0 ? "before" : "after"}`,
  ]);
  const left = others === 0 ? "" : `\n  ${others} entries have keys by another encoder than version ${encoder}, and are not compared.`;
  const none = found.length === 0 ? "\n  Nothing else is remembered that may be compared." : "";
  const table = columns([["  entry", "distance", "task", "episode", "step", "kind", "when"], ...rows]);
  return `nearest to entry ${id}: ${task}, episode ${episode}, step ${step}, ${kind} (${distances[metric]} of keys)\n${table}${none}${left}`;
}
