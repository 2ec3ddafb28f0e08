/** @file What figures of our suites compare with: success while each task is learned from scratch, and after all were learned jointly (docs/results). */
import type { References } from "../../src/continual/references.ts";
import { expanded } from "./compact.ts";
import { cw10 } from "./cw10.ts";

export const references: ReadonlyMap<string, References> = new Map([cw10].map((each) => [each.suite, expanded(each)]));
