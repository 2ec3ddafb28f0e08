/** @file The random agent: uniform actions, learns nothing. The floor under every score. */
import type { Agent, AgentEntry, ConsolidationProgress, ConsolidationReport, Decision } from "../../src/contract/agent.ts";
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import type { Space } from "../../src/contract/space.ts";
import { validate } from "../../src/contract/validate.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { randomConfig } from "./config.ts";

class RandomAgent implements Agent {
  readonly name = "random";
  readonly #space: Space;
  readonly #random: RandomStream;
  readonly #action: Float32Array;
  readonly #decision: Decision;

  constructor(action: Space, seed: number) {
    this.#space = action;
    this.#random = RandomStream.fromSeed(seed).split("actions");
    this.#action = new Float32Array(action.size);
    this.#decision = { action: this.#action };
  }

  act(): Decision {
    const { low, high } = this.#space;
    for (let k = 0; k < this.#action.length; k++) this.#action[k] = this.#random.uniform(low[k], high[k]);
    return this.#decision;
  }

  observe(): void {}

  beginTask(): void {}

  // oxlint-disable-next-line require-yield -- a sleep without work is over at once
  *consolidate(): Generator<ConsolidationProgress, ConsolidationReport> {
    return { gradientSteps: 0, loss: 0, memorySize: 0 };
  }

  snapshot(): Snapshot {
    return { random: this.#random.snapshot() };
  }

  restore(snapshot: Snapshot): void {
    this.#random.restore(nested(snapshot, "random"));
  }

  dispose(): void {}
}

export const random: AgentEntry = {
  name: "random",
  summary: "acts uniformly at random and learns nothing: the floor under every score",
  defaults: randomConfig.parse({}),
  async make({ spec, seed, config = {} }) {
    validate(randomConfig, config, "agents.random");
    return new RandomAgent(spec.action, seed);
  },
};
