import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngramError, InvalidValueError } from "../../src/contract/errors.ts";
import { withOverrides } from "../../src/runtime/overrides.ts";

const config = { demonstrations: 10, agents: { engram: { support: 64 } }, tasks: ["a"] };

describe("--set", () => {
  it("puts values in their place and leaves the rest, and the original, alone", () => {
    expect(withOverrides(config, ["demonstrations=5", "agents.engram.consolidation=none", "agents.random={}", 'tasks=["b","c"]'])).toEqual({
      demonstrations: 5,
      agents: { engram: { support: 64, consolidation: "none" }, random: {} },
      tasks: ["b", "c"],
    });
    expect(config.demonstrations).toBe(10);
  });

  it("takes text that is not JSON as text, equals signs and all", () => {
    expect(withOverrides({}, ["name=a=b"])).toEqual({ name: "a=b" });
  });

  it.each(["demonstrations", "=5", "a..b=1", "a b=1", ""])("refuses `%s`, which assigns nothing", (assignment) => {
    expect(() => withOverrides(config, [assignment])).toThrow(InvalidValueError);
  });

  it("refuses a path through something that is not an object", () => {
    expect(() => withOverrides(config, ["demonstrations.more=1"])).toThrow("`demonstrations` is not one");
  });

  it("cannot reach the prototype of anything", () => {
    withOverrides(config, ["__proto__.polluted=1", "agents.constructor.prototype.polluted=1"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("answers any text with a configuration or a typed error", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.stringMatching(/^[a-z.]{0,9}=.{0,9}$/))), (assignments) => {
        try {
          withOverrides(config, assignments);
        } catch (error) {
          expect(error).toBeInstanceOf(EngramError);
        }
      }),
    );
  });
});
