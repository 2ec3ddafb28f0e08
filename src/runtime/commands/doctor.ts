/** @file `engram doctor`: what this machine offers, what is in use, and why not something better. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { backendReport, selectBackend, type BackendName, type BackendReport } from "../../tensor/backend.ts";
import { columns } from "../columns.ts";
import type { BackendFigures } from "../measure-backend.ts";
import { engramVersion, packageRoot } from "../version.ts";

const PACKAGES = ["@tensorflow/tfjs-core", "cannon-es", "rxjs", "ws", "better-sqlite3", "zod", "commander"] as const;

const require = createRequire(import.meta.url);

/** A package's version, whether or not it exports its package.json. */
function versionOf(name: string): string {
  const folder = require.resolve.paths(name)?.find((path) => existsSync(join(path, name, "package.json")));
  return folder === undefined ? "not installed" : (require(join(folder, name, "package.json")) as { readonly version: string }).version;
}

function sqliteWorks(): string {
  try {
    const Database = require("better-sqlite3") as new (file: string) => { prepare(sql: string): { get(): { readonly v: string } }; close(): void };
    const database = new Database(":memory:");
    const { v } = database.prepare("select sqlite_version() as v").get();
    database.close();
    return `works (SQLite ${v})`;
  } catch (error) {
    return `does not load (${(error as Error).message.split("\n")[0]!}). Run: npm rebuild better-sqlite3`;
  }
}

export interface DoctorFlags {
  readonly json?: boolean;
  readonly backend?: string;
  readonly measure?: boolean;
}

export async function doctorCommand({ json, backend, measure }: DoctorFlags): Promise<void> {
  await selectBackend(backend as BackendName | undefined);
  const tensor = await backendReport();
  const figures = measure === true ? await measureBackends(tensor) : undefined;
  const facts = {
    engram: engramVersion(),
    node: process.version,
    processor: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    database: sqliteWorks(),
    page: existsSync(join(packageRoot(), "dist", "page", "index.html")) ? "built" : "not built. Run: npm run build",
    tensor,
  };
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ ...facts, ...(figures && { figures }) })}\n`);
    return;
  }
  const { packages, tensor: report, ...simple } = facts;
  const candidates = report.candidates.map((one) => [
    `  ${one.name}`,
    one.state,
    one.version ?? "",
    [one.reason, one.remedy].filter(Boolean).join(". "),
  ]);
  process.stdout.write(
    `${columns(Object.entries({ ...simple, ...packages }))}\n\ntensor backends (in use: ${String(report.inUse)})\n${columns(candidates)}\n`,
  );
  if (figures !== undefined) process.stdout.write(`\n${adviceOn(figures)}\n`);
}

/** Times every backend that can be had, one after another, each in a process of its own. */
async function measureBackends({ candidates }: BackendReport): Promise<Readonly<Record<string, BackendFigures>>> {
  const usable = candidates.filter(({ state }) => state === "in-use" || state === "available");
  const figures: Record<string, BackendFigures> = {};
  for (const [k, { name }] of usable.entries()) {
    process.stderr.write(`[${k + 1}/${usable.length}] timing ${name}, a few seconds\n`);
    const program = join(import.meta.dirname, "..", "measure-backend.js");
    const { stdout } = await promisify(execFile)(process.execPath, [program, name], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" } });
    figures[name] = JSON.parse(stdout) as BackendFigures;
  }
  return figures;
}

const kinds: Readonly<Record<keyof BackendFigures, string>> = {
  decision: "a decision, 39-64-64-4",
  smallStep: "an Adam step of it, batch 64",
  wideStep: "an Adam step of 256-1024-1024-64, batch 512",
};

const microseconds = (figure: number): string => (figure < 100 ? figure.toPrecision(2) : figure.toFixed(0));

function adviceOn(figures: Readonly<Record<string, BackendFigures>>): string {
  const names = Object.keys(figures);
  const rows = (Object.entries(kinds) as [keyof BackendFigures, string][]).map(([kind, words]) => {
    const best = names.reduce((a, b) => (figures[b]![kind] < figures[a]![kind] ? b : a));
    return [`  ${words}`].concat(names.map((name) => microseconds(figures[name]![kind]))).concat(best);
  });
  return `measured on this machine [µs]\n${columns([["", ...names, "use"], ...rows])}`;
}
