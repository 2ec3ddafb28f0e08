/**
 * @file PackNet: every task packs what it learned into a share of the weights, which are frozen, and leaves the others to the tasks after it. When a
 * task has been learned, the smallest of the free weights of each layer are pruned, and those that stay are trained on to make up for it. A task is
 * answered by the weights of the tasks up to it; biases and normalisation stay as the first task left them. A task that comes back is learned on in free
 * weights, as a turn of its own, and is answered by them from then on; what it had before stays for those who were learned on top of it.
 * @see Mallya & Lazebnik (2018), "PackNet: adding multiple tasks to a single network by iterative pruning"; equal shares as in Continual World (Wołczyk
 * et al. 2021). Neither says what to do when a task's end is not announced: here its weights are then pruned without training on, as they are where a sleep is cut short before that.
 */
import { z } from "zod";
import { SnapshotError } from "../../contract/errors.ts";
import { nested, type Snapshot } from "../../contract/snapshot.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";
import { mlpPlan } from "../../tensor/mlp-shape.ts";
import { placeOf } from "../../tensor/parameters.ts";
import type { Actor } from "../imitation/network.ts";
import { defineStrategy, type Consolidation, type DescentStep, type Learner, type Question } from "./strategy.ts";
import { TaskPlaces } from "./task-places.ts";

const options = z.strictObject({
  tasks: z.int().min(0).describe("How many tasks will come, each of which gets an equal share of the weights; 0 where nobody knows.").default(0),
  prune: z.number().min(0).max(1).describe("Share of the free weights that a task leaves free, where `tasks` is 0.").default(0.85),
  retrain: z
    .number()
    .min(0)
    .max(1)
    .describe("Share of the gradient steps of the sleep that ends a task, its last, that come after pruning.")
    .default(0.7),
});

/** Parameters that belong to no turn yet. */
const FREE = 0;
/** The last turn that can own anything. */
const LAST_TURN = 255;

class PackNet implements Consolidation {
  readonly #learner: Learner;
  readonly #options: z.infer<typeof options>;
  /** Of each parameter, the turn that it belongs to: the first task to be learned has turn 1. */
  readonly #owners: Uint8Array;
  readonly #turns = new TaskPlaces();
  #turn = 1;
  /** Whether this turn's weights have been chosen. */
  #pruned = false;
  /** The parameters before a step. */
  readonly #before: Float32Array;
  /** The parameters as they were at the end of an earlier turn, and which turn that is; 0 after a step. */
  readonly #masked: FlatVector;
  readonly #maskedActor: Actor;
  #maskedTurn = 0;

  constructor(learner: Learner, settings: z.infer<typeof options>) {
    const { size } = learner.network.layout;
    this.#learner = learner;
    this.#options = settings;
    this.#owners = new Uint8Array(size).fill(1);
    for (const weights of layersOf(learner)) this.#owners.fill(FREE, ...weights);
    this.#before = new Float32Array(size);
    this.#masked = new FlatVector(size);
    this.#maskedActor = learner.network.actor(this.#masked);
  }

  get bytes(): number {
    return this.#owners.byteLength + this.#turns.bytes;
  }

  beforeStep({ index, count, task, taskEnds }: DescentStep): void {
    if (!this.#pruned && taskEnds && index >= Math.ceil(count * (1 - this.#options.retrain))) this.#prune();
    this.#turns.note(task, this.#turn);
    this.#maskedTurn = 0;
    this.#before.set(this.#learner.parameters.numbers);
  }

  #learns(i: number): boolean {
    const owner = this.#owners[i]!;
    return owner === this.#turn || (owner === FREE && !this.#pruned);
  }

  adjustGradient({ numbers: gradient }: FlatVector): void {
    for (let i = 0; i < gradient.length; i++) if (!this.#learns(i)) gradient[i] = 0;
  }

  /** Momentum moves parameters even where the gradient is 0. */
  afterStep(): void {
    const { numbers } = this.#learner.parameters;
    for (let i = 0; i < numbers.length; i++) if (!this.#learns(i)) numbers[i] = this.#before[i]!;
  }

  taskEnded(): void {
    if (!this.#pruned) this.#prune();
    this.#turn++;
    this.#pruned = false;
  }

  /** Gives the largest free weights of each layer to this turn, and sets the others to 0. */
  #prune(): void {
    const { tasks, prune } = this.#options;
    const share = tasks === 0 ? 1 - prune : 1 / Math.max(tasks - this.#turn + 1, 1);
    const { numbers } = this.#learner.parameters;
    for (const [from, to] of layersOf(this.#learner)) {
      const free: number[] = [];
      for (let i = from; i < to; i++) if (this.#owners[i] === FREE) free.push(i);
      free.sort((i, j) => Math.abs(numbers[j]!) - Math.abs(numbers[i]!) || i - j);
      const kept = this.#turn > LAST_TURN ? 0 : Math.round(share * free.length);
      for (const i of free.slice(0, kept)) this.#owners[i] = this.#turn;
      for (const i of free.slice(kept)) numbers[i] = 0;
    }
    this.#pruned = true;
  }

  act({ task }: Question, policy: Actor, input: Float32Array, action: Float32Array): void {
    const turn = this.#turns.of(task);
    if (turn === this.#turn || turn === 0) policy(input, action);
    else {
      this.#mask(turn);
      this.#maskedActor(input, action);
    }
  }

  #mask(turn: number): void {
    if (this.#maskedTurn === turn) return;
    this.#maskedTurn = turn;
    const [from, into] = [this.#learner.parameters.numbers, this.#masked.numbers];
    for (let i = 0; i < into.length; i++) into[i] = this.#owners[i] !== FREE && this.#owners[i]! <= turn ? from[i]! : 0;
  }

  snapshot(): Snapshot {
    return { owners: this.#owners.slice(), turns: this.#turns.snapshot(), turn: this.#turn, pruned: this.#pruned };
  }

  restore(snapshot: Snapshot): void {
    const { owners, turn, pruned } = snapshot;
    if (!(owners instanceof Uint8Array && owners.length === this.#owners.length && typeof turn === "number" && typeof pruned === "boolean"))
      throw new SnapshotError(`Expected \`owners\` of ${this.#owners.length} parameters, a \`turn\` and whether it has \`pruned\`.`);
    this.#turns.restore(nested(snapshot, "turns"));
    this.#owners.set(owners);
    [this.#turn, this.#pruned, this.#maskedTurn] = [turn, pruned, 0];
  }

  dispose(): void {
    this.#masked.dispose();
  }
}

/** Where each layer's weights begin and end in the parameters. */
function layersOf({ shape, network }: Learner): [number, number][] {
  const { offset } = placeOf(network.layout, "policy");
  return mlpPlan(shape).layers.map(({ weights, inputs, outputs }) => [offset + weights, offset + weights + inputs * outputs]);
}

export const packnet = defineStrategy({
  name: "packnet",
  summary: "gives every task a share of the weights by pruning, freezes them, and answers a task by its own and those before it",
  needsTask: true,
  options,
  make: (learner, settings) => new PackNet(learner, settings),
});
