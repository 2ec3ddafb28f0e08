/** @file The tasks of the tabletop. Adding one is adding its file and a line here. */
import type { TabletopTask } from "../tabletop-task.ts";
import { buttonPress } from "./button-press.ts";
import { buttonPressTopdown } from "./button-press-topdown.ts";
import { coffeeButton } from "./coffee-button.ts";
import { drawerClose } from "./drawer-close.ts";
import { drawerOpen } from "./drawer-open.ts";
import { handlePress } from "./handle-press.ts";
import { handlePressSide } from "./handle-press-side.ts";
import { pickPlace } from "./pick-place.ts";
import { push } from "./push.ts";
import { reach } from "./reach.ts";
import { windowClose } from "./window-close.ts";
import { windowOpen } from "./window-open.ts";

export const tabletopTasks: readonly TabletopTask[] = [
  reach,
  push,
  pickPlace,
  drawerOpen,
  buttonPress,
  buttonPressTopdown,
  coffeeButton,
  drawerClose,
  handlePress,
  handlePressSide,
  windowClose,
  windowOpen,
];
