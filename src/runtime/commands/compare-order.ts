/** @file `engram compare A B --order`: whether two benchmarks, of one suite or of two, put methods in the same order. */
import { InvalidValueError, UnknownNameError } from "../../contract/errors.ts";
import { rankAgreement, type RankAgreement } from "../../continual/benchmark/rank-agreement.ts";
import { columns } from "../columns.ts";
import type { SavedResult } from "../bench/result-files.ts";

/** Two methods have one order or the other; three begin to say something. */
const FEWEST = 3;

/** @throws {UnknownNameError} A method that a result has not. @throws {InvalidValueError} Fewer than three that both have runs of. */
export function orderOf(one: SavedResult, other: SavedResult, names: readonly string[] | undefined): RankAgreement {
  for (const { file, result } of [one, other]) {
    const known = result.methods.map(({ name }) => name);
    const strange = names?.find((name) => !known.includes(name));
    if (strange !== undefined) throw new UnknownNameError(`method in ${file}:`, strange, known);
  }
  const chosen = one.result.methods.filter(({ name }) => names?.includes(name) ?? true);
  const agreement = rankAgreement({ ...one.result, methods: chosen }, other.result);
  if (agreement.methods.length < FEWEST) {
    const got = agreement.methods.map(({ name }) => name).join(",");
    throw new InvalidValueError("methods of both", got, `${FEWEST} or more`, `Run \`engram bench\` with the same methods as in ${one.file}.`);
  }
  return agreement;
}

export function orderTable(one: SavedResult, other: SavedResult, { methods, tau }: RankAgreement): string {
  const shown = (value: number): string => value.toFixed(3);
  const rows = methods.map(({ name, performance, rank }) => [`  ${name}`, ...[0, 1].flatMap((k) => [shown(performance[k]!), String(rank[k]!)])]);
  const heads = ["  average performance", one.result.suite.name, "rank", other.result.suite.name, "rank"];
  if (Number.isNaN(tau.mean))
    return `${columns([heads, ...rows])}\n\nAll methods of one benchmark are even there: the two orders cannot be compared.`;
  const interval = Number.isNaN(tau.low) ? "" : ` [${tau.low.toFixed(2)}, ${tau.high.toFixed(2)}]`;
  return `${columns([heads, ...rows])}\n\nKendall’s τ of the two orders: ${tau.mean.toFixed(2)}${interval}. 1: the same order; 0: none of the other; −1: reversed. The interval is 95 %, by bootstrap over seeds.`;
}
