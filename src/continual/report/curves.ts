/** @file Lines over a common axis, such as success after each task or loss over gradient steps. Scales and paths; no meaning of its own. */
import { markup, type Markup, type Part } from "./markup.ts";

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** Ends of the point's interval. */
  readonly low?: number;
  readonly high?: number;
  /** Shown on hover; a point without one gets no mark. */
  readonly title?: string;
}

export interface Curve {
  /** Gives it its colour. */
  readonly className: string;
  /** Unbroken runs of points. */
  readonly runs: readonly (readonly CurvePoint[])[];
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** A stretch of the horizontal axis, with a name above it. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly isShaded: boolean;
}

export interface ChartOptions {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly x: { readonly from: number; readonly to: number; readonly ticks: readonly Tick[]; readonly name: string };
  readonly y: { readonly from: number; readonly to: number; readonly ticks: readonly Tick[] };
  readonly bands: readonly Band[];
  readonly curves: readonly Curve[];
  /** Pixels between the marks of two curves at the same place, so that neither hides the other. */
  readonly dodge: number;
}

const MARGIN = { left: 42, right: 8, top: 20, bottom: 38 };

export function chart({ label, width, height, x, y, bands, curves, dodge }: ChartOptions): Markup {
  const bottom = height - MARGIN.bottom;
  const across = (value: number): number => MARGIN.left + ((value - x.from) / (x.to - x.from)) * (width - MARGIN.left - MARGIN.right);
  const up = (value: number): number => bottom - ((value - y.from) / (y.to - y.from)) * (bottom - MARGIN.top);
  const shades = bands.map(({ from, to, name, isShaded }): Part => [
    isShaded
      ? markup`<rect x="${across(from)}" y="${MARGIN.top}" width="${across(to) - across(from)}" height="${bottom - MARGIN.top}" fill="var(--hollow)"/>`
      : undefined,
    markup`<text class="faint small" x="${(across(from) + across(to)) / 2}" y="${MARGIN.top - 6}" text-anchor="middle">${name}</text>`,
  ]);
  const lines = y.ticks.map(
    ({ at, text }) =>
      markup`<line class="grid" x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${up(at)}" y2="${up(at)}"/><text class="faint small" x="${MARGIN.left - 7}" y="${up(at) + 4}" text-anchor="end">${text}</text>`,
  );
  const feet = x.ticks.map(
    ({ at, text }) => markup`<text class="faint small" x="${across(at)}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
  );
  const drawn = curves.map((curve, i) => {
    const shift = (i - (curves.length - 1) / 2) * dodge;
    const place = (point: CurvePoint, value: number): string => `${round(across(point.x) + shift)},${round(up(value))}`;
    return markup`<g class="${curve.className}">${curve.runs.map((run) => drawRun(run, place))}</g>`;
  });
  const foot = markup`<text class="faint small" x="${(MARGIN.left + width - MARGIN.right) / 2}" y="${height - 6}" text-anchor="middle">${x.name}</text>`;
  return markup`<svg role="img" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${shades}${lines}${feet}${foot}${drawn}</svg>`;
}

type Placing = (point: CurvePoint, value: number) => string;

function drawRun(run: readonly CurvePoint[], place: Placing): Part {
  const area = run.every(({ low, high }) => low !== undefined && high !== undefined)
    ? [...run.map((point) => place(point, point.high!)), ...run.toReversed().map((point) => place(point, point.low!))]
    : [];
  const marks = run
    .filter(({ title }) => title !== undefined)
    .map((point) => {
      const [cx, cy] = place(point, point.y).split(",") as [string, string];
      return markup`<circle cx="${cx}" cy="${cy}" r="4" fill="var(--own)" stroke="var(--card)" stroke-width="1.5"><title>${point.title}</title></circle>`;
    });
  const line = run.map((point) => place(point, point.y)).join(" ");
  return [
    area.length > 0 ? markup`<polygon points="${area.join(" ")}" fill="var(--own)" fill-opacity="0.12"/>` : undefined,
    markup`<polyline points="${line}" fill="none" stroke="var(--own)" stroke-width="2" stroke-linejoin="round"/>`,
    marks,
  ];
}

const round = (value: number): number => Math.round(value * 100) / 100;
