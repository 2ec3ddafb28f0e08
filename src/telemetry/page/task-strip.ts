/** @file The tasks in the order of learning: which are learned, which is being worked on, which are to come; and how far the run is. */
import { element, setShown, setText } from "./element.ts";
import { agentColor, taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";
import { clockTime, percent, spoken } from "./words.ts";

const doing: Readonly<Record<string, string>> = { demonstrate: "Demonstrating", learn: "Learning", evaluate: "Testing" };

export class TaskStrip {
  readonly root: HTMLElement;
  readonly bar: HTMLElement;
  readonly #model: RunModel;
  readonly #chips: HTMLElement = element("ol", { class: "task-chips" });
  readonly #phase = element("span", { class: "phase" });
  readonly #agent = element("span", { class: "agent-chip" });
  readonly #left = element("span", { class: "time-left" });
  readonly #fill = element("div", { class: "progress-fill" });
  #made = "";
  /** The chip that was scrolled to. */
  #followed: HTMLElement | undefined;

  constructor(model: RunModel) {
    this.#model = model;
    this.root = element("div", { class: "task-strip" }, [this.#chips, element("p", { class: "doing" }, [this.#phase, this.#agent, this.#left])]);
    this.bar = element(
      "div",
      { class: "progress", attributes: { role: "progressbar", "aria-label": "The run", "aria-valuemin": "0", "aria-valuemax": "100" } },
      [this.#fill],
    );
  }

  update(): void {
    const { tasks, progress, learned, ended } = this.#model;
    const key = tasks.map(({ id }) => id).join("\n");
    if (key !== this.#made) this.#make(key);
    [...this.#chips.children].forEach((chip, i) => {
      chip.classList.toggle("learned", i < learned);
      chip.classList.toggle("current", !ended && progress?.phase !== "evaluate" && progress?.task === tasks[i]?.id);
    });
    this.#follow();
    const fraction = ended && this.#model.run?.state === "finished" ? 1 : (progress?.fraction ?? 0);
    this.#fill.style.setProperty("--fraction", String(fraction));
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * fraction)));
    this.#updateWords();
  }

  /** Scrolls to the task that is being worked on, or was learned last, when that is another one; until then people may scroll as they like. */
  #follow(): void {
    const reached = [...this.#chips.querySelectorAll<HTMLElement>(".learned, .current")].at(-1);
    if (reached === undefined || reached === this.#followed) return;
    this.#followed = reached;
    this.#chips.scrollTop = reached.offsetTop;
  }

  #updateWords(): void {
    const { progress, run, paused, connection, silent } = this.#model;
    const agent = progress?.agent;
    const working = run?.state === "running" && progress !== undefined;
    setShown(this.#agent, working && agent !== undefined);
    setText(this.#agent, agent ?? "");
    this.#agent.style.setProperty("--chip", agentColor(this.#model.agentIndex(agent ?? "")));
    if (working) {
      const standing = silent ? "Last seen · " : paused ? "Paused · " : "";
      setText(this.#phase, `${standing}${doing[progress.phase] ?? progress.phase} ${spoken(progress.task).toLowerCase()}`);
      const left = progress.remaining === undefined ? "estimating time left" : `${clockTime(progress.remaining)} left`;
      setText(this.#left, paused || silent ? percent(progress.fraction) : `${percent(progress.fraction)} · ${left}`);
      return;
    }
    const words = { running: "Starting", stopping: "Stopping: finishing what was begun", stopped: "Run stopped", finished: "Run finished" };
    setText(this.#phase, run === undefined ? (connection === "open" ? "Waiting for a run to begin" : "") : words[run.state]);
    setText(this.#left, progress === undefined ? "" : `took ${clockTime(progress.elapsed)}`);
  }

  #make(key: string): void {
    this.#made = key;
    const chips = this.#model.tasks.map(({ id, summary }, i) =>
      element("li", { class: "task-chip", title: summary, style: { "--chip": taskColor(i) } }, [element("i"), element("span", { text: spoken(id) })]),
    );
    this.#chips.replaceChildren(...chips);
  }
}
