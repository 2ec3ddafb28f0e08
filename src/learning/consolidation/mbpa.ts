/**
 * @file Memory-based parameter adaptation: for every action, a copy of the policy takes a few gradient steps on the k remembered examples whose inputs
 * are nearest, weighted by 1 / (d² + δ), with a pull back to the slow parameters θ:
 *   θ' ← θ' − α·∇ Σ wₖ·mean(f(xₖ) − yₖ)² − β·(θ' − θ).
 * It answers by θ' and forgets them. The paper learns θ from the stream alone: so does this without `replay`. With it, the default, which the search of
 * `npm run bench -- tuning` chose by far, θ is learned from all tasks in memory (the sparse replay of MbPA++, made dense). Inputs are keys: the paper's
 * embedding is the identity, as in its experiment on permuted digits.
 * @see Sprechmann et al. (2018), "Memory-based parameter adaptation", eqs. 4–5; de Masson d'Autume et al. (2019) for replay beside it.
 */
import { z } from "zod";
import { emptyRecall } from "../../contract/memory.ts";
import { weighByInverseDistance } from "../../memory/reading/inverse-distance.ts";
import { drawFromAll } from "./drawing.ts";
import { keeping, keepOption } from "./keeping.ts";
import { LocalPolicy } from "./local-policy.ts";
import { defineStrategy, stateless } from "./strategy.ts";

export const mbpa = defineStrategy({
  name: "mbpa",
  summary: "replays what it remembers, and adapts to its nearest memories for every action",
  options: z.strictObject({
    neighbours: z.int().min(1).describe("Remembered examples that an action is adapted to.").default(16),
    steps: z.int().min(1).describe("Gradient steps for an action.").default(1),
    learningRate: z.number().min(0).describe("α, of these steps; several of 0.01 overshoot.").default(0.01),
    pullBack: z.number().min(0).max(1).describe("β: how much of the way back to the slow parameters each step after the first goes.").default(0),
    replay: z.boolean().describe("Whether the slow parameters are learned from all tasks in memory, in equal shares.").default(true),
    keep: keepOption,
  }),
  make(learner, { neighbours, steps, learningRate, pullBack, replay, keep }) {
    const { memory, parameters } = learner;
    const local = new LocalPolicy(learner);
    const recall = emptyRecall(neighbours);
    let taken = 0;
    return {
      ...stateless,
      readsMemory: true,
      get adaptationSteps() {
        return taken;
      },
      keep: keeping(memory, keep),
      ...(replay && { draw: ({ random }, rows) => drawFromAll(memory, random, rows) }),
      act(_, policy, input, action) {
        taken = memory.size === 0 ? 0 : steps;
        if (memory.size === 0) return policy(input, action);
        memory.recall(input, neighbours, recall);
        weighByInverseDistance(recall);
        const examples = learner.examples(recall.rows.slice(0, recall.count));
        local.begin();
        for (let step = 0; step < steps; step++) {
          const gradient = local.gradient(examples, recall.weights);
          local.parameters.scale(1 - pullBack);
          local.parameters.addScaled(pullBack, parameters);
          local.parameters.addScaled(-learningRate, gradient);
        }
        local.act(input, action);
      },
      dispose: () => local.dispose(),
    };
  },
});
