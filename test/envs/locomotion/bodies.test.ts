/** @file Bodies that move: physics against physics, and what the settings change. */
import { Body, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { cartPoleMotion, type CartPoleBody } from "../../../envs/classic/cart-pole.ts";
import { pendulumMotion, type PendulumBody } from "../../../envs/classic/double-pendulum.ts";
import { RungeKutta } from "../../../envs/classic/runge-kutta.ts";
import { antCreature } from "../../../envs/locomotion/ant.ts";
import { armCreature } from "../../../envs/locomotion/arm.ts";
import { chain } from "../../../envs/locomotion/chain.ts";
import { Creature, setCapsuleInertia, type CreatureSpec } from "../../../envs/locomotion/creature.ts";
import { walkerCreature } from "../../../envs/locomotion/walker.ts";
import { environments } from "../../../envs/index.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { findEnvironment } from "../../../src/environments/find-environment.ts";
import { demonstrated, live, meanOf, taskOf, worldOf } from "../small/live.ts";

const plain = { gravity: 1, friction: 1, mass: 1, size: 1 };

describe("the cart-pole", () => {
  const body: CartPoleBody = { gravity: 9.81, pole: 0.1, half: 0.5, friction: 0 };

  it("keeps its energy when nothing pushes and nothing rubs", () => {
    const state = Float64Array.of(0, 0.3, 2, 0.5);
    const energy = (): number => {
      const [, v, angle, w] = state as unknown as readonly [number, number, number, number];
      const along = v + body.half * w * Math.cos(angle);
      const up = -body.half * w * Math.sin(angle);
      const spin = (body.pole * body.half ** 2) / 3;
      return 0.5 * v * v + 0.5 * body.pole * (along ** 2 + up ** 2) + 0.5 * spin * w * w + body.pole * body.gravity * body.half * Math.cos(angle);
    };
    const motion = new RungeKutta(state, (from, into) => cartPoleMotion(body, from, 0, into));
    const before = energy();
    for (let k = 0; k < 1000; k++) motion.advance(0.01);
    expect(Math.abs(energy() - before)).toBeLessThan(1e-6 * Math.abs(before));
  });

  it("falls from nearly upright as its linearisation says", () => {
    // θ¨ = θ·g / (l·(4/3 − m/(M + m)))
    const rate = Math.sqrt(9.81 / (0.5 * (4 / 3 - 0.1 / 1.1)));
    const state = Float64Array.of(0, 0, 1e-4, 0);
    const motion = new RungeKutta(state, (from, into) => cartPoleMotion(body, from, 0, into));
    for (let k = 0; k < 50; k++) motion.advance(0.02);
    expect(state[2]! / (1e-4 * Math.cosh(rate))).toBeCloseTo(1, 3);
  });

  it("is balanced for a whole episode, also with half the gravity or twice the pole, but not with its push crippled", () => {
    const id = "classic/cart-pole@1";
    const lasts = (settings: Readonly<Record<string, number>>): number =>
      demonstrated(worldOf(id), { seed: 1, task: taskOf(id, undefined, settings) }).length;
    const steps = demonstrated(worldOf(id), { seed: 1 });
    expect(steps.findIndex(({ success }) => success)).toBe(199);
    expect([lasts({}), lasts({ gravity: 0.5 }), lasts({ size: 2 })]).toEqual([500, 500, 500]);
    expect(lasts({ push: 0 })).toBeLessThan(200);
    expect(lasts({ push: -1 })).toBeLessThan(100);
  });
});

describe("the double pendulum", () => {
  const body: PendulumBody = { gravity: 9.81, mass: 1, length: 1, friction: 0 };

  it("keeps its energy when nothing pushes and nothing rubs", () => {
    const state = Float64Array.of(2, 1, 0.5, -1);
    const energy = (): number => {
      const [a, b, u, v] = state as unknown as readonly [number, number, number, number];
      const second = { x: u * Math.cos(a) + ((u + v) / 2) * Math.cos(a + b), y: u * Math.sin(a) + ((u + v) / 2) * Math.sin(a + b) };
      const moving = 0.5 * (u / 2) ** 2 + 0.5 * (second.x ** 2 + second.y ** 2) + (0.5 / 12) * (u * u + (u + v) ** 2);
      return moving - 9.81 * (0.5 * Math.cos(a) + Math.cos(a) + 0.5 * Math.cos(a + b));
    };
    const motion = new RungeKutta(state, (from, into) => pendulumMotion(body, from, 0, into));
    const before = energy();
    for (let k = 0; k < 5000; k++) motion.advance(0.002);
    expect(Math.abs(energy() - before)).toBeLessThan(1e-5);
  });

  it("swings about hanging down as a compound pendulum when its elbow hardly bends", () => {
    // The slower mode of two equal rods of 1 m: ω² = g·(1.5·λ) with the generalised eigenvalue of gravity against mass, 0.7446·g.
    const state = Float64Array.of(0.01, 0.00434, 0, 0);
    const motion = new RungeKutta(state, (from, into) => pendulumMotion(body, from, 0, into));
    let crossings = 0;
    let last = state[0]!;
    let time = 0;
    while (crossings < 2) {
      motion.advance(0.001);
      time += 0.001;
      if (last > 0 !== state[0]! > 0) crossings++;
      last = state[0]!;
    }
    const period = time / 0.75;
    expect((2 * Math.PI) / period).toBeCloseTo(2.69, 1);
  });

  it("rewards height", () => {
    const id = "classic/double-pendulum@1";
    const steps = live(worldOf(id), { seed: 1 }, () => [0]);
    expect(meanOf(steps.map(({ reward }) => reward))).toBeLessThan(0.02);
  });
});

describe("a capsule", () => {
  it("has a ball's inertia when it has no length, and a thin rod's when it has no width", () => {
    const body = new Body({ mass: 3 });
    setCapsuleInertia(body, 0.2, 0);
    for (const moment of body.inertia.toArray()) expect(moment).toBeCloseTo(0.4 * 3 * 0.04, 10);
    setCapsuleInertia(body, 1e-6, 2);
    expect(body.inertia.y).toBeCloseTo((3 * 4) / 12, 5);
    expect(body.inertia.x).toBeCloseTo(0, 9);
  });
});

/** How far apart the two halves of a creature's worst hinge came under random torques, and how far anything went into the ground; in m. */
function shaken(spec: CreatureSpec, options: typeof plain, h: number): { readonly apart: number; readonly below: number; readonly aside: number } {
  const creature = new Creature(spec, options);
  const random = RandomStream.fromSeed(1);
  creature.place(0, new Float64Array(creature.hinges.length));
  const shares = new Float64Array(creature.hinges.length);
  const worst = { apart: 0, below: 0, aside: 0 };
  for (let k = 0; k < 1000; k++) {
    if (k % 5 === 0) for (let j = 0; j < shares.length; j++) shares[j] = random.uniform(-1, 1);
    creature.drive(shares);
    creature.world.step(h);
    for (const { bodyA, bodyB, pivotA, pivotB } of creature.hinges) {
      worst.apart = Math.max(worst.apart, bodyA.pointToWorldFrame(pivotA).distanceTo(bodyB.pointToWorldFrame(pivotB)));
    }
    for (const body of creature.links) {
      worst.aside = Math.max(worst.aside, Math.abs(body.position.y));
      body.shapes.forEach((shape, s) => {
        worst.below = Math.max(worst.below, shape.boundingSphereRadius - body.pointToWorldFrame(body.shapeOffsets[s]!).z);
      });
    }
  }
  return worst;
}

describe("creatures", () => {
  it.each([
    ["ant", antCreature, 0.01, 0.02],
    ["walker", walkerCreature, 0.002, 0.004],
  ] as const)("hold together and stay above ground under any torques: %s", (_, spec, h, apart) => {
    const worst = shaken(spec, plain, h);
    expect(worst.apart).toBeLessThan(apart);
    expect(worst.below).toBeLessThan(0.005);
  });

  it("stay in the plane where they belong to it", () => {
    expect(shaken(walkerCreature, plain, 0.002).aside).toBeLessThan(0.003);
  });

  it("fall freely with gravity times its factor", () => {
    for (const gravity of [0.15, 1, 1.5]) {
      const creature = new Creature(antCreature, { ...plain, gravity });
      creature.place(5, new Float64Array(8));
      for (let k = 0; k < 50; k++) creature.world.step(0.01);
      expect(creature.links[0]!.velocity.z).toBeCloseTo(-9.81 * gravity * 0.5, 1);
    }
  });

  it("keep their momentum in the air, whatever their motors do", () => {
    const creature = new Creature(antCreature, { ...plain, gravity: 0 });
    creature.place(5, new Float64Array(8));
    const shares = Float64Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? 1 : -0.5));
    for (let k = 0; k < 20; k++) {
      creature.drive(shares);
      creature.world.step(0.01);
    }
    const momentum = new Vec3();
    const moving = creature.links.map((body) => body.velocity.length());
    for (const body of creature.links) momentum.addScaledVector(body.mass, body.velocity, momentum);
    expect(Math.max(...moving)).toBeGreaterThan(0.05);
    expect(momentum.length()).toBeLessThan(1e-6);
  });

  it("are scaled by size and weighed by mass", () => {
    const big = new Creature(walkerCreature, { ...plain, size: 2, mass: 3 });
    const small = new Creature(walkerCreature, plain);
    big.links.forEach((body, k) => {
      expect(body.mass).toBeCloseTo(3 * small.links[k]!.mass, 10);
      expect(body.position.z).toBeCloseTo(2 * small.links[k]!.position.z, 10);
    });
  });
});

describe("an ant that is to stand still", () => {
  it("succeeds when it has for a second, also where it was restored in between", () => {
    const environment = worldOf("locomotion/ant@1");
    environment.reset({ seed: 1, task: taskOf("locomotion/ant@1", undefined, { speed: 0 }) });
    const rest = new Float32Array(8);
    const before = Array.from({ length: 80 }, () => environment.step(rest).success);
    const settled = before.indexOf(true);
    expect(settled).toBeGreaterThanOrEqual(19);
    expect(before.slice(settled)).not.toContain(false);
    const environment2 = worldOf("locomotion/ant@1");
    environment2.reset();
    environment2.restore(environment.snapshot());
    expect(environment2.step(rest).success).toBe(true);
  });
});

describe.each(["locomotion/ant@1", "locomotion/walker@1"])("%s", (id) => {
  const still = (environmentId: string, settings: Readonly<Record<string, number>>, steps: number, action = 0): Float32Array => {
    const environment = worldOf(environmentId);
    let { observation } = environment.reset({ seed: 1, task: taskOf(environmentId, undefined, settings) });
    for (let k = 0; k < steps; k++) ({ observation } = environment.step(new Float32Array(environment.spec.action.size).fill(action)));
    return observation.slice();
  };

  it("stands at first, and is told where to go and how fast", () => {
    const isPlanar = id === "locomotion/walker@1";
    const observation = still(id, isPlanar ? { speed: -2 } : { direction: Math.PI / 2, speed: 2 }, 5);
    const { size } = environments.get(id)!.spec.observation;
    expect(observation[size - 2]).toBeCloseTo(isPlanar ? -2 : 0, 5);
    expect(observation[size - 1]).toBeCloseTo(isPlanar ? 0 : 2, 5);
    expect(observation[0]).toBeGreaterThan(0.5);
  });

  it("rewards keeping to the goal's velocity", () => {
    const environment = worldOf(id);
    const rewardOf = (speed: number): number => {
      environment.reset({ seed: 1, task: taskOf(id, undefined, { speed }) });
      return environment.step(new Float32Array(environment.spec.action.size)).reward;
    };
    // Standing still costs as much as the goal is fast: 1 is left for standing.
    for (const speed of [0, 1, 2]) expect(rewardOf(speed)).toBeCloseTo(1, 0);
  });

  it("has motors that can be inverted and crippled", () => {
    const { settings } = environments.get(id)!.spec;
    const gains = settings.filter(({ low }) => low === -1).map(({ name }) => name);
    const all = (gain: number): Readonly<Record<string, number>> => Object.fromEntries(gains.map((name) => [name, gain]));
    expect(gains).toHaveLength(environments.get(id)!.spec.action.size);
    expect(still(id, all(-1), 5, 0.5)).toEqual(still(id, all(1), 5, -0.5));
    expect(still(id, all(0), 5, 0.5)).toEqual(still(id, all(1), 5, 0));
    expect(still(id, all(1), 5, 0.5)).not.toEqual(still(id, all(1), 5, 0));
  });

  it("moves otherwise under every other setting", () => {
    const plainly = still(id, {}, 10, 0.3);
    for (const settings of [{ gravity: 0.15 }, { gravity: 1.5 }, { friction: 0.4 }, { mass: 0.5 }, { mass: 4 }, { size: 0.5 }, { size: 4 }]) {
      expect(still(id, settings, 10, 0.3)).not.toEqual(plainly);
    }
  });

  it("takes products of settings, as a task or in its id, and drifts in several at once", () => {
    const settings = { gravity: 0.15, friction: 0.4, mass: 0.5, size: 2 };
    const product = still(id, settings, 10, 0.3);
    for (const name of Object.keys(settings)) expect(still(id, { ...settings, [name]: 1 }, 10, 0.3)).not.toEqual(product);
    const options = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const drifts = ["gravity:sudden:1,0.15:1", "friction:recurring:1,0.4:1", "mass:gradual:1,0.5:1", "size:sudden:1,2:1"].map(
      (drift) => `drift=${drift}`,
    );
    for (const [wanted, episodes] of [
      [options, 1],
      [drifts, 2],
    ] as const) {
      const environment = findEnvironment(`${id}?${wanted.join("&")}`, environments).make();
      let observation: Float32Array = new Float32Array();
      for (let k = 0; k < episodes; k++) ({ observation } = environment.reset({ seed: 1 }));
      for (let k = 0; k < 10; k++) ({ observation } = environment.step(new Float32Array(environment.spec.action.size).fill(0.3)));
      expect(observation).toEqual(product);
    }
  });

  it("hides what is asked to be hidden, and drifts", () => {
    const environment = findEnvironment(`${id}?hide=velocity,spin&drift=gravity:gradual:1,0.15:4`, environments).make();
    const [first, , , , last] = Array.from({ length: 5 }, (_, seed) => {
      environment.reset({ seed });
      for (let k = 0; k < 4; k++) environment.step(new Float32Array(environment.spec.action.size));
      return environment.snapshot();
    });
    expect(first).not.toEqual(last);
    expect(environment.reset({ seed: 1 }).observation.slice(5, 11)).toEqual(new Float32Array(6));
  });
});

describe("the arm", () => {
  const id = "locomotion/arm@1";

  it("has its fingertip where its angles say", () => {
    const environment = worldOf(id);
    expect(environment.spec.action.size).toBe(7);
    const random = RandomStream.fromSeed(2);
    let { observation } = environment.reset({ seed: 1 });
    const arm = chain(armCreature.joints, [0.86, 0, 0.4]);
    for (let k = 0; k < 60; k++) {
      arm.jacobian(observation);
      expect(Math.hypot(arm.end.x - observation[14]!, arm.end.y - observation[15]!, arm.end.z - observation[16]!)).toBeLessThan(0.006);
      ({ observation } = environment.step(Float32Array.from({ length: 7 }, () => random.uniform(-1, 1))));
    }
  });

  it("has a Jacobian that finite differences confirm", () => {
    const arm = chain(armCreature.joints, [0.86, 0, 0.4]);
    const angles = [0.3, -0.5, 0.2, 1, -0.4, 0.6, 0.1];
    const jacobian = arm.jacobian(angles).slice();
    const at = arm.end.clone();
    for (let k = 0; k < 7; k++) {
      arm.jacobian(angles.map((angle, j) => angle + (j === k ? 1e-6 : 0)));
      [arm.end.x - at.x, arm.end.y - at.y, arm.end.z - at.z].forEach((moved, axis) => expect(moved / 1e-6).toBeCloseTo(jacobian[7 * axis + k]!, 4));
    }
  });

  it("holds still against gravity, and reaches nine goals of ten by its controller", () => {
    const environment = worldOf(id);
    const before = environment.reset({ seed: 1 }).observation.slice(14, 17);
    let { observation } = environment.step(new Float32Array(7));
    for (let k = 0; k < 100; k++) ({ observation } = environment.step(new Float32Array(7)));
    before.forEach((value, axis) => expect(Math.abs(observation[14 + axis]! - value)).toBeLessThan(0.01));
    const reached = Array.from({ length: 50 }, (_, seed) => demonstrated(environment, { seed }).some(({ success }) => success));
    expect(meanOf(reached.map(Number))).toBeGreaterThanOrEqual(0.9);
  });
});
