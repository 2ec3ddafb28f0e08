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

/**
 * The value with its defaults filled in.
 * @param name What the value is called in messages, such as `config`.
 * @param known The keys a strict object knows, so that a misspelt one can be answered with the nearest.
 * @throws {UnknownNameError} An unknown key. @throws {InvalidValueError} A value that breaks its rule; the first of them, with how many more there are.
 */
export function validate<T>(schema: Schema<T>, value: unknown, name: string, known: readonly string[] = []): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue, ...more] = result.error.issues;
  const path = [name, ...issue!.path.map(String)].join(".");
  if (issue!.code === "unrecognized_keys" && issue!.keys !== undefined) {
    throw new UnknownNameError(`key in \`${path}\`:`, issue!.keys[0]!, issue!.path.length === 0 ? known : []);
  }
  const rule = issue!.message.replace(/^(Invalid (input|option): expected|Too (small|big): expected \w+ to be)\s*/, "").replace(/, received .*$/, "");
  const remedy = more.length > 0 ? `(${more.length} more: ${more.map((other) => [name, ...other.path.map(String)].join(".")).join(", ")})` : "";
  throw new InvalidValueError(path, at(value, issue!.path), rule, remedy);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Readonly<Record<PropertyKey, unknown>>)[key] : undefined),
    value,
  );
}
