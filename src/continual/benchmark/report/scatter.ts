/** @file Named dots over a logarithmic axis of costs, with the line of those that no other beats in both. */
import type { Estimate } from "../../../numerics/statistics.ts";
import { percent } from "../../format.ts";
import { markup, type Markup, type Part } from "../../report/markup.ts";
import { written } from "../table.ts";

export interface Dot {
  readonly name: string;
  readonly className: string;
  /** A cost, 0 or more. */
  readonly x: number;
  /** A share; an interval of NaN is not drawn. */
  readonly y: Estimate;
}

export interface ScatterOptions {
  readonly label: string;
  /** What the horizontal axis is. */
  readonly x: string;
  readonly dots: readonly Dot[];
}

/** Two stand side by side. */
const WIDTH = 570;
const LOWEST_HEIGHT = 330;
const MARGIN = { left: 46, top: 14, bottom: 44 };
/** Costs of 0 have a place of their own left of the scale. */
const ZERO = 34;
/** Between the names of two dots, and from the plot to the names [px]. */
const LINE = 14;
const TO_NAMES = 26;
/** Width of a letter, about [px]. */
const LETTER = 6.2;

export function scatter({ label, x, dots }: ScatterOptions): Markup {
  const height = Math.max(LOWEST_HEIGHT, dots.length * LINE + MARGIN.top + MARGIN.bottom);
  const bottom = height - MARGIN.bottom;
  const right = WIDTH - TO_NAMES - Math.max(0, ...dots.map(({ name }) => name.length)) * LETTER;
  const up = (share: number): number => bottom - share * (bottom - MARGIN.top);
  const across = scaleOf(dots, right);
  const rows = [0, 0.25, 0.5, 0.75, 1].map(
    (at) =>
      markup`<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${up(at)}" y2="${up(at)}"/><text class="faint small" x="${MARGIN.left - 7}" y="${up(at) + 4}" text-anchor="end">${percent(at)}</text>`,
  );
  const feet = across.ticks.map(
    ({ at, text }) =>
      markup`<line class="grid" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${bottom}"/><text class="faint small" x="${at}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
  );
  const front = paretoFront(dots);
  const corners = front.map((dot) => `${across.place(dot.x).toFixed(1)},${up(dot.y.mean).toFixed(1)}`);
  const line =
    front.length > 1
      ? markup`<polyline points="${corners.join(" ")}" fill="none" stroke="var(--soft)" stroke-width="1.5" stroke-dasharray="5 4"/>`
      : undefined;
  const places = dots.map((dot) => ({ x: across.place(dot.x), y: up(dot.y.mean) }));
  const heights = spread(places, bottom);
  const names = dots.map((dot, i) => nameBeside(dot, { ...places[i]!, right, nameAt: heights[i]!, isAhead: front.includes(dot) }));
  const marks = dots.map((dot, i) => mark(dot, places[i]!.x, up));
  const foot = markup`<text class="faint small" x="${(MARGIN.left + right) / 2}" y="${height - 8}" text-anchor="middle">${x}</text>`;
  return markup`<svg role="img" aria-label="${label}" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">${rows}${feet}${foot}${names}${line}${marks}</svg>`;
}

function mark({ name, className, x: cost, y }: Dot, x: number, up: (share: number) => number): Markup {
  const bar: Part = Number.isNaN(y.low)
    ? undefined
    : markup`<line x1="${x}" x2="${x}" y1="${up(y.low)}" y2="${up(y.high)}" stroke="var(--own)" stroke-width="2" stroke-opacity="0.5"/>`;
  const title = `${name}: ${written(y)} at ${Math.round(cost)}`;
  return markup`<g class="${className}">${bar}<circle cx="${x}" cy="${up(y.mean)}" r="5" fill="var(--own)" stroke="var(--card)" stroke-width="1.5"><title>${title}</title></circle></g>`;
}

interface NamePlace {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly nameAt: number;
  readonly isAhead: boolean;
}

/** In the margin, with a line from its dot. */
function nameBeside({ name, className }: Dot, { x, y, right, nameAt, isAhead }: NamePlace): Markup {
  const text = markup`<text class="small" x="${right + TO_NAMES - 8}" y="${nameAt + 4}"${isAhead ? markup` font-weight="600"` : undefined}>${name}</text>`;
  return markup`<g class="${className}"><path d="M${x} ${y}L${right + 6} ${nameAt}h8" fill="none" stroke="var(--own)" stroke-opacity="0.45"/>${text}</g>`;
}

/** Those that no other beats: cheaper at least as good, or better at the same cost. By cost. */
export function paretoFront(dots: readonly Dot[]): readonly Dot[] {
  const beats = (one: Dot, other: Dot): boolean => one.x <= other.x && one.y.mean >= other.y.mean && (one.x < other.x || one.y.mean > other.y.mean);
  return dots.filter((dot) => !dots.some((other) => beats(other, dot))).toSorted((a, b) => a.x - b.x);
}

interface Scale {
  place(cost: number): number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** Ones, twos and fives times powers of ten around the costs above 0; of more than two decades, powers alone. */
function scaleOf(dots: readonly Dot[], right: number): Scale {
  const costs = dots.map(({ x }) => x).filter((cost) => cost > 0);
  const hasZero = costs.length < dots.length;
  const left = MARGIN.left + (hasZero ? ZERO : 0);
  const [lowest, highest] = costs.length === 0 ? [1, 10] : [Math.min(...costs), Math.max(...costs)];
  const isWide = highest / lowest > 100;
  const round = Array.from({ length: 40 }, (_, k) => k - 10).flatMap((power) => (isWide ? [1] : [1, 2, 5]).map((one) => ({ one, power })));
  const from = Math.max(
    0,
    round.findLastIndex((each) => costOf(each) <= lowest),
  );
  const to = Math.max(from + 1, round.findIndex((each) => costOf(each) >= highest)); // prettier-ignore
  const [first, last] = [Math.log10(costOf(round[from]!)), Math.log10(costOf(round[to]!))];
  const place = (cost: number): number => (cost > 0 ? left + ((Math.log10(cost) - first) / (last - first)) * (right - left) : MARGIN.left + ZERO / 4);
  const ticks = round.slice(from, to + 1).map((each) => ({ at: place(costOf(each)), text: costText(each) }));
  return { place, ticks: hasZero ? [{ at: place(0), text: "0" }, ...ticks] : ticks };
}

interface RoundCost {
  readonly one: number;
  readonly power: number;
}

const costOf = ({ one, power }: RoundCost): number => one * 10 ** power;

const units: readonly string[] = ["", "k", "M", "G", "T"];

/** Such as `20k`; what has no such name is written out. */
function costText({ one, power }: RoundCost): string {
  const unit = units[Math.floor(power / 3)];
  return power < 0 || unit === undefined ? String(Number(`${one}e${power}`)) : `${one * 10 ** (power % 3)}${unit}`;
}

/**
 * Heights of the names of dots, in their order from the top and apart. Of dots as high as each other the rightmost is first, so that no line crosses another.
 * @param bottom No name is lower, unless there are too many.
 */
function spread(places: readonly { readonly x: number; readonly y: number }[], bottom: number): readonly number[] {
  const order = places.map((_, i) => i).toSorted((a, b) => places[a]!.y - places[b]!.y || places[b]!.x - places[a]!.x);
  const heights = places.map(({ y }) => y);
  for (const [k, i] of order.entries()) if (k > 0) heights[i] = Math.max(heights[i]!, heights[order[k - 1]!]! + LINE);
  for (const [k, i] of order.toReversed().entries()) heights[i] = Math.min(heights[i]!, bottom - k * LINE);
  return heights;
}
