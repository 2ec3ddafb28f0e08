/** @file Where memory was read from in the latest tests: for each task tested, the share of reads that came from each source task. */
import { element, setShown } from "./element.ts";
import { taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";
import { percent, spoken } from "./words.ts";

export class ReadShares {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #rows = element("div");
  #revision = -1;

  constructor(model: RunModel) {
    this.#model = model;
    this.root = element("div", { class: "read-shares" }, [element("h3", { text: "Read in the latest tests, by source" }), this.#rows]);
  }

  update(): void {
    if (this.#revision === this.#model.revision.results) return;
    this.#revision = this.#model.revision.results;
    const { agents, tasks } = this.#model;
    const rows = agents.flatMap((agent) => this.#rowsOf(agent));
    // The place is kept free until there is something to put there.
    const empty = tasks.map(({ id }) => row(id, []));
    setShown(this.root, tasks.length > 0);
    this.#rows.replaceChildren(...(rows.length > 0 ? rows : empty));
  }

  #rowsOf(agent: string): HTMLElement[] {
    const latest = [...this.#model.matrix(agent)].toSorted(([a], [b]) => b - a).map(([, row]) => row);
    return this.#model.tasks.flatMap(({ id }) => {
      const shares = latest.map((row) => row.get(id)?.shares).find((found) => found !== undefined) ?? [];
      if (shares.length === 0) return [];
      const inOrder = shares.map(({ task, share }) => ({ task, share, index: this.#model.taskIndex(task) })).toSorted((a, b) => a.index - b.index);
      const bar = inOrder.map(({ task, share, index }) =>
        element("i", { title: `${spoken(task)} ${percent(share)}`, style: { "--chip": taskColor(index), "--share": String(share) } }),
      );
      return [row(id, bar)];
    });
  }
}

const row = (task: string, bar: readonly Node[]): HTMLElement =>
  element("div", { class: "read-row" }, [element("span", { text: spoken(task) }), element("div", { class: "shares" }, bar)]);
