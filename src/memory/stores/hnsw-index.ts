/**
 * @file An approximate index over a memory's keys: a graph of small worlds by the library usearch, for memories from about 100,000 entries up. What it proposes is
 * compared exactly. The file it is kept in is a cache: whatever is wrong with it, the graph is built anew from the memory.
 * @see Malkov & Yashunin (2018), "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs".
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { EntryId, Recall } from "../../contract/memory.ts";
import type { IndexedMemory, MemoryIndex, Metric, Proposals } from "../../contract/memory-index.ts";
import { KeyIndex } from "../key-index.ts";

export interface HnswOptions {
  /** Where the graph is kept between processes, beside a description with the ending `.json`; nowhere by default. */
  readonly file?: string;
  /** Links of an entry; 16 by default. */
  readonly links?: number;
  /** Entries looked at for the links of a new one; 128 by default. */
  readonly buildWidth?: number;
  /** Entries looked at for a query, at least twice as many as are wanted; 36 by default. More find more of the nearest, and cost more. */
  readonly searchWidth?: number;
  /**
   * Whether the graph has whole float32 numbers, for keys that lie much further from zero than from each other. By default it has bfloat16, which is faster and takes
   * half the room; comparing a quarter more than are wanted makes up for the rounding.
   */
  readonly precise?: boolean;
}

/** Raised with every change of what is written. */
const FORMAT = 1;
/** How many are compared for each that is wanted. */
const MARGIN = 1.25;
/** Entries that may wait to be linked: they are compared with every query. One more, and each that comes lets one of them in. */
const WAITING = 16;
/** From so many on (after all keys were made anew, say) all entries are compared. */
const TOO_MANY_WAITING = 256;
/** Entries linked before others get a turn. */
const TURN = 64;

const kinds = { l2: "l2sq", cosine: "cos", "inner product": "ip" } as const satisfies Record<Metric, string>;

/** What we use of usearch. */
interface Graph {
  add(key: bigint, vector: Float32Array, threads: number): void;
  remove(key: bigint): number;
  search(vector: Float32Array, count: number, threads: number): { readonly keys: BigUint64Array };
  save(path: string): void;
  load(path: string): void;
}

/** Says which memory a graph belongs to, and what its file must be. */
interface Description {
  readonly format: number;
  /** Of how the graph is built, and of all ids and keys. */
  readonly fingerprint: string;
  /** CRC-32 of the graph's file. */
  readonly checksum: number;
}

/**
 * Lets a memory recall by an approximate index. Resolves when all entries are in it: from its file if that is of exactly these entries, else built, which takes a
 * fraction of a millisecond each; others get a turn meanwhile.
 * The same memory, in one process from its first entry on, makes the same graph. One that goes on from a file may link later entries otherwise, and other processors
 * may round otherwise; so recall is exact in its distances, but which entries are found is not the same bits everywhere.
 * @throws {InvalidValueError} A setting that is not an integer from 2 up.
 * @throws {StorageError} usearch is not installed.
 */
export async function openHnsw(memory: IndexedMemory, options: HnswOptions = {}): Promise<HnswIndex> {
  const { links = 16, buildWidth = 128, searchWidth = 36, precise = false } = options;
  for (const [name, value] of Object.entries({ links, buildWidth, searchWidth })) {
    if (!Number.isInteger(value) || value < 2) throw new InvalidValueError(name, value, "an integer from 2 up");
  }
  const build = { dimensions: memory.shape.keySize, metric: kinds[memory.metric], quantization: precise ? "f32" : "bf16", links, buildWidth };
  const { dimensions, metric, quantization } = build;
  const config = { dimensions, metric, quantization, connectivity: links, expansion_add: buildWidth, expansion_search: searchWidth, multi: false };
  const { Index } = await usearch();
  const index = new HnswIndex(memory, () => new Index(config), JSON.stringify(build), options.file);
  await index.catchUp();
  return index;
}

async function usearch(): Promise<{ readonly Index: new (config: object) => Graph }> {
  try {
    return (await import("usearch")) as unknown as { readonly Index: new (config: object) => Graph };
  } catch (cause) {
    throw new StorageError("usearch", "the library of the approximate index cannot be loaded", "Run `npm install usearch@2.25.3`, or recall exactly, without it.", { cause }); // prettier-ignore
  }
}

export class HnswIndex implements Proposals, MemoryIndex {
  /** Whether its file spared building the graph. */
  readonly fromFile: boolean;
  readonly #memory: IndexedMemory;
  readonly #make: () => Graph;
  readonly #build: string;
  readonly #file: string | undefined;
  #graph: Graph;
  /** What is in the graph, with whole keys in one piece: in the memory's own tiles each would be as many reads as it has numbers. */
  readonly #linked = new Map<number, Float32Array>();
  /** The ids that are in memory alone. */
  readonly #waiting = new Set<number>();
  /** What is proposed for a query, in the order of ids. */
  readonly #ranked: KeyIndex;

  constructor(memory: IndexedMemory, make: () => Graph, build: string, file: string | undefined) {
    this.#memory = memory;
    this.#make = make;
    this.#build = build;
    this.#file = file;
    const kept = this.#read();
    this.fromFile = kept !== undefined;
    this.#graph = kept ?? make();
    this.#ranked = new KeyIndex(memory.shape.keySize, memory.metric);
    for (const id of Array.from(memory.rowsOf(), (row) => memory.idOf(row))) {
      if (this.fromFile) this.#linked.set(id, this.#keyOf(id));
      else this.#waiting.add(id);
    }
    memory.propose(this);
  }

  /** Entries that are not linked yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  find(query: Float32Array, k: number, into: Recall): boolean {
    if (this.#waiting.size > TOO_MANY_WAITING) return false;
    const found =
      this.#linked.size === 0 ? [] : this.#graph.search(query, Math.min(2 * k, this.#linked.size), 1).keys.subarray(0, Math.ceil(MARGIN * k));
    const ids = [...Array.from(found, Number).filter((id) => this.#linked.has(id)), ...this.#waiting].toSorted((a, b) => a - b);
    ids.forEach((id, i) => this.#ranked.set(i, this.#linked.get(id) ?? this.#keyOf(id)));
    this.#ranked.nearest(query, k, [into], { among: ids.length });
    for (let i = 0; i < into.count; i++) into.ids[i] = ids[into.rows[i]!]!;
    return true;
  }

  changed(id: number): void {
    this.gone(id);
    this.#waiting.add(id);
  }

  letIn(): void {
    if (this.#waiting.size > WAITING) for (const id of take(this.#waiting, 2)) this.#link(id);
  }

  gone(id: number): void {
    this.#waiting.delete(id);
    if (!this.#linked.delete(id)) return;
    if (this.#linked.size === 0) this.#graph = this.#make();
    else this.#graph.remove(BigInt(id));
  }

  allChanged(): void {
    this.#graph = this.#make();
    for (const id of this.#linked.keys()) this.#waiting.add(id);
    this.#linked.clear();
  }

  /** Links all that wait, a few at each turn. */
  async catchUp(): Promise<void> {
    while (this.#waiting.size > 0) {
      for (const id of take(this.#waiting, TURN)) this.#link(id);
      await setImmediate();
    }
  }

  /** Writes the graph to its file, whole or not at all. Call it when the memory has been flushed. */
  async save(): Promise<void> {
    await this.catchUp();
    if (this.#file === undefined) return;
    const temporary = `${this.#file}.new`;
    this.#graph.save(temporary);
    const description: Description = { format: FORMAT, fingerprint: this.#fingerprint(), checksum: crc32(readFileSync(temporary)) };
    settle(temporary, this.#file);
    writeFileSync(`${this.#file}.json.new`, `${JSON.stringify(description)}\n`);
    settle(`${this.#file}.json.new`, `${this.#file}.json`);
  }

  #link(id: number): void {
    const key = this.#keyOf(id);
    this.#waiting.delete(id);
    this.#linked.set(id, key);
    this.#graph.add(BigInt(id), key, 1);
  }

  #keyOf(id: number): Float32Array {
    return this.#memory.entry(id as EntryId)!.key;
  }

  /** The graph in the file, if it is whole and of exactly the entries that are in memory. */
  #read(): Graph | undefined {
    if (this.#file === undefined || !existsSync(this.#file) || !existsSync(`${this.#file}.json`)) return undefined;
    try {
      const { format, fingerprint, checksum } = JSON.parse(readFileSync(`${this.#file}.json`, "utf8")) as Partial<Description>;
      if (format !== FORMAT || fingerprint !== this.#fingerprint() || checksum !== crc32(readFileSync(this.#file))) return undefined;
      const graph = this.#make();
      graph.load(this.#file);
      return graph;
    } catch {
      return undefined;
    }
  }

  #fingerprint(): string {
    const key = new Float32Array(this.#memory.shape.keySize);
    const id = new Float64Array(1);
    let checksum = 0;
    for (const row of this.#memory.rowsOf()) {
      id[0] = this.#memory.idOf(row);
      this.#memory.readKey(row, key);
      checksum = crc32(new Uint8Array(key.buffer), crc32(new Uint8Array(id.buffer), checksum));
    }
    return `${this.#build} ${this.#memory.size} entries, encoder ${this.#memory.encoder}, keys ${checksum}`;
  }
}

function* take(ids: Iterable<number>, count: number): Generator<number> {
  for (const id of ids) {
    if (count-- <= 0) return;
    yield id;
  }
}

/** Puts a file in another's place so that a power cut leaves one of them. */
function settle(from: string, to: string): void {
  sync(from, "r+");
  renameSync(from, to);
  // Windows has no such thing for folders.
  if (process.platform !== "win32") sync(dirname(to), "r");
}

/** @param flags A folder is opened for reading alone; of a file, Windows syncs only what is open for writing. */
function sync(path: string, flags: "r" | "r+"): void {
  const handle = openSync(path, flags);
  fsyncSync(handle);
  closeSync(handle);
}
