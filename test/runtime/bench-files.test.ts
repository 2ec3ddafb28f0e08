/** What a benchmark reads of files, whatever is in them: used, or refused by a typed error that names the file. The files are those of a real benchmark. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { agents } from "../../agents/index.ts";
import { environments } from "../../envs/index.ts";
import { parseProtocol } from "../../src/continual/benchmark/protocol.ts";
import type { SuiteInput } from "../../src/continual/suite.ts";
import { EngramError, FieldError } from "../../src/contract/errors.ts";
import { claimFolder } from "../../src/runtime/bench/folders.ts";
import { completeEvents } from "../../src/runtime/bench/kept-job.ts";
import { loadMethods, prepare } from "../../src/runtime/bench/prepare.ts";
import { readReferences } from "../../src/runtime/bench/result-files.ts";
import { compareCommand } from "../../src/runtime/commands/compare.ts";
import { loadSuite } from "../../src/runtime/load-suite.ts";
import { openEnvironment } from "../../src/runtime/open-environment.ts";
import { programIn } from "../engram-program.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-bench-files-"));
const place = (...names: string[]): string => join(folder, ...names);
const engram = programIn(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const suite: SuiteInput = {
  name: "two",
  worlds: [{ world: "tabletop/reach@1" }, { world: "tabletop/push@1" }],
  test: [{ world: "tabletop/reach@1?hide=goal" }],
};
const method = {
  name: "mine",
  agent: "behaviour-cloning",
  config: { consolidation: "ewc", options: { strength: 10 }, hidden: [8], learningRate: 1e-3 },
  curriculum: "sequence",
};
const choices = { demonstrations: 1, gradientSteps: 4, evaluationEpisodes: 1, testsWhileLearning: { every: 2, episodes: 1, tasks: "current" } };
const protocol = parseProtocol(choices);
const put = (file: string, content: unknown): void => writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));

beforeAll(async () => {
  put(place("two.json"), suite);
  put(place("mine.json"), method);
  const set = Object.entries(choices).flatMap(([name, value]) => ["--set", `${name}=${JSON.stringify(value)}`]);
  const { code, err } = await engram("bench", "two.json", "--methods", "from-scratch,joint", "--seeds", "1", ...set, "--out", "whole");
  if (code !== 0) throw new Error(err);
}, 300_000);

type Path = readonly (string | number)[];

/** Every place in a JSON value, the whole included. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [path, ...[...keys].flatMap((key) => placesIn((value as Record<string | number, unknown>)[key], [...path, key]))];
}

/** With something else at a place; with nothing where it is undefined. */
function changed(value: unknown, [key, ...deeper]: Path, other: unknown): unknown {
  if (key === undefined) return other;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = changed(copy[key], deeper, other);
  return copy;
}

const odd = fc.oneof(fc.constantFrom(undefined, null, 0, -1, 0.5, "", "tabletop/puhs@1", "-", true, [], {}, [[]]), fc.jsonValue({ maxDepth: 2 }));

/** A file's text with one thing changed or added, or cut short, or any text at all. */
const damaged = (text: string): fc.Arbitrary<string> => {
  const value: unknown = JSON.parse(text);
  const places = placesIn(value);
  const one = fc.tuple(fc.constantFrom(...places), odd).map(([path, other]) => JSON.stringify(changed(value, path, other)) ?? "");
  const more = fc
    .tuple(fc.constantFrom(...places), fc.string(), odd)
    .map(([path, key, other]) => JSON.stringify(changed(value, [...path, key], other)));
  const cut = fc.nat(text.length - 1).map((end) => text.slice(0, end));
  return fc.oneof({ weight: 4, arbitrary: one }, more, cut, fc.json(), fc.string());
};

/** Reads a file that was damaged in every way. Of nothing but typed errors is heard, with the file's name and, where it is one, the field: so many times. */
async function refusals(file: string, read: () => unknown): Promise<number> {
  const text = readFileSync(file, "utf8");
  let refused = 0;
  const answers = async (content: string): Promise<void> => {
    put(file, content);
    try {
      await read();
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      expect(error.message.startsWith(file)).toBe(true);
      if (error instanceof FieldError) expect(error.field).not.toBe("");
      refused++;
    }
  };
  await fc.assert(fc.asyncProperty(damaged(text), answers), { numRuns: RUNS });
  put(file, text);
  await read();
  return refused;
}

const RUNS = 200;
/** At least; some damage leaves a file that can be used. */
const REFUSED = RUNS / 4;

const registries = { environments: async () => environments };
const prepared = async (suiteFile: string, methods: string): Promise<unknown> =>
  prepare({
    suite: loadSuite(suiteFile, new Map()),
    from: suiteFile,
    protocol,
    methods: loadMethods(methods, agents),
    seeds: [1],
    out: place("out"),
    command: "",
    agents,
    openEnvironment: async (name) => openEnvironment(name, registries),
  });

describe("whatever is in it, it is used or refused with its name and field:", () => {
  it("a suite's file", async () => {
    expect(await refusals(place("two.json"), () => prepared(place("two.json"), "random"))).toBeGreaterThan(REFUSED);
  }, 120_000);

  it("a method's file", async () => {
    expect(await refusals(place("mine.json"), () => prepared(place("two.json"), place("mine.json")))).toBeGreaterThan(REFUSED);
  }, 120_000);

  it("the results of a benchmark", async () => {
    const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const file = place("whole", "results.json");
    put(place("other.json"), readFileSync(file, "utf8"));
    const refused = await refusals(file, () => compareCommand(place("other.json"), file, { json: true })).finally(() => said.mockRestore());
    expect(refused).toBeGreaterThan(REFUSED);
  }, 120_000);

  it("what figures are compared with", async () => {
    const file = place("whole", "references.json");
    const own = loadSuite(place("two.json"), new Map());
    expect(await refusals(file, () => readReferences(file, own, protocol))).toBeGreaterThan(REFUSED);
  });

  it("what a benchmark's folder was made for", async () => {
    const purpose = { suite: loadSuite(place("two.json"), new Map()), protocol };
    expect(await refusals(place("whole", "bench.json"), () => claimFolder(place("whole"), purpose).release())).toBeGreaterThan(REFUSED);
  });
});

it("a log cut anywhere is refused with its file and what to do, and a whole one read", () => {
  const job = place("whole", "joint", "seed-1");
  const file = join(job, "metrics.jsonl");
  const log = readFileSync(file, "utf8");
  const cut = (end: number): void => {
    put(file, log.slice(0, end));
    expect(() => completeEvents(job)).toThrow(expect.objectContaining({ code: "storage", file, message: expect.stringContaining(`Remove ${job}`) as string }) as Error); // prettier-ignore
  };
  // What is left out at the end is more than the last line's end, without which it is whole.
  fc.assert(fc.property(fc.nat(log.length - 2), cut), { numRuns: 200 });
  put(file, log.trimEnd());
  expect(completeEvents(job)).toHaveLength(log.split("\n").length - 1);
});
