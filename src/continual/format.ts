/** @file How a run's figures are written for people, the same in the terminal and in the report. */
import type { SelfTest } from "../contract/agent.ts";
import type { Estimate } from "../numerics/statistics.ts";
import type { SleepTrigger } from "./run-event.ts";

/** A share as a percentage, such as `95 %`. */
export const percent = (share: number, digits = 0): string => `${signed(share * 100, digits)} %`;

/** Three decimals, such as `0.937`; never a negative zero. */
export const decimals = (value: number): string => signed(value, 3);

/** Such as `[0.905, 0.960]`. */
export const interval = ({ low, high }: Estimate): string => `[${decimals(low)}, ${decimals(high)}]`;

/** Such as `0.937 [0.905, 0.960]`. */
export const withInterval = (estimate: Estimate): string => `${decimals(estimate.mean)} ${interval(estimate)}`;

/** Why an agent slept. */
export const because: Readonly<Record<SleepTrigger, string>> = {
  boundary: "the task ended",
  drift: "something else began",
  count: "enough was shown",
  idle: "nothing else was to be done",
};

/** The self-test whose error rose most from before a sleep to after it. */
export const worstSelfTest = (tests: readonly SelfTest[]): SelfTest | undefined =>
  tests.toSorted((a, b) => b.after - b.before - (a.after - a.before))[0];

/** Errors such as `0.100 → 0.125`. */
export const beforeAndAfter = ({ before, after }: Pick<SelfTest, "before" | "after">): string => `${before.toFixed(3)} → ${after.toFixed(3)}`;

/** What is said of tasks that a sleep could not be tested on. */
export const tooLittleToTest = (tasks: readonly string[]): string => `too few episodes or states to test ${tasks.join(", ")}`;

/** What a sleep's drift says. */
export const DRIFT_MEANING =
  "the share of an entry’s ten nearest neighbours that are no longer among its ten nearest once a sleep has made all keys anew, over up to 64 entries";

function signed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** Such as `a, b and c`. */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)!}`;
