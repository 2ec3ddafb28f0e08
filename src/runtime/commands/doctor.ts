/** @file `engram doctor`: what this machine offers, what is in use, and why not something better. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { backendReport, selectBackend, type BackendName } from "../../tensor/backend.ts";
import { columns } from "../columns.ts";
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

export async function doctorCommand({ json, backend }: { readonly json?: boolean; readonly backend?: string }): Promise<void> {
  await selectBackend(backend as BackendName | undefined);
  const tensor = await backendReport();
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
    process.stdout.write(`${JSON.stringify(facts)}\n`);
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
}
