/** @file The command line: what can be typed, and how failures are said. Each command is loaded when it is used. */
import { Command, CommanderError } from "commander";
import { FieldError, InvalidValueError, UnknownNameError } from "../contract/errors.ts";
import { addBenchCommands } from "./bench-command-line.ts";
import type { DoctorFlags } from "./commands/doctor.ts";
import type { ShowFlags } from "./commands/memory.ts";
import type { CompactFlags } from "./commands/memory-upkeep.ts";
import type { RecordFlags } from "./commands/record.ts";
import type { RunFlags } from "./commands/run.ts";
import type { SleepsFlags } from "./commands/sleeps.ts";
import type { ServeFlags } from "./commands/serve-env.ts";
import { explained } from "./explained.ts";
import { addMemoryCommands } from "./memory-command-line.ts";
import type { Registries } from "./registries.ts";
import { engramVersion } from "./version.ts";

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** The program `engram`. Its commands set `process.exitCode`. */
export function commandLine(registries: Registries): Command {
  const program = new Command("engram")
    .description("Robots in simulation that keep learning.")
    .version(engramVersion())
    .showHelpAfterError("(see --help)")
    .addHelpText(
      "after",
      "\nStart here:\n  engram run quickstart      five skills in sequence, with a live page and a report\n  engram doctor              what this machine offers",
    );

  program
    .command("run")
    .description("run a scenario: one of `engram scenarios`, or your own file")
    .argument("<scenario>", "name or file (.ts or .js) whose default export is a scenario")
    .option("--suite <suite>", "live through the worlds of a suite instead: one of `engram suites`, or a JSON file")
    .option("--set <path=value>", "change a configuration value; may be repeated", collect, [])
    .option("--seed <n>", "everything random comes from it", "1")
    .option("--out <folder>", "keep the run here instead of a new folder under runs/")
    .option(
      "--memory <address>",
      "keep memories in PostgreSQL instead, shared with every run that names the same: postgres://user@host/database#name (or set ENGRAM_MEMORY)",
    )
    .option("--port <n>", "port of the live page; the next free one if it is taken", "8765")
    .option("--no-serve", "no live page")
    .option("--keep-open", "leave the page up afterwards, with the first agent at work")
    .option("--backend <name>", "tensor backend: node-gpu, node, webgpu, wasm or cpu")
    .option("--threads <n>", "processor threads for wide networks on wasm; the results are the same for any number", "1")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  engram run quickstart --seed 2\n  engram run quickstart --set demonstrations=5 --set agents.engram.memoryPerTask=200\n  engram run ./my-scenario.ts --no-serve --json",
    )
    .action(async (scenario: string, flags: RunFlags) => {
      const { runCommand } = await import("./commands/run.ts");
      process.exitCode = await runCommand(scenario, flags, registries);
    });

  addBenchCommands(program, registries);

  program
    .command("record")
    .description("record a world's scripted controller as a Minari data set")
    .argument("<environment>", "such as tabletop/push@1")
    .option("--episodes <n>", "successful ones", "100")
    .option("--noise <sd>", "standard deviation of the noise on executed actions", "0.2")
    .option("--seed <n>", "everything random comes from it", "1")
    .option("--out <set>", "the data set's id under MINARI_DATASETS_PATH, or a folder; by default engram/<world>-v0")
    .addHelpText(
      "after",
      "\nExamples:\n  engram record tabletop/push@1 --episodes 50\n  engram record tabletop/reach@1 --out ./demonstrations/reach-v0",
    )
    .action(async (environment: string, flags: RecordFlags) => {
      const { recordCommand } = await import("./commands/record.ts");
      process.exitCode = await recordCommand(environment, flags, registries);
    });

  program
    .command("check-env")
    .description("check that a world keeps its promises: seeds, bounds, snapshots, errors")
    .argument("<world>", "an id, or the file (.ts or .js) of your own whose default export is a World or an EnvironmentEntry")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  engram check-env ./my-world.ts\n  engram check-env 'tabletop/push@1?hide=goal'")
    .action(async (world: string, flags: { readonly json?: boolean }) => {
      const { checkEnvironmentCommand } = await import("./commands/check-env.ts");
      process.exitCode = await checkEnvironmentCommand(world, flags, registries);
    });

  program
    .command("serve-env")
    .description("offer a world to other programs over a WebSocket, such as Python's engram_gym")
    .argument("<world>", "an id, or a file of your own, as for check-env")
    .option("--port <n>", "port on loopback; the next free one if it is taken", "8766")
    .option("--count <n>", "copies for a client that asks for no number", "1")
    .option("--once", "stop when the last client has left")
    .option("--json", "print the address as JSON")
    .addHelpText("after", "\nExamples:\n  engram serve-env tabletop/push@1\n  engram serve-env 'tabletop/push@1?limit=200' --port 9000 --count 16")
    .action(async (world: string, flags: ServeFlags) => {
      const { serveEnvironmentCommand } = await import("./commands/serve-env.ts");
      process.exitCode = await serveEnvironmentCommand(world, flags, registries);
    });

  program
    .command("report")
    .description("make a run's report.html and table anew from its log")
    .argument("<run>", "the run's folder")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", "\nExample:\n  engram report runs/quickstart-seed1")
    .action(async (folder: string, flags: { readonly json?: boolean }) => {
      (await import("./commands/report.ts")).reportCommand(folder, flags);
    });

  program
    .command("sleeps")
    .description("what the sleeps of a run's agents did: why they slept, what they learned, whether it was kept")
    .argument("<run>", "the run's folder, or a benchmark's: then a line for each of its runs")
    .option("--agent <name>", "of this agent alone")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  engram sleeps runs/quickstart-seed1\n  engram sleeps runs/quickstart-seed1 --agent engram --json\n  engram sleeps runs/bench-cw10",
    )
    .action(async (folder: string, flags: SleepsFlags) => (await import("./commands/sleeps.ts")).sleepsCommand(folder, flags));

  const list = async (): Promise<typeof import("./commands/list.ts")> => import("./commands/list.ts");
  program
    .command("envs")
    .description("the worlds there are, or one in detail")
    .argument("[id]", "such as tabletop/push@1")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  engram envs tabletop/push@1")
    .action(async (id: string | undefined, flags: { readonly json?: boolean }) => (await list()).environmentsCommand(id, flags, registries));
  program
    .command("agents")
    .description("the agents there are, with their settings")
    .option("--json", "print as JSON")
    .action(async (flags: { readonly json?: boolean }) => (await list()).agentsCommand(flags, registries));
  program
    .command("scenarios")
    .description("the scenarios there are")
    .option("--json", "print as JSON")
    .action(async (flags: { readonly json?: boolean }) => (await list()).scenariosCommand(flags, registries));

  program
    .command("suites")
    .description("the suites there are, or the worlds of one")
    .argument("[suite]", "a name, or a JSON file")
    .option("--json", "print as JSON; the form of a suite's file")
    .addHelpText(
      "after",
      "\nExamples:\n  engram suites cw10\n  engram suites cw10 --json > my-suite.json     then change it, and: engram run quickstart --suite ./my-suite.json",
    )
    .action(async (name: string | undefined, flags: { readonly json?: boolean }) => (await list()).suitesCommand(name, flags, registries));

  const memory = program.command("memory").description("look into a run's long-term memory");
  memory
    .command("ls")
    .description("what it holds, task by task")
    .argument("<run>", "the run's folder, a memory file, or the address of a database")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  engram memory ls runs/quickstart-seed1\n  engram memory ls postgres://me@localhost/robots")
    .action(async (place: string, flags: { readonly json?: boolean }) => (await import("./commands/memory.ts")).memoryLsCommand(place, flags));
  memory
    .command("show")
    .description("one entry: where it is from, what was seen and done")
    .argument("<run>", "the run's folder, a memory file, or the address of a database")
    .argument("<id>", "the entry's number")
    .option("--agent <name>", "whose memory, where a run has several")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  engram memory show runs/quickstart-seed1 12")
    .action(async (place: string, id: string, flags: ShowFlags) => (await import("./commands/memory.ts")).memoryShowCommand(place, id, flags));
  memory
    .command("verify")
    .description("check every entry, and every page of a file; exit code 1 when any is damaged")
    .argument("<run>", "the run's folder, a memory file, or a database")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  engram memory verify runs/quickstart-seed1")
    .action(async (place: string, flags: { readonly json?: boolean }) => {
      process.exitCode = await (await import("./commands/memory-upkeep.ts")).memoryVerifyCommand(place, flags);
    });
  memory
    .command("compact")
    .description("give back the room that forgotten entries left, in a file or in a database")
    .argument("<run>", "the run's folder, a memory file, or a database")
    .option("--away <days>", "of a database: workers not heard of for longer need not be told any more what was removed", "7")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  engram memory compact runs/quickstart-seed1\n  engram memory compact postgres://localhost/robots#team")
    .action(async (place: string, flags: CompactFlags) => (await import("./commands/memory-upkeep.ts")).memoryCompactCommand(place, flags));

  addMemoryCommands(memory, registries);

  program
    .command("native")
    .description("TensorFlow's own library as tensor backend")
    .command("install")
    .description("fetch TensorFlow's C library and compile the binding of @tensorflow/tfjs-node against it (Linux; a minute)")
    .option("--gpu", "of @tensorflow/tfjs-node-gpu: with CUDA where nvidia-smi sees a device, otherwise on the CPU")
    .option("--force", "again, though it is there")
    .addHelpText(
      "after",
      "\nExamples:\n  engram native install\n  engram native install --gpu\n  engram native install --gpu --force     after a GPU was added",
    )
    .action(async (flags: { readonly gpu?: boolean; readonly force?: boolean }) =>
      (await import("./commands/native.ts")).nativeInstallCommand(flags),
    );

  program
    .command("doctor")
    .description("versions, the tensor backend in use, and why not a better one")
    .option("--backend <name>", "try this backend")
    .option("--measure", "time every backend on small and wide networks, and say which to use for what")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  engram doctor --backend node-gpu\n  engram doctor --measure")
    .action(async (flags: DoctorFlags) => (await import("./commands/doctor.ts")).doctorCommand(flags));
  return program;
}

/** Runs the program on what was typed; failures become one message and an exit code: 2 for what was typed, 1 for anything else. */
export async function main(registries: Registries, args: readonly string[]): Promise<void> {
  // Whoever reads our output may stop reading, as `head` does. Of what is said besides nothing depends on being heard.
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : fail(error)));
  const program = commandLine(registries);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((inner) => inner.commands)]) command.exitOverride();
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = fail(error);
  }
}

function fail(error: unknown): number {
  if (error instanceof AggregateError) return Math.min(...error.errors.map(fail));
  const isTyped = error instanceof InvalidValueError || error instanceof UnknownNameError || error instanceof FieldError;
  process.stderr.write(`engram: ${explained(error)}\n`);
  return isTyped ? 2 : 1;
}
