/**
 * @file Five tabletop skills, learned one after another from a handful of demonstrations each, by two minds side by side: one with a
 * long-term memory and one without. After every skill both are tested on all five. Run it with `npm start`.
 */
import { defineScenario } from "engram";

export default defineScenario({
  name: "quickstart",
  summary: "A robot arm learns five tabletop skills in sequence, with and without a long-term memory.",
  config: {
    tasks: ["tabletop/reach@1", "tabletop/push@1", "tabletop/pick-place@1", "tabletop/drawer-open@1", "tabletop/button-press@1"],
    agents: { engram: {}, "behaviour-cloning": {} },
    demonstrations: 10,
    demonstrationNoise: 0.2,
    gradientSteps: 500,
    evaluationEpisodes: 20,
  },
  async main(run) {
    await run.evaluateAll(0);
    for (const [i, task] of run.tasks.entries()) {
      await run.demonstrate(task);
      for (const agent of run.agents) await run.sleep(agent, task);
      await run.evaluateAll(i + 1);
    }
    await run.probeMemory({ placements: 10 });
  },
});
