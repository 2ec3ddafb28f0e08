/** The program as it is published, in processes of its own. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";

export const program = resolve(import.meta.dirname, "../dist/scenarios/main.js");

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs commands in a folder. @param env Beside the environment of the tests. */
export const programIn =
  (folder: string, env: Readonly<Record<string, string>> = {}) =>
  async (...args: readonly string[]): Promise<Outcome> =>
    new Promise((done) => {
      const options = { cwd: folder, env: { ...process.env, NO_COLOR: "1", ...env }, maxBuffer: 1 << 26 };
      const child = execFile(process.execPath, [program, ...args], options, (_, out, err) => done({ code: child.exitCode ?? -1, out, err }));
    });
