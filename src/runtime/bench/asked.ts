/** @file What a benchmark is asked to do: its flags, read. */
import { join } from "node:path";
import { InvalidValueError } from "../../contract/errors.ts";
import { toldBoundaries } from "../../continual/benchmark/methods.ts";
import { benchName } from "../../continual/benchmark/program.ts";
import { parseProtocol } from "../../continual/benchmark/protocol.ts";
import { boundaryModes, type BoundaryMode } from "../../continual/config.ts";
import { loadSuite } from "../load-suite.ts";
import { openEnvironment } from "../open-environment.ts";
import { quoted } from "../quoted.ts";
import { withOverrides } from "../overrides.ts";
import type { Registries } from "../registries.ts";
import { chosenReferences, type ChosenReferences } from "./chosen-references.ts";
import { loadMethods, type Asked, type NamedMethod } from "./prepare.ts";

/** The flags, as typed. */
export interface BenchFlags {
  readonly methods: string;
  readonly seeds: string;
  readonly parallel?: string;
  readonly boundaries?: string;
  readonly references?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

/** @throws {UnknownNameError} @throws {InvalidValueError} @throws {FieldError} @throws {StorageError} A flag, or a file that it names, that cannot be used. */
export async function askedFor(name: string, flags: BenchFlags, registries: Registries): Promise<Asked & Pick<ChosenReferences, "why">> {
  const suites = await registries.suites();
  const agents = await registries.agents();
  const suite = loadSuite(name, suites);
  const protocol = parseProtocol(withOverrides(parseProtocol({}), flags.set));
  const chosen = await chosenReferences({ suite, protocol, file: flags.references }, registries);
  const command = [
    `engram bench ${quoted(name)} --methods ${quoted(flags.methods)} --seeds ${flags.seeds}`,
    ...(flags.references === undefined ? [] : [`--references ${quoted(flags.references)}`]),
    ...(flags.boundaries === undefined ? [] : [`--boundaries ${flags.boundaries}`]),
    ...flags.set.map((assignment) => `--set ${quoted(assignment)}`),
  ].join(" ");
  return {
    suite,
    from: name,
    protocol,
    ...chosen,
    methods: differentlyNamed(inModes(loadMethods(flags.methods, agents), flags.boundaries), flags.methods),
    seeds: seedsOf(flags.seeds),
    out: flags.out ?? join("runs", benchName(suite)),
    command,
    agents,
    openEnvironment: (id) => openEnvironment(id, registries),
  };
}

/** Each method once for each way of being told boundaries. @throws {InvalidValueError} */
function inModes(methods: readonly NamedMethod[], list: string | undefined): readonly NamedMethod[] {
  if (list === undefined) return methods;
  const modes = list.split(",").map((mode) => {
    const known = boundaryModes.find((each) => each === mode);
    if (known === undefined) throw new InvalidValueError("--boundaries", list, `some of ${boundaryModes.join(", ")}, with commas between`);
    return known;
  });
  const inMode = ({ method, ...from }: NamedMethod, mode: BoundaryMode): NamedMethod => ({ ...from, method: toldBoundaries(method, mode) });
  // Whoever learns all tasks at once hears of no boundary.
  return methods.flatMap((each) => (each.method.curriculum === "joint" ? [each] : [...new Set(modes)].map((mode) => inMode(each, mode))));
}

/** @throws {InvalidValueError} Two of one name, that of a way of being told boundaries included. */
function differentlyNamed(methods: readonly NamedMethod[], list: string): readonly NamedMethod[] {
  const names = methods.map(({ method }) => method.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new InvalidValueError("--methods", list, `methods of different names; \`${twice}\` is there twice`);
  return methods;
}

/** Seeds that a range may have. */
const MOST_SEEDS = 1000;

/** `1-10`, `1,2,5` or both. @throws {InvalidValueError} */
function seedsOf(text: string): readonly number[] {
  const seeds = text.split(",").flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || !(from <= to) || to - from >= MOST_SEEDS || !Number.isSafeInteger(to))
      throw new InvalidValueError(
        "--seeds",
        text,
        `numbers and ascending ranges of at most ${MOST_SEEDS} seeds`,
        "Such as --seeds 1-10 or --seeds 1,2,5",
      );
    return Array.from({ length: to - from + 1 }, (_, k) => from + k);
  });
  return [...new Set(seeds)].toSorted((a, b) => a - b);
}
