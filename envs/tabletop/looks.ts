/** @file What is only looked at: coloured parts that follow something and touch nothing, and the palette. */
import { Body, Box, Cylinder, Quaternion, type Shape, Vec3 } from "cannon-es";
import type { Scene } from "../../src/contract/scene.ts";
import { sceneOf, type Color, type DrawnBody } from "../physics/scene.ts";
import type { Point } from "./observation.ts";

/** The palette, [r, g, b, a]. */
export const color = {
  wood: [0.82, 0.72, 0.58, 1],
  rim: [0.72, 0.8, 0.86, 0.28],
  steel: [0.73, 0.76, 0.8, 1],
  graphite: [0.19, 0.21, 0.25, 1],
  white: [0.94, 0.95, 0.96, 1],
  rubber: [0.11, 0.12, 0.14, 1],
  red: [0.84, 0.24, 0.22, 1],
  teal: [0.15, 0.43, 0.46, 1],
  mint: [0.62, 0.81, 0.76, 1],
  amber: [0.95, 0.7, 0.22, 1],
  goal: [0.2, 0.75, 0.38, 0.45],
  glass: [0.7, 0.85, 0.95, 0.35],
} as const satisfies Readonly<Record<string, Color>>;

/** A coloured part of a look, in the frame of what it follows. */
export interface LookPart {
  readonly shape: Shape;
  readonly at: Point;
  readonly turn: Quaternion;
  readonly color: Color;
}

const STRAIGHT = new Quaternion();
/** cannon-es' cylinders lie along y. */
const turnTo: Readonly<Record<"x" | "y" | "z", Quaternion>> = {
  x: new Quaternion().setFromAxisAngle(Vec3.UNIT_Z, Math.PI / 2),
  y: STRAIGHT,
  z: new Quaternion().setFromAxisAngle(Vec3.UNIT_X, Math.PI / 2),
};

export const part = (shape: Shape, at: Point, of: Color): LookPart => ({ shape, at, turn: STRAIGHT, color: of });

/** @param half Half extents in m. */
export const boxPart = (half: Point, at: Point, of: Color): LookPart => part(new Box(new Vec3(...half)), at, of);

/** @param size Radius and height in m, and the axis it lies along. */
export const rodPart = (
  size: { readonly radius: number; readonly height: number; readonly along: "x" | "y" | "z" },
  at: Point,
  of: Color,
): LookPart => ({
  ...part(new Cylinder(size.radius, size.radius, size.height, 12), at, of),
  turn: turnTo[size.along],
});

/** Puts a look's body where it belongs now; called in order whenever poses are asked for. */
export type Placing = (body: Body) => void;

/** Follows a position, unturned. */
export const following =
  (leader: Vec3): Placing =>
  (body) => {
    body.position.copy(leader);
  };

/** A scene that is put together body by body. */
export class TableScene {
  readonly #drawn: DrawnBody[] = [];
  readonly #dressed: { readonly body: Body; readonly place: Placing }[] = [];

  /** Shows a body of the world by its own shapes. */
  show(drawn: DrawnBody): void {
    this.#drawn.push(drawn);
  }

  /** Shows parts that follow something. */
  dress(name: string, parts: readonly LookPart[], place: Placing): void {
    const body = new Body();
    for (const { shape, at: offset, turn } of parts) body.addShape(shape, new Vec3(...offset), turn);
    this.#drawn.push({ name, body, color: parts.map((each) => each.color) });
    this.#dressed.push({ body, place });
  }

  /** The scene as it now stands; what is shown later is not in it. */
  finish(): Scene {
    const scene = sceneOf(this.#drawn);
    const dressed = [...this.#dressed];
    return {
      bodies: scene.bodies,
      writePoses(into) {
        for (const { body, place } of dressed) place(body);
        scene.writePoses(into);
      },
    };
  }
}
