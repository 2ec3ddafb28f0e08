import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngramError, SnapshotError } from "../../src/contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../../src/contract/snapshot.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/runtime/snapshot-codec.ts";

const array = fc.oneof(fc.float32Array(), fc.float64Array(), fc.int32Array(), fc.uint32Array(), fc.uint8Array()) as fc.Arbitrary<SnapshotValue>;
const plain = fc.oneof(
  fc.boolean(),
  fc.string(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
);
const key = fc.string().filter((name) => !["$array", "__proto__"].includes(name));
const { snapshot } = fc.letrec<{ value: SnapshotValue; snapshot: Snapshot }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, plain, array, fc.array(tie("value"), { maxLength: 4 }), tie("snapshot")),
  snapshot: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

describe("a snapshot as text", () => {
  it("returns bit for bit, whatever is in it: NaN and −0 in arrays too", () => {
    fc.assert(
      fc.property(snapshot, (value) => {
        expect(decodeSnapshot(encodeSnapshot(value))).toStrictEqual(value);
      }),
    );
  });

  it("holds a view of a larger buffer as itself alone", () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(decodeSnapshot(encodeSnapshot({ view }))).toEqual({ view: Float32Array.of(2, 3) });
  });

  it("refuses other formats, newer versions and damaged arrays, saying what it expected", () => {
    expect(() => decodeSnapshot("{}")).toThrow("Expected a file of format `engram-snapshot`");
    expect(() => decodeSnapshot('{"format":"engram-snapshot","version":2,"snapshot":{}}')).toThrow("Update Engram");
    expect(() => decodeSnapshot("not json")).toThrow(SnapshotError);
    expect(() => decodeSnapshot('{"format":"engram-snapshot","version":1,"snapshot":{"a":{"$array":"Array","base64":""}}}')).toThrow(SnapshotError);
    expect(() => decodeSnapshot('{"format":"engram-snapshot","version":1,"snapshot":{"a":{"$array":"Float32Array","base64":"AAA="}}}')).toThrow(
      "4 bytes",
    );
  });

  it("refuses what would not return: numbers that are not finite, and its own mark as a key", () => {
    expect(() => encodeSnapshot({ x: Number.NaN })).toThrow(SnapshotError);
    expect(() => encodeSnapshot({ $array: "Float32Array" })).toThrow(SnapshotError);
  });

  it("answers any text with a snapshot or a typed error", () => {
    const nearly = snapshot
      .map((value) => encodeSnapshot(value))
      .chain((text) => fc.nat(text.length).map((cut) => text.slice(0, cut) + text.slice(cut + 1)));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), nearly), (text) => {
        try {
          decodeSnapshot(text);
        } catch (error) {
          expect(error).toBeInstanceOf(EngramError);
        }
      }),
    );
  });
});
