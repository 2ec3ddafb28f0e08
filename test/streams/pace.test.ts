import { describe, expect, it } from "vitest";
import { Pace, type PaceState } from "../../src/streams/pace.ts";

describe("a pace", () => {
  it("starts as fast as possible, and tells its state and every change until it is stopped", () => {
    const pace = new Pace();
    const heard: PaceState[] = [];
    let over = false;
    pace.changes$.subscribe({ next: (state) => heard.push(state), complete: () => (over = true) });
    pace.pause();
    pace.setSpeed(2);
    pace.resume();
    pace.stop();
    pace.stop();
    pace.pause();
    expect(heard.map(({ paused, speed, stopped }) => [paused, speed, stopped])).toEqual([
      [false, Infinity, false],
      [true, Infinity, false],
      [true, 2, false],
      [false, 2, false],
      [false, 2, true],
    ]);
    expect([over, pace.state]).toEqual([true, { paused: false, speed: 2, stopped: true }]);
  });

  it("pauses a run that is asked for a single step while it runs, and forgets steps not taken when it resumes", () => {
    const pace = new Pace();
    pace.stepOnce();
    expect([pace.state.paused, pace.takeStep()]).toEqual([true, false]);
    pace.stepOnce();
    expect([pace.takeStep(), pace.takeStep()]).toEqual([true, false]);
    pace.stepOnce();
    pace.resume();
    expect([pace.takeStep(), pace.takeStep()]).toEqual([true, true]);
    pace.pause();
    expect(pace.takeStep()).toBe(false);
  });

  it("lets work wait until a step is allowed, resumed or stopped", async () => {
    const pace = new Pace();
    await pace.untilAllowed();
    pace.pause();
    const order: string[] = [];
    const first = pace.untilAllowed().then(() => order.push("first"));
    pace.setSpeed(3);
    await Promise.resolve();
    order.push("asked for a step");
    pace.stepOnce();
    await first;
    const second = pace.untilAllowed().then(() => order.push("second"));
    order.push("stopped");
    pace.stop();
    await second;
    expect(order).toEqual(["asked for a step", "first", "stopped", "second"]);
  });

  it.each([0, -1, Number.NaN])("refuses the speed %s", (speed) => {
    expect(() => new Pace().setSpeed(speed)).toThrow("Expected `speed` to be a number above 0");
  });
});
