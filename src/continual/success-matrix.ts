/** @file The success matrix R of an agent: how well it did on task j after having learned i tasks. */
import type { Evaluated, RunEvent, RunStarted } from "./run-event.ts";

/** N tasks, N + 1 rows: row 0 is before any learning. Each cell holds its test episodes; a cell never tested is absent. */
export interface SuccessMatrix {
  readonly agent: string;
  readonly tasks: readonly string[];
  readonly cells: readonly (readonly (Evaluated | undefined)[])[];
}

/** The matrix of each agent, in the order of the run. Of a cell tested twice the later counts. */
export const successMatrices = (events: readonly RunEvent[]): SuccessMatrix[] => matricesOf(events, ({ tasks }) => tasks);

/** The same over the tasks that are only tested: one column for each of them, the same rows. */
export const testMatrices = (events: readonly RunEvent[]): SuccessMatrix[] => matricesOf(events, ({ testTasks }) => testTasks ?? []);

function matricesOf(events: readonly RunEvent[], columns: (started: RunStarted) => RunStarted["tasks"]): SuccessMatrix[] {
  const started = events.find((event) => event.kind === "run-started");
  if (started === undefined) return [];
  const tasks = columns(started).map((task) => task.id);
  return started.agents.map((agent) => {
    const cells = Array.from({ length: started.tasks.length + 1 }, () => tasks.map((): Evaluated | undefined => undefined));
    for (const event of events) {
      if (event.kind !== "evaluated" || event.agent !== agent) continue;
      const row = cells[event.learned];
      const column = tasks.indexOf(event.task);
      if (row !== undefined && column >= 0) row[column] = event;
    }
    return { agent, tasks, cells };
  });
}
