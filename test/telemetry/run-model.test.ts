import { describe, expect, it } from "vitest";
import type { EpisodeMessage, ResultMessage } from "../../src/telemetry/messages.ts";
import { RunModel } from "../../src/telemetry/page/run-model.ts";
import { clockTime, percent, spoken } from "../../src/telemetry/page/words.ts";

const episode = (frame: number, options: Partial<EpisodeMessage> = {}): EpisodeMessage => ({
  frame,
  task: "push",
  actor: "engram",
  episode: 1,
  step: frame,
  horizon: 500,
  time: 0,
  reward: 0,
  return: 0,
  success: false,
  ended: false,
  recalled: 4,
  ...options,
});
const result = (learned: number, task: string, rate: number): ResultMessage => ({
  agent: "engram",
  learned,
  task,
  successes: 0,
  episodes: 1,
  rate,
  low: 0,
  high: 1,
  shares: [],
});

describe("what the page knows", () => {
  it("counts the frames that were lost on the way, and none at the start", () => {
    const model = new RunModel();
    for (const frame of [41, 42, 45, 45, 46]) model.takeEpisode(episode(frame));
    expect(model.dropped).toBe(2);
  });

  it("takes a recall for what it explains: the present episode, if its actor reads at all", () => {
    const model = new RunModel();
    model.takeEpisode(episode(1));
    model.latestRecall = { task: "push", actor: "engram", episode: 1, step: 1, count: 4, entries: [], shares: [] };
    expect(model.recall).toBe(model.latestRecall);
    model.takeEpisode(episode(2, { recalled: 0 }));
    expect(model.recall).toBeUndefined();
    model.takeEpisode(episode(3, { episode: 2 }));
    expect(model.recall).toBeUndefined();
  });

  it("keeps the later of two results for one cell, and forgets all when another telling begins", () => {
    const model = new RunModel();
    for (const item of [result(0, "push", 0), result(1, "push", 0.5), result(1, "push", 0.75)]) model.takeResult(item);
    expect(model.matrix("engram").get(1)!.get("push")!.rate).toBe(0.75);
    expect(model.learned).toBe(1);
    model.forgetHistories();
    expect([model.matrix("engram").size, model.learned]).toEqual([0, 0]);
  });

  it("plays episodes back only above four times the robot's speed, and not while paused", () => {
    const model = new RunModel();
    const fast = (speed: number, paused: boolean): boolean => Object.assign(model, { speed, paused }).fast;
    expect([fast(0, false), fast(4.5, false), fast(4, false), fast(1, false), fast(0, true)]).toEqual([true, true, false, false, false]);
  });
});

describe("words", () => {
  it("are what people say", () => {
    expect([clockTime(0), clockTime(75.4), clockTime(3700), clockTime(-1)]).toEqual(["0:00", "1:15", "1:01:40", "0:00"]);
    expect([percent(0.954), percent(0)]).toEqual(["95 %", "0 %"]);
    expect([spoken("pick-place"), spoken("reach"), spoken("")]).toEqual(["Pick place", "Reach", ""]);
  });
});
