/**
 * @file `engram native install` as it is published, on a copy of this package whose two native packages are as npm leaves them: without a
 * binding. What needs no library runs with programs that only pretend; then both are really built and have to compute.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildBinding, type Machine } from "../../src/runtime/native-binding.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "engram-native-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const native = ["tfjs-node", "tfjs-node-gpu"] as const;
const copy = join(folder, "engram");
const packages = join(copy, "node_modules", "@tensorflow");
const cache = join(copy, "node_modules", ".cache", "engram");
const bindingOf = (name: (typeof native)[number]): string => join(packages, name, "lib", "napi-v8", "tfjs_binding.node");

beforeAll(() => {
  mkdirSync(packages, { recursive: true });
  for (const path of ["dist", "package.json"]) cpSync(join(root, path), join(copy, path), { recursive: true });
  const link = (from: string, to: string, except: readonly string[]): void => {
    for (const name of readdirSync(from)) if (!name.startsWith(".") && !except.includes(name)) symlinkSync(join(from, name), join(to, name));
  };
  link(join(root, "node_modules"), join(copy, "node_modules"), ["@tensorflow"]);
  link(join(root, "node_modules", "@tensorflow"), packages, native);
  const isInstalled = (path: string): boolean => !native.some((name) => ["lib", "deps"].some((made) => path.endsWith(join(name, made))));
  for (const name of native) {
    cpSync(join(root, "node_modules", "@tensorflow", name), join(packages, name), { recursive: true, filter: isInstalled });
  }
});

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** @param programs A folder with programs that are found before the machine's own. */
const environment = (programs?: string): NodeJS.ProcessEnv =>
  programs === undefined ? process.env : { ...process.env, PATH: `${programs}${delimiter}${process.env["PATH"]}` };

const program = join(copy, "dist", "scenarios", "main.js");

async function engram(args: readonly string[], programs?: string): Promise<Result> {
  return new Promise((done) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env: environment(programs) }, (error, out, err) => {
      done({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** Programs that answer when asked for their version, and otherwise do what the shell is told. */
function pretending(programs: Readonly<Record<string, string>>): string {
  const place = mkdtempSync(join(folder, "programs-"));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(place, name), `#!/bin/sh\ncase "$*" in *--version*) exit 0;; esac\n${script}\n`);
    chmodSync(join(place, name), 0o755);
  }
  return place;
}

const supported = process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64");

/** Whether pip reaches a package index; asked with a small package, so that a wrong name of ours fails instead of being skipped. */
function indexIsReached(): boolean {
  try {
    execFileSync("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "-d", join(folder, "six"), "six==1.16.0"], {
      timeout: 60_000,
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

it("--help answers with examples", async () => {
  const { code, out } = await engram(["native", "install", "--help"]);
  expect(code).toBe(0);
  for (const text of ["--gpu", "--force", "engram native install --gpu"]) expect(out).toContain(text);
});

describe("the wheel", () => {
  /** What pip is asked for on a machine with these features. */
  async function requirement(architecture: string, device: boolean, backend: "node" | "node-gpu"): Promise<string> {
    let asked = "";
    const machine: Machine = {
      platform: "linux",
      architecture,
      headerFolders: [folder],
      packageFolder: () => join(folder, "wheels", "node_modules", "@tensorflow", "tfjs-node"),
      run: async (name, args) => {
        if (name === "nvidia-smi" && !device) throw new Error("no such program");
        if (args.includes("download")) asked = `${args[args.indexOf("--platform") + 1]} ${args.at(-1)}`;
        return "";
      },
    };
    await expect(buildBinding({ backend, force: true, onStep() {} }, machine)).rejects.toThrow("left no wheel");
    return asked;
  }
  beforeAll(() => writeFileSync(join(folder, "node_api.h"), ""));

  it("is the one for the CPU, under its name for each processor, and with CUDA only for the GPU's package beside a device", async () => {
    expect(await requirement("x64", true, "node")).toBe("manylinux_2_17_x86_64 tensorflow-cpu==2.15.1");
    expect(await requirement("x64", false, "node-gpu")).toBe("manylinux_2_17_x86_64 tensorflow-cpu==2.15.1");
    expect(await requirement("x64", true, "node-gpu")).toBe("manylinux_2_17_x86_64 tensorflow==2.15.1");
    expect(await requirement("arm64", true, "node-gpu")).toBe("manylinux_2_17_aarch64 tensorflow-cpu-aws==2.15.1");
  });
});

describe.runIf(supported)("engram native install, with programs that pretend", () => {
  const library = join(cache, `${process.arch === "x64" ? "tensorflow-cpu" : "tensorflow-cpu-aws"}-2.15.1`);
  const bindings = join(packages, "tfjs-node", "lib", "napi-v8");
  beforeEach(() => {
    for (const made of [cache, bindings]) rmSync(made, { recursive: true, force: true });
  });

  it("at Ctrl-C ends what runs and leaves nothing", async () => {
    // Writes a piece of a wheel into the folder that it is given, as pip would, and lasts.
    const slow = pretending({
      "g++": "",
      python3: 'while [ "$1" != -d ]; do shift; done; echo piece > "$2/piece"; echo $$ > "$0.pid"; exec sleep 60',
    });
    const child = spawn(process.execPath, [program, "native", "install"], { cwd: folder, env: environment(slow) });
    const ended = new Promise((done) => child.on("exit", done));
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    while (!existsSync(join(slow, "python3.pid"))) await new Promise((done) => setTimeout(done, 20));
    expect(readdirSync(cache)).toHaveLength(1);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(err).toContain("nothing half-made is left");
    expect(readdirSync(cache)).toEqual([]);
    expect(existsSync(`/proc/${readFileSync(join(slow, "python3.pid"), "utf8").trim()}`)).toBe(false);
  });

  it("keeps the binding that was there when the new one cannot be compiled or does not load, and says what to do", async () => {
    mkdirSync(library, { recursive: true });
    mkdirSync(bindings, { recursive: true });
    writeFileSync(bindingOf("tfjs-node"), "the one before");
    const failing = await engram(["native", "install", "--force"], pretending({ "g++": "echo 'c_api.h: No such file' >&2; exit 1", python3: "" }));
    expect(failing).toMatchObject({ code: 1 });
    for (const text of ["Could not compile the binding", "c_api.h: No such file", `remove ${library}`, "`wasm`"]) expect(failing.err).toContain(text);
    const junk = 'while [ "$1" != -o ]; do shift; done; echo junk > "$2"';
    const broken = await engram(["native", "install", "--force"], pretending({ "g++": junk, python3: "" }));
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.err).toContain("was built but does not load");
    expect(readdirSync(bindings)).toEqual([basename(bindingOf("tfjs-node"))]);
    expect(readFileSync(bindingOf("tfjs-node"), "utf8")).toBe("the one before");
  });
});

const online = supported && indexIsReached();
if (!online) process.stderr.write("native.test.ts: no Python package index can be reached (or not Linux): building the bindings is not tested.\n");

describe.runIf(online)("engram native install, for real", () => {
  beforeAll(() => {
    for (const made of [cache, ...native.map((name) => join(packages, name, "lib"))]) rmSync(made, { recursive: true, force: true });
  });

  it("builds both packages with one library between them, and leaves only what they need", async () => {
    const first = await engram(["native", "install"]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.err).toMatch(/^\[1\/3\] fetching .*\n\[2\/3\] compiling .*\n\[3\/3\] loading /);
    expect(first.out).toContain("@tensorflow/tfjs-node is built and loads");
    const second = await engram(["native", "install", "--gpu"]);
    expect(second).toMatchObject({ code: 0 });
    expect(second.out).toContain("@tensorflow/tfjs-node-gpu is built and loads");
    for (const name of native) expect(readdirSync(join(packages, name, "lib", "napi-v8"))).toEqual(["tfjs_binding.node"]);
    const libraries = readdirSync(cache);
    for (const library of libraries) {
      expect(readdirSync(join(cache, library)).toSorted()).toEqual(["include", "libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]);
    }
    // A second library only where a device asks for the one with CUDA.
    if (second.err.includes("is here already")) expect(libraries).toHaveLength(1);
    const { out } = await engram(["doctor", "--json"]);
    const { tensor } = JSON.parse(out) as { tensor: { candidates: readonly { name: string; state: string }[] } };
    for (const name of ["node", "node-gpu"]) expect(tensor.candidates).toContainEqual(expect.objectContaining({ name, state: "available" }));
  }, 150_000);

  it.each(["node", "node-gpu"])("%s then computes, with derivatives that are right to second order", async (backend) => {
    const args = [join(root, "node_modules/tsx/dist/cli.mjs"), join(import.meta.dirname, "native-probe.ts"), join(copy, "dist"), backend];
    const out = execFileSync(process.execPath, args, { encoding: "utf8", timeout: 50_000, stdio: ["ignore", "pipe", "inherit"] });
    const { inUse, errors } = JSON.parse(out) as { inUse: string; errors: Record<string, number> };
    expect(inUse).toBe(backend);
    expect(Object.keys(errors).length).toBeGreaterThan(20);
    expect(Object.entries(errors).filter(([, error]) => !(error < 1e-2))).toEqual([]);
  });

  it("says the second time that it is there, without a compiler, and builds again what no longer loads", async () => {
    const again = await engram(["native", "install"], pretending({ "g++": "exit 1", python3: "exit 1" }));
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(again.out).toContain("built already and loads; --force");
    writeFileSync(bindingOf("tfjs-node"), "damaged");
    const repaired = await engram(["native", "install"]);
    expect(repaired.err).toContain("is built but does not load");
    expect(repaired.err).toContain("is here already");
    expect(repaired).toMatchObject({ code: 0 });
  });
});
