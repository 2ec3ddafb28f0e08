/** @file Window-close: push the sash's handle to the left until the window is closed. */
import type { TabletopTask } from "../tabletop-task.ts";
import { pushingTheHandle, windowOnTable, WINDOW_TRAVEL } from "../window.ts";

export const windowClose: TabletopTask = {
  name: "window-close",
  version: 1,
  summary: "Push the window closed by its handle.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "window", quantity: "position", unit: "m", size: 3, low: [0, 0.75, 0.2], high: [0, 0.9, 0.2] }],
  furnish: (table) => windowOnTable(table, { start: WINDOW_TRAVEL, handle: 0.01, goal: 0 }),
  ...pushingTheHandle(-1),
};
