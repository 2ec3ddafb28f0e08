/** @file What a cannon-es world looks like, for viewers: its boxes, spheres, cylinders and capsules with colours. Not where they are; that is `writePoses`. */
import { type Body, Box, Cylinder, Quaternion, type Shape, Sphere, Vec3 } from "cannon-es";
import type { Scene, SceneShape, ShapeGeometry } from "../../src/contract/scene.ts";
import { Capsule } from "./capsule.ts";

/** [r, g, b, a], each in [0, 1] */
export type Color = SceneShape["color"];

export interface DrawnBody {
  readonly name: string;
  readonly body: Body;
  /** One colour for all shapes, or one for each in order. */
  readonly color: Color | readonly Color[];
  /** Shapes that are not drawn, by index; `true` leaves the body out. */
  readonly hidden?: true | readonly number[];
}

/** The scene of some bodies; it shows them where they are whenever poses are written. */
export function sceneOf(drawn: readonly DrawnBody[]): Scene {
  const shown = drawn.filter(({ hidden }) => hidden !== true);
  const bodies = shown.map(({ body }) => body);
  return {
    bodies: shown.map((part) => ({ name: part.name, shapes: part.body.shapes.flatMap((shape, k) => sceneShapes(part, shape, k)) })),
    writePoses(into) {
      for (let i = 0; i < bodies.length; i++) {
        const { position: p, quaternion: q } = bodies[i]!;
        const at = 7 * i;
        into[at] = p.x;
        into[at + 1] = p.y;
        into[at + 2] = p.z;
        into[at + 3] = q.x;
        into[at + 4] = q.y;
        into[at + 5] = q.z;
        into[at + 6] = q.w;
      }
    },
  };
}

/** One shape as it is drawn, a capsule in three parts; none for what is hidden, or has no geometry in the contract. */
function sceneShapes({ body, color, hidden }: DrawnBody, shape: Shape, k: number): SceneShape[] {
  if (hidden !== undefined && hidden !== true && hidden.includes(k)) return [];
  const own = isColor(color) ? color : (color[k] ?? color[0]!);
  const [offset, orientation] = [body.shapeOffsets[k]!, body.shapeOrientations[k]!];
  return partsOf(shape).map(([geometry, up]) => {
    const turn = geometry.kind === "cylinder" ? orientation.mult(zToY) : orientation;
    const at = orientation.vmult(new Vec3(0, up, 0)).vadd(offset);
    return { geometry, offset: at.toArray(), rotation: turn.toArray(), color: own };
  });
}

/** What a shape is drawn as, and how far along its y axis [m]. */
function partsOf(shape: Shape): (readonly [ShapeGeometry, number])[] {
  if (shape instanceof Capsule) {
    const { radius, height } = shape;
    const ball = { kind: "sphere", radius } as const;
    return [[{ kind: "cylinder", radius, height }, 0], [ball, height / 2], [ball, -height / 2]]; // prettier-ignore
  }
  const geometry = geometryOf(shape);
  return geometry === undefined ? [] : [[geometry, 0]];
}

function geometryOf(shape: Shape): ShapeGeometry | undefined {
  if (shape instanceof Box) return { kind: "box", halfExtents: shape.halfExtents.toArray() };
  if (shape instanceof Sphere) return { kind: "sphere", radius: shape.radius };
  return shape instanceof Cylinder ? { kind: "cylinder", radius: shape.radiusTop, height: shape.height } : undefined;
}

const isColor = (color: DrawnBody["color"]): color is Color => typeof color[0] === "number";

/** cannon-es' cylinders lie along y, the contract's along z. */
const zToY = new Quaternion(-Math.SQRT1_2, 0, 0, Math.SQRT1_2);
