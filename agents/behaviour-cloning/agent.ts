/**
 * @file Behaviour cloning: one network trained on what was shown, without a memory to act by. By default it keeps nothing of earlier tasks and forgets
 * them; with a `consolidation` it is every method of continual learning that Engram knows, one at a time.
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
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import { asTaskId, restoreTaskId, type TaskId } from "../../src/contract/task.ts";
import { validate } from "../../src/contract/validate.ts";
import { defaultsOf } from "../../src/learning/consolidation/strategies.ts";
import { relativeFeatures } from "../../src/learning/features.ts";
import { CloningLearner } from "../../src/learning/imitation/cloning-learner.ts";
import { PolicyInput } from "../../src/learning/policy-input.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { keepWithin } from "../../src/memory/forgetting/eviction-rules.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { behaviourCloningConfig, type BehaviourCloningConfig } from "./config.ts";
import { policyShape } from "./networks.ts";

class BehaviourCloningAgent implements Agent {
  readonly name = "behaviour-cloning";
  readonly #random: RandomStream;
  readonly #input: PolicyInput;
  /** What was shown and is still to be learned from. */
  readonly #shown: EpisodicMemory;
  readonly #learner: CloningLearner;
  readonly #inputs: Float32Array;
  readonly #decision: Decision;
  #task: TaskId = asTaskId("");

  constructor({ spec, seed }: AgentOptions, config: BehaviourCloningConfig) {
    const features = relativeFeatures(spec.observation, spec.controlPeriod);
    this.#random = RandomStream.fromSeed(seed);
    this.#input = new PolicyInput(features, config.taskCue);
    const memoryShape = { keySize: this.#input.size, valueSize: spec.action.size, observationSize: spec.observation.size };
    this.#shown = new EpisodicMemory({ shape: memoryShape, metric: "l2" });
    const shape = policyShape(features.size, spec.action.size, config);
    const optionsPath = "agents.behaviour-cloning.options";
    const options = { ...config, shape, input: this.#input, memory: this.#shown, optionsPath };
    this.#learner = new CloningLearner(options, this.#random.split("parameters"));
    this.#inputs = new Float32Array(this.#input.size);
    this.#decision = { action: new Float32Array(spec.action.size) };
  }

  act(observation: Float32Array, { task, first }: DecisionContext): Decision {
    this.#input.write(observation, task, this.#inputs);
    this.#learner.act({ task, first }, this.#inputs, this.#decision.action);
    const { adaptationSteps } = this.#learner.consolidation;
    return adaptationSteps === undefined ? this.#decision : { ...this.#decision, adaptationSteps };
  }

  observe({ actor, task, episode, index, observation, decision }: Transition): void {
    if (actor !== "demonstrator") return;
    if (index === 0) this.#learner.goOn(task);
    this.#input.write(observation, task, this.#inputs);
    this.#shown.remember({ key: this.#inputs, value: decision.action, observation, task, episode, step: index, kind: "demonstration" });
  }

  beginTask(task: TaskId): void {
    this.#learner.beginTask(task, this.#random.split(`boundary ${this.#learner.count}`));
    this.#task = task;
  }

  *consolidate({ gradientSteps, taskEnds = true, isOver, memoryBytes }: ConsolidationBudget): Generator<ConsolidationProgress, ConsolidationReport> {
    const random = this.#random.split(`sleep ${this.#learner.count}`);
    let loss = 0;
    let step = 0;
    for (loss of this.#learner.steps({ task: this.#task, count: gradientSteps, taskEnds, random, isOver })) yield { gradientSteps: ++step, loss };
    if (this.#learner.consolidation.keep === undefined) return { gradientSteps: step, loss, memorySize: 0 };
    const forgotten = keepWithin(this.#shown, memoryBytes);
    return { gradientSteps: step, loss, memorySize: this.#shown.size, ...(memoryBytes !== undefined && { forgotten }) };
  }

  measure(): AgentMeasurements {
    return this.#learner.measure(this.#task);
  }

  snapshot(): Snapshot {
    return { task: this.#task, random: this.#random.snapshot(), learner: this.#learner.snapshot(), shown: this.#shown.snapshot() };
  }

  restore(snapshot: Snapshot): void {
    this.#learner.restore(nested(snapshot, "learner"));
    this.#random.restore(nested(snapshot, "random"));
    this.#shown.restore(nested(snapshot, "shown"));
    this.#task = restoreTaskId(snapshot["task"]);
  }

  dispose(): void {
    this.#learner.dispose();
  }
}

export const behaviourCloning: AgentEntry = {
  name: "behaviour-cloning",
  summary: "clones what it is shown, by a network alone; forgets what came before, or consolidates it in one of many ways",
  defaults: behaviourCloningConfig.parse({}),
  spellOut: (chosen) => ({ ...chosen, options: { ...defaultsOf(String(chosen["consolidation"])), ...(chosen["options"] as object) } }),
  async make(options) {
    const config = validate(behaviourCloningConfig, options.config ?? {}, "agents.behaviour-cloning");
    return new BehaviourCloningAgent(options, config);
  },
};
