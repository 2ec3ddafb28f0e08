import { describe, expect, it } from "vitest";
import { InvalidValueError, SnapshotError, UnknownNameError } from "../../src/contract/errors.ts";
import { layoutOf, restoreVector, view } from "../../src/tensor/parameters.ts";

const layout = layoutOf([
  { name: "weights", shape: [2, 3] },
  { name: "strength", shape: [] },
  { name: "bias", shape: [3] },
]);

describe("a parameter layout", () => {
  it("lays parts end to end", () => {
    expect(layout.size).toBe(10);
    expect(layout.parts.map(({ offset, size }) => [offset, size])).toEqual([[0, 6], [6, 1], [7, 3]]); // prettier-ignore
  });

  it("gives views that share the vector's numbers", () => {
    const vector = Float32Array.from({ length: 10 }, (_, i) => i);
    const bias = view(layout, vector, "bias");
    expect(bias).toEqual(Float32Array.of(7, 8, 9));
    bias[0] = 42;
    expect(vector[7]).toBe(42);
  });

  it("answers an unknown name with the nearest", () => {
    expect(() => view(layout, new Float32Array(10), "wieghts")).toThrow(UnknownNameError);
    expect(() => view(layout, new Float32Array(10), "wieghts")).toThrow("Did you mean `weights`?");
  });

  it("refuses two parts of one name", () => {
    expect(() => layoutOf([{ name: "a", shape: [1] }, { name: "a", shape: [2] }])).toThrow(InvalidValueError); // prettier-ignore
  });
});

describe("restoreVector", () => {
  it("copies a saved vector and refuses anything else", () => {
    const into = new Float32Array(2);
    const saved = Float32Array.of(1, 2);
    restoreVector(saved, into);
    saved[0] = 9;
    expect(into).toEqual(Float32Array.of(1, 2));
    for (const wrong of [undefined, Float32Array.of(1), Float64Array.of(1, 2), "1,2"])
      expect(() => restoreVector(wrong, into)).toThrow(SnapshotError);
  });
});
