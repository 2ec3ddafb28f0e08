/** @file A benchmark as one page to read and to keep: self-contained HTML with pictures in SVG, no scripts, the same bytes for the same result. */
import { markup } from "../report/markup.ts";
import { style } from "../report/style.ts";
import { costsSection } from "./report/costs.ts";
import { facts, headline, leadsSection } from "./report/headline.ts";
import { historiesSection } from "./report/histories.ts";
import { forgettingSection, readsSection } from "./report/matrices.ts";
import { ranking } from "./report/page-parts.ts";
import { failuresSection, figuresSection, methodsSection } from "./report/tables.ts";
import type { BenchResult } from "./result.ts";

export function benchReport(result: BenchResult): string {
  const { suite, protocol, methods, circumstances } = result;
  const ranked = ranking(result);
  const { engram, node, system, processor, cores } = circumstances;
  const title = `${suite.name}, ${methods.length} methods`;
  const sections = [
    methodsSection(result, ranked),
    leadsSection(result, ranked),
    costsSection(result, ranked),
    historiesSection(result, ranked),
    forgettingSection(result, ranked),
    readsSection(result, ranked),
    figuresSection(result, ranked),
    failuresSection(result),
  ];
  const settings = methods.map(
    ({ name, agent, curriculum, config }) =>
      markup`<h3 style="margin-top:18px">${name}</h3><pre>${JSON.stringify({ agent, curriculum, config }, null, 2)}</pre>`,
  );
  const again = markup`<section><h2>How to make this again</h2><p class="note">The same seeds write the same figures. With Engram ${engram} on Node ${node}, ${system}, ${processor}, ${String(cores)} cores.</p><pre>${circumstances.command}</pre><h3 style="margin-top:18px">Protocol</h3><pre>${JSON.stringify(protocol, null, 2)}</pre>${settings}</section>`;
  const body = markup`<main><p class="kicker">Engram · benchmark ${suite.name}</p>${headline(result, ranked)}${facts(result)}${sections}${again}<footer>Success is success at any step of an episode. Of a seed, all methods see the same demonstrations and are tested on the same placements.</footer></main>`;
  const head = markup`<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><title>${title} · Engram</title><style>`;
  return `<!doctype html>\n<html lang="en">${head.text}\n${style}\n</style></head>\n<body>${body.text}</body>\n</html>\n`;
}
