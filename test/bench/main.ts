/** @file `npm run bench -- <area> [--json file]`: times an area of the framework and prints figures with their ratios to a reference. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { UnknownNameError } from "../../src/contract/errors.ts";
import { columns } from "../../src/runtime/columns.ts";
import type { BenchRow } from "./bench-row.ts";

const areas: Readonly<Record<string, () => Promise<{ readonly bench: () => Promise<readonly BenchRow[]> }>>> = {
  environments: () => import("./environments.ts"),
  loop: () => import("./loop.ts"),
  memory: () => import("./memory.ts"),
  tensor: () => import("./tensor.ts"),
  "tensor-threads": () => import("./tensor-threads.ts"),
};

const short = (value: number): string => (Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3));

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "string" }, help: { type: "boolean" } } });
const [area] = positionals;
if (area === undefined || values.help === true) {
  process.stdout.write(`npm run bench -- <area> [--json file]\nareas: ${Object.keys(areas).join(", ")}\n`);
} else if (Object.hasOwn(areas, area)) {
  const { bench } = await areas[area]!();
  const rows = await bench();
  const table = rows.map(({ name, figure, unit, reference, referenceName, ratio }) => [
    name,
    short(figure),
    unit,
    reference === undefined ? "" : `${short(reference)}${referenceName === undefined ? "" : ` (${referenceName})`}`,
    ratio === undefined ? "" : short(ratio),
  ]);
  process.stdout.write(`${columns([["name", "figure", "unit", "reference", "ratio"], ...table])}\n`);
  if (values.json !== undefined) {
    const machine = { node: process.version, processor: cpus()[0]?.model, cores: cpus().length };
    writeFileSync(
      values.json,
      `${JSON.stringify({ area, date: new Date().toISOString().slice(0, 10), command: `npm run bench -- ${area}`, machine, rows }, null, 2)}\n`,
    );
  }
} else {
  process.stderr.write(`${new UnknownNameError("area", area, Object.keys(areas)).message}\n`);
  process.exitCode = 2;
}
