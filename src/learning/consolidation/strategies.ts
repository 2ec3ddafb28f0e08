/** @file The registry of consolidation strategies. Adding one is adding a file and a line here. */
import { UnknownNameError } from "../../contract/errors.ts";
import { l2 } from "./l2.ts";
import { none } from "./none.ts";
import { rehearsal } from "./rehearsal.ts";
import type { ConsolidationStrategy } from "./strategy.ts";

export const strategies: ReadonlyMap<string, ConsolidationStrategy> = new Map([none, rehearsal, l2].map((strategy) => [strategy.name, strategy]));

/** @throws {UnknownNameError} */
export function strategyNamed(name: string): ConsolidationStrategy {
  const strategy = strategies.get(name);
  if (strategy === undefined) throw new UnknownNameError("consolidation strategy", name, [...strategies.keys()]);
  return strategy;
}
