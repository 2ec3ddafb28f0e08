#!/usr/bin/env node
/** @file The program `engram`: joins worlds, minds and scenarios, and hands them to the command line. */
import { main } from "../src/runtime/command-line.ts";
import { scenarios } from "./index.ts";

await main(
  {
    environments: async () => (await import("../envs/index.ts")).environments,
    suites: async () => (await import("../envs/suites.ts")).suites,
    references: async () => (await import("../envs/references/index.ts")).references,
    agents: async () => (await import("../agents/index.ts")).agents,
    scenarios,
  },
  process.argv.slice(2),
);
