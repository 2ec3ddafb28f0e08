/** @file A suite: worlds in sequence, ours or remote, with demonstrations of them. A small JSON file, so that anyone can share one. */
import { z } from "zod";
import type { EnvironmentEntry } from "../contract/environment.ts";
import { InvalidValueError } from "../contract/errors.ts";
import { asTaskId, type Task } from "../contract/task.ts";
import { anObjectSuchAs, validate } from "../contract/validate.ts";
import type { RandomStream } from "../numerics/random.ts";
import type { ContinualConfigInput } from "./config.ts";

const suiteWorld = z.strictObject(
  {
    world: z.string().min(1).describe("An id with options or without, the file of a world of one's own, or the address of a remote one."),
    demonstrations: z
      .string()
      .min(1)
      .optional()
      .describe("A Minari data set: its id, or its folder. Without it, the world's scripted controller shows the task."),
  },
  anObjectSuchAs('{"world": "tabletop/reach@1"}'),
);

export const suite = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*)?$/, "lower-case words with dashes, such as `cw10`"),
  summary: z.string().default(""),
  worlds: z.array(suiteWorld).min(1).describe("In the order of learning; of a meta-learning suite, those to learn from."),
  test: z.array(suiteWorld).default([]).describe("Of a meta-learning suite: worlds that are met only to be tested."),
  placements: z
    .int()
    .min(1)
    .optional()
    .describe(
      "How many placements of each world there are, frozen: so many to learn from, as many others to be tested in. Any number where it is not said.",
    ),
});

export type Suite = Readonly<z.infer<typeof suite>>;
/** A suite as its author writes it. */
export type SuiteInput = z.input<typeof suite>;

/** @throws {InvalidValueError} @throws {UnknownNameError} A suite that breaks a rule. */
export function parseSuite(value: unknown): Suite {
  const parsed = validate(suite, value, "suite");
  const sets = new Map<string, string>();
  for (const list of ["worlds", "test"] as const) {
    for (const [i, { world, demonstrations }] of parsed[list].entries()) {
      if (demonstrations === undefined) continue;
      const before = sets.get(world) ?? demonstrations;
      if (demonstrations !== before)
        throw new InvalidValueError(
          `suite.${list}.${i}.demonstrations`,
          demonstrations,
          `"${before}", as where \`${world}\` is named before`,
          "A world has one data set.",
        );
      sets.set(world, demonstrations);
    }
  }
  return parsed;
}

/**
 * What a scenario's configuration must say to live through a suite. A world to be tested that is learned from too (as in `ml1`) is a task like any
 * other: tests have placements of their own.
 */
export function configOf({
  worlds,
  test,
  placements,
}: Suite): Pick<ContinualConfigInput, "tasks" | "testTasks" | "demonstrationSets"> & { readonly placements: number | undefined } {
  const tasks = worlds.map(({ world }) => world);
  const shown = [...test, ...worlds].filter(({ demonstrations }) => demonstrations !== undefined);
  return {
    tasks,
    testTasks: test.map(({ world }) => world).filter((world) => !tasks.includes(world)),
    placements,
    demonstrationSets: Object.fromEntries(shown.map(({ world, demonstrations }) => [world, demonstrations!])),
  };
}

/** Frozen draws of a world, as Meta-World's suites have them. */
export function placementsOf(entry: EnvironmentEntry, count: number, random: RandomStream): readonly Task[] {
  const environment = entry.make();
  return Array.from({ length: count }, (_, k) => {
    environment.reset({ seed: random.split(k).uint32() });
    return { id: asTaskId(`${entry.spec.id}#${k}`), environment: entry.spec.id, variation: [...environment.variation] };
  });
}
