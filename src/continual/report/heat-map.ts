/** @file A matrix of shares as a heat map: the fuller the colour, the higher the share. */
import { markup, type Markup, type Part } from "./markup.ts";

export interface HeatCell {
  /** In [0, 1]. */
  readonly share: number;
  readonly text: string;
  /** Shown on hover. */
  readonly title: string;
}

export interface HeatMapOptions {
  /** What the picture is, for those who cannot see it. */
  readonly label: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** null where there is nothing to show. */
  readonly cells: readonly (readonly (HeatCell | null)[])[];
  /** Cells to put a frame around. */
  readonly isFramed: (row: number, column: number) => boolean;
}

/** The picture's width where cells can be made to fit, so that two stand side by side. */
const TOTAL = 560;
const NARROWEST = 28;
const WIDEST = 60;
const HEIGHT = 32;
const GAP = 3;
/** Width of a letter, about. */
const LETTER = 6.5;
const SLANT = 35;

export function heatMap({ label, rows, columns, cells, isFramed }: HeatMapOptions): Markup {
  const left = Math.max(...rows.map((row) => row.length)) * LETTER + 12;
  const longest = Math.max(...columns.map((column) => column.length)) * LETTER;
  const angle = (SLANT * Math.PI) / 180;
  const width = Math.min(WIDEST, Math.max(NARROWEST, (TOTAL - left - longest * Math.cos(angle)) / columns.length));
  const isSlanted = longest > width - GAP;
  const top = isSlanted ? longest * Math.sin(angle) + 16 : 22;
  const right = isSlanted ? Math.max(0, longest * Math.cos(angle) - width / 2) : 0;
  const total = { width: left + columns.length * width + right, height: top + rows.length * HEIGHT + 2 };
  const heads = columns.map((column, j): Part => {
    const x = left + (j + 0.5) * width - (isSlanted ? 6 : 0);
    if (!isSlanted) return markup`<text x="${x}" y="${top - 7}" text-anchor="middle">${column}</text>`;
    return markup`<text x="${x}" y="${top - 7}" transform="rotate(${-SLANT} ${x} ${top - 7})">${column}</text>`;
  });
  const body = rows.map((row, i): Part => {
    const y = top + i * HEIGHT;
    const line = cells[i]!.map((cell, j) => heatCell(cell, { x: left + j * width, y, width, isFramed: isFramed(i, j) }));
    return [markup`<text x="${left - 10}" y="${y + (HEIGHT - GAP) / 2 + 4}" text-anchor="end">${row}</text>`, ...line];
  });
  return markup`<svg role="img" aria-label="${label}" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}">${heads}${body}</svg>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly isFramed: boolean;
}

function heatCell(cell: HeatCell | null, { x, y, width, isFramed }: Place): Markup {
  const box = markup`x="${x}" y="${y}" width="${width - GAP}" height="${HEIGHT - GAP}" rx="4"`;
  const middle = markup`x="${x + (width - GAP) / 2}" y="${y + (HEIGHT - GAP) / 2 + 4}" text-anchor="middle"`;
  if (cell === null) return markup`<g><rect ${box} fill="none" stroke="var(--line)"/><text class="faint" ${middle}>–</text></g>`;
  const color = markup`--cell:color-mix(in srgb,var(--own) ${100 * cell.share}%,var(--hollow))`;
  const frame = isFramed ? markup`<rect ${box} fill="none" stroke="var(--ink)" stroke-width="1.5"/>` : undefined;
  return markup`<g style="${color}"><title>${cell.title}</title><rect ${box} fill="var(--cell)"/>${frame}<text class="cell" ${middle}>${cell.text}</text></g>`;
}
