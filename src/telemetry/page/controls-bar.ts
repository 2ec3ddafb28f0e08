/** @file The run's switches: pause, one step, speed, stop; by mouse and by key. */
import { element, setText } from "./element.ts";
import type { RunModel } from "./run-model.ts";

export interface ControlActions {
  setPaused(paused: boolean): void;
  step(): void;
  /** @param speed Simulated seconds per second; 0 is as fast as possible. */
  setSpeed(speed: number): void;
  stop(): void;
}

const speeds: readonly (readonly [label: string, speed: number, title: string])[] = [
  ["1×", 1, "As fast as the robot would be"],
  ["4×", 4, "Four times as fast"],
  ["Max", 0, "As fast as this machine can; episodes are played back"],
];

const button = (name: string, text: string, title: string): HTMLButtonElement =>
  element("button", { class: `button ${name}`, text, title, attributes: { type: "button" } });

/** Milliseconds after the first press of the stop button in which the second is still part of it, and until which it counts. */
const STOP_FROM = 600;
const STOP_UNTIL = 4000;

export class ControlsBar {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #pause = button("pause", "Pause", "Pause or go on (space)");
  readonly #step = button("step", "Step", "One control step (S)");
  readonly #stop = button("stop", "Stop", "End the run; what it has so far is kept");
  readonly #speeds: readonly (readonly [HTMLButtonElement, number])[];
  /** When the stop button was pressed once; a second press soon after means it. */
  #asked = -Infinity;

  constructor(model: RunModel, actions: ControlActions) {
    this.#model = model;
    this.#speeds = speeds.map(([label, speed, title]) => {
      const choice = button("speed", label, title);
      choice.addEventListener("click", () => actions.setSpeed(speed));
      return [choice, speed];
    });
    this.#pause.addEventListener("click", () => actions.setPaused(!model.paused));
    this.#step.addEventListener("click", () => actions.step());
    this.#stop.addEventListener("click", () => this.#confirmStop(actions));
    const group = element(
      "div",
      { class: "speeds", attributes: { role: "group", "aria-label": "Speed" } },
      this.#speeds.map(([choice]) => choice),
    );
    this.root = element("div", { class: "controls" }, [this.#pause, this.#step, group, this.#stop]);
    addEventListener("keydown", (event) => this.#onKey(event, actions));
  }

  update(): void {
    const { paused, speed, connection, run } = this.#model;
    // After a finished run an agent may be on show, and obeys the same switches.
    const usable = connection === "open" && run?.state !== "stopping" && run?.state !== "stopped";
    setText(this.#pause, paused ? "Resume" : "Pause");
    this.#pause.classList.toggle("primary", paused);
    for (const control of [this.#pause, this.#step, this.#stop]) control.disabled = !usable;
    for (const [choice, value] of this.#speeds) {
      choice.disabled = !usable;
      choice.setAttribute("aria-pressed", String(value === speed));
    }
    const asking = performance.now() - this.#asked < STOP_UNTIL;
    setText(this.#stop, run?.state === "stopping" ? "Stopping…" : asking ? "Really stop?" : "Stop");
    this.#stop.classList.toggle("danger", asking);
  }

  #confirmStop(actions: ControlActions): void {
    const now = performance.now();
    if (now - this.#asked < STOP_FROM) return;
    if (now - this.#asked < STOP_UNTIL) actions.stop();
    this.#asked = now;
    this.update();
  }

  #onKey(event: KeyboardEvent, actions: ControlActions): void {
    // A key held down is one press of the stop button.
    if (event.repeat && event.target === this.#stop) event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || this.#pause.disabled) return;
    if (event.key === " ") {
      // A focused button takes it for itself.
      if (event.target instanceof Element && event.target.closest("button") !== null) return;
      event.preventDefault();
      if (!event.repeat) actions.setPaused(!this.#model.paused);
    } else if (event.key.toLowerCase() === "s") actions.step();
  }
}
