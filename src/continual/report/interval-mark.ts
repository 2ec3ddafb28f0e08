/** @file An estimate as a stroke with its interval on a track, small enough for a table's cell. */
import type { Estimate } from "../../numerics/statistics.ts";
import { withInterval } from "../format.ts";
import { markup, type Markup } from "./markup.ts";

const WIDTH = 124;
const HEIGHT = 16;
const INSET = 5;

/** @param from The track's left end: 0, or −1 where a figure can be negative; its right end is 1. */
export function intervalMark(estimate: Estimate, from: 0 | -1): Markup {
  const across = (value: number): number => INSET + ((value - from) / (1 - from)) * (WIDTH - 2 * INSET);
  const { mean, low, high } = estimate;
  const y = HEIGHT / 2;
  return markup`<svg role="img" aria-label="${withInterval(estimate)}" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><line class="grid" x1="${INSET}" x2="${WIDTH - INSET}" y1="${y}" y2="${y}"/><line x1="${across(0)}" x2="${across(0)}" y1="3" y2="${HEIGHT - 3}" stroke="var(--soft)"/><rect x="${across(low)}" y="5" width="${Math.max(2, across(high) - across(low))}" height="6" rx="3" fill="var(--own)" fill-opacity="0.4"/><rect x="${across(mean) - 1.5}" y="2" width="3" height="12" rx="1.5" fill="var(--own)"/></svg>`;
}
