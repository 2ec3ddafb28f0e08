import { expect, it } from "vitest";
import { agents } from "../../agents/index.ts";
import { settingsOf } from "../../src/continual/run-agents.ts";

it("a run's settings are whole: those of the agent, and those of the consolidation that was chosen", () => {
  const { "behaviour-cloning": cloning, engram } = settingsOf(
    { "behaviour-cloning": { consolidation: "ewc", options: { strength: 3 } }, engram: { neighbours: 5 } },
    agents,
  );
  expect(cloning).toMatchObject({ batch: 128, learningRate: 0.001, consolidation: "ewc", options: { strength: 3, fisher: "exact", samples: 100 } });
  expect(engram).toEqual({ ...agents.get("engram")!.defaults, neighbours: 5 });
  expect(settingsOf({ "behaviour-cloning": {} }, agents)["behaviour-cloning"]).toEqual(agents.get("behaviour-cloning")!.defaults);
  expect(settingsOf({ unheard: { of: 1 } }, agents)).toEqual({ unheard: { of: 1 } });
});
