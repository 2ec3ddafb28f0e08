/** @file The smallest world with something to see: a cart on a rail that must reach a post. For tests of what watches a run. */
import { asEnvironmentId, type Environment, type EnvironmentSpec } from "../../src/contract/environment.ts";
import type { Scene } from "../../src/contract/scene.ts";
import { space } from "../../src/contract/space.ts";
import { first, middle, truncated, type FirstStep, type NextStep } from "../../src/contract/step.ts";

const POST = 0.3;
const upright = [0, 0, 0, 1] as const;

/** @param name Tells worlds apart; each has a scene of its own. */
export class RailWorld implements Environment {
  readonly spec: EnvironmentSpec;
  readonly scene: Scene;
  readonly variation = new Float32Array(2);
  /** How often somebody looked. */
  looks = 0;
  readonly #observation = new Float32Array(2);
  #x = 0;
  #steps = 0;

  constructor(name = "rail", horizon = 40) {
    const position = space([{ name: "position", quantity: "position", unit: "m", size: 2, low: -1, high: 1 }]);
    this.spec = {
      id: asEnvironmentId(`test/${name}@1`),
      summary: "Drive the cart to the post.",
      observation: position,
      action: space([{ name: "velocity", quantity: "velocity", unit: "m/s", size: 1, low: -1, high: 1 }]),
      variation: position,
      settings: [],
      controlPeriod: 0.0125,
      horizon,
    };
    this.scene = {
      bodies: [
        {
          name: "rail",
          shapes: [
            { geometry: { kind: "box", halfExtents: [0.6, 0.08, 0.02] }, offset: [0, 0, -0.02], rotation: upright, color: [0.6, 0.5, 0.4, 1] },
          ],
        },
        {
          name: "cart",
          shapes: [
            { geometry: { kind: "box", halfExtents: [0.06, 0.05, 0.03] }, offset: [0, 0, 0.03], rotation: upright, color: [0.2, 0.4, 0.8, 1] },
            { geometry: { kind: "sphere", radius: 0.03 }, offset: [0, 0, 0.08], rotation: upright, color: [0.9, 0.7, 0.2, 1] },
          ],
        },
        {
          name: "post",
          shapes: [{ geometry: { kind: "cylinder", radius: 0.02, height: 0.2 }, offset: [0, 0, 0.1], rotation: upright, color: [0.2, 0.7, 0.4, 1] }],
        },
      ],
      writePoses: (into) => {
        this.looks++;
        into.set([0, 0, 0, ...upright, this.#x, 0, 0, ...upright, POST, 0, 0, ...upright]);
      },
    };
  }

  reset(): FirstStep {
    this.#x = -0.4;
    this.#steps = 0;
    return first(this.#observe());
  }

  step(action: Float32Array): NextStep {
    this.#x += action[0]! * this.spec.controlPeriod;
    this.#steps++;
    const success = Math.abs(this.#x - POST) < 0.02;
    const observation = this.#observe();
    return this.#steps < this.spec.horizon ? middle(observation, this.#x, success) : truncated(observation, this.#x, success, "horizon");
  }

  snapshot(): { x: number; steps: number } {
    return { x: this.#x, steps: this.#steps };
  }

  restore(snapshot: { x?: unknown; steps?: unknown }): void {
    this.#x = Number(snapshot.x);
    this.#steps = Number(snapshot.steps);
  }

  #observe(): Float32Array {
    this.#observation.set([this.#x, POST]);
    return this.#observation;
  }
}
