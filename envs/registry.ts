/** @file Every world by its versioned id. Adding one is adding its file and a line here. */
import type { EnvironmentEntry } from "../src/contract/environment.ts";
import { entryOf } from "../src/environments/simulated-environment.ts";
import type { World } from "../src/environments/simulation.ts";
import { bernoulliBandit } from "./bandits/bernoulli.ts";
import { contextualRecurring } from "./bandits/contextual-recurring.ts";
import { cartPole } from "./classic/cart-pole.ts";
import { doublePendulum } from "./classic/double-pendulum.ts";
import { gridNavi, gridNaviTrial } from "./classic/grid-navi.ts";
import { navigation2d } from "./classic/navigation-2d.ts";
import { sparsePoint, sparsePointTrial } from "./classic/sparse-point.ts";
import { tMazePassive } from "./classic/t-maze-passive.ts";
import { tabularMdp, tabularMdpTrial } from "./classic/tabular-mdp.ts";
import { liberoWorlds } from "./libero-like/index.ts";
import { antWorld } from "./locomotion/ant.ts";
import { armWorld } from "./locomotion/arm.ts";
import { walkerWorld } from "./locomotion/walker.ts";
import { longWorlds } from "./long/index.ts";
import { tabletopTasks } from "./tabletop/tasks/index.ts";
import { tabletopWorld } from "./tabletop/tabletop-world.ts";

const worlds: readonly World[] = [
  ...tabletopTasks.map((task) => tabletopWorld(task)),
  ...Object.values(liberoWorlds).flat(),
  ...longWorlds,
  ...[5, 10, 50].map(bernoulliBandit),
  contextualRecurring,
  tabularMdp,
  tabularMdpTrial,
  navigation2d,
  sparsePoint,
  sparsePointTrial,
  gridNavi,
  gridNaviTrial,
  tMazePassive,
  cartPole,
  doublePendulum,
  walkerWorld,
  antWorld,
  armWorld,
];

export const environments: ReadonlyMap<string, EnvironmentEntry> = new Map(worlds.map((world) => [world.spec.id, entryOf(world)]));
