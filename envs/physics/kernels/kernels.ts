/** @file Which kernel finds the contacts of which two shapes. */
import { Box, Cylinder, Plane, type Shape, Sphere } from "cannon-es";
import { Capsule } from "../capsule.ts";
import { boxBox } from "./box-box.ts";
import { boxCylinder } from "./box-cylinder.ts";
import { cylinderCylinder } from "./cylinder-cylinder.ts";
import type { Kernel } from "./manifold.ts";
import { planeCylinder } from "./plane-cylinder.ts";
import { planeBox, planeCapsule, planeSphere } from "./plane.ts";
import { boxCapsule, capsuleCapsule, capsuleSphere, cylinderCapsule, cylinderSphere } from "./round.ts";
import { boxSphere, sphereSphere } from "./sphere.ts";

export type Kind = "box" | "sphere" | "plane" | "capsule" | "cylinder";

/** What a shape is to the kernels; a cone is none of theirs. */
export function kindOf(shape: Shape): Kind | "other" {
  if (shape instanceof Box) return "box";
  if (shape instanceof Sphere) return "sphere";
  if (shape instanceof Plane) return "plane";
  if (shape instanceof Capsule) return "capsule";
  return shape instanceof Cylinder && shape.radiusTop === shape.radiusBottom ? "cylinder" : "other";
}

/** By the kinds of the first and the second shape. */
const kernels: Readonly<Record<string, Kernel>> = {
  "box box": boxBox,
  "plane box": planeBox,
  "plane sphere": planeSphere,
  "sphere sphere": sphereSphere,
  "box sphere": boxSphere,
  "plane capsule": planeCapsule,
  "box capsule": boxCapsule,
  "capsule sphere": capsuleSphere,
  "capsule capsule": capsuleCapsule,
  "plane cylinder": planeCylinder,
  "box cylinder": boxCylinder,
  "cylinder sphere": cylinderSphere,
  "cylinder capsule": cylinderCapsule,
  "cylinder cylinder": cylinderCylinder,
};

/** The kernel of two kinds in this order, if it is one's own. */
export const kernelOf = (first: string, second: string): Kernel | undefined => kernels[`${first} ${second}`];
