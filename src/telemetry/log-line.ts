/** @file A run's events in words, one line each. */
import type { SelfTest } from "../contract/agent.ts";
import { beforeAndAfter, tooLittleToTest, worstSelfTest } from "../continual/format.ts";
import type { RunEvent } from "../continual/run-event.ts";

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** The self-test that rose most, or fell least; nothing without any. */
function worstOf(tests: readonly SelfTest[] = []): string {
  const worst = worstSelfTest(tests);
  return worst === undefined ? "" : `; worst self-test ${worst.task}, error ${beforeAndAfter(worst)}`;
}

/** Absent for events that come too often to be read. */
export function describeEvent(event: RunEvent): string | undefined {
  switch (event.kind) {
    case "run-started":
      return `${event.scenario} with seed ${event.seed}: ${event.tasks.map(({ id }) => id).join(", ")}; ${event.agents.join(" and ")}`;
    case "demonstrated":
      return `${event.task}: ${plural(event.successes, "demonstration")}, ${plural(event.steps, "step")}`;
    case "boundary":
      return event.demonstration === 0
        ? `${event.task} is taken for something new, ${event.context}`
        : `After ${plural(event.demonstration, "demonstration")} of ${event.task} a new task is believed to begin, ${event.context}`;
    case "loss":
    case "tested-while-learning":
      return undefined;
    case "learned":
      return `${event.agent} slept on ${event.task}: loss ${event.loss.toPrecision(3)} after ${plural(event.gradientSteps, "gradient step")}${
        event.memorySize > 0 ? `, ${plural(event.memorySize, "memory", "memories")}` : ""
      }${event.drift === undefined ? "" : `, ${percent(event.drift)} of their neighbours changed`}${
        event.rolledBack === true ? "; undone, because an older task got worse" : ""
      }${worstOf(event.selfTests)}${event.untested === undefined ? "" : `; ${tooLittleToTest(event.untested)}`}`;
    case "measured":
      return `${event.agent} takes ${kilobytes(event.parameterBytes)} of parameters and ${kilobytes(event.memoryBytes)} of memory${
        event.dormant === undefined ? "" : `; ${percent(event.dormant)} of its hidden units are dormant`
      }`;
    case "evaluated":
      return `${event.agent} after ${plural(event.learned, "task")}: ${event.task} ${percent(event.successes.filter(Boolean).length / event.successes.length)}`;
    case "probed":
      return `${event.agent} with its memory ${event.memory}: ${event.task} ${percent(event.successes.filter(Boolean).length / event.successes.length)}`;
    case "memory-read": {
      const [entries, neverRead] = [sum(event.sources.map((source) => source.entries)), sum(event.sources.map((source) => source.neverRead))];
      return `${event.agent} never read ${neverRead} of its ${plural(entries, "memory", "memories")} in these tests`;
    }
    case "run-finished":
      return event.complete ? "The run is finished." : "The run was stopped.";
    default:
      return event satisfies never;
  }
}
