import { describe, expect, it } from "vitest";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { contains, space } from "../../src/contract/space.ts";

const hand = { name: "hand", quantity: "position", unit: "m", size: 3, low: [-1, 0, 0], high: 1 } as const;

describe("a space", () => {
  it("lays its parts out one after another and spreads single bounds", () => {
    const box = space([hand, { name: "gripper", quantity: "scalar", unit: "1", size: 1, low: 0, high: 1, age: 1 }]);
    expect(box.size).toBe(4);
    expect(box.parts.map(({ offset, age }) => [offset, age])).toEqual([
      [0, 0],
      [3, 1],
    ]);
    expect([...box.low]).toEqual([-1, 0, 0, 0]);
    expect([...box.high]).toEqual([1, 1, 1, 1]);
  });

  it("contains its corners, but no NaN, nothing beyond, and no other length", () => {
    const box = space([hand]);
    expect(contains(box, [-1, 0, 1])).toBe(true);
    expect(contains(box, [-1.001, 0, 1])).toBe(false);
    expect(contains(box, [Number.NaN, 0, 1])).toBe(false);
    expect(contains(box, [0, 0])).toBe(false);
  });

  it.each([
    ["a size of 0", { ...hand, size: 0 }],
    ["bounds of another length", { ...hand, low: [0] }],
    ["a lower bound above the upper", { ...hand, low: [0, 2, 0] }],
    ["a bound that is no number", { ...hand, high: Number.NaN }],
    ["a choice between halves", { ...hand, quantity: "choice", low: 0, high: 1.5 } as const],
    ["choices beyond what float32 holds", { ...hand, quantity: "choice", low: 0, high: 2 ** 24 + 1 } as const],
  ])("refuses %s", (_, part) => {
    expect(() => space([part])).toThrow(InvalidValueError);
  });
});
