/** @file What a run says of itself in its `meta.json`, read back. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";

/** What a schema asks for of a run's `meta.json`; undefined where the file is missing, damaged, or does not say it. */
export function metaOf<T>(folder: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(join(folder, "meta.json"), "utf8"))).data;
  } catch {
    return undefined;
  }
}
