/** @file The registry of consolidation strategies. Adding one is adding a file and a line here. */
import { UnknownNameError } from "../../contract/errors.ts";
import { validate } from "../../contract/validate.ts";
import { aGem } from "./a-gem.ts";
import { clonex } from "./clonex.ts";
import { continualBackprop } from "./continual-backprop.ts";
import { derPlusPlus } from "./der-plus-plus.ts";
import { ewc } from "./ewc.ts";
import { fromScratch } from "./from-scratch.ts";
import { l2 } from "./l2.ts";
import { lwf } from "./lwf.ts";
import { mas } from "./mas.ts";
import { mbpa } from "./mbpa.ts";
import { none } from "./none.ts";
import { onlineEwc } from "./online-ewc.ts";
import { packnet } from "./packnet.ts";
import { perfectMemory } from "./perfect-memory.ts";
import { progressive } from "./progressive.ts";
import { replay } from "./replay.ts";
import { rwalk } from "./rwalk.ts";
import { shrinkAndPerturb } from "./shrink-and-perturb.ts";
import { si } from "./si.ts";
import { vcl } from "./vcl.ts";
import { weightedLocalAdaptation } from "./weighted-local-adaptation.ts";
import type { Consolidation, ConsolidationStrategy, Learner } from "./strategy.ts";

export const strategies: ReadonlyMap<string, ConsolidationStrategy> = new Map(
  [
    none,
    fromScratch,
    replay,
    perfectMemory,
    derPlusPlus,
    aGem,
    clonex,
    mbpa,
    weightedLocalAdaptation,
    lwf,
    l2,
    ewc,
    onlineEwc,
    si,
    mas,
    rwalk,
    vcl,
    packnet,
    progressive,
    shrinkAndPerturb,
    continualBackprop,
  ].map((strategy) => [strategy.name, strategy]),
);

/** @throws {UnknownNameError} */
export function strategyNamed(name: string): ConsolidationStrategy {
  const strategy = strategies.get(name);
  if (strategy === undefined) throw new UnknownNameError("consolidation strategy", name, [...strategies.keys()]);
  return strategy;
}

/** The default settings of a strategy; none of one that does not exist. */
export const defaultsOf = (name: string): Readonly<Record<string, unknown>> => strategies.get(name)?.options.parse({}) ?? {};

/**
 * Puts a strategy to work with the given settings, defaults filled in.
 * @param path What the settings are called in messages. @throws {UnknownNameError} @throws {InvalidValueError} A setting that breaks its rule.
 */
export function makeConsolidation(name: string, options: Readonly<Record<string, unknown>>, learner: Learner, path: string): Consolidation {
  const strategy = strategyNamed(name);
  return strategy.make(learner, validate(strategy.options, options, path));
}
