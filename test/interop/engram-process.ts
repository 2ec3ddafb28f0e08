/** @file `engram serve-env` in a process of its own, as a user starts it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { program } from "../engram-program.ts";

export interface Served {
  readonly url: string;
  readonly process: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Resolves once it says where it is. */
export async function serveEnvironment(id: string, ...flags: string[]): Promise<Served> {
  return started(spawn(process.execPath, [program, "serve-env", id, "--json", ...flags], { stdio: ["ignore", "pipe", "inherit"] }));
}

/** Waits for a program's first line, which is JSON with its `url`. */
export async function started(child: ChildProcess): Promise<Served> {
  const exited = once(child, "exit");
  const line = await Promise.race([
    once(createInterface({ input: child.stdout! }), "line"),
    exited.then(() => {
      throw new Error("It exited without a word.");
    }),
  ]);
  const { url } = JSON.parse(line[0] as string) as { readonly url: string };
  return {
    url,
    process: child,
    async stop(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await exited;
    },
  };
}
