import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { StorageError } from "../../src/contract/errors.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { changeCheckpoint, checkpointBeside, checkpointEntries } from "../../src/runtime/checkpoint-entries.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/runtime/snapshot-codec.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "checkpoint-mind.json");

const memory = new EpisodicMemory({ shape: { keySize: 2, valueSize: 1, observationSize: 3 }, metric: "l2" });
for (let step = 0; step < 6; step++) {
  memory.remember({ key: Float32Array.of(step, 1), value: Float32Array.of(-0), observation: new Float32Array(3), task: asTaskId(`task ${step % 2}`), episode: 1, step }); // prettier-ignore
}
const empty = new EpisodicMemory({ shape: { keySize: 2, valueSize: 1, observationSize: 3 }, metric: "l2" });
const snapshot = { task: "task 1", deep: { memory: memory.snapshot(), weights: Float32Array.of(1, 2) }, other: empty.snapshot() };
const sound = encodeSnapshot(snapshot);

describe("entries in a checkpoint", () => {
  it("are found wherever they are, and changed without touching anything else", () => {
    writeFileSync(file, sound);
    expect(checkpointEntries(file)).toEqual([...memory.entries()]);
    changeCheckpoint(file, (entries) => entries.filter(({ task }) => task !== "task 0"));
    memory.forget(Array.from(memory.entries()).filter(({ task }) => task === "task 0").map(({ id }) => id)); // prettier-ignore
    expect(decodeSnapshot(readFileSync(file, "utf8"))).toEqual({ ...snapshot, deep: { ...snapshot.deep, memory: memory.snapshot() } });
  });

  it("leave the file alone where nothing changes, byte for byte", () => {
    const text = sound.replace("{", "{ ");
    writeFileSync(file, text);
    changeCheckpoint(file, (entries) => entries);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("belong to the memory file of the same agent", () => {
    writeFileSync(file, sound);
    expect(checkpointBeside(join(folder, "memory-mind.sqlite"))).toBe(file);
    expect(checkpointBeside(join(folder, "memory-other.sqlite"))).toBeUndefined();
    expect(checkpointBeside(join(folder, "mine.sqlite"))).toBeUndefined();
  });

  it("of a file that is damaged are refused with its name, wherever the damage is", () => {
    fc.assert(
      fc.property(fc.nat(sound.length - 2), fc.constantFrom("", "x", '"', "{", "]", "0", "-"), fc.integer({ min: 1, max: 40 }), (at, put, cut) => {
        writeFileSync(file, sound.slice(0, at) + put + sound.slice(at + cut));
        try {
          checkpointEntries(file);
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError);
          expect((error as StorageError).message).toContain(file);
        }
      }),
      { numRuns: 500 },
    );
    expect(() => checkpointEntries(join(folder, "none.json"))).toThrow("there is no such checkpoint");
  });
});
