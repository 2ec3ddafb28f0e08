/** @file Few-shot tasks: waves, and characters from real archives and folders. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, encode } from "fast-png";
import { zipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { drawFewShotTask, OMNIGLOT_PIXELS, readOmniglot, type OmniglotCharacter } from "../../../envs/few-shot/omniglot.ts";
import { drawPoints, drawSinusoidBatch } from "../../../envs/few-shot/sinusoid.ts";
import { InvalidValueError, StorageError } from "../../../src/contract/errors.ts";
import { filesIn } from "../../../src/interop/files-in.ts";
import { RandomStream } from "../../../src/numerics/random.ts";

/** A real drawing: Greek/character01/0394_01.png of Omniglot (Lake, Salakhutdinov & Tenenbaum, 2015; MIT licence). */
const DRAWING = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAGkAAABpAQAAAAAR+TCXAAAAB3RJTUUH3woUEjAah/FkpAAAAMNJREFUOI3t0rENwjAQBVBbLlx6A2AEJsCMwgjZwImymLOJJRa40kXkIyKS/S+IVHTkuqcrTvr3FeP06k9Z3I9IPCOjz+fGos7IWbnskRaZlUHSSRMweU0BGCZBFowckQOnJPkAjpzuEI5h0kC7Zd7lbASLJG+2eo+zkoe2DIIXQbrushNMXXgiKUzA+MEBOJAfgWO+GaBZftpYbFa25Vzs0of2heyWtrQfJcd9qIzvFdAj05pFbc6acu2VE6xz8OBXvgDKyRu2f3BinQAAAABJRU5ErkJggg==",
  "base64",
);

const folder = mkdtempSync(join(tmpdir(), "engram-omniglot-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("sinusoids", () => {
  it("are waves with points on them, each task with its own", () => {
    const { tasks, support, query } = drawSinusoidBatch(RandomStream.fromSeed(1), { tasks: 200, shots: 5, queries: 10 });
    expect([support.x.length, query.y.length]).toEqual([1000, 2000]);
    support.x.forEach((x, k) => {
      const { amplitude, phase } = tasks[Math.floor(k / 5)]!;
      expect(support.y[k]).toBeCloseTo(amplitude * Math.sin(x - phase), 5);
      expect(Math.abs(x)).toBeLessThanOrEqual(5);
    });
    const amplitudes = tasks.map(({ amplitude }) => amplitude);
    expect([Math.min(...amplitudes) >= 0.1, Math.max(...amplitudes) <= 5]).toEqual([true, true]);
    expect(amplitudes.reduce((sum, value) => sum + value, 0) / 200).toBeCloseTo(2.55, 0);
    expect(drawSinusoidBatch(RandomStream.fromSeed(1), { tasks: 200, shots: 5, queries: 10 })).toEqual({ tasks, support, query });
    expect(() => drawPoints(tasks[0]!, 0, RandomStream.fromSeed(1))).toThrow(InvalidValueError);
  });
});

describe("Omniglot", () => {
  const paths = ["images_background/Greek/character01/0394_01.png", "images_background/Greek/character02/0395_07.png"];

  it("is read from an archive and from a folder alike, with ink where ink is", () => {
    const archive = join(folder, "images_background.zip");
    writeFileSync(archive, zipSync({ ...Object.fromEntries(paths.map((path) => [path, DRAWING])), "images_background/readme.txt": DRAWING }));
    for (const path of paths) {
      mkdirSync(join(folder, "folder", path, ".."), { recursive: true });
      writeFileSync(join(folder, "folder", path), DRAWING);
    }
    const characters = readOmniglot(filesIn(archive, ".png"));
    expect(characters.map(({ alphabet, name, drawings }) => [alphabet, name, drawings.length])).toEqual([["Greek", "character01", 1], ["Greek", "character02", 1]]); // prettier-ignore
    expect(readOmniglot(filesIn(join(folder, "folder"), ".png"))).toEqual(characters);
    const [image] = characters[0]!.drawings;
    expect(image).toHaveLength(OMNIGLOT_PIXELS);
    const ink = image!.reduce((sum, value) => sum + value, 0) / OMNIGLOT_PIXELS;
    // A few per cent of a drawing are ink, none of it at the rim.
    expect(ink).toBeGreaterThan(0.02);
    expect(ink).toBeLessThan(0.15);
    expect(Math.max(...image!.slice(0, 28))).toBe(0);
  });

  it("is the same from drawings that were saved again, with a byte for each pixel", () => {
    const { data } = decode(DRAWING);
    const grey = Uint8Array.from({ length: 105 * 105 }, (_, k) =>
      ((data[14 * Math.floor(k / 105) + ((k % 105) >> 3)]! >> (7 - ((k % 105) & 7))) & 1) === 1 ? 255 : 0,
    );
    const again = encode({ width: 105, height: 105, channels: 1, depth: 8, data: grey });
    const read = (bytes: Uint8Array): readonly OmniglotCharacter[] => readOmniglot([{ path: paths[0]!, bytes }]);
    expect(read(again)).toEqual(read(DRAWING));
    // Cut off in the middle, it is no drawing.
    expect(() => read(DRAWING.subarray(0, 150))).toThrow(StorageError);
  });

  it("says what is wrong with files that are none", () => {
    const wrong = join(folder, "wrong.zip");
    writeFileSync(wrong, "no archive");
    expect(() => [...filesIn(wrong)]).toThrow(StorageError);
    expect(() => [...filesIn(join(folder, "nowhere"))]).toThrow(StorageError);
    expect(() => readOmniglot([])).toThrow("there are no drawings here");
    expect(() => readOmniglot([{ path: "a/character01/1.png", bytes: Uint8Array.of(1, 2) }])).toThrow(/no drawing of Omniglot/u);
  });

  const invented: readonly OmniglotCharacter[] = Array.from({ length: 12 }, (_, c) => ({
    alphabet: "invented",
    name: `character${c}`,
    drawings: Array.from({ length: 20 }, (__, d) =>
      Float32Array.from({ length: OMNIGLOT_PIXELS }, (___, pixel) => 1000 * c + d + pixel / OMNIGLOT_PIXELS),
    ),
  }));

  it("gives tasks of different characters and different drawings, the same from the same seed", () => {
    const draw = (seed: number) => drawFewShotTask(invented, { ways: 5, shots: 2, queries: 3 }, RandomStream.fromSeed(seed));
    const task = draw(1);
    expect(draw(1)).toEqual(task);
    expect([...task.supportLabels]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    const rows = (images: Float32Array): number[] => Array.from({ length: images.length / OMNIGLOT_PIXELS }, (_, k) => images[k * OMNIGLOT_PIXELS]!);
    const [support, query] = [rows(task.support), rows(task.query)];
    expect(new Set([...support, ...query]).size).toBe(25);
    const characters = support.map((value) => Math.floor(value / 1000));
    expect(new Set(characters).size).toBe(5);
    expect(query.map((value) => Math.floor(value / 1000))).toEqual([...task.queryLabels].map((label) => characters[2 * label]));
  });

  it("takes turned characters for others where it is asked to", () => {
    const one = [invented[3]!];
    const task = drawFewShotTask(one, { ways: 4, shots: 1, queries: 1, turned: true }, RandomStream.fromSeed(1));
    const corners = Array.from({ length: 4 }, (_, k) => {
      const image = task.support.subarray(k * OMNIGLOT_PIXELS, (k + 1) * OMNIGLOT_PIXELS);
      return [0, 27, 783, 756].map((at) => image[at]! % 1);
    });
    // Around the corners, each turn begins one further on.
    const starts = corners.map((values) => values.indexOf(Math.min(...values)));
    expect(new Set(starts)).toEqual(new Set([0, 1, 2, 3]));
    expect(() => drawFewShotTask(one, { ways: 5, shots: 1, queries: 1, turned: true }, RandomStream.fromSeed(1))).toThrow(InvalidValueError);
    expect(() => drawFewShotTask(one, { ways: 1, shots: 15, queries: 6 }, RandomStream.fromSeed(1))).toThrow("the drawings of invented/character3");
  });
});
