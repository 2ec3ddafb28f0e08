/** @file The success matrices, and where memory was read from, as heat maps. */
import { percent } from "../format.ts";
import { readSources, type AgentSummary, type RunSummary } from "../summary.ts";
import { agentFigure } from "./agent-figure.ts";
import { heatMap, type HeatCell } from "./heat-map.ts";
import { markup, type Part } from "./markup.ts";

export function successSection(summary: RunSummary): Part {
  const { agents, tasks, episodesPerCell } = summary;
  const maps = agents.map((agent, i) => agentFigure(agent.agent, i, successMap(agent, summary)));
  const last = tasks.length > 1 ? "Right of a frame lies what was not taught yet; below a frame, what was kept or forgotten." : "";
  return markup`<section><h2>Success matrix</h2><p class="note">Success in % on each task (columns) after learning one task more (rows), over ${String(episodesPerCell)} test episodes a cell. A frame marks the task just learned. ${last}</p><div class="row">${maps}</div></section>`;
}

/** Absent where every task is learned. */
export function testsSection(summary: RunSummary): Part {
  const { agents, testTasks } = summary;
  if (testTasks.length === 0) return undefined;
  const maps = agents.map((agent, i) => {
    const map = ratesMap({ agent: agent.agent, rates: agent.tests, columns: testTasks }, summary);
    return agentFigure(agent.agent, i, map);
  });
  return markup`<section><h2>Tasks that are only tested</h2><p class="note">Success in % on each (columns) after learning one task more (rows).</p><div class="row">${maps}</div></section>`;
}

const successMap = ({ agent, rates }: AgentSummary, summary: RunSummary): Part => ratesMap({ agent, rates, columns: summary.tasks }, summary);

interface RatesMap {
  readonly agent: string;
  readonly rates: AgentSummary["rates"];
  readonly columns: RunSummary["tasks"];
}

function ratesMap({ agent, rates, columns }: RatesMap, { tasks, episodesPerCell }: RunSummary): Part {
  const names = tasks.map((task) => task.id);
  const tested = columns.map((task) => task.id);
  const cells = rates.map((row, i) =>
    row.map((cell, j): HeatCell | null => {
      if (cell === null) return null;
      const when = i === 0 ? "before learning anything" : `after ${names[i - 1]!} (${i} of ${names.length})`;
      const title = `${agent} on ${tested[j]!} ${when}: ${Math.round(cell.mean * episodesPerCell)} of ${episodesPerCell}, 95 % interval ${percent(cell.low)} to ${percent(cell.high)} (Wilson)`;
      return { share: cell.mean, text: percent(cell.mean).replace(" %", ""), title };
    }),
  );
  const rows = ["nothing yet", ...names.map((name) => `+ ${name}`)];
  const isFramed = (i: number, j: number): boolean => columns === tasks && i === j + 1;
  return heatMap({ label: `${columns === tasks ? "Success matrix" : "Tests"} of ${agent}`, rows, columns: tested, cells, isFramed });
}

/** Absent when no agent read from a memory. */
export function readsSection({ agents, tasks }: RunSummary): Part {
  const readers = agents.filter(({ reads }) => reads.length > 0);
  if (readers.length === 0) return undefined;
  const maps = readers.map((agent) => {
    const sources = readSources(tasks, agent.reads);
    const cells = agent.reads.map(({ task, shares }) =>
      sources.map((source): HeatCell => {
        const share = shares[source] ?? 0;
        const title = `Tested on ${task}, ${agent.agent} read ${percent(share)} of what it read from memories of ${source}`;
        return { share, text: percent(share).replace(" %", ""), title };
      }),
    );
    const rows = agent.reads.map(({ task }) => task);
    const label = `Where ${agent.agent} read from`;
    const map = heatMap({ label, rows, columns: sources, cells, isFramed: (i, j) => rows[i] === sources[j] });
    return agentFigure(agent.agent, agents.indexOf(agent), map);
  });
  return markup`<section><h2>Where memory was read from</h2><p class="note">When tested on a task (rows) at the end: the weight of what was read from memory, in % by the task it was remembered from (columns). A frame marks the task itself.</p><div class="row">${maps}</div></section>`;
}
