/** @file Finds a world by its id, and wraps it as the id's options say: `tabletop/push@1?hide=goal&limit=200`. */
import type { Environment, EnvironmentEntry } from "../contract/environment.ts";
import { InvalidValueError, UnknownNameError } from "../contract/errors.ts";
import { driftKinds, DriftWrapper, type Drift } from "./wrappers/drift.ts";
import { FrameStackWrapper } from "./wrappers/frame-stack.ts";
import { HideWrapper } from "./wrappers/hide.ts";
import { NormalizeObservationWrapper, NormalizeRewardWrapper } from "./wrappers/normalize.ts";
import { SettingsWrapper } from "./wrappers/settings.ts";
import { TimeLimitWrapper } from "./wrappers/time-limit.ts";
import { wrapped, type Wrapper } from "./wrappers/wrapper.ts";

/** Each option with the wrapper it stands for. Any other name is a setting of the world. */
const wrappers: Readonly<Record<string, (environment: Environment, value: string) => Wrapper>> = {
  hide: (environment, value) => new HideWrapper(environment, value.split(",")),
  limit: (environment, value) => new TimeLimitWrapper(environment, numberOf("limit", value)),
  stack: (environment, value) => new FrameStackWrapper(environment, numberOf("stack", value)),
  drift: (environment, value) => new DriftWrapper(environment, driftOf(value)),
  normalize(environment, value) {
    if (value === "observation") return new NormalizeObservationWrapper(environment);
    if (value === "reward") return new NormalizeRewardWrapper(environment);
    throw new UnknownNameError("thing to normalize:", value, ["observation", "reward"]);
  },
};

/**
 * The world of an id, wrapped from left to right.
 * @throws {UnknownNameError} An id that is not registered, or an option that is neither a wrapper nor a setting of the world.
 * @throws {InvalidValueError} An option whose value breaks its rule.
 */
export function findEnvironment(id: string, environments: ReadonlyMap<string, EnvironmentEntry>): EnvironmentEntry {
  const registered = environments.get(id);
  if (registered !== undefined) return registered;
  const [base = "", ...options] = id.split(/[?&]/);
  const entry = environments.get(base);
  if (entry === undefined) throw new UnknownNameError("environment", base, [...environments.keys()]);
  return withOptions(entry, options);
}

/**
 * A world wrapped by options as they stand in an id, such as `hide=goal`; from left to right.
 * @throws {UnknownNameError} @throws {InvalidValueError} As `findEnvironment`.
 */
export const withOptions = (entry: EnvironmentEntry, options: readonly string[]): EnvironmentEntry =>
  options.reduce((inner, option) => withOption(inner, option), entry);

function withOption(entry: EnvironmentEntry, option: string): EnvironmentEntry {
  const [name, value] = split(option, "=");
  if (value === undefined) throw new InvalidValueError("environment", option, "an option as `name=value`");
  const wrap = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (wrap !== undefined) {
    const text = decoded(value);
    return wrapped(entry, (environment) => wrap(environment, text));
  }
  const names = entry.spec.settings.map((setting) => setting.name);
  const setting = decoded(name);
  if (!names.includes(setting)) throw new UnknownNameError(`option of ${entry.spec.id}:`, setting, [...Object.keys(wrappers), ...names]);
  return wrapped(entry, (environment) => new SettingsWrapper(environment, { [setting]: numberOf(setting, value) }));
}

/** A text before and after the first of a character. */
function split(text: string, at: string): readonly [string, string?] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidValueError("environment", text, "an option whose every % has two hexadecimal digits after it", "Write % as %25.");
  }
}

function numberOf(name: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidValueError(name, text, "a number");
  return value;
}

/** `gravity:gradual:1,0.15:200` */
function driftOf(text: string): Drift {
  const [setting = "", kindText = "", values = "", episodes = "", ...more] = text.split(":");
  const kind = driftKinds.find((each) => each === kindText);
  if (more.length > 0 || episodes === "") {
    throw new InvalidValueError(
      "drift",
      text,
      "`setting:kind:value,value,…:episodes`",
      `Kinds: ${driftKinds.join(", ")}. For example \`gravity:gradual:1,0.15:200\`.`,
    );
  }
  if (kind === undefined) throw new UnknownNameError("kind of drift:", kindText, driftKinds);
  return { setting, kind, values: values.split(",").map((value) => numberOf("drift", value)), episodes: numberOf("drift", episodes) };
}
