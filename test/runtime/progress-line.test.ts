import { describe, expect, it } from "vitest";
import { asTaskId } from "../../src/contract/task.ts";
import { duration, ProgressLine, progressText } from "../../src/runtime/progress-line.ts";

const progress = { phase: "learn", task: asTaskId("push"), agent: "engram", fraction: 0.25 } as const;

describe("the progress line", () => {
  it("says how much is done, how long it will still take, and what is going on", () => {
    // A quarter took 30 s, so three quarters will take 90.
    expect(progressText(progress, 30)).toBe("██████░░░░░░░░░░░░░░░░░░  25 %  1 min 30 s left  learning push engram");
  });

  it("does not guess before there is something to go by", () => {
    expect(progressText({ ...progress, fraction: 0.01 }, 1)).toContain("estimating");
  });

  it("redraws one line of a terminal, within its width, and clears it", () => {
    const written: string[] = [];
    const line = new ProgressLine({ isTTY: true, columns: 30, write: (text) => written.push(text) });
    line.update(progress);
    line.update(progress);
    line.clear();
    expect(written).toHaveLength(2);
    expect(written[0]).toHaveLength("\r".length + 29 + "\u001b[K".length);
    expect(written[0]!.startsWith("\r") && written[0]!.endsWith("\u001b[K")).toBe(true);
    expect(written[1]).toBe("\r\u001b[K");
  });

  it("writes whole lines elsewhere", () => {
    const written: string[] = [];
    new ProgressLine({ write: (text) => written.push(text) }).update(progress);
    expect(written.join("")).toMatch(/push engram\n$/);
  });

  it.each([
    [0, "0 s"],
    [59.4, "59 s"],
    [60, "1 min 00 s"],
    [125, "2 min 05 s"],
    [3599.4, "59 min 59 s"],
    [3599.6, "1 h 00 min"],
    [45_600, "12 h 40 min"],
  ])("writes %d s as %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
