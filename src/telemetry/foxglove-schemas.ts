/**
 * @file The official schemas of the Foxglove messages that Engram sends, field by field.
 * @see https://github.com/foxglove/foxglove-sdk (schemas/jsonschema, MIT); the tests compare them.
 */
import {
  array,
  base64,
  boolean,
  choice,
  integer,
  type JsonSchema,
  number,
  object,
  type ObjectSchema,
  type SchemaOf,
  string,
  unsigned,
} from "./json-schema.ts";
import type {
  Color,
  CylinderPrimitive,
  FrameTransform,
  FrameTransforms,
  Log,
  Pose,
  Quaternion,
  SceneDeletion,
  SceneEntity,
  SceneUpdate,
  SolidPrimitive,
  Time,
  Vector3,
} from "./messages.ts";

const nsec = { type: "integer", minimum: 0, maximum: 999_999_999 } as const;
// The official schemas leave open whether both fields must be there.
const time: SchemaOf<Time> = { type: "object", properties: { sec: unsigned, nsec } };
const duration: SchemaOf<Time> = { type: "object", properties: { sec: integer, nsec } };
const vector3 = object<Vector3>({ x: number, y: number, z: number });
const quaternion = object<Quaternion>({ x: number, y: number, z: number, w: number });
const pose = object<Pose>({ position: vector3, orientation: quaternion });
const color = object<Color>({ r: number, g: number, b: number, a: number });
const solid = object<SolidPrimitive>({ pose, size: vector3, color });

/** Fields of the primitives that Engram never sends; clients still expect to be told of them. */
const plain = (properties: Readonly<Record<string, JsonSchema>>): ObjectSchema => ({ type: "object", properties, required: Object.keys(properties) });

const entity = object<SceneEntity>({
  timestamp: time,
  frame_id: string,
  id: string,
  lifetime: duration,
  frame_locked: boolean,
  metadata: array(plain({ key: string, value: string })),
  arrows: array(plain({ pose, shaft_length: number, shaft_diameter: number, head_length: number, head_diameter: number, color })),
  cubes: array(solid),
  spheres: array(solid),
  cylinders: array(object<CylinderPrimitive>({ pose, size: vector3, bottom_scale: number, top_scale: number, color })),
  lines: array(
    plain({
      type: choice(0, 1, 2),
      pose,
      thickness: number,
      scale_invariant: boolean,
      points: array(vector3),
      color,
      colors: array(color),
      indices: array(unsigned),
    }),
  ),
  triangles: array(plain({ pose, points: array(vector3), color, colors: array(color), indices: array(unsigned) })),
  texts: array(plain({ pose, billboard: boolean, font_size: number, scale_invariant: boolean, color, text: string })),
  models: array(plain({ pose, scale: vector3, color, override_color: boolean, url: string, media_type: string, data: base64 })),
});

export const sceneUpdateSchema: SchemaOf<SceneUpdate> = object<SceneUpdate>({
  deletions: array(object<SceneDeletion>({ timestamp: time, type: choice(0, 1), id: string })),
  entities: array(entity),
});

export const frameTransformsSchema: SchemaOf<FrameTransforms> = object<FrameTransforms>({
  transforms: array(
    object<FrameTransform>({ timestamp: time, parent_frame_id: string, child_frame_id: string, translation: vector3, rotation: quaternion }),
  ),
});

export const logSchema: SchemaOf<Log> = object<Log>({
  timestamp: time,
  level: choice(0, 1, 2, 3, 4, 5),
  message: string,
  name: string,
  file: string,
  line: unsigned,
});
