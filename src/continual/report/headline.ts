/** @file The top of the report: who won, by how much, and what each agent is in a few figures. */
import type { Estimate } from "../../numerics/statistics.ts";
import { listed, percent } from "../format.ts";
import { figure, ranked, type AgentSummary, type RunSummary } from "../summary.ts";
import { markup, type Markup, type Part } from "./markup.ts";
import { agentClass } from "./style.ts";

export function headline(summary: RunSummary): Part {
  return [markup`<h1>${winner(summary)}</h1>`, markup`<p class="lead">${byHowMuch(summary)}</p>`];
}

function winner({ agents, tasks }: RunSummary): string {
  const scores = ranked(agents).flatMap((agent) => {
    const performance = figure(agent, "average-performance");
    return performance === undefined ? [] : [{ name: agent.agent, score: percent(performance.mean) }];
  });
  const [best, ...others] = scores;
  if (best === undefined) return "Not every agent was tested on every task.";
  const rest = others.map(({ name, score }) => `${name} with ${score}`).join(", ");
  return `${best.name} ends with ${best.score} success over ${tasks.length === 1 ? "its task" : `${tasks.length} tasks`}${rest && `; ${rest}`}.`;
}

function byHowMuch(summary: RunSummary): string {
  const sentences = [lead(summary), losses(summary)];
  if (!summary.complete) sentences.push("The run was stopped before its end, or is still going; what was tested until then is shown.");
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

/** The best agent's lead over the others. */
function lead({ comparisons }: RunSummary): string {
  const leads = comparisons
    .filter(({ metric }) => metric === "average-performance")
    .map(({ against, difference: { mean, low, high } }) => {
      const chance = low <= 0 ? ", which may be chance" : "";
      return `${points(mean)} more than ${against} (95 % interval ${hundredths(low)} to ${hundredths(high)}${chance})`;
    });
  return leads.length === 0 ? "" : `On the same test placements that is ${listed(leads)}.`;
}

function losses({ agents }: RunSummary): string {
  const changes = ranked(agents).flatMap((agent) => {
    const forgetting = figure(agent, "forgetting-continual-world")?.mean;
    if (forgetting === undefined) return [];
    if (hundredths(forgetting) === "0") return [`${agent.agent} lost nothing`];
    return [`${agent.agent} ${forgetting > 0 ? "lost" : "gained"} ${points(Math.abs(forgetting))}`];
  });
  return changes.length === 0 ? "" : `Since it was taught each task, ${listed(changes)}.`;
}

/** Such as 70 for 0.703. */
const hundredths = (value: number): string => percent(value).replace(" %", "");
/** A difference of two percentages. */
const points = (value: number): string => `${hundredths(value)} ${/^−?1$/.test(hundredths(value)) ? "point" : "points"}`;

export const cards = ({ agents, tasks }: RunSummary): Markup =>
  markup`<div class="cards">${ranked(agents).map((agent) => card(agent, agents.indexOf(agent), tasks.length))}</div>`;

function card(agent: AgentSummary, index: number, tasks: number): Markup {
  const performance = figure(agent, "average-performance");
  const lines: Part[] = [
    line("right after learning each task", figure(agent, "learning-accuracy"), percent),
    line("forgotten since", figure(agent, "forgetting-continual-world"), points),
    line("gained on tasks not yet taught", figure(agent, "forward-transfer"), points),
    agent.reads.length > 0 ? fact("reads from the tested task’s own memories", percent(ownReads(agent))) : undefined,
    agent.memorySize > 0 ? fact("entries in long-term memory", String(agent.memorySize)) : undefined,
  ];
  const big =
    performance === undefined
      ? markup`<p class="big">–</p><p class="note">not tested on all ${String(tasks)} tasks</p>`
      : markup`<p class="big">${percent(performance.mean)}</p><p class="note">average success over all tasks at the end (95 % interval ${hundredths(performance.low)} to ${percent(performance.high)})</p>`;
  return markup`<div class="card ${agentClass(index)}"><h2><span class="swatch"></span>${agent.agent}</h2>${big}<dl>${lines}</dl></div>`;
}

const line = (name: string, value: Estimate | undefined, write: (mean: number) => string): Part => value && fact(name, write(value.mean));
const fact = (name: string, value: string): Markup => markup`<dt>${name}</dt><dd>${value}</dd>`;

/** The mean, over tested tasks, of the share of reads that came from the task itself. */
const ownReads = ({ reads }: AgentSummary): number => reads.reduce((sum, { task, shares }) => sum + (shares[task] ?? 0), 0) / reads.length;
