/** @file An agent measured: the bytes that it takes, and its hidden layers on states that it remembers. */
import type { AgentMeasurements } from "../contract/agent.ts";
import type { TaskId } from "../contract/task.ts";
import type { EpisodicMemory } from "../memory/episodic-memory.ts";
import { entryBytes } from "../memory/forgetting/eviction.ts";
import { singularValues } from "../numerics/singular-values.ts";
import { approximateRank, dormantShare, effectiveRank, meanMagnitude, stableRank, type Answers } from "./plasticity.ts";

export interface Measurable {
  readonly parameters: Float32Array;
  /** Where the probes are taken from. */
  readonly memory: EpisodicMemory;
  /** How many entries of it are kept for later tasks. */
  readonly kept: number;
  /** What its way not to forget keeps besides [B]. */
  readonly strategyBytes: number;
  /** What the hidden layers answer to a remembered state, the last one at the end; a view each, valid until the next. None where they cannot be seen. */
  readonly hidden: (observation: Float32Array, task: TaskId) => readonly Float32Array[];
}

/** How many remembered states a network is probed with at most, spread evenly over the memory. */
const PROBES = 256;

export function measurementsOf({ parameters, memory, kept, strategyBytes, hidden }: Measurable): AgentMeasurements {
  return {
    parameterBytes: parameters.byteLength,
    memoryBytes: kept * entryBytes(memory.shape),
    strategyBytes,
    ...shapeOf(answersTo(memory, hidden)),
    weightNorm: meanMagnitude(parameters),
  };
}

function shapeOf(layers: readonly Answers[]): Pick<AgentMeasurements, "dormant" | "effectiveRank" | "stableRank" | "approximateRank"> {
  const last = layers.at(-1);
  if (last === undefined) return {};
  const singular = singularValues(last.values, last.values.length / last.units, last.units);
  return {
    dormant: dormantShare(layers),
    effectiveRank: effectiveRank(singular),
    stableRank: stableRank(singular),
    approximateRank: approximateRank(singular),
  };
}

/** One for each hidden layer; none while nothing is remembered. */
function answersTo(memory: EpisodicMemory, hidden: Measurable["hidden"]): Answers[] {
  const rows = memory.rowsOf();
  const count = Math.min(PROBES, rows.length);
  const answers: Answers[] = [];
  for (let k = 0; k < count; k++) {
    const { observation, task } = memory.entry(memory.idOf(rows[Math.floor((k * rows.length) / count)]!))!;
    for (const [at, layer] of hidden(observation, task).entries()) {
      answers[at] ??= { values: new Float32Array(count * layer.length), units: layer.length };
      answers[at].values.set(layer, k * layer.length);
    }
  }
  return answers;
}
