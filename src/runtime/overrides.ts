/** @file `--set a.b=c`: changes to a configuration from the command line. */
import { InvalidValueError } from "../contract/errors.ts";

type PlainObject = Record<string, unknown>;

const isPlainObject = (value: unknown): value is PlainObject => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A copy of the configuration with each `path=value` put in its place. A value is JSON where it can be read as such, else text.
 * @throws {InvalidValueError} An assignment that is not of that form, or a path through something that is not an object.
 */
export function withOverrides(config: Readonly<PlainObject>, assignments: readonly string[]): PlainObject {
  const result = structuredClone(config) as PlainObject;
  for (const assignment of assignments) {
    const match = /^([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)=(.*)$/s.exec(assignment);
    if (match === null) throw new InvalidValueError("--set", assignment, "`path=value`", "Such as --set gradientSteps=500");
    put(result, match[1]!.split("."), valueOf(match[2]!), assignment);
  }
  return result;
}

function put(config: PlainObject, path: readonly string[], value: unknown, assignment: string): void {
  let inner = config;
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(inner, key) ? inner[key] : {};
    if (!isPlainObject(next)) throw new InvalidValueError("--set", assignment, `a path through objects; \`${key}\` is not one`);
    define(inner, key, next);
    inner = next;
  }
  define(inner, path.at(-1)!, value);
}

/** Plain assignment would follow `__proto__`. */
const define = (object: PlainObject, key: string, value: unknown): void => {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
};

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
