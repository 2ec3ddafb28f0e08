/**
 * @file A pole on a cart that must be kept upright by pushing the cart, with the equations of motion as published, integrated by Runge–Kutta.
 * @see Barto, Sutton & Anderson (1983), "Neuronlike adaptive elements"; Florian (2007), "Correct equations for the dynamics of the cart-pole system".
 */
import { asEnvironmentId, type Controller } from "../../src/contract/environment.ts";
import type { Scene, SceneBody } from "../../src/contract/scene.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { arrayIn, numberIn } from "../../src/environments/snapshot-fields.ts";
import { RungeKutta } from "./runge-kutta.ts";

const GRAVITY = 9.81;
const CART = 1;
const POLE = 0.1;
/** Half the pole's length, in m. */
const HALF = 0.5;
/** Of the pole's hinge, in N·m·s/rad. */
const FRICTION = 0.002;
/** Newtons at an action of 1. */
const PUSH = 10;

/** Where an episode ends: this far from the middle in m, or this far from upright in rad. */
const EDGE = 2.4;
const FALLEN = 0.21;

const PERIOD = 0.02;

/** From this step on a pole that is still up counts as balanced: four seconds. */
const BALANCED = 200;

export const cartPole: World = {
  spec: {
    id: asEnvironmentId("classic/cart-pole@1"),
    summary: "Keep a pole upright by pushing the cart that it stands on.",
    observation: space([
      { name: "cart", quantity: "position", unit: "m", size: 1, low: -10, high: 10 },
      { name: "cart speed", quantity: "velocity", unit: "m/s", size: 1, low: -100, high: 100 },
      { name: "pole", quantity: "angle", unit: "rad", size: 1, low: -Math.PI, high: Math.PI },
      { name: "pole speed", quantity: "velocity", unit: "rad/s", size: 1, low: -100, high: 100 },
    ]),
    action: space([{ name: "push", quantity: "scalar", unit: "1", size: 1, low: -1, high: 1 }]),
    variation: space([{ name: "start", quantity: "scalar", unit: "1", size: 4, low: -0.05, high: 0.05 }]),
    settings: [
      { name: "gravity", summary: "Factor of gravity.", unit: "1", low: 0.1, high: 2, nominal: 1 },
      { name: "friction", summary: "Factor of the hinge's friction.", unit: "1", low: 0, high: 20, nominal: 1 },
      { name: "mass", summary: "Factor of the pole's mass.", unit: "1", low: 0.25, high: 4, nominal: 1 },
      { name: "size", summary: "Factor of the pole's length.", unit: "1", low: 0.5, high: 4, nominal: 1 },
      {
        name: "push",
        summary: `Gain of the push (${PUSH} N at an action of 1): 0 is crippled, −1 inverted.`,
        unit: "1",
        low: -1,
        high: 1,
        nominal: 1,
      },
    ],
    controlPeriod: PERIOD,
    horizon: 500,
  },
  simulate: () => new CartPoleSimulation(),
  controller: balancer,
};

/** What the equations need to know. */
export interface CartPoleBody {
  readonly gravity: number;
  readonly pole: number;
  /** Half the length. */
  readonly half: number;
  readonly friction: number;
}

/** Derivatives of [x, ẋ, θ, θ̇] under a force on the cart; θ is 0 upright. */
export function cartPoleMotion({ gravity, pole, half, friction }: CartPoleBody, state: Float64Array, force: number, into: Float64Array): void {
  const [, speed, angle, turning] = state as unknown as readonly [number, number, number, number];
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const total = CART + pole;
  const pushed = (-force - pole * half * turning * turning * sine) / total;
  const turn = (gravity * sine + cosine * pushed - (friction * turning) / (pole * half)) / (half * (4 / 3 - (pole * cosine * cosine) / total));
  into[0] = speed;
  into[1] = (force + pole * half * (turning * turning * sine - turn * cosine)) / total;
  into[2] = turning;
  into[3] = turn;
}

class CartPoleSimulation implements Simulation {
  readonly scene: Scene;
  readonly #state = new Float64Array(4);
  readonly #motion: RungeKutta;
  #body: CartPoleBody = { gravity: GRAVITY, pole: POLE, half: HALF, friction: FRICTION };
  #gain = 1;
  #force = 0;
  #steps = 0;

  constructor() {
    this.#motion = new RungeKutta(this.#state, (state, into) => cartPoleMotion(this.#body, state, this.#force, into));
    this.scene = { bodies: BODIES, writePoses: (into) => this.#draw(into) };
  }

  begin(episode: Episode, observation: Float32Array): void {
    this.#face(episode);
    this.#state.set(episode.variation);
    this.#steps = 0;
    this.#observe(observation);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    this.#force = PUSH * this.#gain * action[0]!;
    this.#motion.advance(PERIOD);
    this.#observe(observation);
    const isUp = Math.abs(this.#state[0]!) <= EDGE && Math.abs(this.#state[2]!) <= FALLEN;
    outcome.reward = isUp ? 1 : 0;
    this.#steps++;
    outcome.success = isUp && this.#steps >= BALANCED;
    if (!isUp) outcome.ending = "terminated";
  }

  snapshot(): Snapshot {
    return { state: this.#state.slice(), steps: this.#steps };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#face(episode);
    this.#state.set(arrayIn(snapshot, "state", this.#state));
    this.#steps = numberIn(snapshot, "steps");
  }

  #face({ settings }: Episode): void {
    const of = (name: string): number => settings[name]!;
    this.#body = { gravity: GRAVITY * of("gravity"), pole: POLE * of("mass"), half: HALF * of("size"), friction: FRICTION * of("friction") };
    this.#gain = of("push");
  }

  #observe(observation: Float32Array): void {
    for (let k = 0; k < 4; k++) observation[k] = this.#state[k]!;
  }

  #draw(into: Float32Array): void {
    const [x, angle] = [this.#state[0]!, this.#state[2]!];
    into.set([0, 0, 0, 0, 0, 0, 1]);
    into.set([x, 0, 0.1, 0, 0, 0, 1], 7);
    into.set([x, 0, 0.15, 0, Math.sin(angle / 2), 0, Math.cos(angle / 2)], 14);
  }
}

const drawn = (name: string, half: readonly [number, number, number], up: number, color: readonly [number, number, number, number]): SceneBody => ({
  name,
  shapes: [{ geometry: { kind: "box", halfExtents: half }, offset: [0, 0, up], rotation: [0, 0, 0, 1], color }],
});
const BODIES: readonly SceneBody[] = [
  drawn("rail", [EDGE, 0.02, 0.02], 0, [0.73, 0.76, 0.8, 1]),
  drawn("cart", [0.2, 0.12, 0.08], 0, [0.15, 0.43, 0.46, 1]),
  drawn("pole", [0.03, 0.03, HALF], HALF, [0.84, 0.24, 0.22, 1]),
];

/** Linear feedback, stable for the nominal body and those near it. */
function balancer(): Controller {
  return {
    reset(): void {},
    act([x, speed, angle, turning]: Float32Array, action): void {
      action[0] = Math.min(Math.max((2 * x! + 3 * speed! + 60 * angle! + 10 * turning!) / PUSH, -1), 1);
    },
  };
}
