/** @file The body of a point, small enough for tests of what an agent remembers. */
import { asEnvironmentId, type EnvironmentSpec } from "../../src/contract/environment.ts";
import { space } from "../../src/contract/space.ts";

export const pointSpec: EnvironmentSpec = {
  id: asEnvironmentId("test/point@1"),
  summary: "A point moves to its goal.",
  observation: space([{ name: "hand", quantity: "position", unit: "m", size: 2, low: -1, high: 1 }]),
  action: space([{ name: "velocity", quantity: "velocity", unit: "m/s", size: 2, low: -1, high: 1 }]),
  variation: space([{ name: "goal", quantity: "position", unit: "m", size: 1, low: -1, high: 1 }]),
  settings: [],
  controlPeriod: 0.05,
  horizon: 40,
};
