/**
 * @file A spring on every parameter with a strength of its own: the penalty ½·c·Σᵢ kᵢ (θᵢ − aᵢ)². What EWC, SI, MAS and RWalk have in common; they
 * differ in where the importance k comes from and when it changes.
 */
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../../contract/snapshot.ts";
import type { TaskId } from "../../contract/task.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";
import type { Consolidation, Learner } from "./strategy.ts";

export class QuadraticPenalty {
  /** k ≥ 0, all 0 until a task has ended. */
  readonly #importance: FlatVector;
  /** a */
  readonly #anchor: FlatVector;
  readonly #scratch: FlatVector;
  #begun = false;

  /** @param size Parameters. */
  constructor(size: number) {
    // Made here: made later, they might move the heap under numbers that whoever calls is holding.
    this.#importance = new FlatVector(size);
    this.#anchor = new FlatVector(size);
    this.#scratch = new FlatVector(size);
  }

  /** Of k and a; 0 until a task has ended. */
  get bytes(): number {
    return this.#begun ? 2 * Float32Array.BYTES_PER_ELEMENT * this.#anchor.size : 0;
  }

  /** Moves every anchor, and makes importances of those so far (0 at first). */
  renew(anchors: Float32Array, importanceOf: (importance: number, i: number) => number): void {
    const { numbers } = this.#importance;
    for (let i = 0; i < numbers.length; i++) numbers[i] = importanceOf(numbers[i]!, i);
    this.#anchor.numbers.set(anchors);
    this.#begun = true;
  }

  /**
   * Adds another penalty of this form. The sum of quadratics is one, up to a constant: importances add up, and each anchor becomes their mean by
   * importance. So any number of tasks takes the room of one.
   */
  add(importances: Float32Array, anchors: Float32Array): void {
    const [k, a] = [this.#importance.numbers, this.#anchor.numbers];
    for (let i = 0; i < k.length; i++) {
      k[i] = k[i]! + importances[i]!;
      if (importances[i]! > 0) a[i] = a[i]! + (importances[i]! / k[i]!) * (anchors[i]! - a[i]!);
    }
    this.#begun = true;
  }

  /** Adds its gradient c·kᵢ (θᵢ − aᵢ). @param parameters θ. @param strength c. */
  pull(gradient: FlatVector, parameters: FlatVector, strength: number): void {
    if (!this.#begun) return;
    const scratch = this.#scratch;
    scratch.numbers.set(parameters.numbers);
    scratch.addScaled(-1, this.#anchor);
    scratch.multiply(this.#importance);
    gradient.addScaled(strength, scratch);
  }

  snapshot(): Snapshot {
    const saved = ({ numbers }: FlatVector): Float32Array | null => (this.#begun ? numbers.slice() : null);
    return { importance: saved(this.#importance), anchor: saved(this.#anchor) };
  }

  /** @throws {SnapshotError} */
  restore(snapshot: Snapshot): void {
    const { size } = this.#anchor;
    const importance = restoredNumbers(snapshot, "importance", size);
    const anchor = restoredNumbers(snapshot, "anchor", size);
    if ((importance === undefined) !== (anchor === undefined)) throw new SnapshotError("Expected both `importance` and `anchor`, or neither.");
    this.#importance.numbers.set(importance ?? new Float32Array(size));
    this.#anchor.numbers.set(anchor ?? new Float32Array(size));
    this.#begun = anchor !== undefined;
  }

  dispose(): void {
    for (const vector of [this.#importance, this.#anchor, this.#scratch]) vector.dispose();
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
    adjustGradient: (gradient) => penalty.pull(gradient, parameters, strength),
    taskEnded: (task, random) => taskEnded(penalty, task, random),
    snapshot: () => penalty.snapshot(),
    restore: (snapshot) => penalty.restore(snapshot),
    dispose: () => penalty.dispose(),
  };
}
