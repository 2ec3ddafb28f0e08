/**
 * @file L2: a spring on every parameter, all of the same strength λ, back to where it stood when the last task ended: the loss gains
 * λ·‖θ − θ*‖². The plainest of the penalties; EWC and its kin differ only in giving each parameter a strength of its own.
 * @see Kirkpatrick et al. (2017), "Overcoming catastrophic forgetting in neural networks", where it is the baseline.
 */
import { SnapshotError } from "../../contract/errors.ts";
import type { ConsolidationStrategy } from "./strategy.ts";

export const l2: ConsolidationStrategy = {
  name: "l2",
  summary: "learns from the current task, with a spring on every parameter back to where the last task left it",
  keepsPast: false,
  make({ penalty }) {
    let anchor: Float32Array | undefined;
    return {
      tasks: ({ current }) => [current],
      taskEnded: (parameters) => void (anchor = parameters.slice()),
      adjustGradient(parameters, gradient) {
        if (anchor === undefined) return;
        for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! + 2 * penalty * (parameters[i]! - anchor[i]!);
      },
      snapshot: () => ({ anchor: anchor?.slice() ?? null }),
      restore(snapshot) {
        const saved = snapshot["anchor"];
        if (saved !== null && !(saved instanceof Float32Array))
          throw new SnapshotError("Expected `anchor` to be parameters, or null before a task has ended.");
        anchor = saved?.slice();
      },
    };
  },
};
