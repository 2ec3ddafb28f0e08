/** @file What a run is made with. */
import { arch, cpus, platform, release } from "node:os";
import type { Machine } from "../continual/benchmark/result.ts";
import { engramVersion } from "./version.ts";

export const thisMachine = (): Machine => ({
  engram: engramVersion(),
  node: process.version,
  system: `${platform()} ${release()} ${arch()}`,
  processor: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
});
