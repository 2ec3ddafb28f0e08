/**
 * @file Memory entries as they leave and come back: flat records with the names of `MemoryEntry`, the same in JSON lines and in Parquet. Floats return bit
 * for bit. What comes from outside is checked entry by entry, and errors say which one it was.
 */
import { z } from "zod";
import { EngramError, StorageError } from "../contract/errors.ts";
import type { EntryId, MemoryEntry, MemoryShape } from "../contract/memory.ts";
import { asTaskId } from "../contract/task.ts";
import { validate } from "../contract/validate.ts";

/** Entries of one shape, by ascending id. */
export interface EntryCollection {
  readonly shape: MemoryShape;
  readonly entries: readonly MemoryEntry[];
}

/** One record before it is checked, and how its place in the file is called, such as `line 3`. */
export interface EntryRecord {
  readonly place: string;
  readonly value: unknown;
}

/** Keys by no encoder that is known: no recall compares them until they are made anew. */
export const UNKNOWN_ENCODER = -1;

const REMEDY = "Nothing was imported. Mend that entry, or export it again with `engram memory export`.";
/** As in a memory: the largest squared length of a vector. */
const LARGEST_SQUARE = 2 ** 124;

const whole = z.int().min(-(2 ** 31)).max(2 ** 31 - 1); // prettier-ignore
const natural = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const name = z.string().min(1);
const vector = z
  .array(z.number())
  .transform((numbers) => Float32Array.from(numbers))
  .refine((numbers) => numbers.reduce((sum, x) => sum + x * x, 0) <= LARGEST_SQUARE, "a vector of finite numbers, of a length below 4.6e18");

const record = z.object({
  id: z.int().min(1).max(Number.MAX_SAFE_INTEGER - 1), // prettier-ignore
  task: name,
  episode: natural,
  step: natural,
  kind: name.default("experience"),
  time: z.number().optional(),
  importance: z
    .number()
    .refine((x) => Math.fround(x) > 0 && Math.fround(x) < Infinity, "a finite number above 0, from 1e-45 to 3.4e38")
    .default(1),
  encoder: whole.default(UNKNOWN_ENCODER),
  pinned: z.boolean().default(false),
  reads: z
    .number()
    .refine((x) => x >= 0 && Math.fround(x) < Infinity, "a number from 0 to 3.4e38")
    .default(0),
  lastRead: z.number().min(-1).default(-1),
  key: vector,
  value: vector,
  observation: vector,
});

/** The names of a record's parts, in the order they are written. */
export const recordNames = Object.keys(record.shape) as readonly (keyof MemoryEntry)[];

/**
 * Checks every record.
 * @param wanted The shape they must have; by default the first one's.
 * @throws {StorageError} No records, or the first that is no entry, of another shape, or of an id that came before.
 */
export async function collectEntries(
  file: string,
  records: Iterable<EntryRecord> | AsyncIterable<EntryRecord>,
  wanted?: MemoryShape,
): Promise<EntryCollection> {
  const entries = new Map<EntryId, MemoryEntry>();
  let shape = wanted;
  for await (const { place, value } of records) {
    const entry = checked(file, place, () => entryOf(value));
    const own = shapeOf(entry);
    shape ??= own;
    if (!sameShape(own, shape)) throw new StorageError(file, `${place} has ${shapeText(own)}, not ${shapeText(shape)}`, REMEDY);
    if (entries.has(entry.id)) throw new StorageError(file, `${place} has the id ${entry.id}, as an entry before it has`, REMEDY);
    entries.set(entry.id, entry);
  }
  if (shape === undefined || entries.size === 0) throw new StorageError(file, "holds no entries", "Name a file that `engram memory export` wrote.");
  return { shape, entries: [...entries.values()].toSorted((a, b) => a.id - b.id) };
}

function entryOf(value: unknown): MemoryEntry {
  const { id, task, time = id - 1, ...rest } = validate(record, value, "entry");
  return { ...rest, id: id as EntryId, task: asTaskId(task), time };
}

function checked<T>(file: string, place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    throw new StorageError(file, `${place}: ${error.message.replace(/\.$/, "")}`, REMEDY, { cause: error });
  }
}

const shapeOf = ({ key, value, observation }: MemoryEntry): MemoryShape => ({
  keySize: key.length,
  valueSize: value.length,
  observationSize: observation.length,
});

const sameShape = (a: MemoryShape, b: MemoryShape): boolean =>
  a.keySize === b.keySize && a.valueSize === b.valueSize && a.observationSize === b.observationSize;

const shapeText = ({ keySize, valueSize, observationSize }: MemoryShape): string =>
  `keys of ${keySize}, values of ${valueSize} and observations of ${observationSize} numbers`;
