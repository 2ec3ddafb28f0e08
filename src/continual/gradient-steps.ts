/** @file Where an agent is in learning a task: a log counts the steps of each sleep from 0, people and figures count over all sleeps on the task. */
import type { RunEvent } from "./run-event.ts";

export class GradientSteps {
  readonly #taken = new Map<string, number>();

  /** To be told of all events, in order. */
  hear(event: RunEvent): void {
    if (event.kind !== "learned") return;
    const { agent, task, gradientSteps } = event;
    this.#taken.set(keyOf(agent, task), this.before(agent, task) + gradientSteps);
  }

  /** An agent's steps on a task in all sleeps that are over. */
  before(agent: string, task: string): number {
    return this.#taken.get(keyOf(agent, task)) ?? 0;
  }
}

const keyOf = (agent: string, task: string): string => `${agent}\n${task}`;
