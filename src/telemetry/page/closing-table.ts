/** @file The end of a run: what came of it, agent by agent, over the stage. */
import type { FigureMessage } from "../messages.ts";
import { element, setShown } from "./element.ts";
import { agentColor, taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";
import { clockTime, percent, spoken } from "./words.ts";

export class ClosingTable {
  readonly root: HTMLElement = element("div", { class: "closing", attributes: { role: "status" } });
  readonly #model: RunModel;
  #shown: unknown;
  #hidden = false;

  constructor(model: RunModel) {
    this.#model = model;
  }

  update(): void {
    const { ended, summary, revision, run } = this.#model;
    setShown(this.root, ended && !this.#hidden);
    const key = `${run?.state} ${revision.results} ${summary === undefined}`;
    if (!ended || key === this.#shown) return;
    this.#shown = key;
    const finished = run?.state === "finished";
    const close = element("button", { class: "button", text: "Look around", attributes: { type: "button" } });
    close.addEventListener("click", () => {
      this.#hidden = true;
      this.update();
    });
    const elapsed = this.#model.progress?.elapsed;
    const took = elapsed === undefined ? "" : ` It took ${clockTime(elapsed)}.`;
    const words = finished
      ? `Success on each task after all ${this.#model.tasks.length} were learned one after another.${took}`
      : `What there is so far: success on each task at the latest test.${took}`;
    this.root.replaceChildren(
      element("header", {}, [element("h2", { text: finished ? "Run finished" : "Run stopped" }), close]),
      element("p", { text: words }),
      this.#tables(),
      element("p", { class: "fine", text: this.#fineprint() }),
    );
  }

  #tables(): HTMLElement {
    const { tasks, summary } = this.#model;
    const success = tasks.map(({ id }, i) => {
      const name = [element("b", { class: "dot", style: { "--chip": taskColor(i) } }), element("span", { text: spoken(id) })];
      return this.#row(name, (agent) => [element("strong", { text: this.#latest(agent, id) })]);
    });
    const figures = (summary?.figures ?? []).map((figure) => {
      const name = element("span", { text: spoken(figure.name), title: figure.formula });
      return this.#row([name], (agent) => valueOf(figure, agent));
    });
    const tables = [this.#table("Success", success), ...(figures.length > 0 ? [this.#table("Figure", figures)] : [])];
    return element("div", { class: "closing-tables" }, tables);
  }

  #table(title: string, rows: readonly HTMLElement[]): HTMLElement {
    const heads = this.#model.agents.map((agent, i) =>
      element("th", { attributes: { scope: "col" } }, [element("span", { class: "agent-chip", text: agent, style: { "--chip": agentColor(i) } })]),
    );
    const head = element("thead", {}, [element("tr", {}, [element("th", { text: title, attributes: { scope: "col" } }), ...heads])]);
    return element("table", {}, [head, element("tbody", {}, rows)]);
  }

  #row(name: readonly Node[], cell: (agent: string) => readonly Node[]): HTMLElement {
    const cells = this.#model.agents.map((agent) => element("td", {}, cell(agent)));
    return element("tr", {}, [element("th", { attributes: { scope: "row" } }, name), ...cells]);
  }

  #latest(agent: string, task: string): string {
    const rows = [...this.#model.matrix(agent)].toSorted(([a], [b]) => b - a);
    const result = rows.map(([, row]) => row.get(task)).find((candidate) => candidate !== undefined);
    return result === undefined ? "–" : percent(result.rate);
  }

  #fineprint(): string {
    const episodes = this.#model.summary?.episodesPerCell;
    return episodes === undefined || episodes === 0
      ? ""
      : `Each cell is ${episodes} test episodes. In brackets: 95 % intervals over the test episodes.`;
  }
}

function valueOf({ values }: FigureMessage, agent: string): readonly Node[] {
  const value = values.find((candidate) => candidate.agent === agent);
  if (value === undefined) return [element("strong", { text: "–" })];
  const { mean, low, high } = value;
  return [element("strong", { text: decimals(mean) }), element("span", { text: `[${decimals(low)}, ${decimals(high)}]` })];
}

/** Two decimals, a true minus sign, and no minus before nothing. */
const decimals = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-(?=0\.00$)/, "")
    .replace("-", "−");
