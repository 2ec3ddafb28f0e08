/** @file A program that prints the fingerprint of a workshop's trajectory, so that a test can compare processes. */
import { act, fingerprint, restlessActions, workshop } from "./workbench.ts";

const shop = workshop();
const marks = restlessActions(200, 7).map((action) => {
  act(shop, action);
  return fingerprint(shop.world);
});
console.log(`${marks[99]} ${marks[199]}`);
