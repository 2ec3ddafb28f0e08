/**
 * @file Principal inertia of boxes, spheres, cylinders, capsules and bodies made of them. cannon-es takes every body for its bounding box, in the
 * rotation it has when a shape is added (a sphere gets 2/3·mr² instead of 2/5·mr²); call `setInertia` after the last shape.
 */
import { Box, Cylinder, type Body, Mat3, Quaternion, type Shape, Sphere, Vec3 } from "cannon-es";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { Capsule } from "./capsule.ts";

/** Volume [m³], and inertia about the shape's own axes for a mass of 1 kg [m²]. */
interface ShapeMoments {
  readonly volume: number;
  readonly moments: readonly [number, number, number];
}

/** Uniform density: a box m/3·(b² + c²) with half extents, a ball 2/5·mr², a cylinder (along y, as cannon-es builds it) m/12·(3r² + h²) and mr²/2,
 * a capsule a cylinder and a ball in two halves. */
function shapeMoments(shape: Shape): ShapeMoments {
  if (shape instanceof Box) {
    const { x, y, z } = shape.halfExtents;
    return { volume: 8 * x * y * z, moments: [(y * y + z * z) / 3, (x * x + z * z) / 3, (x * x + y * y) / 3] };
  }
  if (shape instanceof Sphere) {
    const moment = (2 / 5) * shape.radius ** 2;
    return { volume: (4 / 3) * Math.PI * shape.radius ** 3, moments: [moment, moment, moment] };
  }
  if (shape instanceof Cylinder && shape.radiusTop === shape.radiusBottom) {
    const { radiusTop: r, height: h } = shape;
    const across = (3 * r * r + h * h) / 12;
    return { volume: Math.PI * r * r * h, moments: [across, (r * r) / 2, across] };
  }
  if (shape instanceof Capsule) {
    const { x, y, z } = shape.calculateLocalInertia(1);
    return { volume: shape.volume(), moments: [x, y, z] };
  }
  throw new InvalidValueError(
    "shape",
    shape.constructor.name,
    "a Box, a Sphere, a Capsule, or a Cylinder of one radius",
    "Set `body.inertia` and `body.invInertia` by hand.",
  );
}

/**
 * The inertia tensor [kg·m²] of shapes of one uniform density that together weigh `mass`, about the body's origin and along its axes.
 * Overlapping parts count twice.
 */
export function inertiaTensor(body: Body): Mat3 {
  const parts = body.shapes.map((shape, k) => ({ ...shapeMoments(shape), at: body.shapeOffsets[k]!, turn: body.shapeOrientations[k]! }));
  const volume = parts.reduce((sum, part) => sum + part.volume, 0);
  const tensor = new Mat3();
  for (const part of parts) {
    const mass = (body.mass * part.volume) / volume;
    const axes = [Vec3.UNIT_X, Vec3.UNIT_Y, Vec3.UNIT_Z].map((unit) => part.turn.vmult(unit).toArray());
    const at = part.at.toArray();
    const squared = part.at.lengthSquared();
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        const own = part.moments.reduce((sum, moment, k) => sum + moment * axes[k]![row]! * axes[k]![column]!, 0);
        // Parallel axes: m·(d²·1 − d dᵀ).
        const moved = (row === column ? squared : 0) - at[row]! * at[column]!;
        tensor.elements[3 * row + column]! += mass * (own + moved);
      }
    }
  }
  return tensor;
}

/**
 * Gives a dynamic body its true inertia. Its axes must be principal axes, and its origin its centre of mass, since cannon-es knows no others:
 * build compounds symmetric, or accept the diagonal that is set.
 * @throws {InvalidValueError} A shape without a formula here, or a body without shapes.
 */
export function setInertia(body: Body): void {
  if (body.shapes.length === 0) throw new InvalidValueError("body.shapes", body.shapes, "at least one shape", "Add the shapes first.");
  const { elements } = inertiaTensor(body);
  const fixed = body.fixedRotation || body.mass === 0;
  const share = (inertia: number): number => (fixed ? 0 : 1 / inertia);
  body.inertia.set(elements[0]!, elements[4]!, elements[8]!);
  body.invInertia.set(share(elements[0]!), share(elements[4]!), share(elements[8]!));
  body.updateInertiaWorld(true);
}

/** Turns a shape so that its y axis (cannon-es' cylinder axis) becomes z. */
export const Y_TO_Z: Quaternion = new Quaternion().setFromAxisAngle(Vec3.UNIT_X, Math.PI / 2);
