/** @file One way from a schema's complaints to our errors: every configuration, file and message from outside passes here. */
import { InvalidValueError, UnknownNameError } from "./errors.ts";

/** What is asked of a schema (zod's fit): it checks without throwing and says what is wrong where. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The keys that a strict object does not know. */
  readonly keys?: readonly string[];
}

/** For a schema's options: a rule with an example, for whoever gives no object at all. @param rest What else may be given. */
export const anObjectSuchAs = (example: string, rest = "") => ({
  error: ({ code }: { readonly code?: string | undefined }): string | undefined =>
    code === "invalid_type" ? `an object such as ${example}${rest}` : undefined,
});

/**
 * The value with its defaults filled in.
 * @param name What the value is called in messages, such as `config`.
 * @throws {UnknownNameError} A key that a strict object does not know, with the nearest that it does; before all else, as other complaints may miss just that key.
 * @throws {InvalidValueError} A value that breaks its rule; the first of them, with how many more there are.
 */
export function validate<T>(schema: Schema<T>, value: unknown, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue, ...more] = result.error.issues;
  const stray = result.error.issues.find(({ code }) => code === "unrecognized_keys");
  if (stray?.keys !== undefined) {
    const [place, [key]] = [[name, ...stray.path.map(String)].join("."), stray.keys];
    throw new UnknownNameError(`key in \`${place}\`:`, key!, keysAt(schema as Schema<T> & Parts, stray.path), `${place}.${key}`);
  }
  const path = [name, ...issue!.path.map(String)].join(".");
  const rule = issue!.message
    .replace(/^(Invalid (input|option): expected|Too (small|big): expected \w+ to be)\s*/, "")
    .replace(/^Too (small|big): expected \w+ to have/, "of")
    .replace(/, received .*$/, "");
  const remedy = more.length > 0 ? `(${more.length} more: ${more.map((other) => [name, ...other.path.map(String)].join(".")).join(", ")})` : "";
  throw new InvalidValueError(path, at(value, issue!.path), rule, remedy);
}

/** What a schema may say of its parts (zod's fit). */
interface Parts {
  readonly shape?: Readonly<Record<PropertyKey, Parts>>;
  readonly element?: Parts;
  readonly valueType?: Parts;
  unwrap?(): Parts;
}

/** The keys of the object at a place; none where the schema does not tell, as in a union. */
function keysAt(schema: Parts | undefined, path: readonly PropertyKey[]): readonly string[] {
  const [key, ...deeper] = path;
  if (schema?.shape !== undefined) return key === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[key], deeper);
  const inner = schema?.element ?? schema?.valueType;
  if (inner !== undefined) return keysAt(inner, deeper);
  return schema?.unwrap === undefined ? [] : keysAt(schema.unwrap(), path);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Readonly<Record<PropertyKey, unknown>>)[key] : undefined),
    value,
  );
}
