/**
 * @file Where contact kernels read shapes and write contact points: flat arrays, so that a step allocates nothing. */

/** Shapes in the world frame, as the kernels read them. Slot s of a shape is its index. */
export interface PlacedShapes {
  /** 3 a slot: centre [m]. */
  readonly centers: Float64Array;
  /** 9 a slot: the shape's x, y and z axes in the world, one after another. A plane's normal is its z axis. */
  readonly axes: Float64Array;
  /** 3 a slot: half extents of a box; a sphere's radius first; of a cylinder or capsule, along its y axis, radius, half the height, radius [m]. */
  readonly halfExtents: Float64Array;
  /** Points up to this far apart are contacts too [m]; they keep a gap from closing in one step instead of pushing afterwards. */
  readonly margin: number;
}

/** Writes the contacts of the shapes in slots `i` and `j` to `manifold`. @returns How many points there are, at most 4. */
export type Kernel = (shapes: PlacedShapes, i: number, j: number) => number;

/** The points most recently written by a kernel. Shared by all worlds of a thread; read it before the next kernel call. */
export interface Manifold {
  /** Unit vector from the first shape to the second. */
  readonly normal: Float64Array;
  /** 4 a point: midway between the surfaces x, y, z [m], then the gap [m], negative where shapes overlap. */
  readonly points: Float64Array;
  /** Which features of the two shapes make each point, so that the next step can find it again. */
  readonly features: Int32Array;
}

export const manifold: Manifold = { normal: new Float64Array(3), points: new Float64Array(16), features: new Int32Array(4) };

/** What is found on a face may be this much less deep than the solids are along its normal [m]: where more of it is missing, the nearest points are beside it. */
const SLACK = 1e-4;
/** The manifold's normal is the expected one if their cosine is above this. */
const ALONG = 0.9;

/** Whether the manifold's points are all that there is along a direction, of which the fourth number is how far the solids are apart along it. */
export function reachesAlong(direction: Float64Array, count: number): boolean {
  const { normal, points } = manifold;
  if (normal[0]! * direction[0]! + normal[1]! * direction[1]! + normal[2]! * direction[2]! < ALONG) return false;
  for (let k = 0; k < count; k++) if (points[4 * k + 3]! <= direction[3]! + SLACK) return true;
  return false;
}

/** The next and the next but one of three axes. */
export const NEXT = [1, 2, 0] as const;
export const AFTER_NEXT = [2, 0, 1] as const;
