/** @file What a run is made with. */
import { arch, cpus, platform, release } from "node:os";
import { engramVersion } from "./version.ts";

export const thisMachine = (): {
  readonly engram: string;
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
} => ({
  engram: engramVersion(),
  node: process.version,
  system: `${platform()} ${release()} ${arch()}`,
  processor: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
});
