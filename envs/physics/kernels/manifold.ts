/**
 * @file Where contact kernels read shapes and write contact points: flat arrays, so that a step allocates nothing.
 * A kernel is a function of two shape slots that returns how many points it wrote, at most 4.
 */

/** Shapes in the world frame, as the kernels read them. Slot s of a shape is its index. */
export interface PlacedShapes {
  /** 3 a slot: centre [m]. */
  readonly centers: Float64Array;
  /** 9 a slot: the shape's x, y and z axes in the world, one after another. A plane's normal is its z axis. */
  readonly axes: Float64Array;
  /** 3 a slot: half extents of a box; a sphere's radius first [m]. */
  readonly halfExtents: Float64Array;
  /** Points up to this far apart are contacts too [m]; they keep a gap from closing in one step instead of pushing afterwards. */
  readonly margin: number;
}

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

/** The next and the next but one of three axes. */
export const NEXT = [1, 2, 0] as const;
export const AFTER_NEXT = [2, 0, 1] as const;
