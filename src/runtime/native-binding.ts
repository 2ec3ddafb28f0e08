/**
 * @file Builds the binding of a native tfjs package where the package's own install script cannot: the script downloads TensorFlow's C library from
 * a place that many networks do not reach. The same library lies in TensorFlow's Python wheel, which comes from the package index, and the package
 * holds its binding's sources: so they are compiled here against it.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { EngramError } from "../contract/errors.ts";
import { loadFailure, packageFolder, type NativeBackendName, nativePackages } from "../tensor/backend-native.ts";

/** The wheel whose C library the pinned bindings were checked with. */
const TENSORFLOW = "2.15.1";

/** The binding cannot be built here, with everything that is missing. */
export class NativeBuildError extends EngramError {
  readonly code = "native-build";
  readonly problems: readonly string[];

  constructor(what: string, problems: readonly string[]) {
    super(`${what}:${problems.map((problem) => `\n  - ${problem}`).join("")}`);
    this.problems = problems;
  }
}

/** Runs a program and gives what it prints. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const execute: RunProgram = async (program, args) => (await promisify(execFile)(program, [...args], { maxBuffer: 64 << 20 })).stdout;

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

/** Wheels by Node's name of the processor. */
const wheelPlatforms: Readonly<Record<string, string>> = { x64: "manylinux_2_17_x86_64", arm64: "manylinux_2_17_aarch64" };

/** Looks for everything the build needs. @throws {NativeBuildError} With all that is missing, and where to get it. */
export async function findTools(backend: NativeBackendName, machine: Machine = here): Promise<Tools> {
  const packageName = nativePackages[backend];
  const works = async (program: string, ...args: string[]): Promise<boolean> => machine.run(program, args).then(() => true, () => false); // prettier-ignore
  const first = async (programs: readonly string[], ...args: string[]): Promise<string | undefined> => {
    for (const program of programs) if (await works(program, ...args)) return program;
    return undefined;
  };
  if (machine.platform !== "linux" || wheelPlatforms[machine.architecture] === undefined) {
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
    folder === undefined && `the package ${packageName}: run \`npm install --ignore-scripts ${packageName}\``,
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
}

/**
 * Builds the binding and loads it once, in a process of its own. What is half made lies under other names, so that nothing broken stays behind.
 * @returns Whether there was anything to do.
 * @throws {NativeBuildError} Something is missing, a step fails, or the binding does not load.
 */
export async function buildBinding({ backend, force, onStep }: BuildOptions, machine: Machine = here): Promise<boolean> {
  const packageName = nativePackages[backend];
  const tools = await findTools(backend, machine);
  const binding = join(tools.folder, "lib", "napi-v8", "tfjs_binding.node");
  if (existsSync(binding) && !force) return false;
  const wheel = tools.device ? "tensorflow" : "tensorflow-cpu";
  // Beside the packages, for both of them.
  const library = join(tools.folder, "..", "..", ".cache", "engram", `${wheel}-${TENSORFLOW}`);
  if (existsSync(library)) onStep(1, 3, "TensorFlow's C library is here already");
  else await fetchLibrary(`${wheel}==${TENSORFLOW}`, library, tools, machine, () => onStep(1, 3, `fetching TensorFlow's C library (${wheel} ${TENSORFLOW}, about 200 MB)`)); // prettier-ignore
  onStep(2, 3, "compiling the binding");
  await compile(binding, library, tools, machine);
  onStep(3, 3, "loading it");
  const failure = await loadFailure(tools.folder);
  if (failure === undefined) return true;
  rmSync(binding);
  throw new NativeBuildError(`The binding of ${packageName} was built but does not load`, [failure]);
}

async function fetchLibrary(requirement: string, library: string, { python }: Tools, machine: Machine, onStart: () => void): Promise<void> {
  onStart();
  mkdirSync(dirname(library), { recursive: true });
  const folder = mkdtempSync(`${library}-`);
  try {
    const target = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--platform", wheelPlatforms[machine.architecture]!];
    await attempt(`fetch ${requirement}`, machine.run(python, ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", ...target, "-d", folder, requirement])); // prettier-ignore
    const wheel = readdirSync(folder).find((file) => file.endsWith(".whl"))!;
    const needed = `import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith("tensorflow/include/") or name.endswith(".so.2")])`;
    await attempt("unpack it", machine.run(python, ["-c", needed, join(folder, wheel), folder]));
    renameSync(join(folder, "tensorflow"), library);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compile(binding: string, library: string, { compiler, headers, folder }: Tools, machine: Machine): Promise<void> {
  mkdirSync(dirname(binding), { recursive: true });
  const half = `${binding}.half`;
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(folder, "binding", file));
  const includes = [headers, join(library, "include"), folder].map((place) => `-I${place}`);
  const libraries = [`-L${library}`, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,${library}`];
  try {
    const options = ["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"];
    await attempt("compile the binding", machine.run(compiler, [...options, ...includes, ...sources, "-o", half, ...libraries]));
    renameSync(half, binding);
  } finally {
    rmSync(half, { force: true });
  }
}

/** Waits for a program, and says what it could not do, with the last it said. */
async function attempt(what: string, program: Promise<string>): Promise<void> {
  try {
    await program;
  } catch (error) {
    const { stderr = "", message } = error as { readonly stderr?: string; readonly message: string };
    const last = (stderr.trim() || message).split("\n").slice(-8);
    throw new NativeBuildError(`Could not ${what}`, last);
  }
}
