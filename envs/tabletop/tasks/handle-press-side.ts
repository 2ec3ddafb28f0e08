/** @file Handle-press-side: press the handle on the side of its box down. */
import { handleBoxOnTable, pressingTheHandle } from "../handle-box.ts";
import type { TabletopTask } from "../tabletop-task.ts";

export const handlePressSide: TabletopTask = {
  name: "handle-press-side",
  version: 1,
  summary: "Press down the handle on the side of its box.",
  handStart: [0, 0.6, 0.2],
  variation: [{ name: "box", quantity: "position", unit: "m", size: 3, low: [-0.35, 0.65, -0.001], high: [-0.25, 0.75, 0.001] }],
  furnish: (table) => handleBoxOnTable(table, Math.PI / 2),
  ...pressingTheHandle,
};
