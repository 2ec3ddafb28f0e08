/** @file The success matrix R of each agent as a heat map: rows after learning so many tasks, columns the task tested. */
import type { ResultMessage } from "../messages.ts";
import { element, panel } from "./element.ts";
import { agentColor, taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";
import { percent, spoken } from "./words.ts";

export class HeatMaps {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #maps = element("div", { class: "heat-maps" });
  #revision = -1;

  constructor(model: RunModel) {
    this.#model = model;
    this.root = panel("matrices", "After each task, tested on all", this.#maps).root;
  }

  update(): void {
    if (this.#revision === this.#model.revision.results) return;
    this.#revision = this.#model.revision.results;
    const { agents } = this.#model;
    const empty = element("p", {
      class: "empty",
      text: "After every task, each agent is tested on all of them. Its results fill a table here: reading down a column shows what is kept.",
    });
    this.#maps.replaceChildren(...(agents.length === 0 ? [empty] : agents.map((agent, i) => this.#map(agent, i))));
  }

  #map(agent: string, index: number): HTMLElement {
    const { tasks } = this.#model;
    const matrix = this.#model.matrix(agent);
    const heads = tasks.map(({ id }, j) => element("span", { class: "heat-column", title: spoken(id), style: { "--chip": taskColor(j) } }));
    const rows = Array.from({ length: tasks.length + 1 }, (_, learned) => [
      element("span", { class: "heat-row", text: learned === 0 ? "before" : `+ ${spoken(tasks[learned - 1]!.id).toLowerCase()}` }),
      ...tasks.map(({ id }, j) => cell(matrix.get(learned)?.get(id), j + 1 === learned)),
    ]);
    const grid = element("div", { class: "heat-grid", style: { "--columns": String(tasks.length) } }, [element("span"), ...heads, ...rows.flat()]);
    const title = element("h3", { class: "agent-chip", text: agent, style: { "--chip": agentColor(index) } });
    return element("figure", { class: "heat-map", style: { "--heat": agentColor(index) } }, [title, grid]);
  }
}

/** @param fresh Whether this is the task just learned. */
function cell(result: ResultMessage | undefined, fresh: boolean): HTMLElement {
  const extra = fresh ? " fresh" : "";
  if (result === undefined) return element("span", { class: `heat-cell untested${extra}` });
  const { rate, low, high, successes, episodes, task } = result;
  return element("span", {
    class: `heat-cell${rate >= 0.55 ? " strong" : ""}${extra}`,
    text: String(Math.round(100 * rate)),
    title: `${spoken(task)}: ${successes} of ${episodes} episodes (95 % interval ${percent(low)} to ${percent(high)})`,
    style: { "--rate": String(rate) },
  });
}
