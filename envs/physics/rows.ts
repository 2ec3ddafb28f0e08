/**
 * @file The velocity constraints of one substep as flat arrays, one row a constraint: joints first, then three rows a contact point.
 * Row r asks for J·v = target − softness·λ with impulse λ in [low, high]; λ changes the velocities by M⁻¹Jᵀλ.
 *
 * A row acts on a lead body, which certainly moves, and perhaps on another. Its 12 numbers in `jacobian` and in `response` (M⁻¹Jᵀ) are:
 * lead linear 0–2, lead angular 3–5, other linear 6–8, other angular 9–11; the other's are never read where there is none.
 *
 * The arrays lie in the memory of the solver's WebAssembly module, one for all worlds of a thread: they mean nothing between substeps.
 */
import { kernel, shared } from "./solver-kernel.ts";

const room = kernel.rowRoom.value;

export class Rows {
  readonly jacobian = shared(kernel.jacobian, 12 * room);
  readonly response = shared(kernel.response, 12 * room);
  /** Wanted speed [m/s or rad/s]. */
  readonly target = shared(kernel.target, room);
  /** [1/kg or 1/(kg·m²)] */
  readonly softness = shared(kernel.softness, room);
  /** Bounds of the impulse [N·s or N·m·s]. */
  readonly low = shared(kernel.low, room);
  readonly high = shared(kernel.high, room);
  readonly impulse = shared(kernel.impulse, room);
  /** J·M⁻¹·Jᵀ + softness, and the impulse per missing speed that one visit of the solver applies. */
  readonly diagonal = shared(kernel.diagonal, room);
  readonly gain = shared(kernel.gain, room);
  /** Coulomb's coefficient, in the first row of each contact. */
  readonly friction = shared(kernel.friction, room);
  /** Where the bodies' velocities begin: 6 × index; negative for none. */
  readonly lead = new Int32Array(kernel.memory.buffer, kernel.lead.value, room);
  readonly other = new Int32Array(kernel.memory.buffer, kernel.other.value, room);
  /** Where and along what the row that is being written acts, in the world: a unit vector, and from each body's centre of mass to the point [m]. */
  readonly direction = shared(kernel.direction, 3);
  readonly leadArm = shared(kernel.leadArm, 3);
  readonly otherArm = shared(kernel.otherArm, 3);

  /** @throws {RangeError} There is no room for n rows. */
  expectRoom(n: number): void {
    if (n <= room) return;
    throw new RangeError(
      `A substep of this world needs ${n} constraint rows (three a contact point), and there is room for ${room}. Use fewer bodies that touch.`,
    );
  }

  /** J·v of row r. */
  speedAlong(velocity: Float64Array, r: number): number {
    const { jacobian } = this;
    const o = 12 * r;
    const b = this.lead[r]!;
    const a = this.other[r]!;
    let speed = 0;
    for (let k = 0; k < 6; k++) speed += jacobian[o + k]! * velocity[b + k]!;
    if (a >= 0) for (let k = 0; k < 6; k++) speed += jacobian[o + 6 + k]! * velocity[a + k]!;
    return speed;
  }
}
