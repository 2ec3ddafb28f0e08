/**
 * @file Plain behaviour cloning: one network trained on what was shown of the current task. By default it keeps nothing of earlier
 * tasks and forgets them; with `consolidation: "rehearsal"` it keeps thinned states of each and is the replay baseline.
 */
import type {
  Agent,
  AgentEntry,
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
import { strategyNamed } from "../../src/learning/consolidation/strategies.ts";
import type { ConsolidationStrategy } from "../../src/learning/consolidation/strategy.ts";
import { relativeFeatures } from "../../src/learning/features.ts";
import { GradientDescent } from "../../src/learning/gradient-descent.ts";
import { CloningLearner, cloningLayout } from "../../src/learning/imitation/behaviour-cloning.ts";
import { PolicyInput } from "../../src/learning/policy-input.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { thinTask } from "../../src/memory/forgetting/thinning.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { MlpActor } from "../../src/tensor/mlp-actor.ts";
import { initializeMlp } from "../../src/tensor/mlp-shape.ts";
import { behaviourCloningConfig, type BehaviourCloningConfig } from "./config.ts";
import { policyShape } from "./networks.ts";

class BehaviourCloningAgent implements Agent {
  readonly name = "behaviour-cloning";
  /** What was shown and is still to be learned from; never read to act. */
  readonly #shown: EpisodicMemory;
  readonly #config: BehaviourCloningConfig;
  readonly #strategy: ConsolidationStrategy;
  readonly #random: RandomStream;
  readonly #input: PolicyInput;
  readonly #parameters: FlatVector;
  readonly #descent: GradientDescent;
  readonly #policy: MlpActor;
  readonly #learner: CloningLearner;
  readonly #inputs: Float32Array;
  readonly #decision: Decision;
  #task: TaskId = asTaskId("");

  constructor({ spec, seed }: AgentOptions, config: BehaviourCloningConfig) {
    const features = relativeFeatures(spec.observation, spec.controlPeriod);
    const shape = policyShape(features.size, spec.action.size, config);
    const layout = cloningLayout(shape);
    this.#config = config;
    this.#strategy = strategyNamed(config.consolidation);
    this.#random = RandomStream.fromSeed(seed);
    this.#input = new PolicyInput(features, config.taskCue);
    this.#parameters = new FlatVector(layout.size);
    initializeMlp("policy", shape, layout, this.#parameters.numbers, this.#random.split("parameters"));
    this.#policy = new MlpActor("policy", shape, layout, this.#parameters);
    const { batch, learningRate } = config;
    this.#descent = new GradientDescent({ layout, parameters: this.#parameters, learningRate, consolidation: this.#strategy.make(config) });
    const memoryShape = { keySize: this.#input.size, valueSize: spec.action.size, observationSize: spec.observation.size };
    this.#shown = new EpisodicMemory({ shape: memoryShape, metric: "l2" });
    this.#learner = new CloningLearner({ shape, descent: this.#descent, input: this.#input, memory: this.#shown, batch });
    this.#inputs = new Float32Array(this.#input.size);
    this.#decision = { action: new Float32Array(spec.action.size) };
  }

  act(observation: Float32Array, { task }: DecisionContext): Decision {
    this.#input.write(observation, task, this.#inputs);
    this.#policy.forward(this.#inputs, this.#decision.action);
    return this.#decision;
  }

  observe({ actor, task, episode, index, observation, decision }: Transition): void {
    if (actor !== "demonstrator") return;
    this.#input.write(observation, task, this.#inputs);
    this.#shown.remember({ key: this.#inputs, value: decision.action, observation, task, episode, step: index, kind: "demonstration" });
  }

  /** Lets go of the task before: all of it, or all but what rehearsal keeps. */
  beginTask(task: TaskId): void {
    if (this.#descent.count > 0) this.#descent.taskEnded();
    const { keepsPast } = this.#strategy;
    for (const past of this.#shown.tasks()) if (past !== task) thinTask(this.#shown, past, keepsPast ? this.#config.memoryPerTask : 0);
    this.#task = task;
  }

  *consolidate({ gradientSteps }: ConsolidationBudget): Generator<ConsolidationProgress, ConsolidationReport> {
    let loss = 0;
    const tasks = this.#descent.tasks({ memory: this.#shown, current: this.#task });
    if (gradientSteps > 0 && tasks.length > 0) {
      const steps = this.#learner.steps(tasks, this.#random.split(`sleep ${this.#descent.count}`));
      for (let step = 1; step <= gradientSteps; step++) {
        loss = steps.next().value;
        yield { gradientSteps: step, loss };
      }
    }
    return { gradientSteps, loss, memorySize: this.#strategy.keepsPast ? this.#shown.size : 0 };
  }

  snapshot(): Snapshot {
    return { task: this.#task, random: this.#random.snapshot(), descent: this.#descent.snapshot(), shown: this.#shown.snapshot() };
  }

  restore(snapshot: Snapshot): void {
    this.#descent.restore(nested(snapshot, "descent"));
    this.#random.restore(nested(snapshot, "random"));
    this.#shown.restore(nested(snapshot, "shown"));
    this.#task = restoreTaskId(snapshot["task"]);
  }

  dispose(): void {
    this.#descent.dispose();
    this.#parameters.dispose();
  }
}

export const behaviourCloning: AgentEntry = {
  name: "behaviour-cloning",
  summary: "clones what it is shown of the current task, without a memory: the baseline that forgets",
  defaults: behaviourCloningConfig.parse({}),
  async make(options) {
    const config = validate(behaviourCloningConfig, options.config ?? {}, "agents.behaviour-cloning", Object.keys(behaviourCloningConfig.shape));
    return new BehaviourCloningAgent(options, config);
  },
};
