/** @file The contact points of one substep, and last substep's impulses, found again by shape pair and feature. */
import type { FlatShapes } from "./flat-shapes.ts";
import { manifold } from "./kernels/manifold.ts";
import type { PairTable } from "./pair-table.ts";

/** Contacts as they can be met again: ascending pairs, with 3 impulses each (two tangents, normal) [N·s]. */
interface ContactMemory {
  count: number;
  pair: Int32Array;
  feature: Int32Array;
  impulse: Float64Array;
}

const emptyMemory = (room: number): ContactMemory => ({
  count: 0,
  pair: new Int32Array(room),
  feature: new Int32Array(room),
  impulse: new Float64Array(3 * room),
});

function grow(memory: ContactMemory, room: number): ContactMemory {
  const grown = { ...emptyMemory(room), count: memory.count };
  grown.pair.set(memory.pair);
  grown.feature.set(memory.feature);
  grown.impulse.set(memory.impulse);
  return grown;
}

/** Finds the points of a pair that no kernel of ours knows, and adds them. */
export type StockNarrowphase = (pair: number) => void;

export class Contacts {
  /** This substep's points; impulses are filled in by `remember`. */
  now: ContactMemory;
  last: ContactMemory;
  /** 3 a point: unit normal from the pair's first shape to its second; 4 a point: x, y, z and gap [m]. */
  normals: Float64Array;
  points: Float64Array;
  #room: number;

  constructor(room: number) {
    this.#room = room;
    this.now = emptyMemory(room);
    this.last = emptyMemory(room);
    this.normals = new Float64Array(3 * room);
    this.points = new Float64Array(4 * room);
  }

  /** Finds every contact: bounding boxes first, then the pair's kernel. */
  collide(pairs: PairTable, shapes: FlatShapes, stock: StockNarrowphase): void {
    const { bounds } = shapes;
    const { first, second, kernel } = pairs;
    this.now.count = 0;
    for (let p = 0; p < pairs.count; p++) {
      const i = first[p]!;
      const j = second[p]!;
      const a = 6 * i;
      const b = 6 * j;
      if (bounds[a]! > bounds[b + 3]! || bounds[b]! > bounds[a + 3]!) continue;
      if (bounds[a + 1]! > bounds[b + 4]! || bounds[b + 1]! > bounds[a + 4]!) continue;
      if (bounds[a + 2]! > bounds[b + 5]! || bounds[b + 2]! > bounds[a + 5]!) continue;
      const find = kernel[p];
      if (find === undefined) {
        stock(p);
        continue;
      }
      const found = find(shapes, i, j);
      if (found > 0) this.add(p, found);
    }
  }

  /** Takes the manifold's points over as contacts of a pair. */
  add(pair: number, count: number): void {
    if (this.now.count + count > this.#room) this.#grow();
    const { now, normals, points } = this;
    const { normal, points: found } = manifold;
    for (let k = 0; k < count; k++) {
      const c = now.count++;
      now.pair[c] = pair;
      now.feature[c] = manifold.features[k]!;
      normals[3 * c] = normal[0]!;
      normals[3 * c + 1] = normal[1]!;
      normals[3 * c + 2] = normal[2]!;
      points[4 * c] = found[4 * k]!;
      points[4 * c + 1] = found[4 * k + 1]!;
      points[4 * c + 2] = found[4 * k + 2]!;
      points[4 * c + 3] = found[4 * k + 3]!;
    }
  }

  #grow(): void {
    this.#room *= 2;
    this.now = grow(this.now, this.#room);
    this.last = grow(this.last, this.#room);
    const { normals, points } = this;
    this.normals = new Float64Array(3 * this.#room);
    this.normals.set(normals);
    this.points = new Float64Array(4 * this.#room);
    this.points.set(points);
  }

  /** Keeps a share of the impulses of the rows from `base` up for the next substep. */
  remember(impulse: Float64Array, base: number, share: number): void {
    const { now } = this;
    for (let k = 0; k < 3 * now.count; k++) now.impulse[k] = share * impulse[base + k]!;
    this.now = this.last;
    this.last = now;
  }

  /** Replaces what is remembered. */
  recall(pair: Int32Array, feature: Int32Array, impulse: Float64Array): void {
    while (pair.length > this.#room) this.#grow();
    this.last.count = pair.length;
    this.last.pair.set(pair);
    this.last.feature.set(feature);
    this.last.impulse.set(impulse);
  }
}
