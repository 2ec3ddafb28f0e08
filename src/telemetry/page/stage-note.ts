/** @file What to say when the stage is empty or still: why nothing is to be seen, and what goes on meanwhile. */
import { element, setShown, setText } from "./element.ts";
import type { RunModel } from "./run-model.ts";
import type { Showing } from "./showing.ts";

export class StageNote {
  readonly root: HTMLElement = element("p", { class: "stage-note" });
  readonly #model: RunModel;
  #lasting: string | undefined;

  constructor(model: RunModel) {
    this.#model = model;
  }

  /** Says something that stays. */
  tell(text: string): void {
    this.#lasting = text;
  }

  /** @param bare Whether the world on the stage has no bodies. */
  update(showing: Showing | undefined, bare: boolean): void {
    const text = this.#lasting ?? this.#reason(showing, bare);
    setShown(this.root, text !== undefined);
    this.root.classList.toggle("central", showing === undefined || bare);
    if (text !== undefined) setText(this.root, text);
  }

  #reason(showing: Showing | undefined, bare: boolean): string | undefined {
    const { connection, progress, run, ended } = this.#model;
    if (connection === "lost" && !ended) return "The run does not answer. It may have ended; this page keeps trying.";
    if (run?.state === "running" && progress?.phase === "learn" && showing?.source !== "clip") {
      return `Nothing new happens here while ${progress.agent ?? "the agent"} sleeps.`;
    }
    if (bare) return "This world has no bodies to draw.";
    if (showing !== undefined || ended) return undefined;
    return connection === "connecting" ? "Connecting to the run" : "The world appears here with the first episode.";
  }
}
