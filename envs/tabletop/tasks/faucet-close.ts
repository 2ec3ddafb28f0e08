/** @file Faucet-close: turn the faucet's lever to the left. */
import { faucetOnTable, turningTheLever, type FaucetOptions } from "../faucet.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const options: FaucetOptions = { sense: -1, shift: [0, 0, 0] };

export const faucetClose: TabletopTask = {
  name: "faucet-close",
  version: 1,
  summary: "Turn the faucet to the left.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "faucet", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.8, 0], high: [0.1, 0.85, 0] }],
  furnish: (table) => faucetOnTable(table, options),
  ...turningTheLever(options),
};
