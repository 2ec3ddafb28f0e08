/** @file Where the end of a chain of hinges is, and how it moves with each. */
import { Quaternion, Vec3 } from "cannon-es";
import type { JointSpec, Point } from "./creature.ts";

export interface Chain {
  /** How far the end moves for a turn of each joint: [3, joints], row by row, in m/rad. Overwritten by the next call. */
  jacobian(angles: ArrayLike<number>): Float64Array;
  /** Where the end is, in m; after `jacobian`. */
  readonly end: Vec3;
}

/** @param joints From the base outwards; pivots and axes where all angles are 0. @param tip The end, there. */
export function chain(joints: readonly JointSpec[], tip: Point): Chain {
  const count = joints.length;
  const into = new Float64Array(3 * count);
  const pivots = joints.map(() => new Vec3());
  const axes = joints.map(() => new Vec3());
  const end = new Vec3();
  const turn = new Quaternion();
  const own = new Quaternion();
  const step = new Vec3();
  const vector = ([x, y, z]: Point): Vec3 => new Vec3(x, y, z);
  const steps = joints.map(({ pivot }, k) => vector(k + 1 < count ? joints[k + 1]!.pivot : tip).vsub(vector(pivot)));
  const still = joints.map(({ axis }) => vector(axis));
  return {
    end,
    jacobian(angles) {
      turn.set(0, 0, 0, 1);
      end.set(...joints[0]!.pivot);
      for (let k = 0; k < count; k++) {
        pivots[k]!.copy(end);
        turn.vmult(still[k]!, axes[k]);
        own.setFromAxisAngle(still[k]!, angles[k]!);
        turn.mult(own, turn);
        turn.vmult(steps[k]!, step);
        end.vadd(step, end);
      }
      for (let k = 0; k < count; k++) {
        end.vsub(pivots[k]!, step);
        axes[k]!.cross(step, step);
        into[k] = step.x;
        into[count + k] = step.y;
        into[2 * count + k] = step.z;
      }
      return into;
    },
  };
}

/** What keeps speeds small near stretched poses, in m². */
const DAMPING = 1e-3;

/** q̇ = Jᵀ(JJᵀ + λ1)⁻¹v: joint speeds that move the end at v, as small as they can be. @param into [joints] */
export function dampedLeastSquares(jacobian: Float64Array, [vx, vy, vz]: ArrayLike<number> & Iterable<number>, into: Float64Array): void {
  const count = into.length;
  const dot = (a: number, b: number): number => {
    let sum = a === b ? DAMPING : 0;
    for (let k = 0; k < count; k++) sum += jacobian[a * count + k]! * jacobian[b * count + k]!;
    return sum;
  };
  const [a, b, c, d, e, f] = [dot(0, 0), dot(0, 1), dot(0, 2), dot(1, 1), dot(1, 2), dot(2, 2)];
  // The inverse of a symmetric 3 × 3 matrix, by its cofactors.
  const [A, B, C, D, E, F] = [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b];
  const determinant = a * A + b * B + c * C;
  const x = (A * vx! + B * vy! + C * vz!) / determinant;
  const y = (B * vx! + D * vy! + E * vz!) / determinant;
  const z = (C * vx! + E * vy! + F * vz!) / determinant;
  for (let k = 0; k < count; k++) into[k] = jacobian[k]! * x + jacobian[count + k]! * y + jacobian[2 * count + k]! * z;
}
