import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeArray, encodeArray, type ElementType } from "../../src/memory/stores/postgres-array.ts";

/** Written apart as the parts are. */
const bytesOf = (...parts: readonly string[]): Buffer => Buffer.from(parts.join("").replaceAll(" ", ""), "hex");

describe("an array in PostgreSQL's binary form", () => {
  it("is dimensions, whether there are nulls, type, length and first index, then each element after its length", () => {
    const numbers = bytesOf("00000001 00000000 00000014 00000002 00000001", "00000008 0000000000000001", "00000008 fffffffffffffffe");
    expect(encodeArray("int8", [1, -2])).toEqual(numbers);
    expect(encodeArray("text", ["é"])).toEqual(bytesOf("00000001 00000000 00000019 00000001 00000001", "00000002 c3a9"));
  });

  it.each<readonly [ElementType, fc.Arbitrary<unknown>]>([
    ["int8", fc.maxSafeInteger()],
    ["float8", fc.double()],
    ["bool", fc.boolean()],
    ["text", fc.string({ unit: "binary" })],
    ["bytea", fc.uint8Array()],
  ])("of %s comes back as it was, to the sign of zero", (type, element) => {
    const plain = (value: unknown): unknown => (value instanceof Uint8Array ? Array.from(value) : value);
    fc.assert(
      fc.property(fc.array(element), (values) => {
        expect(decodeArray(type, encodeArray(type, values as never)).map(plain)).toEqual(values.map(plain));
      }),
    );
  });

  it("has nulls, which come back as undefined, and may have no dimension when it is empty", () => {
    expect(decodeArray("text", bytesOf("00000001 00000001 00000019 00000002 00000001", "ffffffff", "00000001 61"))).toEqual([undefined, "a"]);
    expect(decodeArray("text", bytesOf("00000000 00000000 00000019"))).toEqual([]);
  });
});
