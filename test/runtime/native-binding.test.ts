import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { buildBinding, findTools, type Machine, NativeBuildError } from "../../src/runtime/native-binding.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-native-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const headers = join(folder, "include");
mkdirSync(headers);
writeFileSync(join(headers, "node_api.h"), "");

/** A machine with these programs; each does what it is told to, or is not there. */
function machine(programs: Readonly<Record<string, (args: readonly string[]) => string>>, rest: Partial<Machine> = {}): Machine {
  return {
    platform: "linux",
    architecture: "x64",
    run: async (program, args) => {
      const found = programs[program];
      if (found === undefined) throw Object.assign(new Error(`spawn ${program} ENOENT`), { code: "ENOENT" });
      return found(args);
    },
    headerFolders: [headers],
    packageFolder: () => join(folder, "node_modules", "@tensorflow", "tfjs-node"),
    ...rest,
  };
}

const works = (): string => "";

describe("findTools", () => {
  it("takes the first compiler and Python that are there, and sees a device only for the GPU's package", async () => {
    const all = machine({ "c++": works, python3: works, "nvidia-smi": works });
    expect(await findTools("node", all)).toMatchObject({ compiler: "c++", python: "python3", headers, device: false });
    expect(await findTools("node-gpu", all)).toMatchObject({ device: true });
    expect(await findTools("node-gpu", machine({ "g++": works, python: works }))).toMatchObject({ python: "python", device: false });
  });

  it("says everything that is missing at once, and where to get it", async () => {
    const bare = machine({}, { headerFolders: ["/nowhere"], packageFolder: () => undefined });
    const error = await findTools("node", bare).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NativeBuildError);
    const { problems, message } = error as NativeBuildError;
    expect(problems).toHaveLength(4);
    for (const remedy of [
      "apt install g++",
      "apt install python3-pip",
      "npx node-gyp install",
      "npm install --ignore-scripts @tensorflow/tfjs-node",
    ]) {
      expect(message).toContain(remedy);
    }
  });

  it("says what to do on systems that it is not for", async () => {
    await expect(findTools("node-gpu", machine({}, { platform: "win32" }))).rejects.toThrow("npm rebuild @tensorflow/tfjs-node-gpu");
    await expect(findTools("node", machine({}, { architecture: "riscv64" }))).rejects.toThrow("on linux riscv64");
  });
});

describe("buildBinding", () => {
  const build = async (programs: Readonly<Record<string, (args: readonly string[]) => string>>): Promise<boolean> =>
    buildBinding({ backend: "node", force: false, onStep() {} }, machine(programs));

  it("ends with what a failing step said last, and leaves nothing half made", async () => {
    const offline = (args: readonly string[]): string => {
      if (args.includes("download")) throw Object.assign(new Error("exit 1"), { stderr: "line\nERROR: no index reachable" });
      return "";
    };
    const failure = build({ "g++": works, python3: offline });
    await expect(failure).rejects.toThrow("Could not fetch tensorflow-cpu==2.15.1");
    await expect(failure).rejects.toThrow("ERROR: no index reachable");
  });

  it("does nothing where the binding is there", async () => {
    const lib = join(folder, "node_modules", "@tensorflow", "tfjs-node", "lib", "napi-v8");
    mkdirSync(lib, { recursive: true });
    writeFileSync(join(lib, "tfjs_binding.node"), "");
    expect(await build({ "g++": works, python3: works })).toBe(false);
  });
});
