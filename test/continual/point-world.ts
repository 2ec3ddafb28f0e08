/**
 * A tiny world for tests: a point in the plane that must come near its goal. The side of the plane where the goal lies is the task. Spoils its
 * observation buffer before every step, so that whoever kept it sees NaN.
 */
import {
  asEnvironmentId,
  type Controller,
  type Environment,
  type EnvironmentEntry,
  type EnvironmentSpec,
  type ResetOptions,
} from "../../src/contract/environment.ts";
import { OrderError } from "../../src/contract/errors.ts";
import type { Scene } from "../../src/contract/scene.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import { first, middle, truncated, type FirstStep, type NextStep } from "../../src/contract/step.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const HORIZON = 40;
/** How far a full action moves the point, and how near counts as there. */
const STEP = 0.1;
const NEAR = 0.1;

export type Side = "left" | "right" | "up" | "down";
const directions: Readonly<Record<Side, readonly [number, number]>> = { left: [-1, 0], right: [1, 0], up: [0, 1], down: [0, -1] };

export function pointSpec(side: Side): EnvironmentSpec {
  return {
    id: asEnvironmentId(`point/${side}@1`),
    summary: `Go to the goal in the ${side} half.`,
    observation: space([
      { name: "point", quantity: "position", unit: "m", size: 2, low: -4, high: 4 },
      { name: "goal", quantity: "position", unit: "m", size: 2, low: -2, high: 2 },
    ]),
    action: space([{ name: "velocity", quantity: "velocity", unit: "1", size: 2, low: -1, high: 1 }]),
    variation: space([{ name: "goal", quantity: "position", unit: "m", size: 2, low: -2, high: 2 }]),
    settings: [],
    controlPeriod: 0.05,
    horizon: HORIZON,
  };
}

export class PointWorld implements Environment {
  readonly spec: EnvironmentSpec;
  readonly scene: Scene;
  readonly variation = new Float32Array(2);
  /** Seeds that it was reset with. */
  readonly seeds: number[] = [];
  readonly #side: Side;
  readonly #observation = new Float32Array(4);
  #state = new Float32Array(4);
  #random: RandomStream = RandomStream.fromSeed(0);
  /** Steps taken; absent before the first reset and after the last step. */
  #steps: number | undefined;

  constructor(side: Side) {
    this.spec = pointSpec(side);
    this.#side = side;
    this.scene = {
      bodies: ["point", "goal"].map((name) => ({
        name,
        shapes: [{ geometry: { kind: "sphere", radius: 0.05 }, offset: [0, 0, 0], rotation: [0, 0, 0, 1], color: [0.2, 0.5, 0.9, 1] }],
      })),
      writePoses: (into) => {
        const [x, y, goalX, goalY] = this.#state as unknown as [number, number, number, number];
        into.set([x, y, 0, 0, 0, 0, 1, goalX, goalY, 0, 0, 0, 0, 1]);
      },
    };
  }

  reset({ seed }: ResetOptions = {}): FirstStep {
    if (seed !== undefined) {
      this.seeds.push(seed);
      this.#random = RandomStream.fromSeed(seed);
    }
    const [x, y] = directions[this.#side];
    this.#state.set([0, 0, 1.2 * x + this.#random.uniform(-0.4, 0.4), 1.2 * y + this.#random.uniform(-0.4, 0.4)]);
    this.variation.set(this.#state.subarray(2));
    this.#steps = 0;
    return first(this.#look());
  }

  step(action: Float32Array): NextStep {
    if (this.#steps === undefined) throw new OrderError("Reset the point world before its first step.");
    this.#observation.fill(Number.NaN);
    for (let k = 0; k < 2; k++) this.#state[k]! += STEP * Math.min(1, Math.max(-1, action[k]!));
    this.#steps++;
    const distance = Math.hypot(this.#state[0]! - this.#state[2]!, this.#state[1]! - this.#state[3]!);
    if (this.#steps < HORIZON) return middle(this.#look(), -distance, distance < NEAR);
    this.#steps = undefined;
    return truncated(this.#look(), -distance, distance < NEAR, "horizon");
  }

  snapshot(): Snapshot {
    return { state: this.#state.slice(), random: this.#random.snapshot(), steps: this.#steps ?? null };
  }

  restore({ state, random, steps }: Snapshot): void {
    this.#state = (state as Float32Array).slice();
    this.#random.restore(random as Snapshot);
    this.#steps = (steps as number | null) ?? undefined;
  }

  #look(): Float32Array {
    this.#observation.set(this.#state);
    return this.#observation;
  }
}

/** Heads for the goal. */
export const pointController = (): Controller => ({
  reset() {},
  act(observation, action) {
    const [x, y, goalX, goalY] = observation as unknown as [number, number, number, number];
    action[0] = Math.max(-1, Math.min(1, (goalX - x) / STEP));
    action[1] = Math.max(-1, Math.min(1, (goalY - y) / STEP));
  },
});

export const pointEntry = (side: Side): EnvironmentEntry => ({
  spec: pointSpec(side),
  make: () => new PointWorld(side),
  controller: pointController,
});

export const pointEnvironments: ReadonlyMap<string, EnvironmentEntry> = new Map(
  (["left", "right", "up", "down"] as const).map((side) => [`point/${side}@1`, pointEntry(side)]),
);
