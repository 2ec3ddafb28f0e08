/** @file A capsule for cannon-es: a cylinder along y with a half ball at each end. Only a FlatWorld finds its contacts. */
import { type Quaternion, Shape, Vec3 } from "cannon-es";
import { InvalidValueError } from "../../src/contract/errors.ts";

export class Capsule extends Shape {
  /** Of the cylinder and of the half balls [m]. */
  readonly radius: number;
  /** Of the cylinder alone, without the half balls [m]. */
  readonly height: number;

  /** @throws {InvalidValueError} A radius or height that is not above 0. */
  constructor(radius: number, height: number) {
    super({ type: Shape.types.COMPOUND });
    if (!(radius > 0 && radius < Infinity)) throw new InvalidValueError("radius", radius, "a length above 0");
    if (!(height > 0 && height < Infinity)) throw new InvalidValueError("height", height, "a length above 0");
    this.radius = radius;
    this.height = height;
    this.updateBoundingSphereRadius();
  }

  override updateBoundingSphereRadius(): void {
    this.boundingSphereRadius = this.radius + this.height / 2;
  }

  override volume(): number {
    return Math.PI * this.radius ** 2 * (this.height + (4 / 3) * this.radius);
  }

  /** A solid of uniform density, about its own axes. */
  override calculateLocalInertia(mass: number, target: Vec3 = new Vec3()): Vec3 {
    const { radius: r, height: h } = this;
    const rod = (mass * h) / (h + (4 / 3) * r);
    const balls = mass - rod;
    const along = (rod * r * r) / 2 + (2 / 5) * balls * r * r;
    const across = (rod * (3 * r * r + h * h)) / 12 + balls * ((2 / 5) * r * r + (h * h) / 4 + (3 / 8) * r * h);
    return target.set(across, along, across);
  }

  override calculateWorldAABB(position: Vec3, turn: Quaternion, min: Vec3, max: Vec3): void {
    const { x, y, z } = turn.vmult(Vec3.UNIT_Y);
    const reach = new Vec3(Math.abs(x), Math.abs(y), Math.abs(z)).scale(this.height / 2);
    const round = new Vec3(this.radius, this.radius, this.radius);
    position.vsub(reach).vsub(round, min);
    position.vadd(reach).vadd(round, max);
  }
}
