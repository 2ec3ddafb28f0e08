/** @file Every world by its versioned id. Adding one is adding its file and a line here. */
import type { EnvironmentEntry } from "../src/contract/environment.ts";
import { entryOf } from "../src/environments/simulated-environment.ts";
import type { World } from "../src/environments/simulation.ts";
import { tabletopTasks } from "./tabletop/tasks/index.ts";
import { tabletopWorld } from "./tabletop/tabletop-world.ts";

const worlds: readonly World[] = tabletopTasks.map(tabletopWorld);

export const environments: ReadonlyMap<string, EnvironmentEntry> = new Map(worlds.map((world) => [world.spec.id, entryOf(world)]));
