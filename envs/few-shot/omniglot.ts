/**
 * @file Omniglot: 1623 characters of 50 alphabets, each drawn by twenty people; tasks of N characters to be told apart after K drawings of each.
 * @see Lake, Salakhutdinov & Tenenbaum (2015), "Human-level concept learning through probabilistic program induction"; Vinyals et al. (2016), "Matching
 * networks for one shot learning", for the tasks, the 28 × 28 images and the turned characters.
 */
import { InvalidValueError, StorageError } from "../../src/contract/errors.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { DRAWING_SIZE, inkIn } from "./drawing.ts";

/** A file of the official archives: `images_background/Greek/character01/0394_01.png`. */
export interface OmniglotFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface OmniglotCharacter {
  readonly alphabet: string;
  readonly name: string;
  /** Each [28, 28], 1 where there is ink. */
  readonly drawings: readonly Float32Array[];
}

export const OMNIGLOT_SIZE = 28;
export const OMNIGLOT_PIXELS = OMNIGLOT_SIZE * OMNIGLOT_SIZE;

/**
 * The characters in some files, by alphabet and name; files that are no drawings are passed over.
 * @throws {StorageError} A drawing that is no PNG of 105 × 105 pixels, or no drawings at all.
 */
export function readOmniglot(files: Iterable<OmniglotFile>): readonly OmniglotCharacter[] {
  const characters = new Map<string, { readonly alphabet: string; readonly name: string; readonly drawings: Map<string, Float32Array> }>();
  for (const { path, bytes } of files) {
    const [, alphabet, name, drawing] = /([^/\\]+)[/\\](character\d+)[/\\]([^/\\]+)\.png$/.exec(path) ?? [];
    if (alphabet === undefined || name === undefined || drawing === undefined) continue;
    const key = `${alphabet}/${name}`;
    const character = characters.get(key) ?? { alphabet, name, drawings: new Map<string, Float32Array>() };
    characters.set(key, character);
    character.drawings.set(drawing, shrunk(inkOf(path, bytes)));
  }
  if (characters.size === 0) {
    throw new StorageError(
      "Omniglot",
      "there are no drawings here",
      "Expected images_background.zip, images_evaluation.zip, or their folders: Alphabet/characterNN/*.png.",
    );
  }
  const inOrder = <T>(map: ReadonlyMap<string, T>): readonly T[] => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  return inOrder(characters).map(({ alphabet, name, drawings }) => ({ alphabet, name, drawings: inOrder(drawings) }));
}

function inkOf(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return inkIn(bytes);
  } catch (error) {
    throw new StorageError(
      path,
      `no drawing of Omniglot: ${error instanceof Error ? error.message : String(error)}`,
      "Expected a PNG of 105 × 105 grey pixels.",
    );
  }
}

const SCALE = DRAWING_SIZE / OMNIGLOT_SIZE;

/** What one row or column of the small image covers of the large one: from where on, and how much of each. */
const COVERED = Array.from({ length: OMNIGLOT_SIZE }, (_, small) => {
  const first = Math.floor(small * SCALE);
  const end = Math.min(Math.ceil((small + 1) * SCALE), DRAWING_SIZE);
  const shares = Float64Array.from(
    { length: end - first },
    (__, k) => Math.min((small + 1) * SCALE, first + k + 1) - Math.max(small * SCALE, first + k),
  );
  return { first, shares };
});

/** Each pixel of the small image is the mean of what it covers of the large one. */
function shrunk(ink: Uint8Array): Float32Array {
  const into = new Float32Array(OMNIGLOT_PIXELS);
  for (let y = 0; y < OMNIGLOT_SIZE; y++) {
    const down = COVERED[y]!;
    for (let x = 0; x < OMNIGLOT_SIZE; x++) {
      const across = COVERED[x]!;
      let sum = 0;
      for (let row = 0; row < down.shares.length; row++) {
        const start = (down.first + row) * DRAWING_SIZE + across.first;
        for (let column = 0; column < across.shares.length; column++) sum += ink[start + column]! * down.shares[row]! * across.shares[column]!;
      }
      into[y * OMNIGLOT_SIZE + x] = sum / (SCALE * SCALE);
    }
  }
  return into;
}

export interface FewShotOptions {
  /** Characters in a task, and drawings of each to learn from and to be tested on. */
  readonly ways: number;
  readonly shots: number;
  readonly queries: number;
  /** Whether a character turned by a quarter, a half or three quarters is another one, as is usual in training; not by default. */
  readonly turned?: boolean;
}

export interface FewShotTask {
  /** [ways · shots, 784], character by character. */
  readonly support: Float32Array;
  /** [ways · queries, 784] */
  readonly query: Float32Array;
  /** Which of the task's characters each row is. */
  readonly supportLabels: Int32Array;
  readonly queryLabels: Int32Array;
}

/** @throws {InvalidValueError} More characters, or more drawings of one, than there are. */
export function drawFewShotTask(characters: readonly OmniglotCharacter[], options: FewShotOptions, random: RandomStream): FewShotTask {
  const { ways, shots, queries, turned = false } = options;
  const classes = characters.length * (turned ? 4 : 1);
  if (!(Number.isInteger(ways) && ways >= 1 && ways <= classes))
    throw new InvalidValueError("ways", ways, `a whole number from 1 to ${classes}, as many characters as there are`);
  const task: FewShotTask = {
    support: new Float32Array(ways * shots * OMNIGLOT_PIXELS),
    query: new Float32Array(ways * queries * OMNIGLOT_PIXELS),
    supportLabels: Int32Array.from({ length: ways * shots }, (_, k) => Math.floor(k / shots)),
    queryLabels: Int32Array.from({ length: ways * queries }, (_, k) => Math.floor(k / queries)),
  };
  random
    .split("classes")
    .sample(ways, classes)
    .forEach((chosen, way) => {
      const { drawings, alphabet, name } = characters[chosen % characters.length]!;
      if (shots + queries > drawings.length)
        throw new InvalidValueError("shots", shots + queries, `with queries at most ${drawings.length}, the drawings of ${alphabet}/${name}`);
      const quarters = Math.floor(chosen / characters.length);
      random
        .split("drawings")
        .split(way)
        .sample(shots + queries, drawings.length)
        .forEach((drawing, k) => {
          const [into, row] = k < shots ? [task.support, way * shots + k] : [task.query, way * queries + k - shots];
          writeTurned(drawings[drawing]!, quarters, into.subarray(row * OMNIGLOT_PIXELS, (row + 1) * OMNIGLOT_PIXELS));
        });
    });
  return task;
}

/** Writes an image turned counter-clockwise by so many quarters. */
function writeTurned(image: Float32Array, quarters: number, into: Float32Array): void {
  const last = OMNIGLOT_SIZE - 1;
  for (let y = 0; y <= last; y++) {
    for (let x = 0; x <= last; x++) {
      const [fromY, fromX] = [[y, x], [x, last - y], [last - y, last - x], [last - x, y]][quarters]!; // prettier-ignore
      into[y * OMNIGLOT_SIZE + x] = image[fromY! * OMNIGLOT_SIZE + fromX!]!;
    }
  }
}
