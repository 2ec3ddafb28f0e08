/** @file Faucet-open: turn the faucet's lever to the right. */
import { faucetOnTable, turningTheLever, type FaucetOptions } from "../faucet.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const options: FaucetOptions = { sense: 1, shift: [-0.04, 0, 0.03] };

export const faucetOpen: TabletopTask = {
  name: "faucet-open",
  version: 1,
  summary: "Turn the faucet to the right.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "faucet", quantity: "position", unit: "m", size: 3, low: [-0.05, 0.8, 0], high: [0.05, 0.85, 0] }],
  furnish: (table) => faucetOnTable(table, options),
  ...turningTheLever(options),
};
