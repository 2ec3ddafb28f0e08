import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EngramError, InvalidValueError, UnknownNameError } from "../../src/contract/errors.ts";
import { validate } from "../../src/contract/validate.ts";

const schema = z.strictObject({ episodes: z.int().min(1).default(20), noise: z.number().min(0), kind: z.enum(["l2", "cosine"]).default("l2") });
const known = Object.keys(schema.shape);
const check = (value: unknown): unknown => validate(schema, value, "config");

describe("validation", () => {
  it("fills defaults in", () => {
    expect(check({ noise: 0.2 })).toEqual({ episodes: 20, noise: 0.2, kind: "l2" });
  });

  it("names the path, the value and the rule, and counts the rest", () => {
    expect(() => check({ episodes: 0, noise: -1 })).toThrow("Expected `config.episodes` to be >=1, got `0` (number). (1 more: config.noise)");
    expect(() => check({ noise: "loud" })).toThrow('Expected `config.noise` to be number, got "loud" (string).');
    expect(() => check({ noise: 0, kind: "l3" })).toThrow('Expected `config.kind` to be one of "l2"|"cosine", got "l3" (string).');
  });

  it("offers the nearest key for a misspelt one", () => {
    expect(() => check({ noise: 0, episode: 3 })).toThrow(new UnknownNameError("key in `config`:", "episode", known, "config.episode"));
    expect(() => check({ noise: 0, episode: 3 })).toThrow("Did you mean `episodes`?");
  });

  it("answers a misspelt key before what is missing for it, however deep, and tells its place", () => {
    const inner = z.object({ list: z.array(z.record(z.string(), schema.nullable().default(null))).optional() });
    const deep = (): unknown =>
      validate(
        inner.refine(() => true),
        { list: [{}, { a: { nose: 0 } }] },
        "config",
      );
    expect(deep).toThrow("Unknown key in `config.list.1.a`: `nose`. Did you mean `noise`?");
    expect(deep).toThrow(expect.objectContaining({ path: "config.list.1.a.nose" }) as Error);
  });

  it("says how long a list or a text must be", () => {
    const filled = z.object({ list: z.array(z.int()).min(1), text: z.string().min(1) });
    expect(() => validate(filled, { list: [], text: "a" }, "config")).toThrow("Expected `config.list` to be of >=1 items, got Array of length 0.");
    expect(() => validate(filled, { list: [1], text: "" }, "config")).toThrow("Expected `config.text` to be of >=1 characters");
  });

  it("answers anything at all with the value or a typed error", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          check(value);
        } catch (error) {
          expect(error).toBeInstanceOf(EngramError);
        }
      }),
    );
    expect(() => check(null)).toThrow(InvalidValueError);
  });
});
