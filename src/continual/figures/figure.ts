/** @file What a figure is: a number with the formula that it was made by. */
import type { References } from "../references.ts";
import type { AgentLog } from "./agent-log.ts";

export interface Figure {
  readonly id: string;
  readonly name: string;
  /** With its source. */
  readonly formula: string;
  readonly better: "higher" | "lower";
  readonly value: number;
}

export interface FigureDefinition extends Omit<Figure, "value"> {
  /** How many tasks it needs. */
  readonly minimumTasks: number;
  /** What it compares with, if anything. */
  readonly against?: keyof FigureReferences;
  /** Absent where the log, or the references, do not have all that it needs. */
  of(log: AgentLog, references: FigureReferences): number | undefined;
}

/** What figures compare with, where it is there. */
export type FigureReferences = Pick<References, "singleTaskCurves" | "jointFinal">;
