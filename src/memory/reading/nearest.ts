/** @file Reading the nearest entry alone, as the floor does. */
import type { Recall } from "../../contract/memory.ts";

/** Puts all weight on the nearest entry, of equally near ones the oldest. */
export function takeNearest({ count, weights }: Recall): void {
  weights.fill(0, 0, count);
  if (count > 0) weights[0] = 1;
}
