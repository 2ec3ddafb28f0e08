/** @file The catalogue of errors. Each class carries its facts as readonly fields; a message says what, got, expected and what to do. */

/** Every error that Engram throws on purpose. Anything else that escapes is a defect. */
export abstract class EngramError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A value from outside (argument, configuration, file, socket) breaks the rule at its place. */
export class InvalidValueError extends EngramError {
  readonly code = "invalid-value";
  readonly path: string;
  readonly got: unknown;
  readonly rule: string;

  constructor(path: string, got: unknown, rule: string, remedy = "") {
    super(`Expected \`${path}\` to be ${rule}, got ${describe(got)}.${remedy && ` ${remedy}`}`);
    this.path = path;
    this.got = got;
    this.rule = rule;
  }
}

/** A name that is not in its registry; the message offers the nearest names that are. */
export class UnknownNameError extends EngramError {
  readonly code = "unknown-name";
  readonly kind: string;
  readonly got: string;
  readonly nearest: readonly string[];
  /** Where the name stands, if it is a key of something from outside. */
  readonly path: string | undefined;

  constructor(kind: string, got: string, known: readonly string[], path?: string) {
    const nearest = nearestNames(got, known);
    const all = known.length > 0 ? ` Known: ${listOf([...known].toSorted())}.` : "";
    super(`Unknown ${kind} \`${got}\`.${nearest.length > 0 ? ` Did you mean ${listOf(nearest)}?` : all}`);
    this.kind = kind;
    this.got = got;
    this.nearest = nearest;
    this.path = path;
  }
}

/** A call that is not allowed in the object's present state, such as a step after an episode's end. */
export class OrderError extends EngramError {
  readonly code = "order";
}

/** A file or database that Engram cannot use: foreign, damaged, newer than this version, or in use. */
export class StorageError extends EngramError {
  readonly code = "storage";
  readonly file: string;

  constructor(file: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${file}: ${problem}. ${remedy}`, options);
    this.file = file;
  }
}

/** A field of a file that cannot be used as asked: the file is sound, what it says is not, or not here. */
export class FieldError extends EngramError {
  readonly code = "field";
  readonly file: string;
  readonly field: string;

  /** @param problem A sentence or more: what was got, what was expected, what to do. */
  constructor(file: string, field: string, problem: string, options?: ErrorOptions) {
    super(`${file}, \`${field}\`: ${problem}`, options);
    this.file = file;
    this.field = field;
  }
}

/** A world at the other end of a socket that is not there, has gone, or speaks another language. */
export class ConnectionError extends EngramError {
  readonly code = "connection";
  readonly url: string;

  constructor(url: string, problem: string) {
    super(`${url}: ${problem}. Start what serves it (\`engram serve-env\`, or \`engram_gym.serve\` in Python), and check the port.`);
    this.url = url;
  }
}

/** A world at the other end of a socket that is there, and could not do what it was asked: what it says was wrong. */
export class RemoteError extends EngramError {
  readonly code = "remote";
  readonly url: string;

  constructor(url: string, said: string) {
    super(`${url} answers: ${said}`);
    this.url = url;
  }
}

/** A snapshot that does not fit the object it is restored into. */
export class SnapshotError extends EngramError {
  readonly code = "snapshot";
}

/** Arrays whose shapes do not fit an operation. */
export class ShapeError extends EngramError {
  readonly code = "shape";
  readonly operation: string;
  readonly shapes: Readonly<Record<string, readonly number[]>>;

  /** @param shapes What was got, by the names that the rule uses. */
  constructor(operation: string, shapes: Readonly<Record<string, readonly number[]>>, rule: string) {
    const got = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(", ")}]`);
    super(`${operation}: expected ${rule}, got ${got.join(" and ")}.`);
    this.operation = operation;
    this.shapes = shapes;
  }
}

/** A numerical failure: a loss, gradient or state that is not finite. */
export class NumericalError extends EngramError {
  readonly code = "numerical";
}

/** What a learner was doing when its loss or gradient stopped being finite. Nothing was changed by the step that failed. */
export interface Divergence {
  /** Steps taken before it. */
  readonly stepsBefore: number;
  /** The entries of memory that it learned from, by what they were used as. */
  readonly batch: Readonly<Record<string, readonly number[]>>;
  readonly agent?: string;
  readonly task?: string;
  readonly seed?: number;
}

/** Learning that went off to infinity, or met a number that is none. */
export class DivergenceError extends EngramError {
  readonly code = "divergence";
  readonly divergence: Divergence;

  constructor(divergence: Divergence, cause: NumericalError) {
    const { agent, task, seed, stepsBefore } = divergence;
    const who = agent === undefined ? "" : `${agent}, learning ${String(task)} with seed ${String(seed)}, `;
    super(`${who}stopped after ${stepsBefore} gradient steps. ${cause.message}`, { cause });
    this.divergence = divergence;
  }

  /** The same, with what those further up know. */
  during(context: Pick<Divergence, "agent" | "task" | "seed">): DivergenceError {
    return new DivergenceError({ ...this.divergence, ...context }, this.cause as NumericalError);
  }
}

/** How a value looks in a message: short, typed, never a whole array. */
export function describe(value: unknown): string {
  if (typeof value === "string") return `"${value.length > 60 ? `${value.slice(0, 57)}…` : value}" (string)`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return `\`${value}\` (${typeof value})`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const length = Array.isArray(value) ? value.length : (value as Float32Array).length;
    return `${value.constructor.name} of length ${length}`;
  }
  return typeof value === "object" ? `an object with keys ${listOf(Object.keys(value).slice(0, 6)) || "(none)"}` : typeof value;
}

/** The known names within a third of the given name's length in edits, or that contain it; nearest first, short before long, at most three. */
export function nearestNames(got: string, known: readonly string[]): string[] {
  if (got === "") return [];
  const reach = Math.max(2, Math.floor(got.length / 3));
  return known
    .map((name) => ({ name, distance: name.includes(got) && got.length > 1 ? 0 : editDistance(got, name) }))
    .filter(({ distance }) => distance <= reach)
    .toSorted((a, b) => a.distance - b.distance || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Levenshtein distance, by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

const listOf = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
