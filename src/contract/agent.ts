/** @file What a mind is to everyone else: it acts, observes, sleeps, and can be saved. It sees a world only through its spec. */
import type { EnvironmentSpec } from "./environment.ts";
import type { Explanation, ExplanationContext, MemoryCondition } from "./explanation.ts";
import type { LongTermMemory, MemoryEntry, MemoryShape, MemoryStore, Recall } from "./memory.ts";
import type { IndexedMemory, MemoryIndex } from "./memory-index.ts";
import type { Snapshot } from "./snapshot.ts";
import type { NextStep } from "./step.ts";
import type { TaskId } from "./task.ts";

/** An action and what it was based on. Owned by the agent and overwritten by its next decision. */
export interface Decision {
  readonly action: Float32Array;
  /** What memory was read for it; absent in agents without one. */
  readonly recall?: Recall;
  /** When it was made, on the clock of the memory's entries; with `recall`. */
  readonly time?: number;
  /** Gradient steps that were taken for it, on parameters that are not kept; absent in agents that never adapt as they act. */
  readonly adaptationSteps?: number;
}

export interface DecisionContext {
  /** Whether this is the first decision of an episode. */
  readonly first: boolean;
  /** What the agent is asked to do. Worlds may look alike and ask for different things. */
  readonly task: TaskId;
  /** How memory is read; on by default. */
  readonly memory?: MemoryCondition;
}

/** One control step as it happened. Its buffers are valid only during the call that hands it over. */
export interface Transition {
  readonly task: TaskId;
  /** Counts up over the whole run. */
  readonly episode: number;
  /** Index of the action within its episode, from 0. */
  readonly index: number;
  readonly actor: "agent" | "demonstrator";
  readonly observation: Float32Array;
  /** What the actor meant to do. */
  readonly decision: Decision;
  /** What was done: the decision's action, plus the noise with which demonstrations are shaken. */
  readonly action: Float32Array;
  readonly step: NextStep;
}

export interface ConsolidationBudget {
  readonly gradientSteps: number;
  /** Asked after each gradient step whether there shall be no further one. */
  readonly isOver?: () => boolean;
  /** Bytes that long-term memory may take afterwards. */
  readonly memoryBytes?: number;
  /** Whether the task is known to end with this sleep; true by default. Without it, a task ends when another begins. */
  readonly taskEnds?: boolean;
}

/** How far a sleep has come. */
export interface ConsolidationProgress {
  readonly gradientSteps: number;
  /** The latest loss. */
  readonly loss: number;
  /** What the sleep is at; learning by default. */
  readonly doing?: "learning" | "self-test" | "filing" | "tidying";
}

/** How well an agent answers remembered states that a sleep did not learn from: the mean Euclidean error of its actions, before and after. */
export interface SelfTest {
  readonly task: TaskId;
  readonly states: number;
  readonly before: number;
  readonly after: number;
  /** Whether the difference is more than chance and more than may be. */
  readonly worse: boolean;
}

export interface ConsolidationReport extends ConsolidationProgress {
  /** Entries in long-term memory afterwards; 0 without one. */
  readonly memorySize: number;
  /** What the agent asked itself before and after, task by task; absent where it did not. */
  readonly selfTests?: readonly SelfTest[];
  /** The tasks that it could not ask itself about, because too few episodes or too few states of them were remembered. */
  readonly untested?: readonly TaskId[];
  /** Whether an older task got worse, so that what was learned in this sleep was undone. */
  readonly rolledBack?: boolean;
  /** Entries that became one with another, and that were forgotten on purpose. */
  readonly merged?: number;
  readonly forgotten?: number;
  /** How much the neighbours of what is remembered changed with its keys, from 0 for nothing up to 1; absent where no keys were made anew. */
  readonly drift?: number;
}

/** What an agent takes, and what shape its network is in. Ranks and dormant units are of its hidden layers on states that it remembers. */
export interface AgentMeasurements {
  /** Of all parameters that it acts with [B]. */
  readonly parameterBytes: number;
  /** Of the experience that it keeps for later tasks [B]; 0 without any. */
  readonly memoryBytes: number;
  /** Of what its way not to forget keeps besides, such as importances, masks or old parameters [B]. */
  readonly strategyBytes?: number;
  /** The share of hidden units that hardly ever answer; see `dormantShare`. The ranks and this are absent while nothing is remembered. */
  readonly dormant?: number;
  /** See `effectiveRank`; of the last hidden layer, as are the other ranks. */
  readonly effectiveRank?: number;
  /** See `stableRank`. */
  readonly stableRank?: number;
  /** See `approximateRank`. */
  readonly approximateRank?: number;
  /** The mean of |θ| over all parameters. */
  readonly weightNorm?: number;
}

export interface Agent {
  readonly name: string;
  act(observation: Float32Array, context: DecisionContext): Decision;
  /** Learns from it, or remembers it. Copies what it keeps. */
  observe(transition: Transition): void;
  /** Tells that what follows belongs to another task. Agents that need no boundaries ignore it. */
  beginTask(task: TaskId): void;
  /**
   * Sleeps: works through the budget, yielding after each gradient step, and as often as a live page needs while it does other work, with the same number
   * again. It reports at the end; one that is ended before leaves an agent that can act.
   */
  consolidate(budget: ConsolidationBudget): Generator<ConsolidationProgress, ConsolidationReport>;
  /**
   * Makes what it remembered durable, and takes over what others who share its memory did; says how many entries that changed. Called between tasks
   * and before tests.
   * @throws {StorageError} The store cannot be reached; the agent can go on with what it has.
   */
  refresh?(): Promise<number>;
  /** The memory that its decisions read, for others to look into. An agent that has one heeds `context.memory`. */
  readonly memory?: LongTermMemory;
  /** What it would do here, and why. Deterministic; leaves the agent, its memory and its latest decision as they are. */
  explain?(observation: Float32Array, context: ExplanationContext): Explanation;
  /** The remembered entry behind a recalled id. */
  remembered?(id: number): MemoryEntry | undefined;
  /** Measures itself; called after a sleep. Leaves all but its latest decision as it is. */
  measure?(): AgentMeasurements;
  /** May be taken in the middle of a sleep too: whoever is restored from it acts with what has been learned so far. Leaves the agent as it is. */
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
  /** Frees tensors and closes files. */
  dispose(): void;
}

/** What an agent is made from. Everything random in it comes from the seed. */
export interface AgentOptions {
  /** The spaces it will live in; all tasks of a run share them. */
  readonly spec: EnvironmentSpec;
  readonly seed: number;
  /** Overrides of the agent's own defaults, validated by it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Opens the place where its memory outlives the process; without it, memory lives in the process alone. */
  readonly openStore?: (shape: MemoryShape) => MemoryStore | Promise<MemoryStore>;
  /** Opens an approximate index over its memory, for a configuration that asks for one: `openHnsw`. */
  readonly openIndex?: (memory: IndexedMemory) => Promise<MemoryIndex>;
}

/** A registered mind. */
export interface AgentEntry {
  readonly name: string;
  readonly summary: string;
  /** Its configuration with every default filled in. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fills in defaults that depend on what was chosen. @param chosen With all other defaults filled in; not validated. */
  spellOut?(chosen: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** @throws {InvalidValueError} A configuration value that breaks its rule. */
  make(options: AgentOptions): Promise<Agent>;
}
