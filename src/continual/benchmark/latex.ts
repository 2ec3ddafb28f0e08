/** @file The table of a benchmark for a paper: LaTeX with `booktabs`, to be put in with `\input`. */
import type { Estimate } from "../../numerics/statistics.ts";
import { summarizeMethods } from "./aggregate.ts";
import { columnsOf } from "./columns.ts";
import type { BenchResult } from "./result.ts";
import { amount, seedCount, whatIsTold } from "./table.ts";

/** Needs `\usepackage{booktabs}`. */
export function benchLatex(result: BenchResult): string {
  const columns = columnsOf(result);
  const heads = columns.map(({ name, better }) => `${escaped(name)} $${better === "higher" ? "\\uparrow" : "\\downarrow"}$`);
  const rows = summarizeMethods(result).map((summary) => {
    const cells = columns.map((column) => number(column.of(summary)));
    return `  ${[escaped(summary.method), String(summary.seeds.length), ...cells].join(" & ")} \\\\`;
  });
  const caption = `Suite ${escaped(result.suite.name)}, ${result.tasks.length} tasks, ${seedCount(result)}; 95\\,\\% bootstrap intervals over seeds. ${escaped(whatIsTold(result))}`;
  return [
    "% Made by `engram bench`; needs \\usepackage{booktabs}.",
    "\\begin{table}",
    "\\centering",
    `\\caption{${caption}}`,
    `\\begin{tabular}{l${"r".repeat(heads.length + 1)}}`,
    "  \\toprule",
    `  ${["method", "seeds", ...heads].join(" & ")} \\\\`,
    "  \\midrule",
    ...rows,
    "  \\bottomrule",
    "\\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

function number(estimate: Estimate | undefined): string {
  if (estimate === undefined) return "--";
  const [value, low, high] = [estimate.mean, estimate.low, estimate.high].map((each) => amount(each).replace("−", "-"));
  return Number.isNaN(estimate.low) ? `$${value}$` : `$${value}$ {\\scriptsize $[${low}, ${high}]$}`;
}

const replacements: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
};
const escaped = (text: string): string => text.replace(/[\\~^&%$#_{}]/g, (character) => replacements[character] ?? `\\${character}`);
