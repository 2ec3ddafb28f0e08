/** @file What can be typed after `engram memory`: questions to a memory, exchange with other programs, and care for single entries. */
import type { Command } from "commander";
import type { ExportFlags, ImportFlags } from "./commands/memory-exchange.ts";
import type { ExplainFlags } from "./commands/memory-explain.ts";
import type { ForgetFlags } from "./commands/memory-forget.ts";
import type { PinFlags } from "./commands/memory-pins.ts";
import type { QueryFlags } from "./commands/memory-query.ts";
import type { Registries } from "./registries.ts";

const RUN = "the run's folder, or a memory file";
const MEMORY = `${RUN}, or a database such as postgres://localhost/robots#team`;
const WHOSE = "whose memory, where a run has several";
const JSON_FLAG = ["--json", "print as JSON"] as const;

export function addMemoryCommands(memory: Command, registries: Registries): void {
  addQuestions(memory, registries);
  addExchange(memory);
  addCare(memory);
}

function addQuestions(memory: Command, registries: Registries): void {
  memory
    .command("stats")
    .description("by task: how much it holds, how old it is, how much of it is read, and which encoder made the keys")
    .argument("<run>", MEMORY)
    .option(...JSON_FLAG)
    .addHelpText("after", "\nExample:\n  engram memory stats runs/quickstart-seed1")
    .action(async (place: string, flags: { readonly json?: boolean }) =>
      (await import("./commands/memory-stats.ts")).memoryStatsCommand(place, flags),
    );
  memory
    .command("query")
    .description("the remembered situations nearest to one of them")
    .argument("<run>", MEMORY)
    .argument("<id>", "the entry's number")
    .option("--k <n>", "how many", "10")
    .option("--task <task>", "only of this task")
    .option("--kind <kind>", "only of this kind")
    .option("--agent <name>", WHOSE)
    .option(...JSON_FLAG)
    .addHelpText(
      "after",
      "\nExamples:\n  engram memory query runs/quickstart-seed1 12\n  engram memory query runs/quickstart-seed1 12 --k 3 --task push",
    )
    .action(async (place: string, id: string, flags: QueryFlags) =>
      (await import("./commands/memory-query.ts")).memoryQueryCommand(place, id, flags),
    );
  memory
    .command("explain")
    .description("what the agent would do in a remembered situation, which memories that comes from, and what it would do without them")
    .argument("<run>", "the run's folder")
    .argument("<id>", "the entry's number")
    .option("--agent <name>", "which agent of the run; the first that reads a memory, by default")
    .option("--own-episode", "let it recall the entry's own episode, the entry itself included")
    .option("--top <n>", "show so many of the recalled entries", "10")
    .option(...JSON_FLAG)
    .addHelpText(
      "after",
      "\nExamples:\n  engram memory explain runs/quickstart-seed1 12\n  engram memory explain runs/quickstart-seed1 12 --own-episode --json",
    )
    .action(async (folder: string, id: string, flags: ExplainFlags) =>
      (await import("./commands/memory-explain.ts")).memoryExplainCommand(folder, id, flags, registries),
    );
}

function addExchange(memory: Command): void {
  memory
    .command("export")
    .description("every entry, for other programs and for safe keeping")
    .argument("<run>", MEMORY)
    .requiredOption("--format <format>", "jsonl or parquet")
    .option("--out <file>", "where to; JSON lines go to standard output without it")
    .option("--agent <name>", WHOSE)
    .option(...JSON_FLAG)
    .addHelpText(
      "after",
      "\nExamples:\n  engram memory export runs/quickstart-seed1 --format parquet --out memory.parquet\n  engram memory export runs/quickstart-seed1 --format jsonl | head -1",
    )
    .action(async (place: string, flags: ExportFlags) => (await import("./commands/memory-exchange.ts")).memoryExportCommand(place, flags));
  memory
    .command("import")
    .description("entries from such a file, into a run's memory and checkpoint, or into a new memory file")
    .argument("<run>", "the run's folder, a memory file, or a new file ending in .sqlite")
    .argument("<file>", "JSON lines or Parquet")
    .option("--foreign", "they are of another run: give them new numbers, and have their keys made anew before they are recalled")
    .option("--agent <name>", WHOSE)
    .option(...JSON_FLAG)
    .addHelpText(
      "after",
      "\nExamples:\n  engram memory import runs/quickstart-seed1 memory.parquet\n  engram memory import ./copy.sqlite memory.jsonl",
    )
    .action(async (place: string, file: string, flags: ImportFlags) =>
      (await import("./commands/memory-exchange.ts")).memoryImportCommand(place, file, flags),
    );
}

function addCare(memory: Command): void {
  memory
    .command("forget")
    .description("everything of a task, from memory files and checkpoints; shows first what would go")
    .argument("<run>", RUN)
    .requiredOption("--task <task>", "what to forget")
    .option("--yes", "do it")
    .option("--pinned", "pinned entries too")
    .option(...JSON_FLAG)
    .addHelpText(
      "after",
      "\nExamples:\n  engram memory forget runs/quickstart-seed1 --task push\n  engram memory forget runs/quickstart-seed1 --task push --yes",
    )
    .action(async (place: string, flags: ForgetFlags) => (await import("./commands/memory-forget.ts")).memoryForgetCommand(place, flags));
  for (const [name, pinned, summary] of [
    ["pin", true, "entries that are never evicted"],
    ["unpin", false, "entries that may be evicted again"],
  ] as const) {
    memory
      .command(name)
      .description(summary)
      .argument("<run>", RUN)
      .argument("<ids...>", "the entries' numbers")
      .option("--agent <name>", WHOSE)
      .option(...JSON_FLAG)
      .addHelpText("after", `\nExample:\n  engram memory ${name} runs/quickstart-seed1 12 13`)
      .action(async (place: string, ids: readonly string[], flags: PinFlags) =>
        (await import("./commands/memory-pins.ts")).memoryPinCommand(place, ids, pinned, flags),
      );
  }
}
