import type { BackendName } from "../../src/tensor/backend.ts";

/** What the tensor floor is tested on: ENGRAM_TEST_BACKENDS (one native backend a process, where its binding is built), or those that are always there. */
export const backends = (process.env["ENGRAM_TEST_BACKENDS"]?.split(",") ?? ["wasm", "cpu"]) as readonly BackendName[];
