/** @file What the command line is given to work with; loaded when a command needs it, so that help is instant. */
import type { AgentEntry } from "../contract/agent.ts";
import type { EnvironmentEntry } from "../contract/environment.ts";
import type { References } from "../continual/references.ts";
import type { Suite } from "../continual/suite.ts";
import type { Scenario } from "../continual/scenario.ts";

export interface Registries {
  environments(): Promise<ReadonlyMap<string, EnvironmentEntry>>;
  suites(): Promise<ReadonlyMap<string, Suite>>;
  /** What figures of the suites compare with, by the suite's name. */
  references(): Promise<ReadonlyMap<string, References>>;
  agents(): Promise<ReadonlyMap<string, AgentEntry>>;
  /** By name, each loaded when asked for. */
  readonly scenarios: ReadonlyMap<string, () => Promise<Scenario>>;
}
