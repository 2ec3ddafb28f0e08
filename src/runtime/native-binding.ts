/**
 * @file Builds the binding of a native tfjs package where the package's own install script cannot: the script downloads TensorFlow's C library from
 * a place that many networks do not reach. The same library lies in TensorFlow's Python wheel, which comes from the package index, and the package
 * holds its binding's sources: so they are compiled here against it.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { EngramError } from "../contract/errors.ts";
import { loadFailure, packageFolder, type NativeBackendName, nativePackages } from "../tensor/backend-native.ts";
import { packageRoot } from "./version.ts";

/** The wheel whose C library the pinned bindings were checked with. */
const TENSORFLOW = "2.15.1";

/** The binding cannot be built here, with everything that is missing, or the last that a failing program said. */
export class NativeBuildError extends EngramError {
  readonly code = "native-build";
  readonly problems: readonly string[];

  constructor(what: string, problems: readonly string[], remedy = "") {
    super(`${what}:${problems.map((problem) => `\n  - ${problem}`).join("")}${remedy && `\n${remedy}`}`);
    this.problems = problems;
  }
}

/** Runs a program and gives what it prints; a signal ends it, and the promise is kept only once it has ended. */
export type RunProgram = (program: string, args: readonly string[], signal?: AbortSignal) => Promise<string>;

/** In a process group of its own: Ctrl-C reaches it through the signal alone, and with it all that it started. */
const execute: RunProgram = async (program, args, signal) => {
  signal?.throwIfAborted();
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) child[stream].setEncoding("utf8").on("data", (text: string) => (printed[stream] += text));
  const stop = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGINT");
  };
  signal?.addEventListener("abort", stop);
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    if (code !== 0) throw Object.assign(new Error(`${program} ended with ${code ?? child.signalCode}`), printed);
    return printed.stdout;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
};

/** What the build needs from the machine. */
export interface Tools {
  readonly compiler: string;
  readonly python: string;
  /** The folder of Node's C headers. */
  readonly headers: string;
  /** The package whose binding is built. */
  readonly folder: string;
  /** Whether NVIDIA's driver sees a device. */
  readonly device: boolean;
}

/** Where a machine is looked at; the real one by default. */
export interface Machine {
  readonly platform: string;
  readonly architecture: string;
  readonly run: RunProgram;
  readonly headerFolders: readonly string[];
  readonly packageFolder: (name: string) => string | undefined;
}

const here: Machine = {
  platform: process.platform,
  architecture: process.arch,
  run: execute,
  headerFolders: [
    join(dirname(dirname(process.execPath)), "include", "node"),
    ...(process.env["HOME"] === undefined ? [] : [join(process.env["HOME"], ".cache", "node-gyp", process.versions.node, "include", "node")]),
  ],
  packageFolder,
};

/** A wheel's name on the package index, and its size [MB]. */
type Wheel = readonly [name: string, size: number];

/** Wheels that hold the library, by Node's name of the processor. For arm64 there is none with CUDA. */
const wheels: Readonly<Record<string, { readonly platform: string; readonly cpu: Wheel; readonly cuda?: Wheel }>> = {
  x64: { platform: "manylinux_2_17_x86_64", cpu: ["tensorflow-cpu", 207], cuda: ["tensorflow", 475] },
  arm64: { platform: "manylinux_2_17_aarch64", cpu: ["tensorflow-cpu-aws", 212] },
};

/** The version of a native package that this one is made for. */
function pinned(packageName: string): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { optionalDependencies: Record<string, string> };
  return `${packageName}@${manifest.optionalDependencies[packageName]!}`;
}

/** Looks for everything the build needs. @throws {NativeBuildError} With all that is missing, and where to get it. */
export async function findTools(backend: NativeBackendName, machine: Machine = here): Promise<Tools> {
  const packageName = nativePackages[backend];
  const works = async (program: string, ...args: string[]): Promise<boolean> => machine.run(program, args).then(() => true, () => false); // prettier-ignore
  const first = async (programs: readonly string[], ...args: string[]): Promise<string | undefined> => {
    for (const program of programs) if (await works(program, ...args)) return program;
    return undefined;
  };
  if (machine.platform !== "linux" || wheels[machine.architecture] === undefined) {
    throw new NativeBuildError(`Cannot build ${packageName} on ${machine.platform} ${machine.architecture}`, [
      `this way is for Linux on x64 and arm64; here, allow the package's own install script (\`allowScripts\` in package.json) and run \`npm rebuild ${packageName}\``,
    ]);
  }
  const compiler = await first(["g++", "c++", "clang++"], "--version");
  const python = await first(["python3", "python"], "-m", "pip", "--version");
  const headers = machine.headerFolders.find((folder) => existsSync(join(folder, "node_api.h")));
  const folder = machine.packageFolder(packageName);
  const problems = [
    compiler === undefined && "a C++ compiler: install g++ (Debian, Ubuntu: `apt install g++`; Fedora: `dnf install gcc-c++`)",
    python === undefined &&
      "Python with pip, which fetches TensorFlow's library: install python3 and pip (Debian, Ubuntu: `apt install python3-pip`)",
    headers === undefined && `Node's C headers (node_api.h): run \`npx node-gyp install\`; looked in ${machine.headerFolders.join(" and ")}`,
    folder === undefined && `the package ${packageName}: run \`npm install --ignore-scripts ${pinned(packageName)} --no-save\``,
  ].filter((problem) => typeof problem === "string");
  if (problems.length > 0) throw new NativeBuildError(`Cannot build the binding of ${packageName}, as this is missing`, problems);
  const device = backend === "node-gpu" && (await works("nvidia-smi", "-L"));
  return { compiler: compiler!, python: python!, headers: headers!, folder: folder!, device };
}

export interface BuildOptions {
  readonly backend: NativeBackendName;
  /** Builds it again though it is there. */
  readonly force: boolean;
  /** Told at the start of every step. */
  readonly onStep: (step: number, steps: number, doing: string) => void;
  /** Stops the build in good order: it then rejects once nothing half-made is left. */
  readonly signal?: AbortSignal;
}

const WITHOUT = "The backend `wasm` computes without it.";

/**
 * Builds the binding and loads it, in a process of its own. What is half made lies under other names: a binding that was there is
 * replaced only by one that loads.
 * @returns Whether there was anything to do.
 * @throws {NativeBuildError} Something is missing, a step fails, or the binding does not load.
 */
export async function buildBinding({ backend, force, onStep, signal }: BuildOptions, machine: Machine = here): Promise<boolean> {
  const packageName = nativePackages[backend];
  const tools = await findTools(backend, machine);
  const run: RunProgram = async (program, args) => machine.run(program, args, signal);
  const binding = join(tools.folder, "lib", "napi-v8", "tfjs_binding.node");
  if (existsSync(binding) && !force) return false;
  const { platform, cpu, cuda } = wheels[machine.architecture]!;
  const [wheel, size] = (tools.device ? cuda : undefined) ?? cpu;
  // Beside the packages, for both of them.
  const library = join(tools.folder, "..", "..", ".cache", "engram", `${wheel}-${TENSORFLOW}`);
  const isThere = existsSync(library);
  onStep(1, 3, isThere ? "TensorFlow's C library is here already" : `fetching TensorFlow's C library (${wheel} ${TENSORFLOW}, ${size} MB)`);
  if (!isThere) await fetchLibrary(`${wheel}==${TENSORFLOW}`, platform, library, tools.python, run);
  onStep(2, 3, "compiling the binding");
  const half = join(dirname(binding), "tfjs_binding.half.node");
  try {
    await compile(half, library, tools, run);
    onStep(3, 3, "loading it");
    await load(packageName, half);
    signal?.throwIfAborted();
    renameSync(half, binding);
  } finally {
    rmSync(half, { force: true });
  }
  await load(packageName, tools.folder);
  return true;
}

async function load(packageName: string, place: string): Promise<void> {
  const failure = await loadFailure(place);
  if (failure !== undefined) throw new NativeBuildError(`The binding of ${packageName} was built but does not load`, [failure], WITHOUT);
}

/** What compiling and running need of a wheel; its other headers are 170 MB. */
const unpacking = `import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
headers = tuple("tensorflow/include/" + part for part in ("tensorflow/c/", "tensorflow/core/platform/", "tsl/c/", "tsl/platform/"))
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(headers) or name.endswith(".so.2")])`;

async function fetchLibrary(requirement: string, platform: string, library: string, python: string, run: RunProgram): Promise<void> {
  mkdirSync(dirname(library), { recursive: true });
  const folder = mkdtempSync(`${library}-`);
  const mirror = `Check that pip reaches its package index (a mirror: PIP_INDEX_URL, a proxy: HTTPS_PROXY). ${WITHOUT}`;
  const room = `It takes up to 2 GB in ${dirname(library)} while it is unpacked. ${WITHOUT}`;
  try {
    // For this Python's version whatever the machine's is: only the library inside is of interest.
    const target = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--platform", platform];
    const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", ...target, "-d", folder, requirement];
    await attempt(`fetch ${requirement}`, mirror, run(python, download));
    const wheel = readdirSync(folder).find((file) => file.endsWith(".whl"));
    if (wheel === undefined) throw new NativeBuildError(`Could not fetch ${requirement}`, ["pip ended well but left no wheel"], mirror);
    await attempt("unpack it", room, run(python, ["-c", unpacking, join(folder, wheel), folder]));
    // Another process may have been faster.
    if (!existsSync(library)) renameSync(join(folder, "tensorflow"), library);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compile(target: string, library: string, { compiler, headers, folder }: Tools, run: RunProgram): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(folder, "binding", file));
  const includes = [headers, join(library, "include"), folder].map((place) => `-I${place}`);
  const libraries = [`-L${library}`, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,${library}`];
  const options = ["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"];
  const remedy = `If files are missing, remove ${library} and try again: it is then fetched anew. ${WITHOUT}`;
  await attempt("compile the binding", remedy, run(compiler, [...options, ...includes, ...sources, "-o", target, ...libraries]));
}

/** Waits for a program, and says what it could not do, with the last it said. */
async function attempt(what: string, remedy: string, program: Promise<string>): Promise<void> {
  try {
    await program;
  } catch (error) {
    const { stderr = "", message } = error as { readonly stderr?: string; readonly message: string };
    const last = (stderr.trim() || message).split("\n").slice(-8);
    throw new NativeBuildError(`Could not ${what}`, last, remedy);
  }
}
