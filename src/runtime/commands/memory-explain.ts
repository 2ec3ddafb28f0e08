/** @file `engram memory explain`: a remembered situation put to the agent again: what it would do, which memories that comes from, and what without them. */
import type { Agent } from "../../contract/agent.ts";
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { Explanation } from "../../contract/explanation.ts";
import type { EntryId, MemoryEntry, RecallFilter } from "../../contract/memory.ts";
import { percent } from "../../continual/format.ts";
import { isPostgresUrl, parsePostgresUrl } from "../../memory/stores/postgres-url.ts";
import { columns } from "../columns.ts";
import { integer } from "../flags.ts";
import { entryNumber, numbers, type Output, print, printJson, requireEntry, rounded } from "../memory-places.ts";
import type { Registries } from "../registries.ts";
import { agentsOf, restoreAgent } from "../restore-agent.ts";

export interface ExplainFlags extends Output {
  readonly agent?: string;
  readonly ownEpisode?: boolean;
  readonly top: string;
}

export async function memoryExplainCommand(folder: string, idText: string, flags: ExplainFlags, registries: Registries): Promise<void> {
  const id = entryNumber(idText);
  const top = integer("--top", flags.top, [1, 100_000]);
  if (isPostgresUrl(folder)) {
    throw new StorageError(parsePostgresUrl(folder).place, "is a database, and an agent's networks are in the folder of its run", "Name that folder: its checkpoint holds the memory too, as it was at the end."); // prettier-ignore
  }
  const agent = await explainer(folder, flags.agent, registries);
  try {
    const entry = requireEntry(folder, { entry: (each) => agent.remembered(each) }, id);
    const filter: RecallFilter = flags.ownEpisode === true ? {} : { without: ownEpisode(agent, entry) };
    const explanation = agent.explain(entry.observation, { task: entry.task, filter });
    const asked = { agent: agent.name, entry, leftOut: filter.without?.length ?? 0 };
    if (flags.json === true) printJson(plain(asked, explanation));
    else print(described(asked, explanation, top));
  } finally {
    agent.dispose();
  }
}

type Explainer = Agent & Required<Pick<Agent, "explain" | "remembered" | "memory">>;

const explains = (agent: Agent): agent is Explainer => agent.explain !== undefined && agent.remembered !== undefined && agent.memory !== undefined;

/** The agent named, or the first of the run that can explain what it does. */
async function explainer(folder: string, name: string | undefined, registries: Registries): Promise<Explainer> {
  for (const each of name === undefined ? agentsOf(folder) : [name]) {
    // One after another: the first that can is enough.
    // oxlint-disable-next-line no-await-in-loop
    const agent = await restoreAgent(folder, each, registries);
    if (explains(agent)) return agent;
    agent.dispose();
  }
  if (name !== undefined) throw new InvalidValueError("--agent", name, "an agent that reads a memory and can explain what it does");
  throw new StorageError(folder, "has no agent that reads a memory", "Name a run with one, such as the quickstart's.");
}

const ownEpisode = (agent: Explainer, { task, episode }: MemoryEntry): EntryId[] =>
  [...agent.memory.entries()].filter((each) => each.task === task && each.episode === episode).map(({ id }) => id);

interface Asked {
  readonly agent: string;
  readonly entry: MemoryEntry;
  /** Entries of its own episode, which were not to be recalled. */
  readonly leftOut: number;
}

/** ‖a − b‖₂ */
const apart = (a: Float32Array, b: Float32Array): number => Math.hypot(...Array.from(a, (x, k) => x - b[k]!));

function plain({ agent, entry, leftOut }: Asked, { action, recall, withoutEntry, withoutMemory, shuffled }: Explanation): object {
  const { id, task, episode, step, kind, time, value } = entry;
  const instead = (other: Explanation["shuffled"]): object => ({ action: numbers(other.action), moved: other.moved });
  return {
    agent,
    entry: { id, task, episode, step, kind, time, value: numbers(value) },
    leftOut,
    action: numbers(action),
    awayFromRemembered: apart(action, value),
    recall: recall.map((source, i) => ({ ...source, without: instead(withoutEntry[i]!) })),
    withoutMemory: instead(withoutMemory),
    shuffled: instead(shuffled),
  };
}

function described({ agent, entry, leftOut }: Asked, { action, recall, withoutEntry, withoutMemory, shuffled }: Explanation, top: number): string {
  const { id, task, episode, step, kind, value } = entry;
  const own = leftOut > 0 ? `; the ${leftOut} memories of that episode are left out` : "";
  const rows = recall
    .slice(0, top)
    .map((source, i) => [
      `  ${source.id}`,
      percent(source.weight),
      source.distance.toPrecision(3),
      String(source.age),
      source.task,
      String(source.episode),
      String(source.step),
      source.kind,
      withoutEntry[i]!.moved.toFixed(4),
    ]);
  const rest = recall.slice(top).reduce((sum, { weight }) => sum + weight, 0);
  const more = recall.length > top ? `\n  and ${recall.length - top} more, ${percent(rest)} of the weight together (--top shows more)` : "";
  const head = ["  entry", "weight", "distance", "age", "task", "episode", "step", "kind", "action moves without it by"];
  return [
    `entry ${id}: ${task}, episode ${episode}, step ${step}, ${kind}. What ${agent} would do there now${own}.`,
    columns([
      ["  remembered", rounded(value), ""],
      ["  does now", rounded(action), `${apart(action, value).toFixed(4)} away`],
    ]),
    `because it recalls (${recall.length}, by source: ${shares(recall)})`,
    `${columns([head, ...rows])}${more}`,
    "and would do instead",
    columns([
      ["  without memory", rounded(withoutMemory.action), `moved by ${withoutMemory.moved.toFixed(4)}`],
      ["  with every memory's value exchanged for another's", rounded(shuffled.action), `moved by ${shuffled.moved.toFixed(4)}`],
    ]),
  ].join("\n");
}

function shares(recall: Explanation["recall"]): string {
  const byTask = new Map<string, number>();
  for (const { task, weight } of recall) byTask.set(task, (byTask.get(task) ?? 0) + weight);
  const sorted = [...byTask].toSorted(([, a], [, b]) => b - a);
  return sorted.length === 0 ? "nothing" : sorted.map(([task, weight]) => `${task} ${percent(weight)}`).join(", ");
}
