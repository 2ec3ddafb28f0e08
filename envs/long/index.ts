/**
 * @file The worlds of the suite `long`: fifty, drawn once and for all from a seed out of the tabletop's skills, each turned, narrowed to one side of its
 * placements, and lighter or heavier than on Earth. A name tells what it is: `long/push-left-turned-90-heavy@1`.
 */
import type { PartOptions } from "../../src/contract/space.ts";
import type { World } from "../../src/environments/simulation.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { GRAVITY } from "../tabletop/table.ts";
import type { TabletopTask } from "../tabletop/tabletop-task.ts";
import { tabletopWorld } from "../tabletop/tabletop-world.ts";
import { tabletopTasks } from "../tabletop/tasks/index.ts";
import { turned, type Quarters } from "./turned.ts";

const COUNT = 50;
const SEED = 7;

/** Not among them: what they show is what pick-place and pick-place-wall show, and nobody could tell what is to be done. */
const AMBIGUOUS: ReadonlySet<string> = new Set(["reach", "reach-wall"]);

/** Which half of the first thing's placements there are: left and right along x, near and far along y. */
const sides = ["left", "right", "near", "far"] as const;
type Side = (typeof sides)[number];

/** Times the Earth's gravity. */
const loads = { light: 0.6, "": 1, heavy: 1.5 } as const;
type Load = keyof typeof loads;

interface Variant {
  readonly task: TabletopTask;
  readonly quarters: Quarters;
  readonly side: Side | "";
  readonly load: Load;
}

/** Every skill once in random order, then again, turned otherwise: so no two worlds show the same and want different things. */
function variants(random: RandomStream): readonly Variant[] {
  const skills = tabletopTasks.filter(({ name }) => !AMBIGUOUS.has(name));
  const order = random.split("order").sample(skills.length, skills.length);
  return Array.from({ length: COUNT }, (_, k): Variant => {
    const [visit, index] = [Math.floor(k / order.length), order[k % order.length]!];
    const chance = random.split(index);
    const quarters = ((chance.integer(4) + visit) % 4) as Quarters;
    const own = chance.split(visit);
    const task = skills[index]!;
    const possible = sides.filter((side) => hasSide(task, side));
    const side = ["" as const, ...possible][own.integer(possible.length + 1)]!;
    return { task, quarters, side, load: (["light", "", "heavy"] as const)[own.integer(3)]! };
  });
}

function worldOf({ task, quarters, side, load }: Variant): World {
  const name = [task.name, side, quarters > 0 ? `turned-${90 * quarters}` : "", load].filter((word) => word !== "").join("-");
  const words = [side && `things at the ${side}`, quarters > 0 && `turned by ${90 * quarters}°`, load && `${loads[load]} times the Earth's gravity`];
  const told = words.filter((word) => word !== "" && word !== false).join(", ");
  const variation = side === "" ? task.variation : narrowed(task.variation, side);
  const summary = told === "" ? task.summary : `${task.summary.replace(/\.$/, "")}: ${told}.`;
  return turned(tabletopWorld({ ...task, name, summary, variation, gravity: loads[load] * GRAVITY }, "long"), quarters);
}

const axisOf = (side: Side): 0 | 1 => (side === "left" || side === "right" ? 0 : 1);

/** Whether the first thing's placements have such a side: where they do not vary along it, they have not. */
function hasSide({ variation: [first] }: TabletopTask, side: Side): boolean {
  const { low, high } = boundsOf(first!);
  return high[axisOf(side)]! - low[axisOf(side)]! > 0.02;
}

function narrowed([first, ...others]: readonly PartOptions[], side: Side): readonly PartOptions[] {
  const { low, high } = boundsOf(first!);
  const axis = axisOf(side);
  const middle = (low[axis]! + high[axis]!) / 2;
  const half = side === "left" || side === "near" ? { low, high: high.with(axis, middle) } : { low: low.with(axis, middle), high };
  return [{ ...first!, ...half }, ...others];
}

const boundsOf = ({ low, high }: PartOptions): { readonly low: number[]; readonly high: number[] } => ({ low: [low].flat(), high: [high].flat() });

export const longWorlds: readonly World[] = variants(RandomStream.fromSeed(SEED)).map(worldOf);
