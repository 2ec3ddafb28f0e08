/** @file A benchmark as one page to read and to keep: self-contained HTML with pictures in SVG, no scripts, the same bytes for the same result. */
import { markup } from "../report/markup.ts";
import { style } from "../report/style.ts";
import { costsSection } from "./report/costs.ts";
import { facts, headline, leadsSection } from "./report/headline.ts";
import { historiesSection } from "./report/histories.ts";
import { forgettingSection, readsSection, testsSection } from "./report/matrices.ts";
import { ranking } from "./report/page-parts.ts";
import { failuresSection, figuresSection, methodsSection } from "./report/tables.ts";
import type { BenchResult } from "./result.ts";

export function benchReport(result: BenchResult): string {
  const { suite, protocol, methods, circumstances } = result;
  const ranked = ranking(result);
  const title = `${suite.name}, ${methods.length} methods`;
  const sections = [
    methodsSection(result, ranked),
    leadsSection(result, ranked),
    costsSection(result, ranked),
    historiesSection(result, ranked),
    forgettingSection(result, ranked),
    testsSection(result, ranked),
    readsSection(result, ranked),
    figuresSection(result, ranked),
    failuresSection(result),
  ];
  const settings = methods.map(
    ({ name, agent, curriculum, boundaries, config }) =>
      markup`<h3 style="margin-top:18px">${name}</h3><pre>${JSON.stringify({ agent, curriculum, boundaries, config }, null, 2)}</pre>`,
  );
  const again = markup`<section><h2>How to make this again</h2><p class="note">The same seeds write the same figures. ${madeWith(circumstances)}</p><pre>${circumstances.command}</pre><h3 style="margin-top:18px">Protocol</h3><pre>${JSON.stringify(protocol, null, 2)}</pre>${settings}</section>`;
  const body = markup`<main><p class="kicker">Engram · benchmark ${suite.name}</p>${headline(result, ranked)}${facts(result)}${sections}${again}<footer>Success is success at any step of an episode. Of a seed, all methods see the same demonstrations and are tested on the same placements.</footer></main>`;
  const head = markup`<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><title>${title} · Engram</title><style>`;
  return `<!doctype html>\n<html lang="en">${head.text}\n${style}\n</style></head>\n<body>${body.text}</body>\n</html>\n`;
}

/** With what the runs were made, in a sentence. */
function madeWith(circumstances: BenchResult["circumstances"]): string {
  const machines = circumstances.machines.length > 0 ? circumstances.machines : [circumstances];
  const said = machines.map(
    ({ engram, node, system, processor, cores, ...of }) =>
      `${machines.length > 1 && "runs" in of ? `${of.runs} ${of.runs === 1 ? "run" : "runs"} ` : ""}with Engram ${engram} on Node ${node}, ${system}, ${processor}, ${cores} cores`,
  );
  return `Made ${said.join("; ")}.`;
}
