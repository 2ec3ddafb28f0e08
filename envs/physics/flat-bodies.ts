/**
 * @file The bodies of a world as flat arrays: read from cannon-es' bodies before a substep, integrated and written back after it.
 * Between substeps the cannon-es bodies are the truth, so whoever sets a position, a velocity or a force needs to know nothing of this.
 * Not modelled: the gyroscopic torque ω × Iω (as in cannon-es), sleeping.
 */
import { Body, type Vec3 } from "cannon-es";
import { kernel, shared } from "./solver-kernel.ts";

/** How a body turns: not at all, with the same inertia about every axis, or with an inertia that turns with it. */
export const FIXED_TURN = 0;
const ROUND = 1;
const LONG = 2;

/** The `inverseMass` that is in the solver's memory. */
let solvingFor: Float64Array | undefined;

export class FlatBodies {
  readonly bodies: readonly Body[];
  /** 7 a body: position [m] and quaternion x, y, z, w. */
  readonly pose: Float64Array;
  /** 6 a body: velocity [m/s] and angular velocity [rad/s]. In the solver's memory: it means nothing between substeps. */
  readonly velocity: Float64Array;
  /** 3 a body: 1/kg along the world's x, y and z; 0 where it cannot move. */
  readonly inverseMass: Float64Array;
  /** 9 a body: inverse inertia in the world frame [1/(kg·m²)]. */
  readonly inverseInertia: Float64Array;
  /** 9 a body: its x, y and z axes in the world, one after another. */
  readonly axes: Float64Array;
  /** Whether a body is static or kinematic: no force moves it. */
  readonly immovable: Uint8Array;
  readonly turning: Uint8Array;
  /** Which bodies moved or turned by `load`, so that their shapes must be placed again: bit 0 moved, bit 1 turned. */
  readonly changed: Uint8Array;
  /** The solver's copies of `inverseMass` and `inverseInertia`, as long as it solves for this world. */
  readonly #solverMass: Float64Array;
  readonly #solverInertia: Float64Array;
  readonly #damping: Float64Array;
  /** 3 a body: cannon-es' `angularFactor`, 0 about the world axes that it must not turn about. */
  readonly #turnFactor: Float64Array;

  /**
   * @param rails Bodies that slide along a world axis (0, 1 or 2) of something static and do nothing else: they have mass along it alone.
   */
  constructor(bodies: readonly Body[], rails: ReadonlyMap<Body, number>) {
    const n = bodies.length;
    this.bodies = bodies;
    this.pose = new Float64Array(7 * n).fill(NaN);
    expectRoom(n);
    this.velocity = shared(kernel.velocity, 6 * n);
    this.#solverMass = shared(kernel.inverseMass, 3 * n);
    this.#solverInertia = shared(kernel.inverseInertia, 9 * n);
    this.inverseMass = new Float64Array(3 * n);
    this.inverseInertia = new Float64Array(9 * n);
    this.axes = new Float64Array(9 * n);
    this.immovable = new Uint8Array(n);
    this.turning = new Uint8Array(n);
    this.changed = new Uint8Array(n);
    this.#damping = new Float64Array(2 * n);
    this.#turnFactor = Float64Array.from(bodies.flatMap((body) => body.angularFactor.toArray()));
    bodies.forEach((body, i) => {
      const { linearFactor: factor, angularFactor: turnFactor, invInertia: inertia } = body;
      if (body.type !== Body.DYNAMIC) {
        this.immovable[i] = 1;
        return;
      }
      const rail = rails.get(body);
      [factor.x, factor.y, factor.z].forEach(
        (share, k) => (this.inverseMass[3 * i + k] = rail === undefined || rail === k ? body.invMass * share : 0),
      );
      if (rail !== undefined || inertia.isZero() || turnFactor.isZero()) return;
      this.turning[i] = inertia.x === inertia.y && inertia.y === inertia.z ? ROUND : LONG;
      for (let k = 0; k < 3; k++) this.inverseInertia[9 * i + 4 * k] = inertia.x * this.#turnFactor[3 * i + k]! ** 2;
    });
  }

  /** Prepares for substeps of h seconds. */
  setStep(h: number): void {
    this.bodies.forEach((body, i) => {
      this.#damping[2 * i] = (1 - body.linearDamping) ** h;
      this.#damping[2 * i + 1] = (1 - body.angularDamping) ** h;
    });
  }

  /** Bodies → arrays. Gravity and forces go into the velocities at once. */
  load(h: number, gravity: Vec3): void {
    const { bodies, pose, velocity, immovable, turning } = this;
    this.#takeSolver();
    for (let i = 0; i < bodies.length; i++) {
      const body = bodies[i]!;
      const { position: p, quaternion: q } = body;
      const x = 7 * i;
      const turned = pose[x + 3] !== q.x || pose[x + 4] !== q.y || pose[x + 5] !== q.z || pose[x + 6] !== q.w;
      const moved = pose[x] !== p.x || pose[x + 1] !== p.y || pose[x + 2] !== p.z;
      this.changed[i] = (moved ? 1 : 0) | (turned ? 2 : 0);
      if (moved) {
        pose[x] = p.x;
        pose[x + 1] = p.y;
        pose[x + 2] = p.z;
      }
      if (turned) this.#turn(i);
      const o = 6 * i;
      if (body.type === Body.STATIC) {
        velocity.fill(0, o, o + 6);
        continue;
      }
      const { velocity: v, angularVelocity: w } = body;
      velocity[o] = v.x;
      velocity[o + 1] = v.y;
      velocity[o + 2] = v.z;
      const turns = immovable[i] === 1 || turning[i] !== FIXED_TURN;
      velocity[o + 3] = turns ? w.x : 0;
      velocity[o + 4] = turns ? w.y : 0;
      velocity[o + 5] = turns ? w.z : 0;
      if (immovable[i] === 0) this.#push(i, h, gravity);
    }
  }

  /** Gives the solver this world's masses, where another world's are. */
  #takeSolver(): void {
    if (solvingFor === this.inverseMass) return;
    solvingFor = this.inverseMass;
    this.#solverMass.set(this.inverseMass);
    this.#solverInertia.set(this.inverseInertia);
  }

  /** Takes the body's quaternion over; axes and world inertia follow. */
  #turn(i: number): void {
    const { pose, axes } = this;
    const { x, y, z, w } = this.bodies[i]!.quaternion;
    pose[7 * i + 3] = x;
    pose[7 * i + 4] = y;
    pose[7 * i + 5] = z;
    pose[7 * i + 6] = w;
    const r = 9 * i;
    axes[r] = 1 - 2 * (y * y + z * z);
    axes[r + 1] = 2 * (x * y + w * z);
    axes[r + 2] = 2 * (x * z - w * y);
    axes[r + 3] = 2 * (x * y - w * z);
    axes[r + 4] = 1 - 2 * (x * x + z * z);
    axes[r + 5] = 2 * (y * z + w * x);
    axes[r + 6] = 2 * (x * z + w * y);
    axes[r + 7] = 2 * (y * z - w * x);
    axes[r + 8] = 1 - 2 * (x * x + y * y);
    if (this.turning[i] !== LONG) return;
    const { x: ix, y: iy, z: iz } = this.bodies[i]!.invInertia;
    for (let row = 0; row < 3; row++) {
      for (let column = row; column < 3; column++) {
        const factor = this.#turnFactor[3 * i + row]! * this.#turnFactor[3 * i + column]!;
        const value =
          factor *
          (ix * axes[r + row]! * axes[r + column]! +
            iy * axes[r + 3 + row]! * axes[r + 3 + column]! +
            iz * axes[r + 6 + row]! * axes[r + 6 + column]!);
        this.inverseInertia[r + 3 * row + column] = value;
        this.inverseInertia[r + 3 * column + row] = value;
        this.#solverInertia[r + 3 * row + column] = value;
        this.#solverInertia[r + 3 * column + row] = value;
      }
    }
  }

  /** v += h·(M⁻¹f + g), ω += h·I⁻¹τ. */
  #push(i: number, h: number, gravity: Vec3): void {
    const { velocity, inverseMass, inverseInertia: inertia } = this;
    const { force: f, torque: t, mass } = this.bodies[i]!;
    const o = 6 * i;
    velocity[o]! += inverseMass[3 * i]! * h * (f.x + mass * gravity.x);
    velocity[o + 1]! += inverseMass[3 * i + 1]! * h * (f.y + mass * gravity.y);
    velocity[o + 2]! += inverseMass[3 * i + 2]! * h * (f.z + mass * gravity.z);
    if (this.turning[i] === FIXED_TURN || (t.x === 0 && t.y === 0 && t.z === 0)) return;
    const r = 9 * i;
    velocity[o + 3]! += h * (inertia[r]! * t.x + inertia[r + 1]! * t.y + inertia[r + 2]! * t.z);
    velocity[o + 4]! += h * (inertia[r + 3]! * t.x + inertia[r + 4]! * t.y + inertia[r + 5]! * t.z);
    velocity[o + 5]! += h * (inertia[r + 6]! * t.x + inertia[r + 7]! * t.y + inertia[r + 8]! * t.z);
  }

  /** Semi-implicit Euler: damping, then poses from the new velocities; arrays → bodies. Forces are cleared. */
  store(h: number): void {
    const { bodies, velocity, immovable } = this;
    for (let i = 0; i < bodies.length; i++) {
      const body = bodies[i]!;
      const { position: p, velocity: v, force, torque } = body;
      if (immovable[i] === 1) {
        if (body.type === Body.KINEMATIC) moveKinematic(body, h);
        continue;
      }
      const o = 6 * i;
      const kept = this.#damping[2 * i]!;
      const vx = velocity[o]! * kept;
      const vy = velocity[o + 1]! * kept;
      const vz = velocity[o + 2]! * kept;
      v.x = vx;
      v.y = vy;
      v.z = vz;
      p.x += h * vx;
      p.y += h * vy;
      p.z += h * vz;
      if (this.turning[i] !== FIXED_TURN) this.#storeTurn(i, h);
      force.x = 0;
      force.y = 0;
      force.z = 0;
      torque.x = 0;
      torque.y = 0;
      torque.z = 0;
      body.aabbNeedsUpdate = true;
    }
  }

  #storeTurn(i: number, h: number): void {
    const { velocity } = this;
    const { quaternion: q, angularVelocity: w } = this.bodies[i]!;
    const kept = this.#damping[2 * i + 1]!;
    const wx = velocity[6 * i + 3]! * kept;
    const wy = velocity[6 * i + 4]! * kept;
    const wz = velocity[6 * i + 5]! * kept;
    w.x = wx;
    w.y = wy;
    w.z = wz;
    const half = h / 2;
    const x = q.x + half * (wx * q.w + wy * q.z - wz * q.y);
    const y = q.y + half * (wy * q.w + wz * q.x - wx * q.z);
    const z = q.z + half * (wz * q.w + wx * q.y - wy * q.x);
    const s = q.w - half * (wx * q.x + wy * q.y + wz * q.z);
    const scale = 1 / Math.sqrt(x * x + y * y + z * z + s * s);
    q.x = x * scale;
    q.y = y * scale;
    q.z = z * scale;
    q.w = s * scale;
  }
}

function moveKinematic(body: Body, h: number): void {
  const { position: p, velocity: v, angularVelocity: w, quaternion: q } = body;
  p.x += h * v.x;
  p.y += h * v.y;
  p.z += h * v.z;
  if (w.x === 0 && w.y === 0 && w.z === 0) return;
  q.integrate(w, h, body.angularFactor, q);
  q.normalize();
}

function expectRoom(bodies: number): void {
  const room = kernel.bodyRoom.value;
  if (bodies > room) throw new RangeError(`This world has ${bodies} bodies, and there is room for ${room}.`);
}
