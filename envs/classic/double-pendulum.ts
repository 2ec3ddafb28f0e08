/**
 * @file A double pendulum with a motor at its elbow alone (the acrobot): swing its end up and keep it there. The equations of motion are integrated by
 * Runge–Kutta.
 * @see Spong (1995), "The swing up control problem for the acrobot"; Sutton & Barto (2018), section 11.3 of the first edition, for its numbers.
 */
import { asEnvironmentId } from "../../src/contract/environment.ts";
import type { Scene, SceneBody } from "../../src/contract/scene.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { arrayIn } from "../../src/environments/snapshot-fields.ts";
import { RungeKutta } from "./runge-kutta.ts";

const GRAVITY = 9.81;
/** Each link's mass in kg, length in m, and moment of inertia about its middle for a mass and length of 1. */
const MASS = 1;
const LENGTH = 1;
const INERTIA = 1 / 12;
/** Of each hinge, in N·m·s/rad. */
const FRICTION = 0.02;
/** N·m at an action of 1, for the nominal masses and lengths. */
const TORQUE = 5;

const PERIOD = 0.02;
const SUBSTEPS = 4;

/** The share of the way up from which the end counts as up. */
const UP = 0.9;

const SPEED = 30;

export const doublePendulum: World = {
  spec: {
    id: asEnvironmentId("classic/double-pendulum@1"),
    summary: "Swing a double pendulum up by its elbow and keep its end up.",
    observation: space([
      // cosine and sine of the first link's angle from hanging down, then of the second's from the first
      { name: "angles", quantity: "scalar", unit: "1", size: 4, low: -1, high: 1 },
      { name: "speeds", quantity: "velocity", unit: "rad/s", size: 2, low: -SPEED, high: SPEED },
    ]),
    action: space([{ name: "elbow", quantity: "scalar", unit: "1", size: 1, low: -1, high: 1 }]),
    variation: space([{ name: "start", quantity: "angle", unit: "rad", size: 2, low: -0.1, high: 0.1 }]),
    settings: [
      { name: "gravity", summary: "Factor of gravity.", unit: "1", low: 0.1, high: 2, nominal: 1 },
      { name: "friction", summary: "Factor of the hinges' friction.", unit: "1", low: 0, high: 10, nominal: 1 },
      { name: "mass", summary: "Factor of the second link's mass.", unit: "1", low: 0.25, high: 4, nominal: 1 },
      { name: "size", summary: "Factor of both lengths; the motor grows with it.", unit: "1", low: 0.5, high: 4, nominal: 1 },
      {
        name: "elbow",
        summary: `Gain of the motor (${TORQUE} N·m at an action of 1): 0 is crippled, −1 inverted.`,
        unit: "1",
        low: -1,
        high: 1,
        nominal: 1,
      },
    ],
    controlPeriod: PERIOD,
    horizon: 500,
  },
  simulate: () => new PendulumSimulation(),
};

/** What the equations need to know. */
export interface PendulumBody {
  readonly gravity: number;
  /** Of the second link; the first has 1 kg. */
  readonly mass: number;
  /** Of each link. */
  readonly length: number;
  readonly friction: number;
}

/** Derivatives of [θ₁, θ₂, θ̇₁, θ̇₂] under a torque at the elbow; θ₁ is 0 hanging down, θ₂ is 0 straight. */
export function pendulumMotion({ gravity, mass, length: l, friction }: PendulumBody, state: Float64Array, torque: number, into: Float64Array): void {
  const [a, b, u, v] = state as unknown as readonly [number, number, number, number];
  const half = l / 2;
  const [first, second] = [INERTIA * MASS * l * l, INERTIA * mass * l * l];
  const inner = mass * l * half * Math.cos(b);
  const bend = mass * l * half * Math.sin(b);
  const d2 = mass * half * half + second + inner;
  const d1 = MASS * half * half + first + mass * l * l + inner + d2;
  const d3 = mass * half * half + second;
  const lower = mass * half * gravity * Math.sin(a + b);
  const upper = (MASS * half + mass * l) * gravity * Math.sin(a) + lower;
  const pushA = bend * v * (2 * u + v) - upper - friction * u;
  const pushB = torque - bend * u * u - lower - friction * v;
  const determinant = d1 * d3 - d2 * d2;
  into[0] = u;
  into[1] = v;
  into[2] = (d3 * pushA - d2 * pushB) / determinant;
  into[3] = (d1 * pushB - d2 * pushA) / determinant;
}

class PendulumSimulation implements Simulation {
  readonly scene: Scene;
  readonly #state = new Float64Array(4);
  readonly #motion: RungeKutta;
  #body: PendulumBody = { gravity: GRAVITY, mass: MASS, length: LENGTH, friction: FRICTION };
  #most = TORQUE;
  #torque = 0;

  constructor() {
    this.#motion = new RungeKutta(this.#state, (state, into) => pendulumMotion(this.#body, state, this.#torque, into));
    this.scene = { bodies: BODIES, writePoses: (into) => this.#draw(into) };
  }

  begin(episode: Episode, observation: Float32Array): void {
    this.#face(episode);
    this.#state.fill(0);
    this.#state.set(episode.variation);
    this.#observe(observation);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    this.#torque = this.#most * action[0]!;
    for (let k = 0; k < SUBSTEPS; k++) this.#motion.advance(PERIOD / SUBSTEPS);
    const [a, b, u, v] = this.#state as unknown as readonly [number, number, number, number];
    if (!(Math.abs(u) < 1e3 && Math.abs(v) < 1e3)) {
      outcome.ending = "unstable";
      return;
    }
    this.#observe(observation);
    // Height of the end, from −1 hanging to 1 upright.
    const height = -(Math.cos(a) + Math.cos(a + b)) / 2;
    outcome.reward = (1 + height) / 2;
    outcome.success = height >= UP;
  }

  snapshot(): Snapshot {
    return { state: this.#state.slice() };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#face(episode);
    this.#state.set(arrayIn(snapshot, "state", this.#state));
  }

  #face({ settings }: Episode): void {
    const of = (name: string): number => settings[name]!;
    this.#body = { gravity: GRAVITY * of("gravity"), mass: MASS * of("mass"), length: LENGTH * of("size"), friction: FRICTION * of("friction") };
    this.#most = TORQUE * of("size") * of("elbow");
  }

  #observe(observation: Float32Array): void {
    const [a, b, u, v] = this.#state as unknown as readonly [number, number, number, number];
    observation.set([Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)]);
    observation[4] = Math.min(Math.max(u, -SPEED), SPEED);
    observation[5] = Math.min(Math.max(v, -SPEED), SPEED);
  }

  /** In the xz plane, its shoulder 2.2 m up; drawn at nominal size. */
  #draw(into: Float32Array): void {
    const [a, b] = [this.#state[0]!, this.#state[1]!];
    const hanging = (angle: number): readonly number[] => [0, -Math.sin(angle / 2), 0, Math.cos(angle / 2)];
    into.set([0, 0, 2.2, ...hanging(a)]);
    into.set([LENGTH * Math.sin(a), 0, 2.2 - LENGTH * Math.cos(a), ...hanging(a + b)], 7);
  }
}

const link = (name: string, color: readonly [number, number, number, number]): SceneBody => ({
  name,
  shapes: [
    { geometry: { kind: "box", halfExtents: [0.03, 0.03, LENGTH / 2] }, offset: [0, 0, -LENGTH / 2], rotation: [0, 0, 0, 1], color },
    { geometry: { kind: "sphere", radius: 0.06 }, offset: [0, 0, 0], rotation: [0, 0, 0, 1], color: [0.19, 0.21, 0.25, 1] },
  ],
});
const BODIES: readonly SceneBody[] = [link("upper link", [0.15, 0.43, 0.46, 1]), link("lower link", [0.84, 0.24, 0.22, 1])];
