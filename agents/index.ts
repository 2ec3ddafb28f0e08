/** @file The minds that come with Engram, by name. Adding one is adding a folder and a line here. */
import type { AgentEntry } from "../src/contract/agent.ts";
import { behaviourCloning } from "./behaviour-cloning/agent.ts";
import { engram } from "./engram/agent.ts";
import { nearestNeighbours } from "./nearest-neighbours/agent.ts";
import { random } from "./random/agent.ts";

export const agents: ReadonlyMap<string, AgentEntry> = new Map(
  [engram, behaviourCloning, nearestNeighbours, random].map((entry) => [entry.name, entry]),
);
