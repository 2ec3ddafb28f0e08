/**
 * @file Projected Gauss–Seidel over the rows of a substep: all joints, then all normals up and down, then friction, until nothing moves any more.
 * Friction is Coulomb's: the two tangent impulses of a point together stay in the disc of radius μ·λₙ.
 *
 * Rows start from the last substep's impulses (warm starting), which makes one sweep enough where little changes. It also makes the solver an
 * integrator: if a substep solves only a share α of some mode, and rows pull back a share β of their position error, the mode is stable while
 * α + (1 − ρ) > β, with ρ the share of impulses kept (Routh's criterion on the error's recursion). So errors are pulled back slowly (β is at
 * most 0.1 for joints, 0.06 for contacts), and the more a substep leaves unsolved, the less is kept, down to ρ = 0.9: stable whatever α.
 * The sweeps themselves are WebAssembly: `assembly/solver.ts`.
 * @see Catto (2005), "Iterative dynamics with temporal coherence".
 */
import { kernel } from "./solver-kernel.ts";

/** What is lost of the impulses, at most, and the speed left unsolved along a row [m/s] from which on that is lost. */
const LEAK = 0.1;
const UNSOLVED = 0.1;

/** When the sweeps end. */
export interface SolverOptions {
  /** Sweeps at most. */
  readonly sweeps: number;
  /** Largest change of speed along a row in a sweep that counts as none [m/s]. */
  readonly tolerance: number;
  /** Share of the impulses that the next substep starts from. */
  readonly warmStart: number;
}

/** What a solution cost, and the share of its impulses to start from next time. */
export interface Solution {
  sweeps: number;
  kept: number;
}

const solution: Solution = { sweeps: 0, kept: 1 };

/**
 * Solves in place the rows that `Rows` names: those of the joints, then three for each of the contacts. The answer is overwritten by the next call.
 */
export function solve(joints: number, contacts: number, { sweeps, tolerance, warmStart }: SolverOptions): Readonly<Solution> {
  let sweep = 0;
  let worst: number;
  do {
    worst = kernel.sweep(joints, contacts);
    sweep++;
  } while (worst > tolerance && sweep < sweeps);
  solution.sweeps = sweep;
  solution.kept = worst > tolerance ? warmStart * (1 - LEAK * Math.min(1, worst / UNSOLVED)) : warmStart;
  return solution;
}
