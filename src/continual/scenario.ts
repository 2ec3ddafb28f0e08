/** @file A scenario: a configuration and a short program over a run. */
import { InvalidValueError } from "../contract/errors.ts";
import { validate } from "../contract/validate.ts";
import { continualConfig, type ContinualConfig, type ContinualConfigInput } from "./config.ts";
import type { ContinualRun } from "./continual-run.ts";

export interface Scenario {
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly config: ContinualConfig;
  main(run: ContinualRun): Promise<void>;
}

/** A scenario as its author writes it. */
export interface ScenarioOptions extends Omit<Scenario, "config"> {
  readonly config: ContinualConfigInput;
}

/**
 * Checks a scenario and fills in its configuration's defaults.
 * @throws {InvalidValueError} A name that is not kebab-case, or a configuration value that breaks its rule.
 * @throws {UnknownNameError} A key that the configuration does not know.
 */
export function defineScenario({ name, summary, config, main }: ScenarioOptions): Scenario {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw new InvalidValueError("scenario.name", name, "kebab-case, such as `two-skills`");
  return { name, summary, config: parseConfig(config), main };
}

/** The configuration with its defaults filled in. */
export const parseConfig = (value: unknown): ContinualConfig => validate(continualConfig, value, "config");
