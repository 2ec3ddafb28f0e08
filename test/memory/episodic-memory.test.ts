import { describe, expect, it } from "vitest";
import { SnapshotError } from "../../src/contract/errors.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";

const shape = { keySize: 2, valueSize: 1, observationSize: 2 };

function filled(count: number): EpisodicMemory {
  const memory = new EpisodicMemory({ shape, metric: "l2" });
  for (let i = 0; i < count; i++) {
    const at = Float32Array.of(i, i % 7);
    memory.remember({
      key: at,
      value: Float32Array.of(i),
      observation: at,
      task: asTaskId(i % 2 === 0 ? "even" : "odd"),
      episode: i >> 3,
      step: i % 8,
    });
  }
  return memory;
}

describe("episodic memory", () => {
  it("shows its columns row by row in the order of ids, through growth and forgetting", () => {
    const memory = filled(1000);
    memory.forget([memory.idOf(0), memory.idOf(500)]);
    expect(memory.size).toBe(998);
    expect([memory.observations[0], memory.values[498], memory.values[499]]).toEqual([1, 499, 501]);
    expect(memory.tasks()).toEqual(["odd", "even"]);
    expect(memory.rowsOf(asTaskId("odd"))).toHaveLength(500);
    const row = 499;
    expect([memory.taskOf(row), memory.episodeOf(row), memory.idOf(row)]).toEqual(["odd", 501 >> 3, 502]);
  });

  it("is found again by new keys after the encoder changed", () => {
    const memory = filled(20);
    memory.rekey((observation, _, key) => {
      for (let i = 0; i < 2; i++) key[i] = -observation[i]!;
    });
    const { ids } = memory.recall(Float32Array.of(-3, -3), 1);
    expect(memory.entry(ids[0] as never)).toMatchObject({ value: Float32Array.of(3), key: Float32Array.of(-3, -3) });
  });

  it("goes on from a snapshot exactly, ids included, and refuses another's without a change", () => {
    const memory = filled(50);
    memory.forget([memory.idOf(49)]);
    const copy = filled(3);
    copy.restore(structuredClone(memory.snapshot()));
    expect([...copy.entries()]).toEqual([...memory.entries()]);
    const fresh = {
      key: Float32Array.of(0, 0),
      value: Float32Array.of(0),
      observation: Float32Array.of(0, 0),
      task: asTaskId("new"),
      episode: 0,
      step: 0,
    };
    expect(copy.remember(fresh)).toBe(memory.remember(fresh));
    expect(() => copy.restore({ ...memory.snapshot(), keys: new Float32Array(3) })).toThrow(SnapshotError);
    expect(copy.size).toBe(50);
  });
});
