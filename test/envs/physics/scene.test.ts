import { Body, Cylinder, Plane, Quaternion, Sphere, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { Capsule } from "../../../envs/physics/capsule.ts";
import { Y_TO_Z } from "../../../envs/physics/inertia.ts";
import { type Color, sceneOf } from "../../../envs/physics/scene.ts";
import { box } from "./workbench.ts";

const red: Color = [1, 0, 0, 1];
const blue: Color = [0, 0, 1, 1];

describe("the scene of cannon-es bodies", () => {
  it("shows boxes, spheres and cylinders where they sit on their body, each in its colour", () => {
    const body = new Body({ mass: 1 });
    body.addShape(box(0.1, 0.2, 0.3), new Vec3(1, 2, 3));
    body.addShape(new Sphere(0.5));
    const { bodies } = sceneOf([{ name: "thing", body, color: [red, blue] }]);
    expect(bodies).toEqual([
      {
        name: "thing",
        shapes: [
          { geometry: { kind: "box", halfExtents: [0.1, 0.2, 0.3] }, offset: [1, 2, 3], rotation: [0, 0, 0, 1], color: red },
          { geometry: { kind: "sphere", radius: 0.5 }, offset: [0, 0, 0], rotation: [0, 0, 0, 1], color: blue },
        ],
      },
    ]);
  });

  it("turns cylinders from cannon-es' y axis to the contract's z axis", () => {
    const body = new Body({ mass: 1 });
    const can = new Cylinder(0.1, 0.1, 0.4, 12);
    body.addShape(can);
    body.addShape(can, new Vec3(), Y_TO_Z);
    const [along, upright] = sceneOf([{ name: "cans", body, color: red }]).bodies[0]!.shapes;
    expect(along!.geometry).toEqual({ kind: "cylinder", radius: 0.1, height: 0.4 });
    expect(new Quaternion(...along!.rotation).vmult(Vec3.UNIT_Z).distanceTo(Vec3.UNIT_Y)).toBeLessThan(1e-12);
    expect(new Quaternion(...upright!.rotation).vmult(Vec3.UNIT_Z).distanceTo(Vec3.UNIT_Z)).toBeLessThan(1e-12);
  });

  it("shows a capsule as a cylinder and a ball at each end", () => {
    const body = new Body({ mass: 1 });
    body.addShape(new Capsule(0.1, 0.4), new Vec3(1, 0, 0), Y_TO_Z);
    const { shapes } = sceneOf([{ name: "capsule", body, color: red }]).bodies[0]!;
    expect(shapes.map(({ geometry }) => geometry.kind)).toEqual(["cylinder", "sphere", "sphere"]);
    expect(new Quaternion(...shapes[0]!.rotation).vmult(Vec3.UNIT_Z).distanceTo(Vec3.UNIT_Z)).toBeLessThan(1e-12);
    expect(shapes.slice(1).map(({ offset: [x, , z] }) => [x, Math.abs(z).toFixed(6)])).toEqual([
      [1, "0.200000"],
      [1, "0.200000"],
    ]);
    expect(shapes[1]!.offset[2]).toBeCloseTo(-shapes[2]!.offset[2], 12);
  });

  it("leaves out what is hidden or cannot be drawn", () => {
    const body = new Body({ mass: 0 });
    body.addShape(new Plane());
    body.addShape(new Sphere(0.1));
    body.addShape(new Sphere(0.2));
    const { bodies } = sceneOf([
      { name: "ghost", body: new Body({ mass: 1 }), color: red, hidden: true },
      { name: "rest", body, color: red, hidden: [1] },
    ]);
    expect(bodies.map(({ name, shapes }) => [name, shapes.length])).toEqual([["rest", 1]]);
  });

  it("writes where the shown bodies are now", () => {
    const hidden = new Body({ mass: 1 });
    const body = new Body({ mass: 1, shape: new Sphere(0.1) });
    const scene = sceneOf([
      { name: "hidden", body: hidden, color: red, hidden: true },
      { name: "seen", body, color: red },
    ]);
    body.position.set(1, 2, 3);
    body.quaternion.set(0.5, -0.5, 0.5, 0.5);
    const poses = new Float32Array(7);
    scene.writePoses(poses);
    expect(Array.from(poses)).toEqual([1, 2, 3, 0.5, -0.5, 0.5, 0.5]);
  });
});
