import { describe, expect, it } from "vitest";
import { InvalidValueError, UnknownNameError } from "../../src/contract/errors.ts";
import { layoutOf, view } from "../../src/tensor/parameters.ts";

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

  it("finds what a part is made of, by name", () => {
    const nested = layoutOf([
      { name: "scale", shape: [2] },
      { name: "net", shape: [5], within: [{ name: "net/weights", shape: [2, 2] }, { name: "net/bias", shape: [1] }] },
    ]); // prettier-ignore
    expect(nested.size).toBe(7);
    expect(nested.parts.map(({ name }) => name)).toEqual(["scale", "net"]);
    const vector = Float32Array.of(0, 1, 2, 3, 4, 5, 6);
    expect(view(nested, vector, "net")).toEqual(Float32Array.of(2, 3, 4, 5, 6));
    expect(view(nested, vector, "net/bias")).toEqual(Float32Array.of(6));
  });

  it("answers an unknown name with the nearest", () => {
    expect(() => view(layout, new Float32Array(10), "wieghts")).toThrow(UnknownNameError);
    expect(() => view(layout, new Float32Array(10), "wieghts")).toThrow("Did you mean `weights`?");
  });

  it("refuses two parts of one name", () => {
    expect(() => layoutOf([{ name: "a", shape: [1] }, { name: "a", shape: [2] }])).toThrow(InvalidValueError); // prettier-ignore
  });
});
