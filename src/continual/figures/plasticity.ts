/** @file Whether the network can still learn: what the agent measured of itself after its last sleep. */
import type { AgentMeasurements } from "../../contract/agent.ts";
import type { AgentLog } from "./agent-log.ts";
import type { FigureDefinition } from "./figure.ts";

/** What was measured last; absent in logs of agents that do not measure it. */
export const latest = ({ events }: AgentLog, what: keyof AgentMeasurements): number | undefined =>
  events.findLast((event) => event.kind === "measured")?.[what];

const figure = (id: string, what: keyof AgentMeasurements, texts: Pick<FigureDefinition, "name" | "formula" | "better">): FigureDefinition => ({
  id,
  ...texts,
  minimumTasks: 1,
  of: (log) => latest(log, what),
});

export const plasticityFigures: readonly FigureDefinition[] = [
  figure("dormant-share", "dormant", {
    name: "dormant units",
    formula:
      "share of hidden units whose mean |h| over remembered states is 0.025 of their layer's mean or less, after the last sleep (Sokar et al. 2023)",
    better: "lower",
  }),
  figure("effective-rank", "effectiveRank", {
    name: "effective rank",
    formula: "exp(−Σ p·ln p), p = σ/Σσ, of the last hidden layer on remembered states, after the last sleep (Roy & Vetterli 2007)",
    better: "higher",
  }),
  figure("stable-rank", "stableRank", {
    name: "stable rank",
    formula: "Σσ²/max σ² of the last hidden layer on remembered states, after the last sleep (Rudelson & Vershynin 2007)",
    better: "higher",
  }),
  figure("approximate-rank", "approximateRank", {
    name: "approximate rank",
    formula: "how many σ of the last hidden layer on remembered states hold 99 % of Σσ², after the last sleep (“stable rank” in Dohare et al. 2024)",
    better: "higher",
  }),
  figure("weight-norm", "weightNorm", {
    name: "weight magnitude",
    formula: "mean of |θ| over all parameters, after the last sleep (Dohare et al. 2024)",
    better: "lower",
  }),
];
