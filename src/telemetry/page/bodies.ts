/** @file A scene's bodies as three.js objects: one group for each, moved as a whole. Made anew when the world changes. */
import { BoxGeometry, type BufferGeometry, Color, CylinderGeometry, Group, Mesh, MeshStandardMaterial, SphereGeometry } from "three";
import { RoundedBoxGeometry } from "three/addons/geometries/RoundedBoxGeometry.js";
import type { Color as MessageColor, FrameTransforms, Pose, SceneEntity, SceneUpdate, SolidPrimitive } from "../messages.ts";

const POSE_SIZE = 7;
/** Edges are broken by this share of a box's least extent, but by 6 mm at most. */
const BEVEL = 0.12;
const WIDEST_BEVEL = 0.006;

export class Bodies {
  readonly root: Group = new Group();
  /** In the scene's order, as poses come. */
  #groups: Group[] = [];
  #byName = new Map<string, Group>();

  show({ entities }: SceneUpdate): void {
    this.#clear();
    this.#groups = entities.map((entity) => bodyOf(entity));
    this.#byName = new Map(entities.map(({ frame_id }, i) => [frame_id, this.#groups[i]!]));
    for (const group of this.#groups) this.root.add(group);
  }

  /** @param poses [bodies, 7] in the scene's order. */
  placeAll(poses: Float32Array): void {
    this.#groups.forEach((group, body) => {
      const at = body * POSE_SIZE;
      group.position.fromArray(poses, at);
      group.quaternion.fromArray(poses, at + 3).normalize();
    });
  }

  place({ transforms }: FrameTransforms): void {
    for (const { child_frame_id, translation, rotation } of transforms) {
      const group = this.#byName.get(child_frame_id);
      group?.position.set(translation.x, translation.y, translation.z);
      group?.quaternion.set(rotation.x, rotation.y, rotation.z, rotation.w).normalize();
    }
  }

  #clear(): void {
    this.root.traverse((object) => {
      if (!(object instanceof Mesh)) return;
      (object.geometry as BufferGeometry).dispose();
      (object.material as MeshStandardMaterial).dispose();
    });
    this.root.clear();
  }
}

function bodyOf({ id, cubes, spheres, cylinders }: SceneEntity): Group {
  const group = new Group();
  group.name = id;
  const materials = new Map<string, MeshStandardMaterial>();
  const add = (geometry: BufferGeometry, { pose, color }: SolidPrimitive): void => {
    const mesh = new Mesh(geometry, materialOf(color, materials));
    place(mesh, pose);
    mesh.castShadow = color.a >= 1;
    mesh.receiveShadow = color.a >= 1;
    group.add(mesh);
  };
  for (const cube of cubes) add(boxGeometry(cube), cube);
  for (const sphere of spheres) add(new SphereGeometry(0.5, 32, 20).scale(sphere.size.x, sphere.size.y, sphere.size.z), sphere);
  // three.js cylinders lie along y, Foxglove's along z.
  for (const cylinder of cylinders) {
    const { x, y, z } = cylinder.size;
    add(new CylinderGeometry(0.5 * cylinder.top_scale, 0.5 * cylinder.bottom_scale, 1, 40).rotateX(Math.PI / 2).scale(x, y, z), cylinder);
  }
  return group;
}

/** A box with soft edges, which catch the light as real edges do. */
function boxGeometry({ size: { x, y, z } }: SolidPrimitive): BufferGeometry {
  const least = Math.min(x, y, z);
  return least < 0.002 ? new BoxGeometry(x, y, z) : new RoundedBoxGeometry(x, y, z, 2, Math.min(WIDEST_BEVEL, BEVEL * least));
}

function materialOf({ r, g, b, a }: MessageColor, known: Map<string, MeshStandardMaterial>): MeshStandardMaterial {
  const key = `${r},${g},${b},${a}`;
  const material =
    known.get(key) ??
    new MeshStandardMaterial({
      color: new Color().setRGB(r, g, b, "srgb"),
      roughness: 0.55,
      metalness: 0.05,
      transparent: a < 1,
      opacity: a,
      depthWrite: a >= 1,
    });
  known.set(key, material);
  return material;
}

function place(mesh: Mesh, { position, orientation }: Pose): void {
  mesh.position.set(position.x, position.y, position.z);
  mesh.quaternion.set(orientation.x, orientation.y, orientation.z, orientation.w);
}
