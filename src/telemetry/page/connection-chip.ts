/** @file Which run this is, whether the page hears it, and what got lost on the way. */
import { element, setText } from "./element.ts";
import type { ConnectionState } from "./foxglove-client.ts";
import type { RunModel } from "./run-model.ts";
import { grouped } from "./words.ts";

const words: Readonly<Record<ConnectionState, string>> = { connecting: "Connecting", open: "Connected", lost: "Not connected" };
/** Milliseconds for which a word from the server stays. */
const TOLD_FOR = 6000;

export class ConnectionChip {
  readonly root: HTMLElement;
  readonly scenario: HTMLElement = element("span", { class: "scenario" });
  readonly #model: RunModel;
  readonly #state = element("span");
  readonly #dropped = element("span", { class: "dropped", title: "Live frames that this page was too slow to take" });
  readonly #told = element("div", { class: "told", attributes: { role: "status" } });
  #toldUntil = 0;

  constructor(model: RunModel) {
    this.#model = model;
    this.root = element("div", { class: "connection" }, [element("b", { class: "dot" }), this.#state, this.#dropped]);
    document.body.append(this.#told);
  }

  update(): void {
    const { connection, run, ended, dropped } = this.#model;
    this.root.dataset["state"] = connection;
    setText(this.#state, connection !== "open" && ended ? "Run is over" : words[connection]);
    setText(this.#dropped, connection === "open" ? `${grouped(dropped)} dropped` : "");
    setText(this.scenario, run === undefined ? "" : `${run.scenario} · seed ${run.seed}`);
    document.title = run === undefined ? "Engram" : `${run.scenario} · Engram`;
    this.#told.classList.toggle("shown", performance.now() < this.#toldUntil);
  }

  /** Shows what the server had to say, for a while. */
  tell(message: string): void {
    this.#told.textContent = message;
    this.#toldUntil = performance.now() + TOLD_FOR;
  }
}
