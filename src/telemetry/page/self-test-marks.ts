/** @file What an agent asked itself before and after a sleep: for each task a hollow mark where its error was, and a full one where it is. */
import type { SleepMessage } from "../messages.ts";
import { element } from "./element.ts";
import { taskColor } from "./palette.ts";
import { spoken } from "./words.ts";

type SelfTest = NonNullable<SleepMessage["selfTests"]>[number];

/** Marks on one scale, from no error to the largest of all. */
export function selfTestMarks(tests: readonly SelfTest[], taskIndex: (task: string) => number): HTMLElement[] {
  const largest = Math.max(...tests.flatMap(({ before, after }) => [before, after]), Number.MIN_VALUE);
  return tests.map((test) => row(test, largest, taskColor(taskIndex(test.task))));
}

function row({ task, states, before, after, worse }: SelfTest, largest: number, chip: string): HTMLElement {
  const title = `${spoken(task)}: asked in ${states} remembered states, its actions were off by ${before.toFixed(3)} before and by ${after.toFixed(3)} after${worse ? ", which is clearly worse" : ""}`;
  const style = { "--chip": chip, "--before": String(before / largest), "--after": String(after / largest) } as const;
  const track = element("span", { class: "self-test-track" }, [element("i"), element("b", { class: "before" }), element("b", { class: "after" })]);
  return element("li", { class: `self-test${worse ? " worse" : ""}`, title, style }, [
    element("span", { class: "self-test-task", text: spoken(task) }),
    track,
    element("span", { text: before.toFixed(3) }),
    element("strong", { text: after.toFixed(3) }),
    element("em", { text: worse ? "worse" : "" }),
  ]);
}
