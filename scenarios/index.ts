/** @file The scenarios that come with Engram, by name. Adding one is adding a file and a line here. */
import type { Scenario } from "../src/continual/scenario.ts";

export const scenarios: ReadonlyMap<string, () => Promise<Scenario>> = new Map([
  ["quickstart", async () => (await import("./quickstart.ts")).default],
]);
