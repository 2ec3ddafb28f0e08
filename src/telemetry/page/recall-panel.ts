/** @file Why the robot does what it does: the remembered moments that the action on the stage came from, and the tasks they are from. */
import type { RecalledEntry, RecallMessage } from "../messages.ts";
import { element, panel, setShown, setText } from "./element.ts";
import { taskColor } from "./palette.ts";
import { ReadShares } from "./read-shares.ts";
import type { RunModel } from "./run-model.ts";
import type { Showing } from "./showing.ts";
import { grouped, percent, spoken } from "./words.ts";

/** The style sheet shows fewer where the window is low. */
const MOST_ROWS = 8;

/** One remembered moment. Rows are made once and filled again and again. */
class Row {
  readonly root: HTMLElement;
  readonly #task = element("span", { class: "recall-task" });
  readonly #where = element("span", { class: "recall-where" });
  readonly #weight = element("span", { class: "recall-weight" });
  readonly #distance = element("span", { class: "recall-distance", title: "Distance of the remembered situation from this one" });

  constructor() {
    const bar = element("div", { class: "recall-bar" }, [element("i")]);
    this.root = element("li", { class: "recall-row" }, [element("b", { class: "dot" }), this.#task, this.#where, bar, this.#weight, this.#distance]);
  }

  /** @param heaviest The weight of the heaviest entry, which fills its bar. */
  fill({ task, episode, step, weight, distance }: RecalledEntry, index: number, heaviest: number): void {
    this.root.style.setProperty("--chip", taskColor(index));
    this.root.style.setProperty("--weight", String(weight / Math.max(heaviest, 1e-6)));
    const name = task === "" ? "Forgotten" : spoken(task);
    setText(this.#task, name);
    // Where the name is longer than its column.
    if (this.#task.title !== name) this.#task.title = name;
    setText(this.#where, task === "" ? "" : `ep ${grouped(episode)} · ${step}`);
    setText(this.#weight, percent(weight));
    setText(this.#distance, distance.toPrecision(2));
  }
}

export class RecallPanel {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #rows = Array.from({ length: MOST_ROWS }, () => new Row());
  readonly #count: HTMLElement;
  readonly #content = element("div", { class: "recall-content" });
  readonly #shares = element("div", { class: "shares" });
  readonly #legend = element("ul", { class: "legend" });
  readonly #empty = element("p", { class: "empty" });
  readonly #tested: ReadShares;
  /** Weight read so far in the episode on the stage, by source task. */
  readonly #sums = new Map<string, number>();
  #counted: { readonly key: string; readonly step: number } = { key: "", step: -1 };

  constructor(model: RunModel) {
    this.#model = model;
    this.#tested = new ReadShares(model);
    const head = element("div", { class: "recall-row recall-head" }, [
      element("b"),
      element("span", { text: "From" }),
      element("span", { text: "Episode · step" }),
      element("span", { text: "Weight" }),
      element("span"),
      element("span", { text: "Distance", class: "recall-distance" }),
    ]);
    const list = element(
      "ol",
      { class: "recall-list" },
      this.#rows.map(({ root }) => root),
    );
    const shares = element("div", { class: "recall-shares" }, [
      element("h3", { text: "Read in this episode, by source" }),
      this.#shares,
      this.#legend,
    ]);
    this.#content.append(head, list, shares);
    const top = element("div", { class: "recall-top" }, [this.#content, this.#empty]);
    const { root, aside } = panel("recall", "What it remembers", top, this.#tested.root);
    this.root = root;
    this.#count = aside;
  }

  update(showing: Showing | undefined): void {
    this.#tested.update();
    const recall = showing?.recall;
    setShown(this.#content, recall !== undefined);
    setShown(this.#empty, recall === undefined);
    setText(this.#count, recall === undefined ? "" : `${recall.count} read at step ${recall.step}`);
    if (recall === undefined) {
      setText(this.#empty, this.#whyEmpty(showing));
      return;
    }
    this.#rows.forEach((row, i) => {
      const entry = recall.entries[i];
      row.root.classList.toggle("absent", entry === undefined);
      if (entry !== undefined) row.fill(entry, this.#model.taskIndex(entry.task), recall.entries[0]!.weight);
    });
    this.#add(recall);
    this.#showShares();
  }

  #whyEmpty(showing: Showing | undefined): string {
    if (showing === undefined) return "When an agent with a long-term memory acts, the remembered moments behind each of its actions appear here.";
    if (showing.actor === "demonstrator") {
      return "The demonstrator follows hand-written rules and remembers nothing. What it shows now is what the agents will remember.";
    }
    const tested = [...this.#model.matrix(showing.actor)].filter(([learned]) => learned > 0).map(([, row]) => row);
    const readsNothing = tested.length > 0 && tested.every((row) => [...row.values()].every(({ shares }) => shares.length === 0));
    return readsNothing
      ? `${showing.actor} has no long-term memory: its actions come from its network alone.`
      : `${showing.actor} read nothing for this action: its memory is empty so far, or it has none.`;
  }

  /** Adds up each read of the episode once. */
  #add({ actor, episode, step, shares }: RecallMessage): void {
    const key = `${actor} ${episode}`;
    if (key !== this.#counted.key || step < this.#counted.step) this.#sums.clear();
    else if (step === this.#counted.step) return;
    this.#counted = { key, step };
    for (const { task, share } of shares) this.#sums.set(task, (this.#sums.get(task) ?? 0) + share);
  }

  #showShares(): void {
    let total = 0;
    for (const sum of this.#sums.values()) total += sum;
    const parts = [...this.#sums]
      .map(([task, sum]) => ({ task, index: this.#model.taskIndex(task), share: sum / total }))
      .toSorted((a, b) => a.index - b.index);
    this.#shares.replaceChildren(
      ...parts.map(({ task, index, share }) =>
        element("i", { title: `${spoken(task)} ${percent(share)}`, style: { "--chip": taskColor(index), "--share": String(share) } }),
      ),
    );
    this.#legend.replaceChildren(
      ...parts.map(({ task, index, share }) =>
        element("li", { style: { "--chip": taskColor(index) } }, [
          element("b", { class: "dot" }),
          element("span", { text: task === "" ? "forgotten" : spoken(task) }),
          element("em", { text: percent(share) }),
        ]),
      ),
    );
  }
}
