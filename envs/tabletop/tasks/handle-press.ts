/** @file Handle-press: press the handle on the front of its box down. */
import { handleBoxOnTable, pressingTheHandle } from "../handle-box.ts";
import type { TabletopTask } from "../tabletop-task.ts";

export const handlePress: TabletopTask = {
  name: "handle-press",
  version: 1,
  summary: "Press down the handle on the front of its box.",
  handStart: [0, 0.6, 0.2],
  variation: [{ name: "box", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.8, -0.001], high: [0.1, 0.9, 0.001] }],
  furnish: (table) => handleBoxOnTable(table, 0),
  ...pressingTheHandle,
};
