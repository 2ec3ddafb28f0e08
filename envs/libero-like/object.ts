/** @file `libero-like/object`: the same deed and the same tray, ten different things. */
import { Vec3 } from "cannon-es";
import type { PartOptions } from "../../src/contract/space.ts";
import { goalBetween } from "../tabletop/block.ts";
import { writeVector, writeXyzw } from "../tabletop/object-block.ts";
import { OBJECT, OBJECT2, point } from "../tabletop/observation.ts";
import type { Table } from "../tabletop/table.ts";
import type { Furniture, TabletopTask } from "../tabletop/tabletop-task.ts";
import { carryingIntoTray, TRAY, trayOnTable } from "../tabletop/tray.ts";
import { things, type Thing } from "./things.ts";

const start: PartOptions = { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.2, 0.55, 0], high: [-0.05, 0.68, 0] };

const taskOf = (thing: Thing): TabletopTask => ({
  name: thing.name,
  version: 1,
  summary: `Put the ${thing.name} into the tray.`,
  handStart: [0, 0.6, 0.2],
  variation: [start, goalBetween([0.12, 0.66, 0], [0.25, 0.82, 0])],
  furnish: (table) => thingAndTray(table, thing),
  ...carryingIntoTray({ rest: thing.rest, grasped: thing.grasped }),
});

export const objectTasks: readonly TabletopTask[] = things.map(taskOf);

/** Shows the thing's middle as the first object, and its corner as the second. */
function thingAndTray(table: Table, { name, solids, mass, damping = 0, corner, rest, color }: Thing): Furniture {
  const thing = table.add({ mass, damping, solids });
  table.scene.show({ name, body: thing, color });
  const tray = trayOnTable(table);
  const [offset, seen] = [new Vec3(...corner), new Vec3()];
  return {
    place(variation, goal): void {
      const [x, y] = point(variation, 0);
      table.world.moveTo(thing, x, y, rest);
      const [trayX, trayY] = point(variation, 3);
      table.world.moveTo(tray, trayX, trayY, 0);
      goal.set(trayX, trayY, TRAY.floor + rest);
    },
    observe(into, at): void {
      writeVector(thing.position, into, at);
      writeXyzw(thing.quaternion, into, at + 3);
      thing.quaternion.vmult(offset, seen);
      seen.vadd(thing.position, seen);
      writeVector(seen, into, at + OBJECT2 - OBJECT);
    },
  };
}
