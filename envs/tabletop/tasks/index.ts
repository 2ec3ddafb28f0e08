/** @file The tasks of the tabletop. Adding one is adding its file and a line here. */
import type { TabletopTask } from "../tabletop-task.ts";
import { basketball } from "./basketball.ts";
import { buttonPress } from "./button-press.ts";
import { buttonPressTopdown } from "./button-press-topdown.ts";
import { coffeeButton } from "./coffee-button.ts";
import { doorClose } from "./door-close.ts";
import { doorOpen } from "./door-open.ts";
import { drawerClose } from "./drawer-close.ts";
import { drawerOpen } from "./drawer-open.ts";
import { faucetClose } from "./faucet-close.ts";
import { faucetOpen } from "./faucet-open.ts";
import { hammer } from "./hammer.ts";
import { handInsert } from "./hand-insert.ts";
import { handlePress } from "./handle-press.ts";
import { handlePressSide } from "./handle-press-side.ts";
import { leverPull } from "./lever-pull.ts";
import { pegInsertSide } from "./peg-insert-side.ts";
import { pegUnplugSide } from "./peg-unplug-side.ts";
import { pickPlace } from "./pick-place.ts";
import { pickPlaceWall } from "./pick-place-wall.ts";
import { plateSlide } from "./plate-slide.ts";
import { push } from "./push.ts";
import { pushBack } from "./push-back.ts";
import { pushWall } from "./push-wall.ts";
import { reach } from "./reach.ts";
import { reachWall } from "./reach-wall.ts";
import { shelfPlace } from "./shelf-place.ts";
import { stickPull } from "./stick-pull.ts";
import { stickPush } from "./stick-push.ts";
import { sweep } from "./sweep.ts";
import { sweepInto } from "./sweep-into.ts";
import { windowClose } from "./window-close.ts";
import { windowOpen } from "./window-open.ts";

export const tabletopTasks: readonly TabletopTask[] = [
  reach,
  push,
  pickPlace,
  drawerOpen,
  buttonPress,
  basketball,
  buttonPressTopdown,
  coffeeButton,
  doorClose,
  doorOpen,
  drawerClose,
  faucetClose,
  faucetOpen,
  hammer,
  handInsert,
  handlePress,
  handlePressSide,
  leverPull,
  pegInsertSide,
  pegUnplugSide,
  pickPlaceWall,
  plateSlide,
  pushBack,
  pushWall,
  reachWall,
  shelfPlace,
  stickPull,
  stickPush,
  sweep,
  sweepInto,
  windowClose,
  windowOpen,
];
