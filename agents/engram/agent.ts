/**
 * @file The flagship: a long-term memory that is competent as soon as it has been shown something, and a policy that learns how to
 * read it. Sleep trains the reader on questions drawn from memory itself, on the new task as it was shown; then the task is thinned
 * along all of its episodes, and every entry filed anew under the improved key.
 * @see McClelland, McNaughton & O'Reilly (1995) for two systems that learn at two speeds.
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
import { InvalidValueError, SnapshotError } from "../../src/contract/errors.ts";
import type { Explanation, ExplanationContext } from "../../src/contract/explanation.ts";
import type { EntryId, MemoryEntry, MemoryShape, MemoryStore, Recall } from "../../src/contract/memory.ts";
import type { MemoryIndex } from "../../src/contract/memory-index.ts";
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import { asTaskId, restoreTaskId, type TaskId } from "../../src/contract/task.ts";
import { validate } from "../../src/contract/validate.ts";
import { Exams, sparing } from "../../src/learning/exams.ts";
import { relativeFeatures, type Features } from "../../src/learning/features.ts";
import { GradientDescent } from "../../src/learning/gradient-descent.ts";
import { measurementsOf } from "../../src/learning/measurements.ts";
import { explainRetrieval } from "../../src/learning/meta/retrieval-explanation.ts";
import { RetrievalLearner } from "../../src/learning/meta/retrieval-learner.ts";
import { encoderVersion, initializeRetrieval, keySize, retrievalLayout, type RetrievalShape } from "../../src/learning/meta/retrieval-policy.ts";
import { RetrievalReader } from "../../src/learning/meta/retrieval-reader.ts";
import { vectorsOf } from "../../src/learning/turned-scenes.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { evict } from "../../src/memory/forgetting/eviction.ts";
import { evictionRules } from "../../src/memory/forgetting/eviction-rules.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { engramConfig, type EngramConfig } from "./config.ts";
import { readerShape } from "./networks.ts";
import { sleep } from "./sleep.ts";

class EngramAgent implements Agent {
  readonly name = "engram";
  readonly memory: EpisodicMemory;
  readonly #config: EngramConfig;
  readonly #random: RandomStream;
  readonly #parameters: FlatVector;
  readonly #descent: GradientDescent;
  readonly #reader: RetrievalReader;
  readonly #learner: RetrievalLearner;
  readonly #exams = new Exams();
  readonly #key: Float32Array;
  readonly #decision: { readonly action: Float32Array; readonly recall: Recall; time: number };
  #task: TaskId = asTaskId("");
  #index: MemoryIndex | undefined;
  /** Control steps watched and acted so far: the clock of memory. */
  #lived: number;
  /** The task of the latest sleep if that was undone: it stays whole until the next, which learns from it. */
  #owed: TaskId | undefined;

  constructor({ spec, seed }: AgentOptions, config: EngramConfig, { features, shape, memoryShape }: Body, store: MemoryStore | undefined) {
    this.#config = config;
    this.#random = RandomStream.fromSeed(seed);
    const layout = retrievalLayout(shape);
    this.#parameters = new FlatVector(layout.size);
    initializeRetrieval(shape, this.#parameters, this.#random.split("parameters"));
    this.#descent = new GradientDescent({ layout, parameters: this.#parameters, learningRate: config.learningRate });
    this.memory = new EpisodicMemory({
      shape: memoryShape,
      metric: config.similarity,
      encoder: encoderVersion(shape, this.#parameters),
      ...(store && { store }),
    });
    const parts = { shape, features, memory: this.memory };
    this.#reader = new RetrievalReader({ ...parts, parameters: this.#parameters, neighbours: config.neighbours });
    this.#learner = new RetrievalLearner({
      ...parts,
      reader: this.#reader,
      descent: this.#descent,
      perTask: config.memoryPerTask,
      actionVectors: vectorsOf(spec.action),
      turned: config.turned,
      support: config.support,
      queries: config.queries,
    });
    this.#key = new Float32Array(memoryShape.keySize);
    this.#decision = { action: new Float32Array(spec.action.size), recall: this.#reader.recall, time: 0 };
    this.#lived = latestOf(this.memory) + 1;
    // Keys that were found there are by the encoders of others, or of an earlier life.
    if (this.memory.size > 0) this.#reader.rekey();
  }

  act(observation: Float32Array, { task, memory = "on" }: DecisionContext): Decision {
    const decision = this.#decision;
    decision.time = this.#lived;
    this.#reader.act(observation, task, decision.action, memory);
    if (memory === "on") this.memory.noteRead(decision.recall, this.#lived++);
    return decision;
  }

  explain(observation: Float32Array, context: ExplanationContext): Explanation {
    const { neighbours } = this.#config;
    const now = context.filter?.before ?? this.#lived;
    return explainRetrieval({ reader: this.#reader, memory: this.memory, neighbours, now }, observation, context);
  }

  /** Remembers what a demonstrator did; its own attempts teach it nothing here. */
  observe({ actor, task, episode, index, observation, decision }: Transition): void {
    if (actor !== "demonstrator") return;
    if (index === 0) this.#keepBudgets(task);
    this.#reader.encode(observation, task, this.#key);
    this.memory.remember({
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

  /**
   * Forgets what is over the budgets.
   * @param shown A task that there is still something to learn from: then it stays whole, and the budget of all tasks together waits.
   */
  #keepBudgets(shown?: TaskId): void {
    const { eviction, memoryPerTask, memoryTotal } = this.#config;
    const newest = this.memory.rowsOf().at(-1);
    const rule = evictionRules[eviction]({
      // By what it was shown, not by what it lived, which counts its tests.
      random: this.#random.split(`eviction ${newest === undefined ? 0 : this.memory.idOf(newest)}`),
      error: (_, row) => this.#reader.errorWithout(row),
    });
    const spare = sparing(this.#exams.all, rule);
    for (const task of this.memory.tasks()) if (task !== shown && task !== this.#owed) evict(this.memory, { entries: memoryPerTask }, spare, task);
    if (memoryTotal > 0 && shown === undefined && this.#owed === undefined) evict(this.memory, { entries: memoryTotal }, rule);
  }

  beginTask(task: TaskId): void {
    this.#task = task;
  }

  *consolidate(budget: ConsolidationBudget): Generator<ConsolidationProgress, ConsolidationReport> {
    const parts = { memory: this.memory, reader: this.#reader, learner: this.#learner, descent: this.#descent };
    const setExams = () => this.#exams.set(this.memory, this.#config.memoryPerTask, this.#random.split("exams"));
    const keepBudgets = (owed: TaskId | undefined): void => {
      this.#owed = owed;
      this.#keepBudgets();
    };
    const sleeper = { ...parts, setExams, owed: this.#owed, keepBudgets };
    // An undone sleep leaves the count of steps as it was; the next must draw otherwise.
    const name = `sleep ${this.#descent.count}${this.#owed === undefined ? "" : ", again"}`;
    return yield* sleep(sleeper, budget, this.#task, this.#random.split(name));
  }

  /** Lets memory be searched by an approximate index from now on. */
  async indexBy(open: NonNullable<AgentOptions["openIndex"]>): Promise<void> {
    this.#index = await open(this.memory);
  }

  /** Every worker has an encoder of its own, so what others remembered gets keys by this one. */
  async refresh(): Promise<number> {
    await this.memory.flush();
    const changed = await this.memory.refresh();
    if (changed > 0) this.#reader.rekey();
    await this.#index?.catchUp();
    return changed;
  }

  remembered(id: number): MemoryEntry | undefined {
    return this.memory.entry(id as EntryId);
  }

  measure(): AgentMeasurements {
    return measurementsOf({
      parameters: this.#parameters.numbers,
      memory: this.memory,
      kept: this.memory.size,
      strategyBytes: 0,
      hidden: (observation, task) => this.#reader.hidden(observation, task),
    });
  }

  snapshot(): Snapshot {
    return {
      task: this.#task,
      lived: this.#lived,
      owed: this.#owed ?? null,
      exams: this.#exams.snapshot(),
      random: this.#random.snapshot(),
      descent: this.#descent.snapshot(),
      memory: this.memory.snapshot(),
    };
  }

  restore(snapshot: Snapshot): void {
    const { lived } = snapshot;
    if (typeof lived !== "number") throw new SnapshotError("Expected the snapshot of an engram, with a number under `lived`.");
    this.memory.restore(nested(snapshot, "memory"));
    this.#descent.restore(nested(snapshot, "descent"));
    this.#random.restore(nested(snapshot, "random"));
    this.#exams.restore(snapshot["exams"]);
    this.#lived = lived;
    const { owed = null } = snapshot;
    this.#owed = owed === null ? undefined : restoreTaskId(owed);
    this.#task = restoreTaskId(snapshot["task"]);
    // A snapshot from the middle of a sleep has keys by the encoder from before it.
    this.#reader.catchUp();
  }

  dispose(): void {
    this.memory.dispose();
    this.#reader.dispose();
    this.#descent.dispose();
    this.#parameters.dispose();
  }
}

/** The latest time that a memory, perhaps of an earlier life, knows of; −1 when it is empty. */
function latestOf(memory: EpisodicMemory): number {
  let latest = -1;
  for (const row of memory.rowsOf()) latest = Math.max(latest, memory.timeOf(row), memory.marksOf(row).lastRead);
  return latest;
}

/** What an agent's parts are measured by. */
interface Body {
  readonly features: Features;
  readonly shape: RetrievalShape;
  readonly memoryShape: MemoryShape;
}

function bodyOf({ spec }: AgentOptions, config: EngramConfig): Body {
  const features = relativeFeatures(spec.observation, spec.controlPeriod);
  const shape = readerShape(features.size, spec.action.size, config);
  const sizes = { keySize: keySize(shape), valueSize: spec.action.size, observationSize: spec.observation.size };
  return { features, shape, memoryShape: { ...sizes, ...(config.similarity !== "l2" && { metric: config.similarity }) } };
}

export const engram: AgentEntry = {
  name: "engram",
  summary: "remembers states of every task and learns how to read them: a retrieval policy over a long-term memory",
  defaults: engramConfig.parse({}),
  async make(options) {
    const config = validate(engramConfig, options.config ?? {}, "agents.engram");
    const { openIndex } = options;
    if (config.index === "hnsw" && openIndex === undefined) {
      throw new InvalidValueError("agents.engram.index", config.index, "`exact` where nobody opens an index", "Give `make` an `openIndex`, such as `openHnsw`."); // prettier-ignore
    }
    const body = bodyOf(options, config);
    const agent = new EngramAgent(options, config, body, await options.openStore?.(body.memoryShape));
    if (config.index === "exact") return agent;
    try {
      await agent.indexBy(openIndex!);
      return agent;
    } catch (error) {
      agent.dispose();
      throw error;
    }
  },
};
