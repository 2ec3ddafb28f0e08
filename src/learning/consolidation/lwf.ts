/**
 * @file Learning without forgetting: the network as it was before a task says what it would do with the inputs of the new task, and the loss gains
 * λ·mean(f(x) − f_before(x))² on them. Nothing of earlier tasks is kept. Where tasks are told, the inputs carry the codes of earlier tasks in turn, which
 * are then what the old heads are in the paper, and the error is their mean. Where they are not, the same inputs have to give both the new answers and
 * the old ones: the penalty can then only slow learning down, which is this method's known limit.
 * @see Li & Hoiem (2016), "Learning without forgetting"; squared error in place of their distillation of classes.
 */
import { z } from "zod";
import { SnapshotError } from "../../contract/errors.ts";
import type { SnapshotValue } from "../../contract/snapshot.ts";
import { restoreTaskId, type TaskId } from "../../contract/task.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";
import { defineStrategy } from "./strategy.ts";

export const lwf = defineStrategy({
  name: "lwf",
  summary: "learns from the current task, and goes on answering its inputs as the network before it did",
  options: z.strictObject({ strength: z.number().min(0).describe("λ, of the old answers beside the new ones.").default(1) }),
  make(learner, { strength }) {
    const before = new FlatVector(learner.parameters.size);
    const past = new Set<TaskId>();
    return {
      get bytes() {
        return past.size === 0 ? 0 : 4 * before.size;
      },
      taskBegan() {
        before.numbers.set(learner.parameters.numbers);
      },
      taskEnded: (task) => void past.add(task),
      terms({ task, random }, { count, inputs }) {
        const others = [...past].filter((other) => other !== task);
        if (others.length === 0) return [];
        const asked = inputs.slice();
        const width = asked.length / count;
        const turn = random.integer(others.length);
        for (let i = 0; i < count; i++) learner.tell(others[(turn + i) % others.length]!, asked.subarray(i * width, (i + 1) * width));
        return [{ examples: { count, inputs: asked, targets: learner.answers(asked, before) }, weight: strength }];
      },
      snapshot: () => ({ before: before.numbers.slice(), past: [...past] }),
      restore({ before: saved, past: tasks }) {
        if (!Array.isArray(tasks)) throw new SnapshotError("Expected `past` to be the names of the tasks that have ended.");
        const ended = (tasks as readonly SnapshotValue[]).map(restoreTaskId);
        before.restore(saved);
        past.clear();
        for (const task of ended) past.add(task);
      },
      dispose: () => before.dispose(),
    };
  },
});
