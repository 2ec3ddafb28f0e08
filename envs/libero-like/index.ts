/** @file The four suites that vary what LIBERO's vary: the thing, the layout, the goal, and how much there is to do. */
import type { World } from "../../src/environments/simulation.ts";
import type { TabletopTask } from "../tabletop/tabletop-task.ts";
import { tabletopWorld } from "../tabletop/tabletop-world.ts";
import { goalTasks } from "./goal.ts";
import { longTasks } from "./long.ts";
import { objectTasks } from "./object.ts";
import { spatialTasks } from "./spatial.ts";

/** What the worlds of a suite vary, and what they hold fixed. */
export type LiberoSuite = "object" | "spatial" | "goal" | "long";

const tasks: Readonly<Record<LiberoSuite, readonly TabletopTask[]>> = {
  object: objectTasks,
  spatial: spatialTasks,
  goal: goalTasks,
  long: longTasks,
};

const worldsOf = (suite: LiberoSuite): readonly World[] => tasks[suite].map((task) => tabletopWorld(task, `libero-${suite}`));

/** Ten worlds each, of the tabletop's body: `libero-object/can@1`. */
export const liberoWorlds: Readonly<Record<LiberoSuite, readonly World[]>> = {
  object: worldsOf("object"),
  spatial: worldsOf("spatial"),
  goal: worldsOf("goal"),
  long: worldsOf("long"),
};
