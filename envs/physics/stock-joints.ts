/** @file Any other cannon-es constraint: its own equations fill their Jacobians, which are copied into rows. Correct, but not fast. */
import { type Constraint, type Equation, type JacobianElement, RotationalMotorEquation } from "cannon-es";
import type { JointRows } from "./joint-rows.ts";

/** What `stepFree` answers. */
export interface StepFree {
  readonly pace: number;
  /** [1/N·s²] */
  readonly yielding: number;
}

/**
 * SPOOK's numbers without the time step they were made for. cannon-es makes a = 4 / (h₀(1 + 4d)) and ε = 4 / (h₀²k(1 + 4d)) once, with
 * h₀ = 1/60 s unless told otherwise; b = 4d / (1 + 4d) tells h₀, so that stiffness k and relaxation d hold at the world's own step h:
 * a = pace / h, ε = yielding / h².
 */
export function stepFree({ a, b, eps }: Equation): StepFree {
  const pace = 4 * (1 - b);
  return { pace, yielding: eps * (pace / a) ** 2 };
}

export function writeStockRows(joint: Constraint, rows: JointRows, slot: number): void {
  const { bodyA, bodyB } = joint;
  for (const body of [bodyA, bodyB]) {
    body.updateInertiaWorld(true);
    body.updateSolveMassProperties();
  }
  joint.update();
  joint.equations.forEach((equation, k) => {
    if (equation.enabled) writeStockRow(equation, rows, slot + k);
  });
}

/** The typings give the base class's three arguments; every equation of a constraint takes the substep alone. */
type PositionalEquation = Omit<Equation, "computeB"> & { computeB(h: number): number };

function writeStockRow(equation: Equation, rows: JointRows, slot: number): void {
  const { next: r, h } = rows;
  const { a, b } = equation;
  const { pace, yielding } = stepFree(equation);
  equation.a = pace / h;
  // cannon-es answers −a·g − b·(J·v − wanted) − h·J·M⁻¹f for velocities before forces; rows want −a·g + wanted for those after them.
  const positional = (equation as PositionalEquation).computeB(h) + b * equation.computeGW() + h * equation.computeGiMf();
  equation.a = a;
  rows.target[r] = equation instanceof RotationalMotorEquation ? equation.targetVelocity : positional;
  rows.softness[r] = yielding / (h * h);
  rows.low[r] = equation.minForce * h;
  rows.high[r] = equation.maxForce * h;
  rows.between(equation.bi.index, equation.bj.index);
  rows.addGeneral(slot, partOf(equation.jacobianElementA), partOf(equation.jacobianElementB));
}

const partOf = ({ spatial, rotational }: JacobianElement): number[] => [...spatial.toArray(), ...rotational.toArray()];
