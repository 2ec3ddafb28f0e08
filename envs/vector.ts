/** @file Vectors of registered worlds. */
import { findEnvironment } from "../src/environments/find-environment.ts";
import { LocalVectorEnvironment } from "../src/environments/vector/local-vector.ts";
import type { VectorEnvironment, VectorOptions } from "../src/environments/vector/vector-environment.ts";
import { environments } from "./registry.ts";

/**
 * Copies of a world side by side: in this process, or over worker threads. The results are the same.
 * @param id With options or without, such as `tabletop/push@1?limit=200`.
 * @throws {UnknownNameError} An id that is not registered. @throws {InvalidValueError} A count or number of workers that is none.
 */
export async function makeVector(id: string, options: VectorOptions & { readonly workers?: number }): Promise<VectorEnvironment> {
  const entry = findEnvironment(id, environments);
  const { workers = 0 } = options;
  if (workers === 0) return new LocalVectorEnvironment(entry, options);
  const { WorkerVectorEnvironment } = await import("../src/environments/workers/worker-vector.ts");
  return new WorkerVectorEnvironment(entry.spec, { ...options, workers, module: registry() });
}

/** Beside the built sources, and in the build of a checkout: workers run no TypeScript. */
const registry = (): URL => new URL(import.meta.url.endsWith(".ts") ? "../dist/envs/registry.js" : "registry.js", import.meta.url);
