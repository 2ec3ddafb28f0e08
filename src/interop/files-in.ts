/** @file The files of a folder or a ZIP archive, by path and contents: how data sets are read as people download them. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { StorageError } from "../contract/errors.ts";

export interface FileInside {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * @param ending Only files whose name ends so, such as `.png`.
 * @throws {StorageError} Neither a folder nor a ZIP archive, or one that cannot be read.
 */
export function* filesIn(place: string, ending = ""): Generator<FileInside> {
  try {
    if (statSync(place).isDirectory()) {
      for (const path of readdirSync(place, { recursive: true, encoding: "utf8" }).toSorted()) {
        if (path.endsWith(ending) && statSync(join(place, path)).isFile()) yield { path, bytes: readFileSync(join(place, path)) };
      }
      return;
    }
    const files = unzipSync(readFileSync(place), { filter: ({ name }) => name.endsWith(ending) && !name.endsWith("/") });
    for (const [path, bytes] of Object.entries(files)) yield { path, bytes };
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw new StorageError(place, `cannot be read: ${problem}`, "Name a folder, or a ZIP archive as it was downloaded.", { cause: error });
  }
}
