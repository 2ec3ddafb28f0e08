/** @file What a benchmark's figures of transfer and intransigence compare with, or why there are none. */
import type { Protocol } from "../../continual/benchmark/protocol.ts";
import { misfit, partFor, type References } from "../../continual/references.ts";
import type { Suite } from "../../continual/suite.ts";
import type { Registries } from "../registries.ts";
import { readReferences } from "./result-files.ts";

export interface ChosenReferences {
  readonly references?: References;
  /** Why nothing was chosen, as the beginning of a sentence. */
  readonly why?: string;
}

interface ComparedBench {
  readonly suite: Suite;
  readonly protocol: Protocol;
  /** A file that was asked for. */
  readonly file: string | undefined;
}

/**
 * What is asked for; else what comes with Engram of the suite's worlds, whatever its name, where that is of the same protocol.
 * @throws {FieldError} @throws {StorageError} A file that holds no references, or those of other worlds or another protocol.
 */
export async function chosenReferences({ suite, protocol, file }: ComparedBench, registries: Registries): Promise<ChosenReferences> {
  if (file !== undefined) return { references: readReferences(file, suite, protocol) };
  const suites = await registries.suites();
  const ours = [...(await registries.references())].flatMap(([name, each]) => {
    const theirs = suites.get(name);
    return (theirs && partFor(suite, { ...each, ...contentOf(theirs) })) ?? [];
  });
  const fitting = ours.filter((each) => misfit(each, protocol) === undefined);
  const [curves, joint] = [fitting.find((each) => each.singleTaskCurves !== undefined), fitting.find((each) => each.jointFinal !== undefined)];
  if (curves !== undefined && joint !== undefined) return { references: { ...curves, ...joint } };
  const references = curves ?? joint;
  return { why: whyMissing(suite, protocol, references ?? ours[0]), ...(references !== undefined && { references }) };
}

function whyMissing(suite: Suite, protocol: Protocol, near: References | undefined): string {
  if (near === undefined) return `no references come with Engram for the worlds of ${suite.name}`;
  const other = misfit(near, protocol);
  if (other === undefined) return `the references that come with Engram for these worlds are of ${near.suite}, not of ${suite.name}`;
  const [theirs, own] = [other.wanted, protocol[other.choice]].map((value) => JSON.stringify(value));
  return `the references that come with Engram are of ${other.choice}=${theirs}, and this benchmark is of ${other.choice}=${own}`;
}

/** What references are of. */
export const contentOf = ({ worlds, placements }: Suite): Required<Pick<References, "worlds">> & Pick<References, "placements"> => ({
  worlds: [...worlds],
  ...(placements !== undefined && { placements }),
});

/** Which figures a result goes without, in lines; nothing where it has them all. @param why As references were chosen. */
export function absentFigures(
  found: References | undefined,
  { testsWhileLearning: tests, gradientSteps }: Protocol,
  why: string,
): string | undefined {
  const isTested = tests !== null && tests.every < gradientSteps;
  const absent = [
    ...(isTested && found?.singleTaskCurves === undefined ? [{ figure: "forward transfer", method: "from-scratch" }] : []),
    ...(found?.jointFinal === undefined ? [{ figure: "intransigence", method: "joint" }] : []),
  ];
  const [figures, methods] = [absent.map(({ figure }) => figure).join(" and no "), absent.map(({ method }) => method).join(" and ")];
  const lines = [
    ...(isTested
      ? []
      : [
          "There is no forward transfer: it is made of tests while learning, with fewer steps between them (testsWhileLearning.every) than gradientSteps.",
        ]),
    ...(absent.length === 0 ? [] : [`There is no ${figures}: ${why}. Add ${methods} to the methods, or name --references.`]),
  ];
  return lines.length === 0 ? undefined : lines.join("\n");
}
