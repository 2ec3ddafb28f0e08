/**
 * @file The doors to Python with a real Python: a virtual environment is made under node_modules/.cache, with gymnasium, numpy and websockets from
 * pip. Where there is no Python, or pip cannot fetch them, these tests are skipped, loudly.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { environments } from "../../envs/index.ts";
import { isLast, type Step } from "../../src/contract/step.ts";
import { openEnvironment } from "../../src/runtime/open-environment.ts";
import { program, started, type Served } from "./engram-process.ts";

const root = resolve(import.meta.dirname, "../..");
const home = join(root, "node_modules", ".cache", "engram-python");
const packages = ["gymnasium==1.4.0", "numpy>=2,<3", "websockets==17.4"];
const python = join(home, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

/** Makes the virtual environment, once. Why there is none, if there is none. */
function prepare(): string | undefined {
  const done = join(home, `ready-${packages.join(" ").replaceAll(/[^\w.]+/g, "-")}`);
  if (existsSync(done)) return undefined;
  try {
    mkdirSync(home, { recursive: true });
    execFileSync("python3", ["-m", "venv", home], { stdio: "pipe", timeout: 120_000 });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], { stdio: "pipe", timeout: 300_000 });
    writeFileSync(done, "");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const problem = prepare();
if (problem !== undefined) console.warn(`\n*** THE DOORS TO PYTHON ARE NOT TESTED: ${problem}\n`);

const env = { ...process.env, PYTHONPATH: join(root, "src", "interop", "python"), ENGRAM_COMMAND: `${process.execPath} ${program}` };
const script = (name: string): string => join(import.meta.dirname, "python", name);

describe.skipIf(problem !== undefined)("in Python", () => {
  it.each([
    "worlds_pass_gymnasiums_checks",
    "a_world_is_lived_in",
    "vectors_autoreset_as_gymnasiums_do",
    "a_gymnasium_environment_is_served",
    "errors_say_what_to_do",
  ])(
    "%s",
    async (name) => {
      const { stdout } = await promisify(execFile)(python, [script("doors.py"), name], { env, timeout: 100_000 });
      expect(JSON.parse(stdout)).toEqual({ passed: name });
    },
    120_000,
  );
});

describe.skipIf(problem !== undefined)("a Gymnasium environment", () => {
  let served: Served | undefined;
  afterAll(async () => served?.stop());

  it("is a world for Engram, with its seeds, its ends and its numbers", async () => {
    served = await started(spawn(python, [script("serve_cartpole.py")], { env, stdio: ["ignore", "pipe", "inherit"] }));
    const entry = await openEnvironment(`gymnasium:${served.url}`, { environments: async () => environments });
    expect(entry.spec).toMatchObject({ id: "gymnasium/cartpole@1", horizon: 500, controlPeriod: 0.02 });
    expect(entry.spec.action.parts).toMatchObject([{ quantity: "choice", low: [0], high: [1] }]);
    const environment = entry.make();
    const first = environment.reset({ seed: 42 }).observation.slice();
    // What gymnasium.make("CartPole-v1").reset(seed=42) gives.
    [0.0273956, -0.00611216, 0.03585979, 0.0197368].forEach((value, k) => expect(first[k]).toBeCloseTo(value, 6));
    let step: Step = environment.step(Float32Array.of(1));
    let steps = 1;
    for (; !isLast(step); steps++) step = environment.step(Float32Array.of(1));
    expect(step.kind).toBe("terminated");
    expect(steps).toBeLessThan(15);
    expect(environment.reset({ seed: 42 }).observation).toEqual(first);
  }, 60_000);
});
