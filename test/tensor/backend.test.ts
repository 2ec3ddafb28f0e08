import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { UnknownNameError } from "../../src/contract/errors.ts";
import { loadFailure, nativeInstallation } from "../../src/tensor/backend-native.ts";
import { backendNames, backendReport, BackendUnavailableError, selectBackend, type BackendName } from "../../src/tensor/backend.ts";

const usable = new Set(["in-use", "available", "built"]);

describe("selecting a backend", () => {
  it("reports nothing in use before the first selection, and says of every candidate how it stands", async () => {
    const report = await backendReport();
    expect(report.inUse).toBeUndefined();
    expect(report.tfjs).toBe(tf.version_core);
    expect(report.node).toBe(process.versions.node);
    expect(report.candidates.map(({ name }) => name)).toEqual(backendNames);
    for (const { state, reason, remedy } of report.candidates) {
      expect(reason).not.toBe("");
      expect(remedy === undefined).toBe(usable.has(state));
    }
  });

  it("takes wasm by default, again and again", async () => {
    // Two at once: neither is answered before the backend can compute.
    const first = [selectBackend(), selectBackend()];
    for (const selection of first) expect((await selection).inUse).toBe("wasm");
    expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3);
    const again = await selectBackend();
    expect(again.inUse).toBe("wasm");
    expect(again.candidates.find(({ name }) => name === "wasm")?.state).toBe("in-use");
    expect(tf.getBackend()).toBe("wasm");
  });

  it("switches to another and keeps it without a wish", async () => {
    expect((await selectBackend("cpu")).inUse).toBe("cpu");
    expect((await selectBackend()).inUse).toBe("cpu");
    expect((await selectBackend("wasm")).inUse).toBe("wasm");
  });

  it("answers an unknown name with the nearest", async () => {
    await expect(selectBackend("wsam" as BackendName)).rejects.toThrow(UnknownNameError);
    await expect(selectBackend("wsam" as BackendName)).rejects.toThrow("Did you mean `wasm`?");
  });

  it("refuses a native backend that cannot be had, with the reason, a remedy and what would work", async () => {
    const { candidates } = await backendReport();
    for (const { name, state, reason, remedy } of candidates) {
      if (usable.has(state)) continue;
      const error = await selectBackend(name).then(() => undefined, (thrown: unknown) => thrown); // prettier-ignore
      expect(error).toBeInstanceOf(BackendUnavailableError);
      expect(error).toMatchObject({ code: "backend-unavailable", backend: name, reason, alternatives: ["wasm", "cpu"] });
      expect(String(error)).toContain(remedy);
    }
    expect(tf.getBackend()).toBe("wasm");
  });

  it("leaves the process' handlers for errors as they were", async () => {
    for (const event of ["uncaughtException", "unhandledRejection"] as const) {
      expect(process.rawListeners(event).filter((listener) => /abort|ExitStatus|throw reason/.test(String(listener)))).toEqual([]);
    }
  });
});

describe("a process of its own", () => {
  const folder = mkdtempSync(join(tmpdir(), "engram-backend-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["wasm", "cpu"])(
    "computes on %s from any folder and prints nothing",
    async (name) => {
      const door = (file: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../src/tensor", file)).href);
      const script = join(folder, `${name}.mts`);
      const lines = [
        `import { selectBackend } from ${door("backend.ts")};`,
        `import { matMul, matrix } from ${door("ops.ts")};`,
        `await selectBackend(${JSON.stringify(name)});`,
        `console.log(matMul(matrix(Float32Array.of(1, 2), 1, 2), matrix(Float32Array.of(3, 4), 2, 1)).dataSync()[0]);`,
      ];
      writeFileSync(script, lines.join("\n"));
      const tsx = join(import.meta.dirname, "../../node_modules/tsx/dist/cli.mjs");
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [tsx, script], { cwd: folder });
      expect(stdout).toBe("11\n"); // 1·3 + 2·4
      expect(stderr).toBe("");
    },
    30_000,
  );
});

describe("detecting a native backend", () => {
  const folder = mkdtempSync(join(tmpdir(), "engram-native-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const name = "@tensorflow/tfjs-node";

  /** A package whose main module is the given text. */
  function packageOf(label: string, main: string, binding?: Buffer): string {
    const at = join(folder, label);
    mkdirSync(join(at, "lib", "napi-v8"), { recursive: true });
    writeFileSync(join(at, "package.json"), JSON.stringify({ name, version: "4.5.6" }));
    writeFileSync(join(at, "index.js"), main);
    if (binding !== undefined) writeFileSync(join(at, "lib", "napi-v8", "tfjs_binding.node"), binding);
    return at;
  }

  it("tells a package that is not installed from one whose binding is not built, and from one that is", () => {
    expect(nativeInstallation(name, undefined)).toMatchObject({ state: "not-installed", reason: "@tensorflow/tfjs-node is not installed" });
    const unbuilt = nativeInstallation(name, packageOf("unbuilt", ""));
    expect(unbuilt).toMatchObject({ state: "not-built", version: "4.5.6" });
    expect(unbuilt.remedy).toContain("engram native install");
    expect(nativeInstallation(name, packageOf("built", "", Buffer.from("x")))).toMatchObject({ state: "built", version: "4.5.6" });
  });

  it("says why a binding does not load", async () => {
    const main = `require("./lib/napi-v8/tfjs_binding.node")`;
    const damaged = packageOf("damaged", main, Buffer.from("not a library"));
    expect(await loadFailure(damaged)).toContain("tfjs_binding.node");
    expect(await loadFailure(packageOf("lost", `require("a-package-that-is-not-there")`))).toContain(
      "Cannot find module 'a-package-that-is-not-there'",
    );
  });

  it("survives a binding that takes its process down", async () => {
    expect(await loadFailure(packageOf("deadly", `process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);`))).toContain("SIGKILL");
  });

  it("finds nothing wrong with one that loads", async () => {
    expect(await loadFailure(packageOf("fine", "module.exports = {};"))).toBeUndefined();
  });
});
