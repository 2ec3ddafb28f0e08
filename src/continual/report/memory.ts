/** @file What memory was worth: success with it, without it and with it shuffled; how much of it was read; and how its keys changed. */
import { decimals, DRIFT_MEANING, interval, percent } from "../format.ts";
import { GAIN_FORMULA, type ConditionSummary, type MemorySummary } from "../memory-summary.ts";
import { READ_WEIGHT } from "../memory-use.ts";
import { rekeyed, type AgentSummary, type RunSummary } from "../summary.ts";
import { intervalMark } from "./interval-mark.ts";
import { markup, type Markup, type Part } from "./markup.ts";
import { agentClass } from "./style.ts";

/** Absent when nobody's memory was asked about. */
export function memorySection({ agents, tasks }: RunSummary): Part {
  const asked = agents.flatMap((agent, i) => (agent.memory === undefined ? [] : [{ agent, memory: agent.memory, index: i }]));
  if (asked.length === 0) return undefined;
  const names = tasks.map((task) => task.id);
  const parts = asked.map(({ agent, memory, index }) => markup`<div class="${agentClass(index)}"><h3><span class="swatch"></span>${agent.agent}</h3>${worth(memory, names)}${read(memory, agent)}</div>`); // prettier-ignore
  return markup`<section><h2>What memory is worth</h2><p class="note">The same tests again, on ${String(asked[0]!.memory.placements)} of their placements a task, with memory off (as if it were empty) and shuffled (every entry keeps its place and weight, and gives the value of another). Intervals are 95 %: placements are resampled, in all conditions at once. <span class="formula">Less than with memory: ${GAIN_FORMULA}.</span></p>${parts}</section>`;
}

function worth({ conditions }: MemorySummary, tasks: readonly string[]): Part {
  if (conditions.length === 0) return markup`<p class="note">The run ended before every task was tested again.</p>`;
  const heads = tasks.map((task) => markup`<th class="number">${task}</th>`);
  return markup`<table><thead><tr><th>memory</th>${heads}<th>all tasks</th><th>less than with memory</th></tr></thead><tbody>${conditions.map(conditionRow)}</tbody></table>`;
}

function conditionRow({ memory, rates, success, gain }: ConditionSummary): Markup {
  const cells = rates.map(
    (rate) => markup`<td class="number" title="${`95 % interval ${percent(rate.low)} to ${percent(rate.high)} (Wilson)`}">${percent(rate.mean)}</td>`,
  );
  const gained =
    gain &&
    markup`<strong>${decimals(gain.mean)}</strong> <span class="interval">${interval(gain)}</span>${intervalMark(gain, gain.low < 0 ? -1 : 0)}`;
  return markup`<tr><td><strong>${memory}</strong></td>${cells}<td><strong>${decimals(success.mean)}</strong> <span class="interval">${interval(success)}</span>${intervalMark(success, 0)}</td><td style="--own:var(--soft)">${gained}</td></tr>`;
}

/** What was read of it, by source task; and how old, by tested task. */
function read({ sources }: MemorySummary, { reads }: AgentSummary): Part {
  const rows = sources.map(
    ({ task, entries, neverRead }) =>
      markup`<tr><td><strong>${task}</strong></td><td class="number">${String(entries)}</td><td class="number">${String(neverRead)}</td><td class="number">${percent(neverRead / entries)}</td><td class="number">${ageOf(reads, task)}</td></tr>`,
  );
  return markup`<table style="margin-top:14px"><thead><tr><th>task</th><th class="number">entries</th><th class="number">never read</th><th class="number"></th><th class="number">mean age of what was read when tested</th></tr></thead><tbody>${rows}</tbody></table><p class="note">Never read: the weights of all decisions of these tests sum to less than ${String(READ_WEIGHT)}. Age: how long before the decision it happened, by weight, on the memory’s clock.</p>`;
}

function ageOf(reads: AgentSummary["reads"], task: string): string {
  const age = reads.find((each) => each.task === task)?.age;
  return age === undefined ? "–" : age.toFixed(0);
}

/** Absent when no agent made keys anew. */
export function driftSection({ agents, tasks }: RunSummary): Part {
  const keyed = rekeyed(agents);
  if (keyed.length === 0) return undefined;
  const heads = keyed.map((agent) => markup`<th class="number ${agentClass(agents.indexOf(agent))}"><span class="swatch"></span>${agent.agent}</th>`);
  const rows = tasks.map(({ id }, i) => {
    const cells = keyed.map(({ drifts }) => markup`<td class="number">${drifts[i] === null ? "–" : percent(drifts[i]!)}</td>`);
    return markup`<tr><td><strong>${id}</strong></td>${cells}</tr>`;
  });
  return markup`<section><h2>Keys made anew</h2><p class="note">By the task slept on: ${DRIFT_MEANING}. At 0 % the encoder kept everything where it was; much of it late in a run says that new tasks move what is remembered of earlier ones.</p><table><thead><tr><th>task</th>${heads}</tr></thead><tbody>${rows}</tbody></table></section>`;
}
