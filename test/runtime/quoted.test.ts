import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { quoted } from "../../src/runtime/quoted.ts";

it("leaves plain arguments as they are", () => {
  for (const plain of ["cw10", "./mine.json", "none,replay", "gradientSteps=500", "1-10"]) expect(quoted(plain)).toBe(plain);
});

it("comes out of a shell as it went in", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
        { minLength: 1, maxLength: 5 },
      ),
      (words) => {
        const out = execFileSync("sh", ["-c", `printf '%s\\n--\\n' ${words.map(quoted).join(" ")}`], { encoding: "utf8" });
        expect(out).toBe(words.map((word) => `${word}\n--\n`).join(""));
      },
    ),
    { numRuns: 30 },
  );
});
