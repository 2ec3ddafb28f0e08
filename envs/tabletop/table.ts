/**
 * @file The table that every task is set on: top, rim and hand, the substeps of a control period, and how it all looks. What lies on it
 * is the task's.
 */
import { Body, Box, type Quaternion, type Shape, Vec3 } from "cannon-es";
import { collisionFilter, FIXED, HAND, OBJECT } from "../physics/collision-groups.ts";
import { FlatWorld } from "../physics/flat-world.ts";
import { Hand } from "../physics/hand.ts";
import { setInertia } from "../physics/inertia.ts";
import { drawArm } from "./arm.ts";
import { boxPart, color, following, rodPart, TableScene } from "./looks.ts";
import { CONTROL_PERIOD, TCP_DEPTH, WORKSPACE, type Point } from "./observation.ts";

const SUBSTEPS = 5;

/** In m/s². */
export const GRAVITY = 9.81;

/** Meta-World's table top, whose surface is z = 0, and the rim that keeps things on it; half extents in m. */
const TOP: Point = [0.7, 0.4, 0.05];
const CENTRE_Y = 0.6;
const RIM_HEIGHT = 0.06;
const RIM_WIDTH = 0.01;

/** A solid part of a body. */
export interface Solid {
  readonly shape: Shape;
  /** From the body's origin, in m. */
  readonly at?: Point;
  /** From the body's axes. */
  readonly turn?: Quaternion;
}

export interface ThingOptions {
  readonly solids: readonly Solid[];
  /** 0 for what never moves; in kg. */
  readonly mass?: number;
  /** The share of its speed that it loses in a second, in [0, 1). */
  readonly damping?: number;
  /** On a slider: it touches the hand alone. */
  readonly mounted?: boolean;
}

/** What the table's top is: a plain slab; or one that is 5 cm higher around a hole, whose floor is the plain slab's surface. */
export type TableTop = "plain" | "with a hole";

/** Meta-World's: the slabs around the hole, half extents and middles in m; they reach from below up to `HOLE_DEPTH`. */
export const HOLE_DEPTH = 0.05;
const AROUND_HOLE: readonly { readonly half: Point; readonly at: Point }[] = [
  { half: [0.08, 0.28, 0.05], at: [0, 0.48, 0] },
  { half: [0.31, 0.4, 0.05], at: [-0.39, 0.6, 0] },
  { half: [0.31, 0.4, 0.05], at: [0.39, 0.6, 0] },
  { half: [0.08, 0.04, 0.05], at: [0, 0.96, 0] },
];

export class Table {
  readonly world: FlatWorld;
  readonly hand: Hand;
  readonly scene: TableScene = new TableScene();

  /** @param gravity In m/s², downwards. */
  constructor(handStart: Point, top: TableTop = "plain", gravity: number = GRAVITY) {
    this.world = new FlatWorld({ tolerance: 3e-3, gravity: new Vec3(0, 0, -gravity) });
    this.#buildTop();
    if (top === "with a hole") this.#buildHole();
    this.hand = new Hand(this.world, { position: handStart, ...WORKSPACE, tcp: TCP_DEPTH });
    this.#drawHand();
    drawArm(this.scene, this.hand.position);
  }

  /** Adds a body at the origin; a task's `place` puts it where it belongs. */
  add({ solids, mass = 0, damping = 0, mounted = false }: ThingOptions): Body {
    const filter = collisionFilter[mass === 0 ? FIXED : OBJECT];
    const body = new Body({ mass, linearDamping: damping, angularDamping: damping, ...filter });
    if (mounted) body.collisionFilterMask = HAND;
    for (const { shape, at: offset = [0, 0, 0], turn } of solids) body.addShape(shape, new Vec3(...offset), turn);
    if (mass > 0) setInertia(body);
    this.world.addBody(body);
    return body;
  }

  /** Lives through one control period. */
  advance(): void {
    for (let k = 0; k < SUBSTEPS; k++) {
      this.hand.beforeSubstep(CONTROL_PERIOD / SUBSTEPS);
      this.world.step(CONTROL_PERIOD / SUBSTEPS);
    }
  }

  #buildTop(): void {
    const [width, depth, thickness] = TOP;
    const top = this.add({ solids: [{ shape: new Box(new Vec3(...TOP)) }] });
    top.position.set(0, CENTRE_Y, -thickness);
    this.scene.show({ name: "table", body: top, color: color.wood });
    const across = new Box(new Vec3(width, RIM_WIDTH, RIM_HEIGHT));
    const along = new Box(new Vec3(RIM_WIDTH, depth - 2 * RIM_WIDTH, RIM_HEIGHT));
    const rim = this.add({
      solids: [
        { shape: across, at: [0, RIM_WIDTH - depth, 0] },
        { shape: across, at: [0, depth - RIM_WIDTH, 0] },
        { shape: along, at: [RIM_WIDTH - width, 0, 0] },
        { shape: along, at: [width - RIM_WIDTH, 0, 0] },
      ],
    });
    rim.position.set(0, CENTRE_Y, RIM_HEIGHT);
    this.scene.show({ name: "rim", body: rim, color: color.rim });
  }

  #buildHole(): void {
    const slabs = this.add({ solids: AROUND_HOLE.map(({ half, at }) => ({ shape: new Box(new Vec3(...half)), at })) });
    this.scene.show({ name: "slabs", body: slabs, color: color.wood });
  }

  #drawHand(): void {
    const { body, fingers } = this.hand;
    this.scene.dress(
      "hand",
      [
        boxPart([0.018, 0.062, 0.01], [0, 0, 0.055], color.graphite),
        boxPart([0.026, 0.036, 0.016], [0, 0, 0.08], color.white),
        rodPart({ radius: 0.028, height: 0.02, along: "z" }, [0, 0, 0.105], color.graphite),
      ],
      following(body.position),
    );
    fingers.forEach((finger, k) => {
      const inward = k === 0 ? 1 : -1;
      this.scene.dress(
        k === 0 ? "right finger" : "left finger",
        [
          boxPart([0.015, 0.003, 0.045], [0, -0.003 * inward, 0], color.steel),
          boxPart([0.014, 0.003, 0.026], [0, 0.003 * inward, -0.019], color.rubber),
        ],
        following(finger.position),
      );
    });
  }
}
