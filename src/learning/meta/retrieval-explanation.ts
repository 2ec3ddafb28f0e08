/**
 * @file A retrieval policy's decision, taken apart: what it recalled, and the actions it gives when it acts again without each entry, without memory, and
 * with every value exchanged. Nothing is approximated, such as by gradients.
 */
import type { Counterfactual, Explanation, ExplanationContext } from "../../contract/explanation.ts";
import { emptyRecall, type Recall } from "../../contract/memory.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { provenanceOf } from "../../memory/provenance.ts";
import { distanceBetween } from "../../memory/value-distance.ts";
import type { RetrievalReader } from "./retrieval-reader.ts";

export interface ExplanationOptions {
  readonly reader: RetrievalReader;
  readonly memory: EpisodicMemory;
  /** Entries recalled at a decision. */
  readonly neighbours: number;
  /** On the clock of the entries' times. */
  readonly now: number;
}

/** Neither the reader's own recall nor memory changes. */
export function explainRetrieval(
  { reader, memory, neighbours, now }: ExplanationOptions,
  observation: Float32Array,
  { task, filter }: ExplanationContext,
): Explanation {
  const answer = (recall: Recall, shuffled = false): Float32Array => {
    const action = new Float32Array(memory.shape.valueSize);
    reader.answer(observation, task, recall, action, shuffled);
    return action;
  };
  // Search is exact: without an entry, recall finds the others it found and the next nearest. One more than are read serves every entry.
  const found = emptyRecall(neighbours + 1);
  reader.find(observation, task, found, filter);
  const recall = without(found, neighbours);
  const action = answer(recall);
  const instead = (other: Float32Array): Counterfactual => ({ action: other, moved: distanceBetween(action, other) });
  return {
    action,
    recall: provenanceOf(recall, now, (id) => memory.entry(id)),
    withoutEntry: Array.from({ length: recall.count }, (_, i) => instead(answer(without(found, i)))),
    withoutMemory: instead(answer(emptyRecall(0))),
    shuffled: instead(answer(recall, true)),
  };
}

/** A copy without the entry at a place; without the last one where there is none. */
function without(found: Recall, place: number): Recall {
  const keep = Array.from({ length: found.count }, (_, i) => i).filter((i) => i !== place);
  const recall = emptyRecall(keep.length);
  recall.count = keep.length;
  keep.forEach((from, i) => {
    recall.ids[i] = found.ids[from]!;
    recall.rows[i] = found.rows[from]!;
    recall.distances[i] = found.distances[from]!;
  });
  return recall;
}
