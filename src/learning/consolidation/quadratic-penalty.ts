/**
 * @file A spring on every parameter with a strength of its own: the penalty ½·c·Σᵢ kᵢ (θᵢ − aᵢ)². What EWC, SI, MAS and RWalk have in common; they
 * differ in where the importance k comes from and when it changes.
 */
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../../contract/snapshot.ts";
import type { TaskId } from "../../contract/task.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { Consolidation, Learner } from "./strategy.ts";

export class QuadraticPenalty {
  readonly #size: number;
  /** k ≥ 0 and a, one number a parameter each; none until a task has ended. */
  #springs: { readonly importance: Float32Array; readonly anchor: Float32Array } | undefined;

  /** @param size Parameters. */
  constructor(size: number) {
    this.#size = size;
  }

  get bytes(): number {
    return this.#springs === undefined ? 0 : 2 * Float32Array.BYTES_PER_ELEMENT * this.#size;
  }

  /** k; undefined until a task has ended. */
  get importance(): Float32Array | undefined {
    return this.#springs?.importance;
  }

  /** Moves every anchor, and makes importances of those so far (0 at first). @param anchor Copied. */
  renew(anchor: Float32Array, importanceOf: (importance: number, i: number) => number): void {
    const old = this.#springs?.importance ?? new Float32Array(this.#size);
    this.#springs = { importance: old.map(importanceOf), anchor: anchor.slice() };
  }

  /**
   * Adds another penalty of this form. The sum of quadratics is one, up to a constant: importances add up, and each anchor becomes their mean by
   * importance. So any number of tasks takes the room of one.
   */
  add(importance: Float32Array, anchor: Float32Array): void {
    const before = this.#springs;
    if (before === undefined) return this.renew(anchor, (_, i) => importance[i]!);
    const total = before.importance.map((number, i) => number + importance[i]!);
    const mean = before.anchor.map((number, i) => (total[i] === 0 ? number : number + (importance[i]! / total[i]!) * (anchor[i]! - number)));
    this.#springs = { importance: total, anchor: mean };
  }

  /** Adds its gradient c·kᵢ (θᵢ − aᵢ). @param numbers θ. @param strength c. */
  pull(gradient: Float32Array, numbers: Float32Array, strength: number): void {
    if (this.#springs === undefined) return;
    const { importance, anchor } = this.#springs;
    for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! + strength * importance[i]! * (numbers[i]! - anchor[i]!);
  }

  snapshot(): Snapshot {
    const springs = this.#springs;
    return { importance: springs?.importance.slice() ?? null, anchor: springs?.anchor.slice() ?? null };
  }

  /** @throws {SnapshotError} */
  restore(snapshot: Snapshot): void {
    const importance = restoredNumbers(snapshot, "importance", this.#size);
    const anchor = restoredNumbers(snapshot, "anchor", this.#size);
    if ((importance === undefined) !== (anchor === undefined)) throw new SnapshotError("Expected both `importance` and `anchor`, or neither.");
    this.#springs = importance && anchor && { importance, anchor };
  }
}

/** A copy of saved numbers, one a parameter; undefined where null was saved. @throws {SnapshotError} */
export function restoredNumbers(snapshot: Snapshot, key: string, size: number): Float32Array | undefined {
  const saved: SnapshotValue | undefined = snapshot[key];
  if (saved === null) return undefined;
  if (!(saved instanceof Float32Array && saved.length === size))
    throw new SnapshotError(`Expected \`${key}\` to be ${size} numbers, one a parameter, or null before there were any.`);
  return saved.slice();
}

/** Consolidation by a penalty of the given strength c that changes only when a task ends. */
export function byPenalty(
  { parameters }: Learner,
  strength: number,
  taskEnded: (penalty: QuadraticPenalty, task: TaskId, random: RandomStream) => void,
): Consolidation {
  const penalty = new QuadraticPenalty(parameters.size);
  return {
    get bytes() {
      return penalty.bytes;
    },
    adjustGradient: ({ numbers }) => penalty.pull(numbers, parameters.numbers, strength),
    taskEnded: (task, random) => taskEnded(penalty, task, random),
    snapshot: () => penalty.snapshot(),
    restore: (snapshot) => penalty.restore(snapshot),
  };
}
