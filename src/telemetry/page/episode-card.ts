/** @file What is on the stage, in words: the task, who acts, how far the episode is, and whether this is live or played back. */
import { element, setShown, setText } from "./element.ts";
import { agentColor, taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";
import type { Showing } from "./showing.ts";
import { grouped, spoken } from "./words.ts";

const badges: Readonly<Record<Showing["source"] | "paused" | "past", readonly [text: string, title: string]>> = {
  live: ["Live", "The run as it is now"],
  paused: ["Paused", "The run as it is now"],
  past: ["Last seen", "The run as it was when it was last heard of"],
  clip: ["Playback", "The run is faster than the eye: one of its latest episodes, in the robot's own time"],
  replay: ["Replay", "Nothing newer to see: the last episode again, in the robot's own time"],
};

export class EpisodeCard {
  readonly root: HTMLElement;
  readonly badge: HTMLElement;
  readonly meter: HTMLElement;
  readonly #model: RunModel;
  readonly #title = element("h1");
  readonly #summary = element("p", { class: "summary" });
  readonly #actor = element("span", { class: "agent-chip" });
  readonly #episode = element("span", { class: "episode-number" });
  readonly #outcome = element("span", { class: "outcome", text: "Success" });
  readonly #time = element("span", { class: "meter-time" });
  readonly #fill = element("div", { class: "meter-fill" });

  constructor(model: RunModel) {
    this.#model = model;
    this.root = element("div", { class: "episode-card" }, [
      this.#title,
      this.#summary,
      element("p", { class: "who" }, [this.#actor, this.#episode, this.#outcome]),
    ]);
    this.badge = element("div", { class: "badge" });
    this.meter = element("div", { class: "meter" }, [element("div", { class: "meter-track" }, [this.#fill]), this.#time]);
  }

  update(showing: Showing | undefined): void {
    const { tasks, paused, silent } = this.#model;
    for (const part of [this.root, this.badge, this.meter]) setShown(part, showing !== undefined);
    if (showing === undefined) return;
    const index = this.#model.taskIndex(showing.task);
    setText(this.#title, spoken(showing.task));
    setText(this.#summary, tasks[index]?.summary ?? "");
    this.root.style.setProperty("--chip", taskColor(index));
    setText(this.#actor, showing.actor);
    this.#actor.style.setProperty("--chip", agentColor(this.#model.agentIndex(showing.actor)));
    setText(this.#episode, `episode ${grouped(showing.episode)}`);
    setShown(this.#outcome, showing.success);
    const shown = showing.source !== "live" ? showing.source : silent ? "past" : paused ? "paused" : "live";
    const [text, title] = badges[shown];
    setText(this.badge, text);
    this.badge.title = title;
    this.badge.dataset["source"] = shown;
    this.#fill.style.setProperty("--fraction", String(Math.min(1, showing.step / Math.max(1, showing.steps))));
    setText(this.#time, `${showing.time.toFixed(2)} s · step ${showing.step} of ${showing.steps}`);
  }
}
