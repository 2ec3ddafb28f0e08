import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describe as describeValue, InvalidValueError, nearestNames, StorageError, UnknownNameError } from "../../src/contract/errors.ts";

describe("an error message", () => {
  it("says what, what was got, what was expected, and what to do", () => {
    const error = new InvalidValueError("capacity", -3, "an integer from 1 up", "Leave it out for 400.");
    expect(error.message).toBe("Expected `capacity` to be an integer from 1 up, got `-3` (number). Leave it out for 400.");
    expect(error).toMatchObject({ code: "invalid-value", path: "capacity", got: -3, rule: "an integer from 1 up", name: "InvalidValueError" });
  });

  it("offers the nearest names for a misspelt one", () => {
    const error = new UnknownNameError("environment", "tabletop/puhs@1", ["tabletop/push@1", "tabletop/reach@1", "classic/cart-pole@1"]);
    expect(error.message).toBe("Unknown environment `tabletop/puhs@1`. Did you mean `tabletop/push@1`, `tabletop/reach@1`?");
    expect(error.nearest).toEqual(["tabletop/push@1", "tabletop/reach@1"]);
  });

  it("lists what is known when nothing is near", () => {
    expect(new UnknownNameError("agent", "zzzzzz", ["engram", "random"]).message).toBe("Unknown agent `zzzzzz`. Known: `engram`, `random`.");
  });

  it("names the file, the problem and the remedy, and keeps the cause", () => {
    const cause = new Error("disk");
    const error = new StorageError("memory.sqlite", "is from a newer Engram", "Update Engram.", { cause });
    expect(error.message).toBe("memory.sqlite: is from a newer Engram. Update Engram.");
    expect(error.cause).toBe(cause);
  });

  it("describes any value shortly and without throwing", () => {
    fc.assert(fc.property(fc.anything(), (value) => describeValue(value).length < 400));
    expect(describeValue(new Float32Array(1000))).toBe("Float32Array of length 1000");
    expect(describeValue("a".repeat(100))).toHaveLength(69);
  });
});

describe("the nearest names", () => {
  it("start with names that contain what was typed", () => {
    expect(nearestNames("push", ["tabletop/push@1", "tabletop/reach@1"])).toEqual(["tabletop/push@1"]);
  });

  it("contain an exact match first, whatever else there is", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 2, maxLength: 12 }), { minLength: 1 }), (names) => {
        expect(nearestNames(names[0]!, names)).toContain(nearestNames(names[0]!, [names[0]!])[0]);
      }),
    );
  });
});
