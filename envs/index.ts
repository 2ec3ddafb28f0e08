/** @file Every world by its versioned id. Adding one is adding its file and a line here. */
import type { EnvironmentEntry } from "../src/contract/environment.ts";
import { buttonPress } from "./tabletop/button-press.ts";
import { drawerOpen } from "./tabletop/drawer-open.ts";
import { pickPlace } from "./tabletop/pick-place.ts";
import { push } from "./tabletop/push.ts";
import { reach } from "./tabletop/reach.ts";
import { tabletopEntry } from "./tabletop/tabletop-environment.ts";

const entries: readonly EnvironmentEntry[] = [reach, push, pickPlace, drawerOpen, buttonPress].map(tabletopEntry);

export const environments: ReadonlyMap<string, EnvironmentEntry> = new Map(entries.map((entry) => [entry.spec.id, entry]));
