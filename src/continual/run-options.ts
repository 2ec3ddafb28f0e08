/** @file What a continual-learning run is made of, and whom it tells. */
import type { AgentEntry } from "../contract/agent.ts";
import type { DemonstrationSet } from "../contract/demonstration.ts";
import type { EnvironmentEntry } from "../contract/environment.ts";
import type { StorageError } from "../contract/errors.ts";
import type { IndexedMemory, MemoryIndex } from "../contract/memory-index.ts";
import type { MemoryShape, MemoryStore } from "../contract/memory.ts";
import type { LoopEvent } from "../streams/loop-event.ts";
import type { Pace } from "../streams/pace.ts";
import type { ContinualConfig } from "./config.ts";
import type { RunEvent, RunProgress } from "./run-event.ts";
import type { Scenario } from "./scenario.ts";

export interface ContinualRunOptions {
  readonly scenario: Scenario;
  /** The scenario's own, or one with overrides. */
  readonly config: ContinualConfig;
  readonly seed: number;
  /** Finds a world by its id. @throws {UnknownNameError} There is none. */
  readonly openEnvironment: (id: string) => Promise<EnvironmentEntry>;
  readonly agents: ReadonlyMap<string, AgentEntry>;
  readonly pace: Pace;
  /** Opens a data set of recorded demonstrations. */
  readonly openDemonstrations?: (name: string) => Promise<DemonstrationSet>;
  /** Opens the durable store of an agent's memory; whoever opens it closes it. */
  readonly openStore?: (agent: string, shape: MemoryShape) => MemoryStore | Promise<MemoryStore>;
  /** Opens the approximate index of an agent's memory, where its configuration asks for one; by default one that lasts as long as the process. */
  readonly openIndex?: (agent: string, memory: IndexedMemory) => Promise<MemoryIndex>;
  /** Hears of a memory whose store could not be reached; the run goes on with what the agent has. */
  readonly onTrouble?: (error: StorageError) => void;
  readonly onEvent: (event: RunEvent) => void;
  /** Valid only during the call. */
  readonly onLoop: (event: LoopEvent) => void;
  readonly onProgress: (progress: RunProgress) => void;
}
