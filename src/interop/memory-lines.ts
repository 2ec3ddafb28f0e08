/** @file Memory entries as JSON lines: one entry a line, readable by anything. Numbers are as short as they can be and still return bit for bit. */
import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { StorageError } from "../contract/errors.ts";
import type { MemoryEntry, MemoryShape } from "../contract/memory.ts";
import { collectEntries, recordNames, type EntryCollection, type EntryRecord } from "./memory-entries.ts";

const CHUNK = 1 << 20;
/** Longer lines are no entries of ours. */
const LONGEST_LINE = 1 << 26;

/** One line, with its end. */
export function memoryLine(entry: MemoryEntry): string {
  return `{${recordNames.map((name) => `${JSON.stringify(name)}:${written(entry[name])}`).join(",")}}\n`;
}

function written(value: MemoryEntry[keyof MemoryEntry]): string {
  if (value instanceof Float32Array) return `[${Array.from(value, shortest).join(",")}]`;
  return typeof value === "number" ? number(value) : JSON.stringify(value);
}

/** JSON itself would drop the sign of −0. */
const number = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** The fewest digits, of at most nine, that round to the same float32. */
function shortest(value: number): string {
  if (value === 0) return number(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return number(short);
  }
  return number(Number(value.toPrecision(9)));
}

/** @throws {StorageError} A file that cannot be read, or a line that is no entry; the message names it. */
export async function readMemoryLines(file: string, shape?: MemoryShape): Promise<EntryCollection> {
  return collectEntries(file, records(file), shape);
}

function* records(file: string): Generator<EntryRecord> {
  let count = 0;
  for (const line of linesOf(file)) {
    const place = `line ${++count}`;
    if (line.trim() === "") continue;
    yield { place, value: parsed(file, place, line) };
  }
}

function parsed(file: string, place: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    throw new StorageError(file, `${place} is not JSON (${problem})`, "Nothing was imported. Name a file of JSON lines, one entry a line.", {
      cause: error,
    });
  }
}

function* linesOf(file: string): Generator<string> {
  const handle = openSync(file, "r");
  try {
    const decoder = new StringDecoder("utf8");
    const chunk = Buffer.alloc(CHUNK);
    let rest = "";
    for (let length = readSync(handle, chunk); length > 0; length = readSync(handle, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, length))).split("\n");
      rest = lines.pop()!;
      if (rest.length > LONGEST_LINE) throw new StorageError(file, "is not a file of JSON lines: a line has no end", "Name another file.");
      yield* lines;
    }
    rest += decoder.end();
    if (rest !== "") yield rest;
  } finally {
    closeSync(handle);
  }
}
