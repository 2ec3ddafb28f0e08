/**
 * @file A cannon-es World whose step works on flat typed arrays: the same bodies, shapes, materials, filters and constraints, but with
 * Coulomb friction, force limits that are forces, warm starting, and a state that can be saved and restored bit for bit.
 *
 * What differs from a plain World: pairs, masses, materials and filters are read once (call `invalidate` after changing them); there are no
 * collide events, `contacts` stays empty, nothing sleeps, and, as in cannon-es, there is no gyroscopic torque. Only `step(dt)` is
 * deterministic; never use `fixedStep` or `step(dt, elapsed)`, which read the wall clock.
 * @see Lacoursière (2007), "Ghosts and machines", for SPOOK, whose stiffness and relaxation materials and constraints carry.
 */
import { type Body, type Constraint, Vec3, World } from "cannon-es";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { writeContactRows } from "./contact-rows.ts";
import { Contacts } from "./contacts.ts";
import { FlatBodies } from "./flat-bodies.ts";
import { FlatShapes } from "./flat-shapes.ts";
import { JointRows, type RowWriter } from "./joint-rows.ts";
import { PairTable } from "./pair-table.ts";
import { isPointJoint, writePointRows } from "./point-joint.ts";
import { findRails, holdRails, type Rail } from "./rails.ts";
import { solve } from "./solver.ts";
import { kernel } from "./solver-kernel.ts";
import { stepFree, writeStockRows } from "./stock-joints.ts";
import { collideStock } from "./stock-pairs.ts";
import { readWorld, writeWorld } from "./world-state.ts";

export interface FlatWorldOptions {
  /** [m/s²]; (0, 0, −9.81) by default: z is up. */
  readonly gravity?: Vec3;
  /** Coulomb coefficient where no material says otherwise; 0.8 by default. */
  readonly friction?: number;
  /** Solver sweeps at most; 10 by default. */
  readonly sweeps?: number;
  /** Sweeps end when no row's speed changes by more than this [m/s]; 1e-3 by default. Use 1e-4 where objects are stacked. */
  readonly tolerance?: number;
  /** Shapes up to this far apart are in contact [m]; 5e-4 by default. */
  readonly margin?: number;
  /** Penetration that is left alone [m]; 1e-4 by default. */
  readonly slop?: number;
  /** Share of SPOOK's push that deeper penetration gets; 0.2 by default: more makes stacks restless. */
  readonly correction?: number;
  /** Share of the last substep's impulses that the solver starts from; 1 by default, 0 is a cold start. */
  readonly warmStart?: number;
}

/** Everything that changes only when bodies, shapes or constraints do. */
export interface Compiled {
  readonly bodies: FlatBodies;
  readonly shapes: FlatShapes;
  readonly pairs: PairTable;
  readonly contacts: Contacts;
  readonly rows: JointRows;
  readonly joints: readonly JointSlot[];
  readonly rails: readonly Rail[];
}

/** A constraint, how it makes rows, and its first slot. */
interface JointSlot {
  readonly write: (rows: JointRows, slot: number) => void;
  readonly slot: number;
}

/** Contact points to make room for at first. */
const CONTACT_ROOM = 64;

export class FlatWorld extends World {
  readonly options: Required<FlatWorldOptions>;
  /** Solver sweeps since the world was made: what a step costs, in a number that does not depend on the machine. */
  sweeps = 0;
  #compiled: Compiled | undefined;
  /** The substep that the compiled tables are prepared for [s]. */
  #preparedStep = 0;

  constructor(options: FlatWorldOptions = {}) {
    super({ gravity: options.gravity ?? new Vec3(0, 0, -9.81) });
    this.options = {
      gravity: this.gravity,
      friction: options.friction ?? 0.8,
      sweeps: options.sweeps ?? 10,
      tolerance: options.tolerance ?? 1e-3,
      margin: options.margin ?? 5e-4,
      slop: options.slop ?? 1e-4,
      correction: options.correction ?? 0.2,
      warmStart: options.warmStart ?? 1,
    };
    this.defaultContactMaterial.friction = this.options.friction;
  }

  /** Makes the next step read pairs, masses, materials and filters anew. Remembered impulses are lost. */
  invalidate(): void {
    this.#compiled = undefined;
    this.#preparedStep = 0;
  }

  override addBody(body: Body): void {
    super.addBody(body);
    this.invalidate();
  }

  override removeBody(body: Body): void {
    super.removeBody(body);
    this.invalidate();
  }

  override addConstraint(constraint: Constraint): void {
    super.addConstraint(constraint);
    this.invalidate();
  }

  override removeConstraint(constraint: Constraint): void {
    super.removeConstraint(constraint);
    this.invalidate();
  }

  /** The compiled tables, made when first needed. */
  get compiled(): Compiled {
    this.#compiled ??= this.#compile();
    return this.#compiled;
  }

  #compile(): Compiled {
    const rails = findRails(this.constraints);
    const bodies = new FlatBodies(this.bodies, new Map(rails.map(({ joint, axis }) => [joint.bodyB, axis])));
    const shapes = new FlatShapes(this.bodies, this.options.margin);
    let slots = 0;
    const joints = this.constraints.map((joint): JointSlot => {
      const slot = slots;
      slots += isRowWriter(joint) ? joint.rowSlots : joint.equations.length;
      return { write: writerOf(joint), slot };
    });
    const rows = new JointRows(bodies, slots);
    return { bodies, shapes, pairs: new PairTable(shapes.slots, bodies, this), contacts: new Contacts(CONTACT_ROOM), rows, joints, rails };
  }

  override internalStep(h: number): void {
    if (!holdRails(this.compiled.rails, this.compiled.bodies)) this.invalidate();
    const { compiled, options } = this;
    const { bodies, shapes, pairs, contacts, rows, joints } = compiled;
    this.dt = h;
    if (this.#preparedStep !== h) this.#prepare(h);
    bodies.load(h, this.gravity);
    shapes.place(bodies);
    contacts.collide(pairs, shapes, (pair) => collideStock(this, pair, compiled));
    rows.next = 0;
    rows.h = h;
    for (let k = 0; k < joints.length; k++) joints[k]!.write(rows, joints[k]!.slot);
    kernel.warmStart(0, rows.next);
    writeContactRows(compiled, rows.next, h, options);
    const { now } = contacts;
    const { sweeps, kept } = solve(rows.next, now.count, options);
    this.sweeps += sweeps;
    rows.remember(kept);
    contacts.remember(rows.impulse, rows.next, kept);
    if (this.hasAnyEventListener("preStep")) this.dispatchEvent({ type: "preStep" });
    bodies.store(h);
    this.stepnumber++;
    if (this.hasAnyEventListener("postStep")) this.dispatchEvent({ type: "postStep" });
  }

  #prepare(h: number): void {
    this.#preparedStep = h;
    this.compiled.bodies.setStep(h);
    this.compiled.pairs.setStep(h);
  }

  /** Moves a body by hand, such as a static cabinet between episodes; it keeps its rotation and comes to rest. */
  moveTo(body: Body, x: number, y: number, z: number): void {
    body.position.set(x, y, z);
    body.velocity.setZero();
    body.angularVelocity.setZero();
    body.aabbNeedsUpdate = true;
  }

  /**
   * Everything the next step reads: poses (static bodies' too), velocities, forces, joint motors, and the impulses that the solver starts from.
   * It belongs to this world and to any other that was built the same way.
   */
  snapshot(): Snapshot {
    return writeWorld(this, this.compiled);
  }

  /** @throws {SnapshotError} A snapshot of a world with other bodies or constraints. */
  restore(snapshot: Snapshot): void {
    readWorld(this, this.compiled, snapshot);
  }
}

const isRowWriter = (joint: Constraint): joint is RowWriter => "writeRows" in joint;

function writerOf(joint: Constraint): JointSlot["write"] {
  if (isRowWriter(joint)) return (rows, slot) => joint.writeRows(rows, slot);
  if (isPointJoint(joint)) {
    const spook = stepFree(joint.equationX);
    return (rows, slot) => writePointRows(joint, spook, rows, slot);
  }
  return (rows, slot) => writeStockRows(joint, rows, slot);
}
