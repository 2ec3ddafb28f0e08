/** @file What can be typed about benchmarks: to run one, to compare its methods, to see which there are. */
import type { Command } from "commander";
import type { BenchFlags } from "./bench/asked.ts";
import type { CompareFlags } from "./commands/compare.ts";
import type { Registries } from "./registries.ts";

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function addBenchCommands(program: Command, registries: Registries): void {
  program
    .command("bench")
    .description("compare methods on a suite over seeds: a table with intervals, and every figure as JSON, CSV, LaTeX and a page")
    .argument("<suite>", "one of `engram suites`, or a JSON file of worlds and demonstrations")
    .requiredOption("--methods <list>", "names of `engram methods`, or JSON files {name, agent, config}, with commas between")
    .option("--boundaries <list>", "each method once for each of these: given, noisy, none; what not knowing them costs is then a column")
    .option("--seeds <list>", "ranges and numbers, such as 1-10 or 1,2,5", "1-5")
    .option("--parallel <n>", "jobs at a time, a core each; as many as there are cores by default")
    .option(
      "--references <file>",
      "what transfer and intransigence are measured against: the references.json of another benchmark of the same protocol",
    )
    .option("--set <path=value>", "change a choice of the protocol; may be repeated", collect, [])
    .option("--out <folder>", "keep it here, or go on with what is there, instead of runs/bench-<suite>")
    .option("--json", "print the result as JSON")
    .addHelpText("after", () => benchHelp)
    .action(async (suite: string, flags: BenchFlags) => {
      const { benchCommand } = await import("./commands/bench.ts");
      process.exitCode = await benchCommand(suite, flags, registries);
    });
  program
    .command("bench-job", { hidden: true })
    .description("one job of a benchmark, which `engram bench` starts")
    .action(async () => (await import("./bench/worker.ts")).benchWorker(registries));
  program
    .command("compare")
    .description("which figures of two methods, or of one method in two benchmarks, differ by more than chance")
    .argument("<result>", "a benchmark's folder, or its results.json")
    .argument("[other]", "another, of the same suite and protocol; with --order of any")
    .option("--methods <list>", "which: the first against each other one, or the first of one result against the second of the other")
    .option("--figures <list>", "which, by their ids in results.json, or all; by default those of the benchmark's table")
    .option("--order", "compare instead whether two benchmarks put methods in the same order: their ranks and Kendall's τ")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  engram compare runs/bench-cw10 --methods engram,replay\n  engram compare runs/before runs/after                     every method that both have\n  engram compare runs/bench-cw10 runs/bench-metaworld-cw10 --order",
    )
    .action(async (result: string, other: string | undefined, flags: CompareFlags) =>
      (await import("./commands/compare.ts")).compareCommand(result, other, flags),
    );
  program
    .command("methods")
    .description("the methods that a benchmark can compare, with their settings")
    .option("--json", "print as JSON; each is a method's file")
    .addHelpText(
      "after",
      '\nExamples:\n  engram methods\n  engram methods --json\n\nA method of your own is a file, such as strong-ewc.json:\n  {"name": "strong-ewc", "agent": "behaviour-cloning", "config": {"consolidation": "ewc", "options": {"strength": 10}}}',
    )
    .action(async (flags: { readonly json?: boolean }) => (await import("./commands/methods.ts")).methodsCommand(flags, registries));
}

const benchHelp = `
Choices of the protocol, with their defaults: demonstrations=30, demonstrationNoise=0.2, memoryPerTask=400, gradientSteps=2000, taskCue=0,
hidden=[128,128], evaluationEpisodes=20, boundaries=given (or noisy, or none), testsWhileLearning={"every":50,"episodes":10,"tasks":"current"} (or null).
Figures of forward transfer need from-scratch among the methods, those of intransigence joint, or references: Engram has some for cw10, cw20 and
repeat10 at the default protocol.

Interrupted, by Ctrl-C or a power cut, the same command goes on: what is done is kept. A folder's result holds every complete job in it: with other
methods or seeds, the same suite and the same protocol, the command adds to what is there. To take a method out, remove its folder.

Examples:
  engram bench cw10 --methods engram,replay,none,joint --seeds 1-10
  engram bench cw10 --methods engram,./engram-without-cue.json --seeds 1,2,5 --set demonstrations=10
  engram bench cw10 --methods ewc,replay --boundaries given,noisy,none
  engram bench ./my-suite.json --methods engram,none --seeds 1-3 --parallel 2`;
