/** @file The door of door-open and door-close: a safe's, on a hinge at its left side, with a bar for a handle. */
import { type Body, Box, Quaternion, Vec3 } from "cannon-es";
import { LimitedHinge } from "../physics/limited-hinge.ts";
import { boxPart, color, rodPart } from "./looks.ts";
import { HAND, OBJECT, type Point } from "./observation.ts";
import type { Table } from "./table.ts";

/** From the safe's middle to the hinge, in m. */
const HINGE_X = -0.185;
const HINGE_Y = -0.1;

/** From the hinge to the point of the handle that is observed, with the door closed; in m. */
const HANDLE_X = 0.3757;
const HANDLE_Y = -0.1071;

/** How far it opens, in rad; its mass, in kg, and Meta-World's damping, in N·m·s/rad. */
const RANGE = 2;
const MASS = 2.23;
const DAMPING = { stiffness: 1e-6, rest: 0, damping: 2 };

/** What Meta-World shows of the closed door's handle: its mesh's own axes. */
const SHOWN = new Quaternion(0.6908, -0.1506, 0.6909, 0.1512);

const ON_EDGE = new Quaternion().setFromAxisAngle(Vec3.UNIT_X, Math.PI / 4);

export interface Door {
  /** Sets the safe's middle, in m, how far the door is open, in rad, and how fast it swings shut, in rad/s. */
  place(middle: Point, angle: number, speed?: number): void;
  /** Writes the handle's place, and its orientation as [x, y, z, w]. */
  observe(into: Float64Array, at: number): void;
}

export function doorOnTable(table: Table): Door {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const safe = table.add({ solids: [{ shape: box(0.22, 0.098, 0.15), at: [0, 0.008, 0] }] });
  const door = table.add({
    mass: MASS,
    mounted: true,
    solids: [
      { shape: box(0.18, 0.01, 0.123), at: [0.185, 0, 0] },
      { shape: box(0.006, 0.045, 0.006), at: [0.325, -0.055, 0] },
      // Meta-World's bar is round: fingers that come down on it slide off. On its edge, this one lets them too.
      { shape: box(0.072, 0.0145, 0.0145), at: [0.378, -0.12, 0], turn: ON_EDGE },
    ],
  });
  door.position.set(HINGE_X, HINGE_Y, 0);
  const hinge = new LimitedHinge(safe, door, {
    pivotA: new Vec3(HINGE_X, HINGE_Y, 0),
    pivotB: new Vec3(),
    axisA: new Vec3(0, 0, 1),
    lower: -RANGE,
    upper: 0,
    spring: DAMPING,
  });
  table.world.addConstraint(hinge);
  drawDoor(table, safe, door);
  const handle = new Vec3();
  const shown = new Quaternion();
  return {
    place(middle, angle, speed = 0) {
      table.world.moveTo(safe, ...middle);
      hinge.place(angle);
      door.angularVelocity.z = speed;
    },
    observe(into, at) {
      door.quaternion.vmult(handle.set(HANDLE_X, HANDLE_Y, 0), handle);
      into[at] = door.position.x + handle.x;
      into[at + 1] = door.position.y + handle.y;
      into[at + 2] = door.position.z + handle.z;
      door.quaternion.mult(SHOWN, shown);
      into.set([shown.x, shown.y, shown.z, shown.w], at + 3);
    },
  };
}

/** How the door stands, from an observation: along it and out of its front, and where the hand is from the handle in these directions; in m. */
export interface DoorView {
  readonly along: readonly [x: number, y: number];
  readonly out: readonly [x: number, y: number];
  readonly handAlong: number;
  readonly handOut: number;
}

/** @param middleX The safe's middle, in m, as the goal tells. */
export function doorView(o: Float32Array, middleX: number, middleY: number): DoorView {
  const angle = Math.atan2(o[OBJECT + 1]! - middleY - HINGE_Y, o[OBJECT]! - middleX - HINGE_X) - Math.atan2(HANDLE_Y, HANDLE_X);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [dx, dy] = [o[HAND]! - o[OBJECT]!, o[HAND + 1]! - o[OBJECT + 1]!];
  return { along: [cos, sin], out: [sin, -cos], handAlong: dx * cos + dy * sin, handOut: dx * sin - dy * cos };
}

function drawDoor({ scene }: Table, safe: Body, door: Body): void {
  const following = (leader: Body) => (body: Body) => {
    body.position.copy(leader.position);
    body.quaternion.copy(leader.quaternion);
  };
  scene.dress(
    "safe",
    [
      boxPart([0.016, 0.106, 0.15], [-0.204, 0, 0], color.teal),
      boxPart([0.016, 0.106, 0.15], [0.204, 0, 0], color.teal),
      boxPart([0.188, 0.106, 0.012], [0, 0, 0.138], color.teal),
      boxPart([0.188, 0.106, 0.012], [0, 0, -0.138], color.teal),
      boxPart([0.188, 0.012, 0.126], [0, 0.094, 0], color.teal),
    ],
    following(safe),
  );
  scene.dress(
    "door",
    [
      boxPart([0.18, 0.01, 0.123], [0.185, 0, 0], color.mint),
      rodPart({ radius: 0.013, height: 0.1, along: "y" }, [0.325, -0.06, 0], color.steel),
      rodPart({ radius: 0.02, height: 0.144, along: "x" }, [0.378, -0.12, 0], color.red),
    ],
    following(door),
  );
}
