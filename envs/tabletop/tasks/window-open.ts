/** @file Window-open: push the sash's handle to the right until the window is open. */
import type { TabletopTask } from "../tabletop-task.ts";
import { pushingTheHandle, windowOnTable, WINDOW_TRAVEL } from "../window.ts";

export const windowOpen: TabletopTask = {
  name: "window-open",
  version: 1,
  summary: "Push the window open by its handle.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "window", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.7, 0.16], high: [0.1, 0.9, 0.16] }],
  furnish: (table) => windowOnTable(table, { start: 0, handle: -0.04, goal: WINDOW_TRAVEL }),
  ...pushingTheHandle(1),
};
