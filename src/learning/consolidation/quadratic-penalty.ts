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

interface Springs {
  /** k ≥ 0. */
  readonly importance: FlatVector;
  /** a */
  readonly anchor: FlatVector;
  /** For what is being computed. */
  readonly scratch: FlatVector;
}

export class QuadraticPenalty {
  readonly #size: number;
  /** None until a task has ended. */
  #springs: Springs | undefined;

  /** @param size Parameters. */
  constructor(size: number) {
    this.#size = size;
  }

  get bytes(): number {
    return this.#springs === undefined ? 0 : 2 * Float32Array.BYTES_PER_ELEMENT * this.#size;
  }

  /** Moves every anchor, and makes importances of those so far (0 at first). */
  renew(anchors: Float32Array, importanceOf: (importance: number, i: number) => number): void {
    const { importance, anchor } = this.#attached();
    anchor.numbers.set(anchors);
    const { numbers } = importance;
    for (let i = 0; i < numbers.length; i++) numbers[i] = importanceOf(numbers[i]!, i);
  }

  /**
   * Adds another penalty of this form. The sum of quadratics is one, up to a constant: importances add up, and each anchor becomes their mean by
   * importance. So any number of tasks takes the room of one.
   */
  add(importances: Float32Array, anchors: Float32Array): void {
    const { importance, anchor } = this.#attached();
    const [k, a] = [importance.numbers, anchor.numbers];
    for (let i = 0; i < k.length; i++) {
      k[i] = k[i]! + importances[i]!;
      if (importances[i]! > 0) a[i] = a[i]! + (importances[i]! / k[i]!) * (anchors[i]! - a[i]!);
    }
  }

  /** Adds its gradient c·kᵢ (θᵢ − aᵢ). @param parameters θ. @param strength c. */
  pull(gradient: FlatVector, parameters: FlatVector, strength: number): void {
    if (this.#springs === undefined) return;
    const { importance, anchor, scratch } = this.#springs;
    scratch.numbers.set(parameters.numbers);
    scratch.addScaled(-1, anchor);
    scratch.multiply(importance);
    gradient.addScaled(strength, scratch);
  }

  #attached(): Springs {
    const vector = (): FlatVector => new FlatVector(this.#size);
    return (this.#springs ??= { importance: vector(), anchor: vector(), scratch: vector() });
  }

  snapshot(): Snapshot {
    const springs = this.#springs;
    return { importance: springs?.importance.numbers.slice() ?? null, anchor: springs?.anchor.numbers.slice() ?? null };
  }

  /** @throws {SnapshotError} */
  restore(snapshot: Snapshot): void {
    const importance = restoredNumbers(snapshot, "importance", this.#size);
    const anchor = restoredNumbers(snapshot, "anchor", this.#size);
    if ((importance === undefined) !== (anchor === undefined)) throw new SnapshotError("Expected both `importance` and `anchor`, or neither.");
    if (importance === undefined || anchor === undefined) this.dispose();
    else this.renew(anchor, (_, i) => importance[i]!);
  }

  dispose(): void {
    for (const vector of Object.values(this.#springs ?? {})) vector.dispose();
    this.#springs = undefined;
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
