/** @file What goes on while agents sleep, and the report of each one's latest sleep. */
import { element, panel, setShown } from "./element.ts";
import type { RunModel } from "./run-model.ts";
import { SleepCard } from "./sleep-card.ts";

export class SleepPanel {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #box = element("div", { class: "sleep-cards" });
  readonly #legend = element("span", { class: "self-test-key" }, [
    element("span", { text: "Error in remembered states:" }),
    element("b", { class: "before" }),
    element("span", { text: "before" }),
    element("b", { class: "after" }),
    element("span", { text: "after" }),
  ]);
  #cards: readonly SleepCard[] = [];
  #made: string | undefined;

  constructor(model: RunModel) {
    this.#model = model;
    const { root, aside } = panel("sleep", "Sleep", this.#box);
    aside.append(this.#legend);
    this.root = root;
  }

  update(): void {
    const { agents } = this.#model;
    const key = agents.join("\n");
    if (key !== this.#made) this.#make(key);
    for (const card of this.#cards) card.update();
    setShown(
      this.#legend,
      agents.some((agent) => this.#model.sleep(agent)?.selfTests !== undefined),
    );
  }

  #make(key: string): void {
    this.#made = key;
    this.#cards = this.#model.agents.map((agent, i) => new SleepCard(this.#model, agent, i));
    const empty = element("p", { class: "empty", text: "Why an agent sleeps, what it does in its sleep and what came of it appear here." });
    this.#box.replaceChildren(...(this.#cards.length === 0 ? [empty] : this.#cards.map(({ root }) => root)));
  }
}
