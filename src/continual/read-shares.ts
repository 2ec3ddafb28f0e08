/** @file Where an agent's memory was read from, over many decisions: the weight of its reads by source task. */
import type { Agent, Decision } from "../contract/agent.ts";

export class ReadShares {
  readonly #agent: Agent;
  readonly #taskOf = new Map<number, string>();
  readonly #weights = new Map<string, number>();

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  add({ recall }: Decision): void {
    if (recall === undefined) return;
    for (let i = 0; i < recall.count; i++) {
      const task = this.#source(recall.ids[i]!);
      this.#weights.set(task, (this.#weights.get(task) ?? 0) + recall.weights[i]!);
    }
  }

  /** Shares that sum to 1, by task in alphabetical order; empty if nothing was read. */
  total(): Record<string, number> {
    const sum = [...this.#weights.values()].reduce((a, b) => a + b, 0);
    return Object.fromEntries([...this.#weights].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([task, weight]) => [task, weight / sum]));
  }

  #source(id: number): string {
    let task = this.#taskOf.get(id);
    if (task === undefined) {
      task = this.#agent.remembered?.(id)?.task ?? "forgotten";
      this.#taskOf.set(id, task);
    }
    return task;
  }
}
