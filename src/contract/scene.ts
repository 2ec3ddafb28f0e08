/** @file What a world looks like: bodies made of simple shapes, and where they are now. Lengths in m, z up. */

export type ShapeGeometry =
  | { readonly kind: "box"; readonly halfExtents: readonly [number, number, number] }
  | { readonly kind: "sphere"; readonly radius: number }
  | { readonly kind: "cylinder"; readonly radius: number; /** Along the shape's z axis. */ readonly height: number };

export interface SceneShape {
  readonly geometry: ShapeGeometry;
  readonly offset: readonly [number, number, number];
  /** [x, y, z, w] */
  readonly rotation: readonly [number, number, number, number];
  /** [r, g, b, a], each in [0, 1] */
  readonly color: readonly [number, number, number, number];
}

export interface SceneBody {
  readonly name: string;
  readonly shapes: readonly SceneShape[];
}

export interface Scene {
  readonly bodies: readonly SceneBody[];
  /** Writes [x, y, z, qx, qy, qz, qw] of each body in order; length 7 × bodies. */
  writePoses(into: Float32Array): void;
}
