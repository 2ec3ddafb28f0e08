/** @file `node embed.js <results.json>` writes what a benchmark learned from scratch and jointly beside this file, as the module of its suite. */
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";

const [file] = process.argv.slice(2);
const { suite, protocol, methods, references, circumstances } = JSON.parse(readFileSync(file, "utf8"));
// What it compared with and did not learn itself is not of this suite.
const curves = methods.some(({ config }) => config.consolidation === "from-scratch") ? references?.singleTaskCurves : undefined;
const joint = methods.some(({ curriculum }) => curriculum === "joint") ? references?.jointFinal : undefined;
if (curves === undefined && joint === undefined) throw new Error(`${file}: expected a result of from-scratch, of joint, or of both.`);

const inPercent = (success) => Number((100 * success).toFixed(3));
/** Without its end, from where all is 100. */
const shortened = (curve) => curve.slice(0, curve.findLastIndex((success) => success !== 100) + 1);
const mapped = (tasks, change) => Object.fromEntries(Object.entries(tasks).map(([task, value]) => [task, change(value)]));

function aloneOf({ seeds, tasks }) {
  const steps = Object.values(tasks)[0].map(({ gradientStep }) => gradientStep);
  const short = mapped(tasks, (curve) => shortened(curve.map(({ success }) => inPercent(success))));
  return { seeds, every: steps[0], last: steps.at(-1), tasks: short };
}

const compact = {
  suite: suite.name,
  protocol,
  ...(curves && { alone: aloneOf(curves) }),
  ...(joint && { jointly: { seeds: joint.seeds, tasks: mapped(joint.tasks, inPercent) } }),
};
const name = suite.name.replace("/", "-");
const constant = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const module = new URL(`${name}.ts`, import.meta.url).pathname;
const text = `/** @file Written by \`embed.js\`; of \`${circumstances.command.replaceAll("\n", "` and `")}\`, ${circumstances.date.slice(0, 10)}. */
import type { CompactReferences } from "./compact.ts";

export const ${constant}: CompactReferences = ${JSON.stringify(compact)};
`;
writeFileSync(module, await format(text, { ...(await resolveConfig(module)), parser: "typescript" }));
process.stdout.write(`${module}: ${constant}, to be named in index.ts\n`);
