import { describe, expect, it } from "vitest";
import type { ClipMessage, RecallMessage } from "../../src/telemetry/messages.ts";
import { Playback } from "../../src/telemetry/page/playback.ts";

const at = { sec: 0, nsec: 0 };
const entity = {
  timestamp: at,
  lifetime: at,
  frame_locked: true,
  metadata: [],
  arrows: [],
  cubes: [],
  spheres: [],
  cylinders: [],
  lines: [],
  triangles: [],
  texts: [],
  models: [],
};
const recall = (step: number): RecallMessage => ({ task: "push", actor: "engram", episode: 3, step, count: 1, entries: [], shares: [] });

/** Five frames of one body, 0.1 s apart: it moves along x by 1 a frame and turns by 90° about z in the first. */
function clip(id: number, options: Partial<ClipMessage> = {}): ClipMessage {
  const s = Math.SQRT1_2;
  const turns = [
    [0, 0, 0, 1],
    // The same quarter turn with the other sign: the short way must be taken all the same.
    [0, 0, -s, -s],
    [0, 0, s, s],
    [0, 0, s, s],
    [0, 0, s, s],
  ];
  const poses = Float32Array.from(turns.flatMap((turn, frame) => [frame, 0, 0].concat(turn)));
  return {
    id,
    task: "push",
    actor: "engram",
    episode: id,
    success: true,
    successStep: 7,
    steps: 8,
    return: 0,
    period: 0.1,
    stride: 2,
    frames: 5,
    scene: { deletions: [], entities: [{ ...entity, frame_id: "block", id: "block" }] },
    poses: Buffer.from(poses.buffer).toString("base64"),
    recalls: [recall(2), recall(6)],
    ...options,
  };
}

const poseAt = (playback: Playback, now: number): number[] => {
  const into = new Float32Array(7);
  playback.writePoses(now, into);
  return [...into];
};

describe("playback", () => {
  it("has nothing to show before the first clip", () => {
    expect(new Playback().at(10)).toBeUndefined();
  });

  it("goes through an episode in robot time, between frames too", () => {
    const playback = new Playback();
    playback.offer(clip(1), 100);
    expect(playback.at(100)).toMatchObject({ step: 0, time: 0, success: false, ended: false, replay: false });
    expect(poseAt(playback, 100.05)[0]).toBeCloseTo(0.5, 5);
    expect(playback.at(100.3)).toMatchObject({ step: 6, success: false, ended: false });
    expect(playback.at(100.3)!.time).toBeCloseTo(0.3, 9);
    expect(playback.at(100.4)).toMatchObject({ step: 8, success: true, ended: true });
    expect(poseAt(playback, 100.45)[0]).toBe(4);
  });

  it("turns the short way, whatever the sign of a quaternion", () => {
    const playback = new Playback();
    playback.offer(clip(1), 0);
    const [, , , , , z, w] = poseAt(playback, 0.05);
    // Halfway, not normalised: (0 + s)/2 and (1 + s)/2, with s = √½.
    expect(z).toBeCloseTo(Math.SQRT1_2 / 2, 5);
    expect(w).toBeCloseTo((1 + Math.SQRT1_2) / 2, 5);
  });

  it("shows the recall of the latest decision, the first one from the start, and none where none was", () => {
    const playback = new Playback();
    playback.offer(clip(1), 0);
    expect(playback.at(0)!.recall!.step).toBe(2);
    expect(playback.at(0.25)!.recall!.step).toBe(2);
    expect(playback.at(0.3)!.recall!.step).toBe(6);
    const bare = new Playback();
    bare.offer(clip(1, { recalls: [] }), 0);
    expect(bare.at(0.3)!.recall).toBeUndefined();
  });

  it("lets an episode be seen to its end before the newest of those that waited", () => {
    const playback = new Playback();
    playback.offer(clip(1), 0);
    playback.offer(clip(2), 0.1);
    playback.offer(clip(3), 0.2);
    expect(playback.at(0.9)!.clip.id).toBe(1);
    expect(playback.at(1.01)!.clip.id).toBe(3); // 0.4 s of episode, 0.6 s to see how it ended
    expect(playback.at(1.01)!.step).toBe(0);
  });

  it("shows the last episode again while nothing newer comes, and drops the replay as soon as something does", () => {
    const playback = new Playback();
    playback.offer(clip(1), 0);
    expect(playback.at(1.8)).toMatchObject({ ended: true, replay: false });
    expect(playback.at(1.95)).toMatchObject({ step: 0, replay: true });
    playback.offer(clip(2), 2);
    expect(playback.at(2)).toMatchObject({ clip: { id: 2 }, step: 0, replay: false });
  });
});
