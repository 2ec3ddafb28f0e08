/** @file A world's scene as Foxglove messages: the shapes once, in a frame for each body, and then only where the frames are. */
import type { Scene, SceneBody, SceneShape } from "../contract/scene.ts";
import type { CylinderPrimitive, FrameTransforms, SceneEntity, SceneUpdate, SolidPrimitive, Time, Vector3 } from "./messages.ts";

/** The frame that all bodies move in. */
export const WORLD_FRAME = "world";
/** Numbers that place one body: x, y, z [m] and a quaternion x, y, z, w. */
export const POSE_SIZE = 7;

const FOR_EVER: Time = { sec: 0, nsec: 0 };
const DELETE_ALL = 1;

/** The whole world; clients drop the one before. */
export const sceneUpdate = (scene: Scene, timestamp: Time): SceneUpdate => ({
  deletions: [{ timestamp, type: DELETE_ALL, id: "" }],
  entities: scene.bodies.map((body) => entity(body, timestamp)),
});

function entity({ name, shapes }: SceneBody, timestamp: Time): SceneEntity {
  const cubes: SolidPrimitive[] = [];
  const spheres: SolidPrimitive[] = [];
  const cylinders: CylinderPrimitive[] = [];
  for (const shape of shapes) {
    const { geometry } = shape;
    switch (geometry.kind) {
      case "box": {
        const [x, y, z] = geometry.halfExtents;
        cubes.push(solid(shape, { x: 2 * x, y: 2 * y, z: 2 * z }));
        break;
      }
      case "sphere":
        spheres.push(solid(shape, round(geometry.radius)));
        break;
      case "cylinder":
        cylinders.push({ ...solid(shape, { ...round(geometry.radius), z: geometry.height }), bottom_scale: 1, top_scale: 1 });
        break;
      default:
        geometry satisfies never;
    }
  }
  return {
    timestamp,
    frame_id: name,
    id: name,
    lifetime: FOR_EVER,
    frame_locked: true,
    metadata: [],
    arrows: [],
    cubes,
    spheres,
    cylinders,
    lines: [],
    triangles: [],
    texts: [],
    models: [],
  };
}

const round = (radius: number): Vector3 => ({ x: 2 * radius, y: 2 * radius, z: 2 * radius });

function solid({ offset, rotation, color }: SceneShape, size: Vector3): SolidPrimitive {
  const [r, g, b, a] = color;
  return {
    pose: {
      position: { x: offset[0], y: offset[1], z: offset[2] },
      orientation: { x: rotation[0], y: rotation[1], z: rotation[2], w: rotation[3] },
    },
    size,
    color: { r, g, b, a },
  };
}

/** To 10 µm and 10 µrad: what nobody can see need not be sent. */
const short = (value: number): number => Math.round(value * 1e5) / 1e5;

/** @param poses [bodies, 7] */
export const frameTransforms = (scene: Scene, poses: Float32Array, timestamp: Time): FrameTransforms => ({
  transforms: scene.bodies.map(({ name }, body) => {
    const at = body * POSE_SIZE;
    return {
      timestamp,
      parent_frame_id: WORLD_FRAME,
      child_frame_id: name,
      translation: { x: short(poses[at]!), y: short(poses[at + 1]!), z: short(poses[at + 2]!) },
      rotation: { x: short(poses[at + 3]!), y: short(poses[at + 4]!), z: short(poses[at + 5]!), w: short(poses[at + 6]!) },
    };
  }),
});
