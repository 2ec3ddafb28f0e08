/** @file `engram compare`: which figures differ by more than chance. */
import { FieldError, InvalidValueError, UnknownNameError } from "../../contract/errors.ts";
import { shownFigures } from "../../continual/benchmark/columns.ts";
import { firstDifference } from "../../continual/benchmark/first-difference.ts";
import { comparePairs, type Contestant, type FigureDifference } from "../../continual/benchmark/pairs.ts";
import type { FigureKind } from "../../continual/benchmark/result.ts";
import { figures as definitions, type FigureReferences } from "../../continual/figures.ts";
import { padded, verdict, written } from "../../continual/benchmark/table.ts";
import { orderOf, orderTable } from "./compare-order.ts";
import { readResult, type SavedResult } from "../bench/result-files.ts";

/** The flags, as typed. */
export interface CompareFlags {
  readonly methods?: string;
  readonly figures?: string;
  readonly order?: boolean;
  readonly json?: boolean;
}

/** @throws {FieldError} Results of different suites or protocols. @throws {UnknownNameError} A method that a result has not. */
export function compareCommand(place: string, otherPlace: string | undefined, flags: CompareFlags): void {
  const { methods, figures, json } = flags;
  const names = methods?.split(",");
  if (flags.order === true) return compareOrder(place, otherPlace, names, json === true);
  const one = withFigures(readResult(place), figures);
  const other = otherPlace === undefined ? undefined : withFigures(readResult(otherPlace), figures);
  const apart = other === undefined ? [] : requireComparable(one, other);
  const pairs = other === undefined ? within(one, names) : between(without(apart, one), without(apart, other), names);
  const differences = comparePairs(pairs);
  const leftOut =
    apart.length === 0 ? "" : `Left out: ${apart.map(({ name }) => name).join(", ")}. The two results reckon them against other references.\n\n`;
  process.stdout.write(
    json === true ? `${JSON.stringify(differences)}\n` : `${pairs.map((pair) => text(pair, differences)).join("\n\n")}\n\n${leftOut}${explained}\n`,
  );
}

function compareOrder(place: string, otherPlace: string | undefined, names: readonly string[] | undefined, json: boolean): void {
  if (otherPlace === undefined) throw new InvalidValueError("--order", place, "two results", "Name another, such as that of another suite.");
  const [one, other] = [readResult(place), readResult(otherPlace)];
  const order = orderOf(one, other, names);
  process.stdout.write(json ? `${JSON.stringify(order)}\n` : `${orderTable(one, other, order)}\n`);
}

/** With the figures that are asked about; by default those of a benchmark's table. Every further question makes small differences harder to be sure of. */
function withFigures({ file, result }: SavedResult, asked: string | undefined): SavedResult {
  if (asked === "all") return { file, result };
  if (asked === undefined) return { file, result: { ...result, figures: [...shownFigures(result)] } };
  const figures = asked.split(",").map((id) => {
    const figure = result.figures.find((each) => each.id === id);
    if (figure === undefined) throw new UnknownNameError(`figure in ${file}:`, id, result.figures.map((each) => each.id)); // prettier-ignore
    return figure;
  });
  return { file, result: { ...result, figures } };
}

const explained =
  "Intervals are of the difference, 95 %, by bootstrap over seeds. Significant: the interval excludes 0, and a permutation test\n" +
  "over seeds agrees at 5 % for all differences together (p is corrected for their number). ↑ higher is better, ↓ lower is better.";

type Pair = readonly [Contestant, Contestant];

function text([one, other]: Pair, differences: readonly FigureDifference[]): string {
  const rows = differences.filter((each) => each.one === one.name && each.other === other.name).map(row);
  return `${one.name} − ${other.name}\n${rows.length === 0 ? "  no figure that both have" : padded(rows)}`;
}

const row = (each: FigureDifference): string[] => [
  `${each.figure.name} ${each.figure.better === "higher" ? "↑" : "↓"}`,
  written(each.difference),
  verdict(each),
];

function within(saved: SavedResult, names: readonly string[] | undefined): readonly Pair[] {
  const known = saved.result.methods.map(({ name }) => name);
  const chosen = names ?? known;
  if (chosen.length < 2 || (names === undefined && known.length > 2)) {
    throw new InvalidValueError("--methods", names?.join(","), `two methods or more of ${saved.file}`, `It has ${known.join(", ")}.`);
  }
  const [first, ...others] = chosen.map((name) => contestant(saved, name, name));
  return others.map((other) => [first!, other]);
}

function between(one: SavedResult, other: SavedResult, names: readonly string[] | undefined): readonly Pair[] {
  const versus = (own: string, against: string): Pair => [
    contestant(one, own, `${own} of ${one.file}`),
    contestant(other, against, `${against} of ${other.file}`),
  ];
  if (names !== undefined) {
    if (names.length > 2) throw new InvalidValueError("--methods", names.join(","), "one method of both results, or one of each");
    return [versus(names[0]!, names.at(-1)!)];
  }
  const shared = one.result.methods.map(({ name }) => name).filter((name) => other.result.methods.some((method) => method.name === name));
  if (shared.length === 0) {
    const said = [one, other].map(({ file, result }) => `${file} has ${result.methods.map(({ name }) => name).join(", ")}`).join("; ");
    throw new InvalidValueError("--methods", undefined, "a method of each result, as they have none of the same name", `${said}.`);
  }
  return shared.map((name) => versus(name, name));
}

function contestant({ file, result }: SavedResult, method: string, name: string): Contestant {
  const known = result.methods.map((each) => each.name);
  if (!known.includes(method)) throw new UnknownNameError(`method in ${file}:`, method, known);
  return { name, method, result };
}

const without = (left: readonly FigureKind[], { file, result }: SavedResult): SavedResult => ({
  file,
  result: { ...result, figures: result.figures.filter(({ id }) => !left.some((figure) => figure.id === id)) },
});

/**
 * Figures of different tasks, or made in different ways, say nothing about methods.
 * @returns Those that the results have reckoned against different references.
 */
function requireComparable(one: SavedResult, other: SavedResult): readonly FigureKind[] {
  const suiteOf = ({ result }: SavedResult): unknown => ({ ...result.suite, summary: undefined });
  const found = firstDifference(suiteOf(one), suiteOf(other), "suite") ?? firstDifference(one.result.protocol, other.result.protocol, "protocol");
  if (found === undefined) {
    const against = new Map(definitions.map((figure) => [figure.id, figure.against]));
    const references = ({ result }: SavedResult, key: keyof FigureReferences): unknown => result.references?.[key];
    return one.result.figures.filter(({ id }) => {
      const key = against.get(id);
      return key !== undefined && firstDifference(references(one, key), references(other, key), "") !== undefined;
    });
  }
  const [was, is] = [found.one, found.other].map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
  const kind = found.path.startsWith("suite") ? "suite" : "protocol";
  const remedy = `Only results of one ${kind} can be compared: run \`engram bench\` with the same for both; --order compares how any two order methods.`;
  throw new FieldError(other.file, found.path, `it is ${is}, and in ${one.file} ${was}. ${remedy}`);
}
