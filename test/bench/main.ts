/** @file `npm run bench -- <area> [--json file]`: times an area of the framework and prints figures with their ratios to a reference. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { EngramError, UnknownNameError } from "../../src/contract/errors.ts";
import { columns } from "../../src/runtime/columns.ts";
import type { BenchRow } from "./bench-row.ts";
import { clearProgress } from "./progress.ts";

interface Area {
  readonly bench: () => Promise<readonly BenchRow[]>;
  /** What a reader of the table must know, and where the time goes: lines to be printed under it. */
  readonly remarks?: () => readonly string[];
}

const areas: Readonly<Record<string, () => Promise<Area>>> = {
  ablations: () => import("./ablations.ts"),
  environments: () => import("./environments.ts"),
  forgetting: () => import("./forgetting.ts"),
  loop: () => import("./loop.ts"),
  memory: () => import("./memory.ts"),
  physics: () => import("./physics.ts"),
  tensor: () => import("./tensor.ts"),
  "tensor-threads": () => import("./tensor-threads.ts"),
  tuning: () => import("./tuning.ts"),
  unseen: () => import("./unseen.ts"),
};

const short = (value: number): string => (Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3));

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "string" }, help: { type: "boolean" } } });
const [asked] = positionals;
if (asked === undefined || values.help === true) {
  process.stdout.write(`npm run bench -- <area> [--json file]\nareas: ${Object.keys(areas).join(", ")}\n`);
} else {
  try {
    await time(asked, values.json);
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

/** @param file Where the figures are to be written, too. */
async function time(area: string, file: string | undefined): Promise<void> {
  if (!Object.hasOwn(areas, area)) throw new UnknownNameError("area", area, Object.keys(areas));
  const { bench, remarks } = await areas[area]!();
  const rows = await bench();
  const told = remarks?.() ?? [];
  clearProgress();
  const table = rows.map(({ name, figure, unit, reference, referenceName, ratio, wanted = "" }) => [
    name,
    short(figure),
    unit,
    reference === undefined ? "" : `${short(reference)}${referenceName === undefined ? "" : ` (${referenceName})`}`,
    ratio === undefined ? "" : short(ratio),
    wanted,
  ]);
  process.stdout.write(
    `${columns([["name", "figure", "unit", "reference", "ratio", "wanted"], ...table])}\n${told.map((line) => `\n${line}`).join("")}${told.length > 0 ? "\n" : ""}`,
  );
  if (file !== undefined) {
    const machine = { node: process.version, processor: cpus()[0]?.model, cores: cpus().length };
    writeFileSync(
      file,
      `${JSON.stringify({ area, date: new Date().toISOString().slice(0, 10), command: `npm run bench -- ${area}`, machine, rows, ...(told.length > 0 && { remarks: told }) }, null, 2)}\n`,
    );
  }
}
