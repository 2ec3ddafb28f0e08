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

const WIDTH = 490;
const HEIGHT = 330;
const MARGIN = { left: 46, right: 100, top: 14, bottom: 44 };
/** Costs of 0 have a place of their own left of the scale. */
const ZERO = 34;
/** Between the names of two dots, and how far to the right a name may reach [px]. */
const LINE = 13;
const NAME = MARGIN.right;

export function scatter({ label, x, dots }: ScatterOptions): Markup {
  const bottom = HEIGHT - MARGIN.bottom;
  const up = (share: number): number => bottom - share * (bottom - MARGIN.top);
  const across = scaleOf(dots);
  const rows = [0, 0.25, 0.5, 0.75, 1].map(
    (at) =>
      markup`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${up(at)}" y2="${up(at)}"/><text class="faint small" x="${MARGIN.left - 7}" y="${up(at) + 4}" text-anchor="end">${percent(at)}</text>`,
  );
  const feet = across.ticks.map(
    ({ at, text }) =>
      markup`<line class="grid" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${bottom}"/><text class="faint small" x="${at}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
  );
  const front = paretoFront(dots).map(({ x: cost, y }) => `${across.place(cost).toFixed(1)},${up(y.mean).toFixed(1)}`);
  const line =
    front.length > 1
      ? markup`<polyline points="${front.join(" ")}" fill="none" stroke="var(--soft)" stroke-width="1.5" stroke-dasharray="5 4"/>`
      : undefined;
  const heights = spread(dots.map((dot) => ({ x: across.place(dot.x), y: up(dot.y.mean) })));
  const marks = dots.map((dot, i) => mark(dot, { x: across.place(dot.x), up, nameAt: heights[i]! }));
  const foot = markup`<text class="faint small" x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${x}</text>`;
  return markup`<svg role="img" aria-label="${label}" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${rows}${feet}${foot}${line}${marks}</svg>`;
}

interface Place {
  readonly x: number;
  readonly up: (share: number) => number;
  readonly nameAt: number;
}

function mark({ name, className, x: cost, y }: Dot, { x, up, nameAt }: Place): Markup {
  const bar: Part = Number.isNaN(y.low)
    ? undefined
    : markup`<line x1="${x}" x2="${x}" y1="${up(y.low)}" y2="${up(y.high)}" stroke="var(--own)" stroke-width="2" stroke-opacity="0.5"/>`;
  const title = `${name}: ${written(y)} at ${Math.round(cost)}`;
  return markup`<g class="${className}">${bar}<circle cx="${x}" cy="${up(y.mean)}" r="5" fill="var(--own)" stroke="var(--card)" stroke-width="1.5"><title>${title}</title></circle><text class="small" x="${x + 9}" y="${nameAt + 4}">${name}</text></g>`;
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

/** Whole powers of ten around the costs above 0. */
function scaleOf(dots: readonly Dot[]): Scale {
  const costs = dots.map(({ x }) => x).filter((cost) => cost > 0);
  const hasZero = costs.length < dots.length;
  const [left, right] = [MARGIN.left + (hasZero ? ZERO : 0), WIDTH - MARGIN.right];
  const from = costs.length === 0 ? 0 : Math.floor(Math.log10(Math.min(...costs)));
  const highest = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...costs, 1))));
  const place = (cost: number): number =>
    cost > 0 ? left + ((Math.log10(cost) - from) / (highest - from)) * (right - left) : MARGIN.left + ZERO / 4;
  const powers = Array.from({ length: highest - from + 1 }, (_, k) => from + k);
  const ticks = powers.map((power) => ({ at: place(10 ** power), text: powerText(power) }));
  return { place, ticks: hasZero ? [{ at: place(0), text: "0" }, ...ticks] : ticks };
}

const units: readonly string[] = ["", "k", "M", "G", "T"];

/** Such as `10k` for 4; `10^-2` has no such name and is written out. */
function powerText(power: number): string {
  const unit = units[Math.floor(power / 3)];
  return power < 0 || unit === undefined ? String(10 ** power) : `${10 ** (power % 3)}${unit}`;
}

/** Moves names apart that would lie on each other, downwards from the top. */
function spread(places: readonly { readonly x: number; readonly y: number }[]): readonly number[] {
  const order = places.map((_, i) => i).toSorted((a, b) => places[a]!.y - places[b]!.y);
  const placed = places.map(({ y }) => y);
  const done: number[] = [];
  for (const i of order) {
    const near = done.filter((k) => Math.abs(places[k]!.x - places[i]!.x) < NAME).toSorted((a, b) => placed[a]! - placed[b]!);
    for (const k of near) if (Math.abs(placed[k]! - placed[i]!) < LINE) placed[i] = placed[k]! + LINE;
    done.push(i);
  }
  return placed;
}
