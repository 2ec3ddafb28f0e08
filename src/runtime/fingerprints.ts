/** @file By what a world that changed under its name can be told. */
import { createHash } from "node:crypto";
import type { RunTask } from "../continual/run-task.ts";

/** A fingerprint of what each world says of itself, by its id. */
export const fingerprintsOf = (tasks: readonly RunTask[]): Readonly<Record<string, string>> =>
  Object.fromEntries(tasks.map(({ entry: { spec } }) => [spec.id, createHash("sha256").update(JSON.stringify(spec)).digest("hex")]));
