/** @file Memory entries as Parquet, for pandas, DuckDB and their like: a row an entry, vectors as lists of float32. */
import { readFileSync } from "node:fs";
import { parquetMetadata, parquetReadObjects, type SchemaElement } from "hyparquet";
import { parquetWriteFile } from "hyparquet-writer";
import { StorageError } from "../contract/errors.ts";
import type { MemoryEntry, MemoryShape } from "../contract/memory.ts";
import { collectEntries, recordNames, type EntryCollection, type EntryRecord } from "./memory-entries.ts";

type Column = Pick<SchemaElement, "type" | "converted_type">;

/** How each part of an entry is stored. */
const columns: Readonly<Record<keyof MemoryEntry, Column | "vector">> = {
  id: { type: "INT64" },
  task: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  episode: { type: "INT32" },
  step: { type: "INT32" },
  kind: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  time: { type: "DOUBLE" },
  importance: { type: "DOUBLE" },
  encoder: { type: "INT32" },
  pinned: { type: "BOOLEAN" },
  reads: { type: "DOUBLE" },
  lastRead: { type: "DOUBLE" },
  key: "vector",
  value: "vector",
  observation: "vector",
};

const schema: SchemaElement[] = [
  { name: "entry", num_children: recordNames.length },
  ...recordNames.flatMap((name): SchemaElement[] => {
    const column = columns[name];
    if (column !== "vector") return [{ name, repetition_type: "REQUIRED", ...column }];
    return [
      { name, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", repetition_type: "REQUIRED", type: "FLOAT" },
    ];
  }),
];

/** Writes a file whole; whoever calls decides what becomes of one that was there. */
export function writeMemoryParquet(file: string, entries: readonly MemoryEntry[]): void {
  parquetWriteFile({
    filename: file,
    schema,
    // Dictionaries would take −0 for 0.
    columnData: recordNames.map((name) => ({ name, encoding: "PLAIN", data: entries.map((entry) => stored(entry[name], name)) })),
    kvMetadata: [{ key: "engram-memory", value: "1" }],
  });
}

function stored(value: MemoryEntry[keyof MemoryEntry], name: keyof MemoryEntry): unknown {
  if (value instanceof Float32Array) return Array.from(value);
  return name === "id" ? BigInt(value) : value;
}

/** @throws {StorageError} A file that is not Parquet or is damaged, or a row that is no entry; the message names it. */
export async function readMemoryParquet(file: string, shape?: MemoryShape): Promise<EntryCollection> {
  return collectEntries(file, await guarded(file, () => recordsOf(readFileSync(file))), shape);
}

/** One column of one row group after another: of several that are damaged, the library would report one and leave the others to nobody. */
async function recordsOf(bytes: Buffer): Promise<EntryRecord[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(file);
  // A row has an id of its own, so a file with more rows than bytes is damaged, and would fill all memory.
  if (metadata.num_rows > file.byteLength) throw new Error("it says that it has more rows than bytes");
  const names = recordNames.filter((name) => schemaHas(metadata.schema, name));
  const rows: Record<string, unknown>[] = Array.from({ length: Number(metadata.num_rows) }, () => ({}));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop -- see above
      const column = await parquetReadObjects({ file, metadata, columns: [name], rowStart, rowEnd });
      column.forEach((row, i) => {
        const into = rows[rowStart + i];
        if (into !== undefined) into[name] = plain(row[name]);
      });
    }
    rowStart = rowEnd;
  }
  return rows.map((value, i) => ({ place: `row ${i + 1}`, value }));
}

const schemaHas = (elements: readonly SchemaElement[], name: string): boolean => elements.some((element) => element.name === name);

/** Whole numbers of 64 bits as numbers, typed arrays as arrays, and nothing where there is nothing. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : (value ?? undefined);
}

async function guarded<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    throw new StorageError(
      file,
      `cannot be read as Parquet (${problem})`,
      "Nothing was imported. Name a file that `engram memory export` wrote, or one without compression or with Snappy's.",
      {
        cause: error,
      },
    );
  }
}
