/**
 * @file A run as one page to read and to keep: self-contained HTML with pictures in SVG, no scripts, the same bytes for the same run. A researcher
 * sees who won, by how much, where it forgot and where memory was read from.
 */
import { cards, headline } from "./report/headline.ts";
import { lossSection, retentionSection } from "./report/histories.ts";
import { markup, type Markup } from "./report/markup.ts";
import { driftSection, memorySection } from "./report/memory.ts";
import { readsSection, successSection, testsSection } from "./report/matrices.ts";
import { sleepsSection } from "./report/sleeps.ts";
import { style } from "./report/style.ts";
import { episodesSection, figuresSection, tasksSection } from "./report/tables.ts";
import type { RunEvent } from "./run-event.ts";
import type { RunSummary } from "./summary.ts";

export interface ReportInput {
  readonly summary: RunSummary;
  /** The whole log. */
  readonly events: readonly RunEvent[];
  /** The resolved configuration; plain JSON. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What to type to make the same run again. */
  readonly command: string;
}

export function renderReport({ summary, events, config, command }: ReportInput): string {
  const { scenario, seed } = summary;
  const body = markup`<main><p class="kicker">Engram · ${scenario} · seed ${String(seed)}</p>${headline(summary)}${facts(summary)}${cards(summary)}${successSection(summary)}${testsSection(summary)}${figuresSection(summary)}${retentionSection(summary)}${readsSection(summary)}${memorySection(summary)}${driftSection(summary)}${sleepsSection(summary, events)}${lossSection(summary, events)}${episodesSection(summary, events)}${tasksSection(summary, events)}<section><h2>How to make this run again</h2><p class="note">The same seed writes the same figures on every run.</p><pre>${command}</pre><h3 style="margin-top:18px">Configuration</h3><pre>${JSON.stringify(config, null, 2)}</pre></section><footer>Success is success at any step of an episode. Test placements depend on the seed and the task alone and are in no demonstration.</footer></main>`;
  const head = markup`<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><title>${scenario}, seed ${String(seed)} · Engram</title><style>`;
  return `<!doctype html>\n<html lang="en">${head.text}\n${style}\n</style></head>\n<body>${body.text}</body>\n</html>\n`;
}

function facts({ agents, tasks, episodesPerCell, complete, seed }: RunSummary): Markup {
  const words = [
    `${tasks.length} ${tasks.length === 1 ? "task" : "tasks"} in sequence`,
    `${agents.length} ${agents.length === 1 ? "agent" : "agents"}`,
    `${episodesPerCell} test episodes a cell`,
    `seed ${seed}`,
  ];
  const state = complete ? markup`<li>complete</li>` : markup`<li class="stopped">not complete</li>`;
  return markup`<ul class="facts">${words.map((word) => markup`<li>${word}</li>`)}${state}</ul>`;
}
