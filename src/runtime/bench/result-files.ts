/** @file The files that a benchmark's result is kept in, and how one is read back. */
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { FieldError, StorageError } from "../../contract/errors.ts";
import { validate } from "../../contract/validate.ts";
import type { Protocol } from "../../continual/benchmark/protocol.ts";
import { misfit, partFor, references, type References } from "../../continual/references.ts";
import type { Suite } from "../../continual/suite.ts";
import { firstDifference } from "../../continual/benchmark/first-difference.ts";
import { benchCsv } from "../../continual/benchmark/csv.ts";
import { benchLatex } from "../../continual/benchmark/latex.ts";
import { benchReport } from "../../continual/benchmark/report.ts";
import { parseBenchResult, type BenchResult } from "../../continual/benchmark/result.ts";
import { summarizeMethods } from "../../continual/benchmark/aggregate.ts";
import { replaceFile } from "../replace-file.ts";
import { readChecked } from "./json-file.ts";

/** Each is replaced whole. */
export function writeResult(out: string, result: BenchResult): void {
  replaceFile(join(out, "results.json"), `${JSON.stringify({ ...result, summary: summarizeMethods(result) }, null, 2)}\n`);
  const compared = join(out, "references.json");
  if (result.references === undefined) rmSync(compared, { force: true });
  else replaceFile(compared, `${JSON.stringify(result.references, null, 2)}\n`);
  replaceFile(join(out, "results.csv"), benchCsv(result));
  replaceFile(join(out, "results.tex"), benchLatex(result));
  replaceFile(join(out, "report.html"), benchReport(result));
}

/** @throws {FieldError} A file that holds no references, or those of other worlds or another protocol. */
export function readReferences(file: string, suite: Suite, protocol: Protocol): References {
  const found = readChecked(file, (content) => validate(references, content, "references"), "Name a references.json that `engram bench` wrote.");
  if (found.worlds === undefined && found.suite !== suite.name)
    throw new FieldError(file, "suite", `it is of ${found.suite}, and ${suite.name} is asked for. Name references of the same suite.`);
  const part = found.worlds === undefined ? found : partFor(suite, found);
  if (part === undefined) throw ofOtherWorlds(file, found, suite);
  const other = misfit(found, protocol);
  if (other === undefined) return part;
  throw new FieldError(
    file,
    `protocol.${other.choice}`,
    `it was made with ${JSON.stringify(other.wanted)}. Ask for the same, or leave the references out.`,
  );
}

function ofOtherWorlds(file: string, { suite: name, worlds, placements }: References, suite: Suite): FieldError {
  const found = firstDifference({ worlds, placements }, { worlds: suite.worlds, placements: suite.placements }, "");
  const [was, is] = [found?.one, found?.other].map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
  const problem = `it is ${was} of ${name}, and ${is} of ${suite.name} is asked for. Name references of the same worlds.`;
  return new FieldError(file, found?.path.replace(/^\./, "") ?? "worlds", problem);
}

export interface SavedResult {
  /** What it was read from. */
  readonly file: string;
  readonly result: BenchResult;
}

/** @param place A benchmark's folder, or its `results.json`. @throws {StorageError} Neither. @throws {FieldError} A file that holds no result. */
export function readResult(place: string): SavedResult {
  const file = existsSync(place) && statSync(place).isDirectory() ? join(place, "results.json") : place;
  if (!existsSync(file)) throw new StorageError(file, "there is no such file", "Name a folder that `engram bench` made, such as runs/bench-cw10.");
  return { file, result: readChecked(file, parseBenchResult, "Name a folder that `engram bench` made; the same command writes its results anew.") };
}
