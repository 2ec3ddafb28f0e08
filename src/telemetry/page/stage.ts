/** @file Where the world is seen: light, floor, camera, and the bodies on it. Draws only when something has changed. z is up, lengths in m. */
import {
  Box3,
  CircleGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  NeutralToneMapping,
  PCFShadowMap,
  PerspectiveCamera,
  PMREMGenerator,
  Scene,
  ShadowMaterial,
  Sphere,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import type { FrameTransforms, SceneUpdate } from "../messages.ts";
import { Bodies } from "./bodies.ts";
import { onSchemeChange, resolved } from "./palette.ts";
import { chooseQuality, type Quality } from "./quality.ts";

/** From where a world is first looked at: beside the robot, so that neither it nor what it works on hides the other. */
const VIEW = new Vector3(1.6, -0.72, 0.95).normalize();
const FIELD_OF_VIEW = 30;
/** When what is seen has strayed this share of its radius from the middle of the view, the view goes after it, this share of the way at a time, until it is near. */
const STRAY = 0.3;
const HASTE = 0.1;
const NEAR = 0.05;
/** Share of the view's height and width that a world's box fills; its corners are empty mostly. */
const FILL = 1.04;

export class Stage {
  readonly #quality: Quality = chooseQuality();
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.02, 60);
  readonly #controls: OrbitControls;
  readonly #bodies = new Bodies();
  readonly #sun = new DirectionalLight("#fff4e6", 2.6);
  readonly #sky = new HemisphereLight("#eef2ff", "#a39a8e", 0.5);
  readonly #floor = new Mesh(new CircleGeometry(1, 64), new ShadowMaterial());
  /** What fills the view; absent until the first world has been placed. */
  #framed: Box3 | undefined;
  /** Whether somebody has moved the camera; then it is left alone. */
  #moved = false;
  /** Whether view, floor and light are going after the world. */
  #following = false;
  #dirty = true;
  #lastDrawn = -Infinity;

  /** @throws When the browser has no WebGL. */
  constructor(container: HTMLElement) {
    this.#renderer = new WebGLRenderer({ antialias: this.#quality.antialias, powerPreference: "high-performance" });
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.shadowMap.type = PCFShadowMap;
    this.#renderer.toneMapping = NeutralToneMapping;
    this.#camera.up.set(0, 0, 1);
    this.#controls = new OrbitControls(this.#camera, this.#renderer.domElement);
    this.#controls.enableDamping = true;
    this.#controls.maxPolarAngle = 0.49 * Math.PI;
    this.#controls.addEventListener("change", () => (this.#dirty = true));
    this.#controls.addEventListener("start", () => (this.#moved = true));
    this.#light();
    this.#paint();
    onSchemeChange(() => this.#paint());
    container.append(this.#renderer.domElement);
    container.addEventListener("dblclick", () => this.resetView());
    new ResizeObserver(() => this.#resize(container)).observe(container);
  }

  show(scene: SceneUpdate): void {
    this.#bodies.show(scene);
    this.#dirty = true;
  }

  place(transforms: FrameTransforms): void {
    this.#bodies.place(transforms);
    this.#placed();
  }

  /** @param poses [bodies, 7] in the scene's order. */
  placeAll(poses: Float32Array): void {
    this.#bodies.placeAll(poses);
    this.#placed();
  }

  /** Looks at the whole world again. */
  resetView(): void {
    this.#moved = false;
    if (this.#framed === undefined) return;
    const { center, radius } = this.#framed.getBoundingSphere(new Sphere());
    this.#controls.target.copy(center);
    this.#camera.position.copy(VIEW).multiplyScalar(distanceToSee(this.#framed, this.#camera)).add(center);
    this.#controls.minDistance = 0.3 * radius;
    this.#controls.maxDistance = 8 * radius;
    this.#controls.update();
    this.#dirty = true;
  }

  /**
   * Draws if something has changed. Call it for each of the browser's frames.
   * @param now Milliseconds.
   */
  draw(now: number): void {
    this.#controls.update();
    if (!this.#dirty || now - this.#lastDrawn < 1000 / this.#quality.frameRate - 4) return;
    this.#lastDrawn = now;
    this.#render();
  }

  #render(): void {
    this.#dirty = false;
    this.#renderer.render(this.#scene, this.#camera);
  }

  #placed(): void {
    this.#dirty = true;
    if (this.#framed === undefined) this.#frame();
    else this.#follow(this.#framed);
  }

  /** Moves all that looks at the world after it when it has gone out of the middle, as one that walks does. */
  #follow(framed: Box3): void {
    const { center, radius } = framed.getBoundingSphere(new Sphere());
    const away = new Box3().setFromObject(this.#bodies.root).getCenter(new Vector3()).sub(center).setZ(0);
    this.#following = away.length() > (this.#following ? NEAR : STRAY) * radius;
    if (!this.#following) return;
    const step = away.multiplyScalar(HASTE);
    framed.translate(step);
    for (const { position } of [this.#floor, this.#sun, this.#sun.target, this.#camera]) position.add(step);
    this.#controls.target.add(step);
  }

  /** Fits view, floor and shadows to the world. */
  #frame(): void {
    const box = new Box3().setFromObject(this.#bodies.root);
    if (box.isEmpty()) return;
    this.#framed = box;
    const { center, radius } = box.getBoundingSphere(new Sphere());
    this.#floor.position.set(center.x, center.y, box.min.z - 0.001);
    this.#floor.scale.setScalar(3.2 * radius);
    this.#sun.position.set(center.x + 0.9 * radius, center.y - 1.1 * radius, center.z + 2.6 * radius);
    this.#sun.target.position.copy(center);
    const { camera } = this.#sun.shadow;
    camera.left = camera.bottom = -1.3 * radius;
    camera.right = camera.top = 1.3 * radius;
    camera.near = 0.2 * radius;
    camera.far = 6 * radius;
    camera.updateProjectionMatrix();
    this.resetView();
  }

  #light(): void {
    if (this.#quality.surroundings) {
      const maker = new PMREMGenerator(this.#renderer);
      this.#scene.environment = maker.fromScene(new RoomEnvironment(), 0.04).texture;
      this.#scene.environmentIntensity = 0.45;
      maker.dispose();
    } else this.#sky.intensity = 2.5;
    this.#sun.castShadow = true;
    this.#sun.shadow.mapSize.setScalar(this.#quality.shadowMap);
    this.#sun.shadow.radius = 5;
    this.#sun.shadow.normalBias = 0.004;
    this.#floor.receiveShadow = true;
    this.#scene.add(this.#sun, this.#sun.target, this.#sky, this.#floor, this.#bodies.root);
  }

  /** Takes the backdrop from the style sheet, so that the world stands in the page and not in a box on it. */
  #paint(): void {
    this.#scene.background = new Color(resolved("var(--stage)"));
    this.#floor.material.opacity = Number(resolved("var(--stage-shadow)"));
    this.#dirty = true;
  }

  #resize(container: HTMLElement): void {
    const { clientWidth: width, clientHeight: height } = container;
    if (width === 0 || height === 0) return;
    this.#renderer.setPixelRatio(Math.min(this.#quality.mostPixelRatio, devicePixelRatio));
    this.#renderer.setSize(width, height);
    this.#camera.aspect = width / height;
    this.#camera.updateProjectionMatrix();
    this.#dirty = true;
    if (!this.#moved) this.resetView();
    // A new size empties the canvas; waiting for the next frame would be seen.
    this.#render();
  }
}

/** How far from a box's middle the camera must be, in the direction of the first view, to see all its corners. */
function distanceToSee(box: Box3, { aspect }: PerspectiveCamera): number {
  const right = new Vector3(0, 0, 1).cross(VIEW).normalize();
  const up = VIEW.clone().cross(right);
  const vertical = FILL * Math.tan((0.5 * FIELD_OF_VIEW * Math.PI) / 180);
  const center = box.getCenter(new Vector3());
  let distance = 0;
  for (let corner = 0; corner < 8; corner++) {
    const at = new Vector3(corner & 1 ? box.min.x : box.max.x, corner & 2 ? box.min.y : box.max.y, corner & 4 ? box.min.z : box.max.z).sub(center);
    const needed = Math.max(Math.abs(at.dot(up)) / vertical, Math.abs(at.dot(right)) / (vertical * aspect));
    distance = Math.max(distance, needed + at.dot(VIEW));
  }
  return distance;
}
