/** @file What figures of our suites compare with: success while each task is learned alone, from scratch, and after all were learned jointly. */
import type { References } from "../src/continual/references.ts";

export const references: ReadonlyMap<string, References> = new Map();
