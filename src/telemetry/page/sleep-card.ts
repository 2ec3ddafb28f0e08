/** @file One agent's latest sleep: why, how far and at what while it goes on, and then what came of it. */
import { because, DRIFT_MEANING } from "../../continual/format.ts";
import type { SleepMessage } from "../messages.ts";
import { element, setShown, setText } from "./element.ts";
import { LossSketch } from "./loss-sketch.ts";
import { agentColor, taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";
import { selfTestMarks } from "./self-test-marks.ts";
import { clockTime, grouped, percent, spoken } from "./words.ts";

/** What an agent does in its sleep, where it does not learn. */
const besides: Readonly<Record<string, string>> = {
  "self-test": "asking itself what it remembers",
  filing: "filing its memories anew",
  tidying: "tidying its memory",
};

const badges: Readonly<Record<SleepMessage["state"], readonly [text: string, title: string]>> = {
  asleep: ["Asleep", "It does not act meanwhile"],
  kept: ["Kept", "What it learned in this sleep stays"],
  undone: ["Undone", "An older task got clearly worse, so what it learned in this sleep was undone"],
  "cut short": ["Cut short", "The run was stopped in the middle of this sleep"],
};
/** Of a run that no longer answers. */
const silent = ["Lost", "It slept when the run was last heard of"] as const;

export class SleepCard {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #agent: string;
  readonly #task = element("span", { class: "task-name" });
  readonly #why = element("span", { class: "sleep-why" });
  readonly #badge = element("span", { class: "sleep-badge", attributes: { role: "status" } });
  readonly #bar: HTMLElement;
  readonly #doing = element("span");
  readonly #steps = element("span", { class: "sleep-steps" });
  readonly #sketch = new LossSketch();
  readonly #firstLoss = element("span");
  readonly #loss = element("span");
  readonly #facts = element("ul", { class: "sleep-facts" });
  readonly #tests = element("ul", { class: "self-tests", attributes: { "aria-label": "Error in remembered states, before and after" } });
  readonly #content: HTMLElement;
  #shown: { readonly sleep?: SleepMessage | undefined; readonly lost?: boolean } = {};

  /** @param index Of the agent, in the run. */
  constructor(model: RunModel, agent: string, index: number) {
    this.#model = model;
    this.#agent = agent;
    this.#bar = element("div", { class: "sleep-bar", attributes: { role: "progressbar", "aria-label": `Sleep of ${agent}`, "aria-valuemin": "0" } }, [
      element("i"),
    ]);
    const loss = element("div", { class: "sleep-curve" }, [this.#sketch.root, element("p", {}, [this.#firstLoss, this.#loss])]);
    this.#content = element("div", { class: "sleep-content" }, [
      this.#bar,
      element("div", { class: "sleep-words" }, [this.#doing, this.#facts, this.#steps]),
      element("div", { class: "sleep-body" }, [loss, this.#tests]),
    ]);
    const head = element("header", {}, [element("h3", { class: "agent-chip", text: agent }), this.#task, this.#why, this.#badge]);
    this.root = element("article", { class: "sleep-card", style: { "--chip": agentColor(index) } }, [head, this.#content]);
  }

  update(): void {
    const sleep = this.#model.sleep(this.#agent);
    const lost = sleep?.state === "asleep" && this.#model.silent;
    setShown(this.#content, sleep !== undefined);
    setShown(this.#task, sleep !== undefined);
    setShown(this.#badge, sleep !== undefined);
    if (sleep === undefined) setText(this.#why, "has not slept yet");
    else if (sleep !== this.#shown.sleep || lost !== this.#shown.lost) this.#show(sleep, lost);
    this.#shown = { sleep, lost };
  }

  #show(sleep: SleepMessage, lost: boolean): void {
    const { number, task, trigger, state, gradientStep, gradientSteps, loss, losses } = sleep;
    const [text, title] = lost ? silent : badges[state];
    this.root.dataset["state"] = lost ? "lost" : state;
    setText(this.#task, spoken(task));
    this.#task.style.setProperty("--chip", taskColor(this.#model.taskIndex(task)));
    setText(this.#why, `sleep ${number}, because ${because[trigger]}`);
    setText(this.#badge, text);
    this.#badge.title = title;
    this.#bar.style.setProperty("--fraction", String(gradientStep / Math.max(1, gradientSteps)));
    this.#bar.setAttribute("aria-valuemax", String(gradientSteps));
    this.#bar.setAttribute("aria-valuenow", String(gradientStep));
    setText(this.#doing, doingOf(sleep));
    setText(this.#steps, stepsOf(sleep, lost));
    this.#facts.replaceChildren(...factsOf(sleep));
    this.#sketch.update(sleep);
    setText(this.#firstLoss, losses[0] === undefined ? "loss" : `loss ${losses[0].loss.toPrecision(2)}`);
    setText(this.#loss, loss?.toPrecision(2) ?? "");
    // Those of the sleep before are hidden by the style sheet, so that their place is kept for those to come.
    if (state !== "asleep") this.#tests.replaceChildren(...selfTestMarks(sleep.selfTests ?? [], (name) => this.#model.taskIndex(name)));
  }
}

function doingOf({ state, doing, task }: SleepMessage): string {
  if (state === "kept") return "";
  if (state === "undone") return "An older task got worse";
  const words = besides[doing ?? ""] ?? `learning ${spoken(task).toLowerCase()}`;
  return state === "asleep" ? spoken(words) : `Stopped while ${words}`;
}

function stepsOf({ state, doing, gradientStep, gradientSteps, remaining }: SleepMessage, lost: boolean): string {
  const steps = gradientStep === gradientSteps ? grouped(gradientStep) : `${grouped(gradientStep)} of ${grouped(gradientSteps)}`;
  const left = !lost && state === "asleep" && doing === "learning" && remaining !== undefined ? ` · ${clockTime(remaining)} left` : "";
  return `${steps} gradient steps${left}`;
}

function factsOf({ memorySize = 0, merged = 0, forgotten = 0, drift, untested = [] }: SleepMessage): HTMLElement[] {
  const facts: readonly (readonly [text: string, title: string] | undefined)[] = [
    memorySize > 0 ? [`${grouped(memorySize)} memories`, "Entries in its long-term memory afterwards"] : undefined,
    merged > 0 ? [`${grouped(merged)} merged`, "Entries that became one with another"] : undefined,
    forgotten > 0 ? [`${grouped(forgotten)} forgotten`, "Entries given up, because memory may not take more"] : undefined,
    untested.length > 0
      ? [`${untested.length} not tested`, `Too little is remembered of ${untested.map(spoken).join(", ")} to test itself`]
      : undefined,
    drift === undefined ? undefined : [`${percent(drift)} of neighbours changed`, `Drift of keys: ${DRIFT_MEANING}`],
  ];
  return facts.flatMap((fact) => (fact === undefined ? [] : [element("li", { text: fact[0], title: fact[1] })]));
}
