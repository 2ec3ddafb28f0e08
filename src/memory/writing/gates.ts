/** @file Gates: an entry that tells nothing new is let go before any other rule sees it. Each costs one read, the exact scan of all keys. */
import { InvalidValueError } from "../../contract/errors.ts";
import { emptyRecall } from "../../contract/memory.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { attend, weightedSum } from "../reading/attention.ts";
import { distanceBetween } from "../value-distance.ts";
import { requireCount } from "./capacity.ts";
import { stateless, type WritingRule } from "./writing-rule.ts";

/**
 * Lets through what is farther than a threshold from everything remembered.
 * @param threshold In the metric's own units: squared for L2.
 */
export function noveltyGate(memory: EpisodicMemory, { threshold }: { readonly threshold: number }, inner: WritingRule): WritingRule {
  requireThreshold(threshold);
  const nearest = emptyRecall(1);
  return stateless((entry) => {
    const { count, distances } = memory.recall(entry.key, 1, nearest);
    return count === 1 && distances[0]! <= threshold ? undefined : inner.write(entry);
  }, inner);
}

/** How memory is asked what it would have said. */
export interface SurpriseOptions {
  /** The largest Euclidean distance between two values that surprises nobody. */
  readonly threshold: number;
  readonly neighbours: number;
  /** Of attention, as whoever acts reads. */
  readonly strength: number;
}

/**
 * Lets through what memory would not have said: entries whose value is farther than a threshold from the value that attention reads at their key.
 * @see Schmidhuber (1991) for learning from what was not expected; Schaul et al. (2016), "Prioritized experience replay", for errors as priorities.
 */
export function surpriseGate(memory: EpisodicMemory, { threshold, neighbours, strength }: SurpriseOptions, inner: WritingRule): WritingRule {
  requireThreshold(threshold);
  const recall = emptyRecall(requireCount("neighbours", neighbours));
  const said = new Float32Array(memory.shape.valueSize);
  return stateless((entry) => {
    if (memory.recall(entry.key, neighbours, recall).count > 0) {
      attend(recall, strength);
      weightedSum(memory.values, said.length, recall, said);
      if (distanceBetween(said, entry.value) <= threshold) return undefined;
    }
    return inner.write(entry);
  }, inner);
}

function requireThreshold(threshold: number): void {
  if (!(threshold >= 0)) throw new InvalidValueError("threshold", threshold, "a number from 0 up");
}
