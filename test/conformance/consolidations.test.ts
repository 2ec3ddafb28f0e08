/** @file What every registered consolidation strategy must do. A new one gets these tests by its line in the registry. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asTaskId, type TaskId } from "../../src/contract/task.ts";
import { UnknownNameError } from "../../src/contract/errors.ts";
import { strategies, strategyNamed } from "../../src/learning/consolidation/strategies.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";

const [first, second, third] = [asTaskId("first"), asTaskId("second"), asTaskId("third")];

function memoryOf(...tasks: TaskId[]): EpisodicMemory {
  const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
  for (const task of tasks)
    memory.remember({ key: Float32Array.of(0), value: Float32Array.of(0), observation: Float32Array.of(0), task, episode: 0, step: 0 });
  return memory;
}

const vector = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 3, maxLength: 3 }).map((numbers) => Float32Array.from(numbers));

describe.each([...strategies])("%s", (name, strategy) => {
  const make = (): ReturnType<typeof strategy.make> => strategy.make({ penalty: 0.5 });

  it("is called what its entry is called, and says what it does", () => {
    expect([strategyNamed(name), strategy.name]).toEqual([strategy, name]);
    expect(strategy.summary.length).toBeGreaterThan(10);
  });

  it("always learns the current task, each task once, and earlier ones only where it keeps them", () => {
    const tasks = make().tasks({ memory: memoryOf(first, second, third), current: third });
    expect(tasks).toContain(third);
    expect(new Set(tasks).size).toBe(tasks.length);
    expect(tasks.length > 1).toBe(strategy.keepsPast);
  });

  it("stands in nobody's way while there is no earlier task", () => {
    fc.assert(
      fc.property(vector, vector, (parameters, gradient) => {
        const adjusted = gradient.slice();
        make().adjustGradient(parameters, adjusted);
        expect(adjusted).toEqual(gradient);
      }),
    );
  });

  it("keeps a gradient finite, leaves the parameters alone, and goes on from a snapshot in the same way", () => {
    fc.assert(
      fc.property(vector, vector, vector, (learned, parameters, gradient) => {
        const [one, two] = [make(), make()];
        const lent = learned.slice();
        one.taskEnded(lent);
        // The parameters are the learner's, which goes on changing them.
        lent.fill(Number.NaN);
        two.restore(structuredClone(one.snapshot()));
        const seen = parameters.slice();
        const [adjusted, again] = [gradient.slice(), gradient.slice()];
        one.adjustGradient(seen, adjusted);
        two.adjustGradient(seen, again);
        expect(seen).toEqual(parameters);
        expect(adjusted.every(Number.isFinite)).toBe(true);
        expect(again).toEqual(adjusted);
      }),
    );
  });
});

it("a strategy that does not exist is named with the nearest that do", () => {
  expect(() => strategyNamed("rehersal")).toThrow(UnknownNameError);
  expect(() => strategyNamed("rehersal")).toThrow("rehearsal");
});
