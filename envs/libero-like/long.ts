/**
 * @file `libero-like/long`: ten tasks of two stages: a thing of the furniture, which always stands at the same place at the left, and the block that
 * is to be put into the tray at the right. Both must be so at the end.
 */
import { Vec3 } from "cannon-es";
import { BLOCK_HALF, goalBetween } from "../tabletop/block.ts";
import { OBJECT, OBJECT2, type Point } from "../tabletop/observation.ts";
import { inTwoStages, toSecondObject, type Doing } from "../tabletop/stages.ts";
import type { Furniture, TabletopTask } from "../tabletop/tabletop-task.ts";
import type { Table } from "../tabletop/table.ts";
import { coffeeButton } from "../tabletop/tasks/coffee-button.ts";
import { drawerClose } from "../tabletop/tasks/drawer-close.ts";
import { drawerOpen } from "../tabletop/tasks/drawer-open.ts";
import { faucetClose } from "../tabletop/tasks/faucet-close.ts";
import { faucetOpen } from "../tabletop/tasks/faucet-open.ts";
import { handlePress } from "../tabletop/tasks/handle-press.ts";
import { leverPull } from "../tabletop/tasks/lever-pull.ts";
import { plateSlide } from "../tabletop/tasks/plate-slide.ts";
import { windowClose } from "../tabletop/tasks/window-close.ts";
import { windowOpen } from "../tabletop/tasks/window-open.ts";
import { blockAndTray, carryingIntoTray } from "../tabletop/tray.ts";

/** The furniture's part of a task: the task that it comes from, where it stands, and where that task's goal is then; in m. */
interface Fixture {
  readonly task: TabletopTask;
  readonly at: readonly number[];
  readonly goal: Point;
  /** What the hand itself aims for and is content with, where success leaves room to slip back. */
  readonly aim?: Point;
  readonly order: "first" | "last";
  /** Which way the hand leaves it where it comes first; up by default. */
  readonly leave?: Point;
}

const UP: Point = [0, 0, 1];

const fixtures: readonly Fixture[] = [
  { task: drawerOpen, at: [-0.28, 0.9, 0], goal: [-0.28, 0.54, 0.09], order: "first" },
  { task: windowOpen, at: [-0.25, 0.85, 0.16], goal: [-0.07, 0.85, 0.16], aim: [-0.065, 0.85, 0.16], order: "first", leave: [-0.3, -1, 0] },
  { task: faucetOpen, at: [-0.25, 0.8, 0], goal: [-0.075, 0.8, 0.125], order: "first", leave: [0, -1, 0] },
  { task: handlePress, at: [-0.25, 0.85, 0], goal: [-0.25, 0.634, 0.075], order: "first" },
  { task: coffeeButton, at: [-0.25, 0.85, 0], goal: [-0.25, 0.66, 0.3], order: "first", leave: [0, -1, 0] },
  { task: leverPull, at: [-0.35, 0.75, 0], goal: [-0.23, 0.75, 0.45], order: "first", leave: [0, -1, 0] },
  { task: drawerClose, at: [-0.28, 0.9, 0], goal: [-0.28, 0.74, 0.09], order: "last" },
  { task: windowClose, at: [-0.25, 0.85, 0.2], goal: [-0.25, 0.85, 0.2], order: "last" },
  { task: faucetClose, at: [-0.25, 0.8, 0], goal: [-0.425, 0.8, 0.125], order: "last" },
  { task: plateSlide, at: [-0.2, 0.6, 0, -0.2, 0.87, 0], goal: [-0.2, 0.87, 0], order: "last" },
];

/** How wide the gripper must be open to let go of the block, over 0.1 m. */
const RELEASED = (2 * BLOCK_HALF) / 0.1 + 0.05;

const block: Doing = carryingIntoTray({ rest: BLOCK_HALF, grasped: {} });

function taskOf(fixture: Fixture): TabletopTask {
  const { task, order, goal, aim = goal, leave = UP } = fixture;
  const { succeeds, reward } = toSecondObject(task, { goalOf: () => goal });
  const { controller, succeeds: until } = toSecondObject(task, { goalOf: () => aim });
  const fixed: Doing = { succeeds, reward, controller };
  const stages =
    order === "first"
      ? ({ first: fixed, second: block, until, at: OBJECT2, release: 0, leave } as const)
      : ({ first: block, second: fixed, at: OBJECT, release: RELEASED, leave: UP } as const);
  return {
    name: order === "first" ? `${task.name}-then-tray` : `tray-then-${task.name}`,
    version: 1,
    summary:
      order === "first"
        ? `${task.summary.replace(/\.$/, "")}; then put the block into the tray.`
        : `Put the block into the tray; then ${task.summary[0]!.toLowerCase()}${task.summary.slice(1)}`,
    handStart: [0, 0.45, 0.2],
    variation: [
      { name: "object1", quantity: "position", unit: "m", size: 3, low: [0.12, 0.5, BLOCK_HALF], high: [0.25, 0.6, BLOCK_HALF] },
      goalBetween([0.18, 0.75, 0], [0.3, 0.85, 0]),
    ],
    furnish: (table) => furnish(table, fixture),
    ...inTwoStages(stages),
  };
}

export const longTasks: readonly TabletopTask[] = fixtures.map(taskOf);

function furnish(table: Table, { task, at: place }: Fixture): Furniture {
  const fixture = task.furnish(table);
  const blocks = blockAndTray(table);
  const unused = new Vec3();
  return {
    place(variation, goal): void {
      fixture.place(place, unused);
      blocks.place(variation, goal);
    },
    observe(into, at): void {
      blocks.observe(into, at);
      fixture.observe(into, at + OBJECT2 - OBJECT);
    },
  };
}
