/** @file The house plan as a test: who may open which door. See docs/architecture.md. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

interface SourceFile {
  readonly path: string;
  /** Relative imports, as paths from the root. */
  readonly local: readonly string[];
  /** Packages and `node:` modules. */
  readonly packages: readonly string[];
  readonly text: string;
}

const isRelative = (specifier: string): boolean => specifier.startsWith(".");

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(root, path), "utf8");
      const imports = [
        ...text.matchAll(/^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm),
      ];
      const specifiers = imports.map((match) => (match[1] ?? match[2] ?? match[3])!);
      return {
        path,
        text,
        local: specifiers.filter(isRelative).map((target) => relative(root, resolve(root, dirname(path), target))),
        packages: specifiers.filter((target) => !isRelative(target)),
      };
    });
}

const house = { src: sourceFiles("src"), envs: sourceFiles("envs"), agents: sourceFiles("agents"), scenarios: sourceFiles("scenarios") };
const all = Object.values(house).flat();

/** Each room of src with the rooms it may open. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  numerics: ["contract"],
  environments: ["contract", "numerics", "threads"],
  tensor: ["contract", "numerics", "threads"],
  memory: ["contract", "numerics", "tensor"],
  learning: ["contract", "numerics", "tensor", "memory"],
  streams: ["contract", "numerics", "tensor", "memory", "learning"],
  continual: ["contract", "numerics", "tensor", "memory", "learning", "streams"],
  telemetry: ["contract", "numerics", "tensor", "memory", "learning", "streams", "continual", "sockets"],
  runtime: ["contract", "numerics", "tensor", "memory", "learning", "streams", "continual", "telemetry", "environments", "interop"],
  interop: ["contract", "numerics", "environments", "sockets", "threads"],
  sockets: ["contract"],
  threads: [],
};

/** Where a library may be imported, by the start of a file's path. */
const libraryDoors: Readonly<Record<string, readonly string[]>> = {
  "cannon-es": ["envs/"],
  ws: ["src/telemetry/server.ts", "src/interop/environment-server.ts", "src/interop/remote/"],
  rxjs: ["src/streams/", "src/telemetry/", "src/runtime/", "scenarios/"],
  "@tensorflow/": ["src/tensor/"],
  "better-sqlite3": ["src/memory/stores/"],
  pg: ["src/memory/stores/"],
  usearch: ["src/memory/stores/hnsw-index.ts"],
  h5wasm: ["src/interop/"],
  fflate: ["src/interop/", "envs/few-shot/"],
  hyparquet: ["src/interop/memory-parquet.ts"],
  "hyparquet-writer": ["src/interop/memory-parquet.ts"],
  "fast-png": ["envs/few-shot/"],
  commander: ["src/runtime/"],
  three: ["src/telemetry/page/"],
  uplot: ["src/telemetry/page/"],
};

const nodeDoors = [
  "src/memory/stores/",
  "src/telemetry/",
  "src/interop/",
  "src/runtime/",
  "src/tensor/backend",
  "src/environments/workers/",
  "src/sockets/",
  "scenarios/",
];

const inside = (path: string, folders: readonly string[]): boolean => folders.some((folder) => path.startsWith(folder));
const roomOf = (path: string): string | undefined => (path.startsWith("src/") ? path.split("/")[1]!.replace(/\.ts$/, "") : undefined);
const matches = (name: string, library: string): boolean =>
  library.endsWith("/") ? name.startsWith(library) : name === library || name.startsWith(`${library}/`);

describe("the house plan", () => {
  it("finds the imports it judges", () => {
    expect(all.length).toBeGreaterThan(50);
    expect(all.flatMap((file) => file.local).length).toBeGreaterThan(100);
  });

  it("lets arrows only go down: src knows nothing above it, agents know no worlds, worlds know no agents", () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      src: ["src/"],
      envs: ["src/", "envs/"],
      agents: ["src/", "agents/"],
      scenarios: ["src/", "envs/", "agents/", "scenarios/"],
    };
    const wrong = Object.entries(house).flatMap(([folder, files]) =>
      files.flatMap((file) => file.local.filter((target) => !inside(target, allowed[folder]!)).map((target) => `${file.path} → ${target}`)),
    );
    expect(wrong).toEqual([]);
  });

  it("opens doors between the rooms of src only downwards", () => {
    const wrong = house.src.flatMap((file) => {
      const room = roomOf(file.path)!;
      if (room === "index") return [];
      return file.local
        .map((target) => ({ target, other: roomOf(target)! }))
        .filter(({ other }) => other !== room && !rooms[room]?.includes(other))
        .map(({ target }) => `${file.path} → ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("gives each library one door", () => {
    const wrong = all.flatMap((file) =>
      file.packages
        .filter((name) => Object.entries(libraryDoors).some(([library, folders]) => matches(name, library) && !inside(file.path, folders)))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("touches the machine only at its edges: worlds, agents, learning and recall run in a browser", () => {
    const wrong = all
      .filter((file) => file.packages.some((name) => name.startsWith("node:")) && !inside(file.path, nodeDoors))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  it("keeps chance in the seeded streams and the wall clock out of results", () => {
    const clockDoors = ["src/telemetry/", "src/runtime/", "src/streams/", "src/interop/remote/thread.ts", "scenarios/main.ts"];
    const clock = /\bDate\.now\(|\bnew Date\(|\bperformance\.now\(/;
    expect(all.filter((file) => /\bMath\.random\(/.test(file.text)).map((file) => file.path)).toEqual([]);
    expect(all.filter((file) => clock.test(file.text) && !inside(file.path, clockDoors)).map((file) => file.path)).toEqual([]);
  });

  it("opens every file with what it is", () => {
    expect(all.filter((file) => !/^(#!.*\n)?\/\*\*\s*(\n \*\s*)?@file /.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});
