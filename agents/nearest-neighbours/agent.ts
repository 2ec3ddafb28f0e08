/**
 * @file Nearest neighbours: acts as was done in the remembered situations most like this one, and learns nothing.
 * @see Atkeson, Moore & Schaal (1997), "Locally weighted learning for control".
 */
import type {
  Agent,
  AgentEntry,
  AgentMeasurements,
  AgentOptions,
  ConsolidationBudget,
  ConsolidationProgress,
  ConsolidationReport,
  Decision,
  DecisionContext,
  Transition,
} from "../../src/contract/agent.ts";
import { SnapshotError } from "../../src/contract/errors.ts";
import { emptyRecall, type EntryId, type MemoryEntry, type Recall } from "../../src/contract/memory.ts";
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import { asTaskId, restoreTaskId, type TaskId } from "../../src/contract/task.ts";
import { validate } from "../../src/contract/validate.ts";
import { relativeFeatures } from "../../src/learning/features.ts";
import { PolicyInput } from "../../src/learning/policy-input.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { entryBytes } from "../../src/memory/forgetting/eviction.ts";
import { keepWithin } from "../../src/memory/forgetting/eviction-rules.ts";
import { thinTask } from "../../src/memory/forgetting/thinning.ts";
import { attend, weightedSum } from "../../src/memory/reading/attention.ts";
import { nearestNeighboursConfig, type NearestNeighboursConfig } from "./config.ts";

class NearestNeighboursAgent implements Agent {
  readonly name = "nearest-neighbours";
  readonly #config: NearestNeighboursConfig;
  readonly #input: PolicyInput;
  /** By what a policy is given; values are actions. */
  readonly #shown: EpisodicMemory;
  readonly #key: Float32Array;
  readonly #decision: { readonly action: Float32Array; readonly recall: Recall; time: number };
  #task: TaskId = asTaskId("");
  /** Control steps watched and acted so far: the clock of memory. */
  #lived = 0;

  constructor({ spec }: AgentOptions, config: NearestNeighboursConfig) {
    this.#config = config;
    this.#input = new PolicyInput(relativeFeatures(spec.observation, spec.controlPeriod), config.taskCue);
    const shape = { keySize: this.#input.size, valueSize: spec.action.size, observationSize: spec.observation.size };
    this.#shown = new EpisodicMemory({ shape, metric: "l2" });
    this.#key = new Float32Array(shape.keySize);
    this.#decision = { action: new Float32Array(spec.action.size), recall: emptyRecall(config.neighbours), time: 0 };
  }

  /** Stays still where nothing was shown. */
  act(observation: Float32Array, { task }: DecisionContext): Decision {
    const { action, recall } = this.#decision;
    this.#input.write(observation, task, this.#key);
    this.#shown.recall(this.#key, this.#config.neighbours, recall);
    attend(recall, this.#config.strength);
    this.#decision.time = this.#lived++;
    weightedSum(this.#shown.values, action.length, recall, action);
    return this.#decision;
  }

  observe({ actor, task, episode, index, observation, decision }: Transition): void {
    if (actor !== "demonstrator") return;
    this.#input.write(observation, task, this.#key);
    this.#shown.remember({
      key: this.#key,
      value: decision.action,
      observation,
      task,
      episode,
      step: index,
      kind: "demonstration",
      time: this.#lived++,
    });
  }

  beginTask(task: TaskId): void {
    if (task !== this.#task) thinTask(this.#shown, this.#task, this.#config.memoryPerTask);
    this.#task = task;
  }

  // oxlint-disable-next-line require-yield -- a sleep without work is over at once
  *consolidate({ memoryBytes }: ConsolidationBudget): Generator<ConsolidationProgress, ConsolidationReport> {
    thinTask(this.#shown, this.#task, this.#config.memoryPerTask);
    const forgotten = keepWithin(this.#shown, memoryBytes);
    return { gradientSteps: 0, loss: 0, memorySize: this.#shown.size, ...(memoryBytes !== undefined && { forgotten }) };
  }

  remembered(id: number): MemoryEntry | undefined {
    return this.#shown.entry(id as EntryId);
  }

  measure(): AgentMeasurements {
    return { parameterBytes: 0, memoryBytes: this.#shown.size * entryBytes(this.#shown.shape) };
  }

  snapshot(): Snapshot {
    return { task: this.#task, lived: this.#lived, shown: this.#shown.snapshot() };
  }

  restore(snapshot: Snapshot): void {
    const { lived } = snapshot;
    if (typeof lived !== "number") throw new SnapshotError("Expected the snapshot of nearest neighbours, with a number under `lived`.");
    this.#shown.restore(nested(snapshot, "shown"));
    this.#lived = lived;
    this.#task = restoreTaskId(snapshot["task"]);
  }

  dispose(): void {
    this.#shown.dispose();
  }
}

export const nearestNeighbours: AgentEntry = {
  name: "nearest-neighbours",
  summary: "does what was done in the remembered situations most like this one, and learns nothing",
  defaults: nearestNeighboursConfig.parse({}),
  async make(options) {
    const config = validate(nearestNeighboursConfig, options.config ?? {}, "agents.nearest-neighbours");
    return new NearestNeighboursAgent(options, config);
  },
};
