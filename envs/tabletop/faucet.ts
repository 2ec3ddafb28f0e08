/** @file The faucet of faucet-open and faucet-close, and how both turn it. */
import { Box, Cylinder, Quaternion, Vec3 } from "cannon-es";
import { LimitedHinge } from "../physics/limited-hinge.ts";
import { proportionalController } from "./controller.ts";
import { color, rodPart } from "./looks.ts";
import { GOAL, HAND, OBJECT, point, TCP_DEPTH } from "./observation.ts";
import { clamp, closeness, mix, smoothstep } from "./shaping.ts";
import type { Table } from "./table.ts";
import type { Furniture, TabletopTask } from "./tabletop-task.ts";

const RADIUS = 0.07;

/** How far the lever turns to either side, in rad; its height, in m, mass, in kg, and Meta-World's damping, in N·m·s/rad. */
const RANGE = Math.PI / 2;
const HEIGHT = 0.124;
const MASS = 0.268;
const DAMPING = { stiffness: 1e-6, rest: 0, damping: 2 };

/** From the axis to the lever's end, in m; and of the point that is observed, sideways and below. */
const LENGTH = 0.175;
const SIDE = 0.015;
const BELOW = 0.01;

/** Where the hand pushes, in m from the axis; where it waits beside the lever, and outside of its end. */
const ARM = 0.15;
const BESIDE = 0.065;
const OUTSIDE = 0.3;
const LEAD = 0.06;
/** How far above the observed point the hand pushes, in m. */
const OVER = 0.03;

/** @param sense 1 turns it to the right, −1 to the left. @param shift From the observed point to the one that must come to the goal, in m. */
export interface FaucetOptions {
  readonly sense: 1 | -1;
  readonly shift: readonly [number, number, number];
}

export function faucetOnTable(table: Table, { sense }: FaucetOptions): Furniture {
  const upright = new Quaternion().setFromAxisAngle(Vec3.UNIT_X, Math.PI / 2);
  const base = table.add({ solids: [{ shape: new Cylinder(0.017, 0.017, 0.105, 12), at: [0, 0, 0.052], turn: upright }] });
  const lever = table.add({
    mass: MASS,
    mounted: true,
    solids: [
      { shape: new Box(new Vec3(0.012, 0.02, 0.012)), at: [0, -0.04, 0] },
      { shape: new Box(new Vec3(0.016, 0.0675, 0.016)), at: [0, -0.1225, 0] },
    ],
  });
  lever.position.set(0, 0, HEIGHT);
  const hinge = new LimitedHinge(base, lever, {
    pivotA: new Vec3(0, 0, HEIGHT),
    pivotB: new Vec3(),
    axisA: new Vec3(0, 0, 1),
    lower: -RANGE,
    upper: RANGE,
    spring: DAMPING,
  });
  table.world.addConstraint(hinge);
  table.scene.dress(
    "faucet",
    [
      rodPart({ radius: 0.046, height: 0.018, along: "z" }, [0, 0, 0.009], color.steel),
      rodPart({ radius: 0.017, height: 0.09, along: "z" }, [0, 0, 0.061], color.steel),
    ],
    (body) => body.position.copy(base.position),
  );
  table.scene.dress(
    "lever",
    [
      rodPart({ radius: 0.032, height: 0.04, along: "z" }, [0, 0, 0], color.red),
      rodPart({ radius: 0.012, height: 0.04, along: "y" }, [0, -0.045, 0], color.red),
      rodPart({ radius: 0.017, height: 0.13, along: "y" }, [0, -0.125, 0], color.red),
    ],
    (body) => {
      body.position.copy(lever.position);
      body.quaternion.copy(lever.quaternion);
    },
  );
  const end = new Vec3();
  const tip = new Vec3(-sense * SIDE, -LENGTH, -BELOW);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(base, x, y, z);
      hinge.place(0);
      goal.set(x + sense * LENGTH, y, z + 0.125);
    },
    observe(into, at): void {
      lever.quaternion.vmult(tip, end);
      into[at] = lever.position.x + end.x;
      into[at + 1] = lever.position.y + end.y;
      into[at + 2] = lever.position.z + end.z;
      into[at + 3] = 1;
    },
  };
}

/** Success, reward and controller of a task that turns the lever. */
export function turningTheLever({ sense, shift: [dx, dy, dz] }: FaucetOptions): Pick<TabletopTask, "succeeds" | "reward" | "controller"> {
  const left = (o: Float32Array): number =>
    Math.hypot(o[OBJECT]! + dx - o[GOAL]!, o[OBJECT + 1]! + dy - o[GOAL + 1]!, o[OBJECT + 2]! + dz - o[GOAL + 2]!);
  /** From the point between the fingertips to the lever's middle, in m. */
  const toLever = (o: Float32Array): number => {
    const { x, y } = leverOf(o, sense);
    return Math.hypot(x - o[HAND]!, y - o[HAND + 1]!, o[OBJECT + 2]! - o[HAND + 2]! + TCP_DEPTH);
  };
  return {
    succeeds: (o) => left(o) <= RADIUS,
    /** 4·closeness(|tcp − lever|) + 5·closeness(way left), and 10 at success */
    reward: (o) => (left(o) <= RADIUS ? 10 : 4 * closeness(toLever(o), 0.06, 0.3) + 5 * closeness(left(o), RADIUS, 0.15)),
    controller: () =>
      proportionalController((o, aim) => {
        const { along, across, x, y, ux, uy } = leverOf(o, sense);
        // Outside of the lever's end until the hand is beside it; once it is as deep as the lever, it pushes.
        const beside = smoothstep(across, -0.035, -0.055);
        const deep = smoothstep(along, 0.22, 0.185);
        const pushing = deep * smoothstep(across, 0.02, 0) * smoothstep(Math.abs(o[HAND + 2]! - o[OBJECT + 2]! - OVER), 0.05, 0.03);
        const out = mix(OUTSIDE, ARM, Math.max(beside, deep)) - ARM;
        const ahead = mix(-BESIDE, clamp(left(o), 0.02, LEAD) - 0.03, pushing);
        aim.x = x + out * ux - sense * ahead * uy;
        aim.y = y + out * uy + sense * ahead * ux;
        aim.z = o[OBJECT + 2]! + OVER;
        aim.grip = 1;
      }),
  };
}

/** The point of the lever to push at, the direction u in which it points, and where the hand is from the axis along and across it; in m. */
function leverOf(o: Float32Array, sense: 1 | -1): { x: number; y: number; ux: number; uy: number; along: number; across: number } {
  const [axisX, axisY] = [o[GOAL]! - sense * LENGTH, o[GOAL + 1]!];
  // The observed point is beside the lever's end: turn back by as much.
  const [px, py] = [o[OBJECT]! - axisX, o[OBJECT + 1]! - axisY];
  const length = Math.hypot(px, py);
  const [cos, sin] = [LENGTH / Math.hypot(LENGTH, SIDE), (sense * SIDE) / Math.hypot(LENGTH, SIDE)];
  const [ux, uy] = [(cos * px - sin * py) / length, (sin * px + cos * py) / length];
  const [hx, hy] = [o[HAND]! - axisX, o[HAND + 1]! - axisY];
  return { x: axisX + ARM * ux, y: axisY + ARM * uy, ux, uy, along: hx * ux + hy * uy, across: sense * (hy * ux - hx * uy) };
}
