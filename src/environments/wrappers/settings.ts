/** @file A world with other nominal settings: gravity, friction, masses, whatever it offers. A task may still ask for others. */
import type { Environment, EnvironmentSpec, ResetOptions, Setting } from "../../contract/environment.ts";
import { asTaskId } from "../../contract/task.ts";
import { checkSettings } from "../simulated-environment.ts";
import { renamed, Wrapper } from "./wrapper.ts";

export type Settings = Readonly<Record<string, number>>;

export class SettingsWrapper extends Wrapper {
  readonly #settings: Settings;

  /** @throws {UnknownNameError} A setting that the world has not. @throws {InvalidValueError} One outside its bounds. */
  constructor(inner: Environment, settings: Settings) {
    checkSettings(inner.spec, settings);
    super(inner, settledSpec(inner.spec, settings));
    this.#settings = settings;
  }

  protected override began(options: ResetOptions): ResetOptions {
    return withSettings(options, this.#settings, this.inner);
  }
}

/** A reset under settings, except where its task says otherwise. */
export function withSettings(options: ResetOptions, settings: Settings, { spec }: Environment): ResetOptions {
  const task = options.task ?? { id: asTaskId(""), environment: spec.id };
  return { ...options, task: { ...task, settings: { ...settings, ...task.settings } } };
}

const settledSpec = (spec: EnvironmentSpec, settings: Settings): EnvironmentSpec => ({
  ...renamed(
    spec,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join("&"),
  ),
  settings: spec.settings.map((setting) => settled(setting, settings[setting.name])),
});

const settled = (setting: Setting, nominal = setting.nominal): Setting => ({ ...setting, nominal });
