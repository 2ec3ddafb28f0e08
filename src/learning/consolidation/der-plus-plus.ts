/**
 * @file Dark experience replay++: a sample of the examples seen in training, each with the answer z that the network gave to it then. The loss gains
 * α·mean(f(x) − z)² on some of them and β·mean(f(x) − y)² on others. The paper's sample is one of the whole stream, of a fixed size; here each task that
 * is told apart has one of `memoryPerTask`, so that the memory is that of the other methods at any time. Where no tasks are told apart it is one sample
 * of the stream. An example may be in it several times, with answers of different times, as in the paper.
 * @see Buzzega et al. (2020), "Dark experience for general continual learning: a strong, simple baseline", eq. 6.
 */
import { z } from "zod";
import { SnapshotError } from "../../contract/errors.ts";
import { nested, type SnapshotValue } from "../../contract/snapshot.ts";
import { restoreTaskId, type TaskId } from "../../contract/task.ts";
import { drawFrom, StreamSample } from "./stream-sample.ts";
import { defineStrategy } from "./strategy.ts";

export const derPlusPlus = defineStrategy({
  name: "der-plus-plus",
  summary: "learns from the current task, and from a sample of what it has seen: what was to be done, and what it answered then",
  options: z.strictObject({
    alpha: z.number().min(0).describe("α, of the answers of then.").default(1),
    beta: z.number().min(0).describe("β, of what was to be done.").default(1),
  }),
  make(learner, { alpha, beta }) {
    let samples = new Map<TaskId, StreamSample>();
    const { sizes } = learner.shape;
    const begin = (): StreamSample => new StreamSample({ capacity: learner.memoryPerTask, inputs: sizes[0]!, outputs: sizes.at(-1)! });
    return {
      get bytes() {
        return [...samples.values()].reduce((sum, { bytes }) => sum + bytes, 0);
      },
      terms({ task, random }, drawn) {
        const kept = [...samples.values()];
        const terms =
          kept.length === 0
            ? []
            : [
                { examples: drawFrom(kept, "answers", drawn.count, random), weight: alpha },
                { examples: drawFrom(kept, "targets", drawn.count, random), weight: beta },
              ];
        if (!samples.has(task)) samples.set(task, begin());
        samples.get(task)!.offer(drawn, (input) => learner.answers(input), random);
        return terms;
      },
      // In two lists, and not by name: what is drawn depends on their order.
      snapshot: () => ({ tasks: [...samples.keys()], samples: [...samples.values()].map((sample) => sample.snapshot()) }),
      restore({ tasks, samples: saved }) {
        if (!Array.isArray(tasks) || !Array.isArray(saved) || tasks.length !== saved.length)
          throw new SnapshotError("Expected `tasks` and `samples`, of equal length.");
        const parts = saved as readonly SnapshotValue[];
        samples = new Map(
          (tasks as readonly SnapshotValue[]).map((task, k) => {
            const sample = begin();
            sample.restore(nested({ sample: parts[k]! }, "sample"));
            return [restoreTaskId(task), sample];
          }),
        );
      },
    };
  },
});
