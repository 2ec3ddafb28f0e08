/** @file JSON files that a user names. */
import { readFileSync } from "node:fs";
import { EngramError, FieldError, InvalidValueError, StorageError, UnknownNameError } from "../../contract/errors.ts";

/** @param remedy What to name instead, or to do. @throws {StorageError} A file that cannot be read, or is no JSON: with the line where that shows. */
export function readJson(file: string, remedy: string): unknown {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
    const content: unknown = JSON.parse(text);
    if (isDeeper(content, DEEPEST)) throw new RangeError(`is nested more than ${DEEPEST} levels deep`);
    return content;
  } catch (error) {
    throw new StorageError(file, problemOf(error, text), remedy, { cause: error });
  }
}

/** Levels of brackets that a file may have: nothing of ours has a tenth of them. */
const DEEPEST = 200;

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" && value !== null && (levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1)));

function problemOf(error: unknown, text: string): string {
  if (error instanceof RangeError) return error.message;
  if (error instanceof SyntaxError) return `is no JSON, in line ${lineOf(error, text)}: ${error.message}`;
  return (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : "cannot be read";
}

/** The line that a complaint of `JSON.parse` is about, counted from 1; the last one where the text just ends. */
function lineOf({ message }: SyntaxError, text: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  return text.slice(0, position === undefined ? undefined : Number(position)).split("\n").length;
}

/**
 * What a user names: one that comes with Engram, or a JSON file of one's own. Nothing that comes with Engram has a dot in its name.
 * @throws {UnknownNameError} Neither. @throws {StorageError} As `readJson`. @throws {FieldError} What the parser complained of.
 */
export function namedOrRead<T>(kind: "suite" | "method", name: string, known: ReadonlyMap<string, T>, parse: (content: unknown) => T): T {
  const found = known.get(name);
  if (found !== undefined) return found;
  if (!name.includes(".")) throw new UnknownNameError(kind, name, [...known.keys()]);
  const content = readJson(name, `Name a ${kind}'s file that is whole, or one of \`engram ${kind}s\`.`);
  return about(name, () => parse(content));
}

/**
 * A JSON file that Engram wrote, checked.
 * @param remedy What to do about one that cannot be used, as nobody is to mend it by hand.
 * @throws {StorageError} As `readJson`. @throws {FieldError} What the check complained of.
 */
export function readChecked<T>(file: string, check: (content: unknown) => T, remedy: string): T {
  const content = readJson(file, remedy);
  try {
    return check(content);
  } catch (error) {
    throw located(error, file, { remedy });
  }
}

/** Says of a complaint which file it is about, and which field: the one that the complaint itself names, without its first word. @throws {FieldError} */
export function about<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw located(error, file);
  }
}

/**
 * The same complaint with its place; as it is if it names the file already, or is none of ours.
 * @param place The field that it is about, if not the one that it names itself; and what to do.
 */
export function located(error: unknown, file: string, { field, remedy = "" }: { readonly field?: string; readonly remedy?: string } = {}): unknown {
  const isLocated = error instanceof FieldError || (error instanceof StorageError && error.file === file);
  if (!(error instanceof EngramError) || isLocated) return error;
  const own = /^[^.]*\.(.+)$/s.exec(pathOf(error) ?? "")?.[1];
  return new FieldError(file, field ?? own ?? "content", `${error.message}${remedy && ` ${remedy}`}`, { cause: error });
}

/** The place that a complaint itself names. */
export const pathOf = (error: unknown): string | undefined =>
  error instanceof InvalidValueError || error instanceof UnknownNameError ? error.path : undefined;
