/** @file What a store must agree on with whoever opens it: how long vectors are, and how keys are compared. */
import { StorageError } from "../../contract/errors.ts";
import type { MemoryShape } from "../../contract/memory.ts";
import type { Metric } from "../../contract/memory-index.ts";

export const metricOf = ({ metric = "l2" }: MemoryShape): Metric => metric;

/** A metric as a part of a shape, which does not say what is the default. */
export const metricPart = (metric: Metric = "l2"): Pick<MemoryShape, "metric"> => (metric === "l2" ? {} : { metric });

const described = (shape: MemoryShape): string =>
  `keys of ${shape.keySize}${metricOf(shape) === "l2" ? "" : ` by ${metricOf(shape)}`}, values of ${shape.valueSize} and observations of ${shape.observationSize} numbers`;

/** @throws {StorageError} Another shape was found. */
export function requireShape(place: string, found: MemoryShape, wanted: MemoryShape, remedy: string): void {
  if (described(found) !== described(wanted)) throw new StorageError(place, `holds ${described(found)}, not ${described(wanted)}`, remedy);
}
