/**
 * @file Retrieval-based weighted local adaptation: at the start of an episode the remembered episodes that began most alike are found, and a copy of the
 * policy is trained on their states for a few steps, with more weight on those it has forgotten most; it acts for the whole episode. The slow policy
 * replays what is remembered, as in the paper; how an episode began is kept for as long as any of its states. Simplified: episodes are compared by the
 * inputs of their first states, not by embeddings of images and instructions; and since nothing is tried out before an episode, a state's weight is by the slow policy's own error on it, where the paper looks for
 * the segment at which failed attempts part from what was shown: wᵢ ∝ 1 + emphasis·eᵢ / mean(e).
 * @see Yang et al. (2024), "Task-agnostic lifelong robot learning with retrieval-based weighted local adaptation", arXiv 2410.02995.
 */
import { z } from "zod";
import { SnapshotError } from "../../contract/errors.ts";
import { nested } from "../../contract/snapshot.ts";
import { adamState, adamStep, disposeAdam } from "../../tensor/adam.ts";
import { drawFromAll } from "./drawing.ts";
import { keeping, keepOption } from "./keeping.ts";
import { LocalPolicy } from "./local-policy.ts";
import { NearestEpisodes } from "./nearest-episodes.ts";
import { defineStrategy, type Examples } from "./strategy.ts";

export const weightedLocalAdaptation = defineStrategy({
  name: "weighted-local-adaptation",
  summary:
    "replays what it remembers, and before each episode adapts to the remembered ones that began most alike; simplified: compares states, not embeddings of images and words, and weighs by error, not by where attempts failed",
  options: z.strictObject({
    episodes: z.int().min(1).describe("Remembered episodes that an episode is adapted to.").default(10),
    steps: z.int().min(1).describe("Gradient steps before an episode.").default(20),
    learningRate: z.number().min(0).describe("Adam's step size in these.").default(3e-4),
    emphasis: z.number().min(0).describe("How much more a state counts the worse the policy does in it; 0 for not at all.").default(1),
    replay: z.boolean().describe("Whether the slow parameters are learned from all tasks in memory, in equal shares.").default(true),
    keep: keepOption,
  }),
  make(learner, { episodes, steps, learningRate, emphasis, replay, keep }) {
    const { memory } = learner;
    const nearest = new NearestEpisodes(memory);
    const thin = keeping(memory, keep);
    const local = new LocalPolicy(learner);
    let adapted = false;
    let taken = 0;
    const adapt = (input: Float32Array): void => {
      const examples = learner.examples(nearest.rows(input, episodes));
      const weights = weightsOf(examples, learner.answers(examples.inputs), emphasis);
      let adam = adamState(local.parameters.size);
      local.begin();
      for (let step = 0; step < steps; step++) adam = adamStep(local.parameters, local.gradient(examples, weights), adam, { learningRate });
      disposeAdam(adam);
    };
    return {
      readsMemory: true,
      get bytes() {
        return nearest.bytes;
      },
      get adaptationSteps() {
        return taken;
      },
      keep: (task, budget, random) => nearest.thin(task, () => thin(task, budget, random)),
      ...(replay && { draw: ({ random }, rows) => drawFromAll(memory, random, rows) }),
      act({ first }, policy, input, action) {
        if (first) adapted = memory.size > 0;
        if (first && adapted) adapt(input);
        taken = first && adapted ? steps : 0;
        if (adapted) local.act(input, action);
        else policy(input, action);
      },
      snapshot: () => ({ adapted: adapted ? local.parameters.numbers.slice() : null, beginnings: nearest.snapshot() }),
      restore({ adapted: saved, ...rest }) {
        if (saved === undefined) throw new SnapshotError("Expected `adapted` to be the parameters of an episode, or null.");
        nearest.restore(nested(rest, "beginnings"));
        if (saved !== null) local.parameters.restore(saved);
        adapted = saved !== null;
      },
      dispose: () => local.dispose(),
    };
  },
});

/** Summing to 1. */
function weightsOf({ count, targets }: Examples, answers: Float32Array, emphasis: number): Float32Array {
  const width = targets.length / count;
  const errors = new Float32Array(count);
  for (let i = 0; i < answers.length; i++) errors[Math.floor(i / width)]! += (answers[i]! - targets[i]!) ** 2;
  const mean = errors.reduce((sum, error) => sum + error, 0) / count;
  return errors.map((error) => (mean === 0 ? 1 : (1 + (emphasis * error) / mean) / (1 + emphasis)) / count);
}
