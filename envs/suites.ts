/** @file The suites that come with Engram: those of Meta-World and Continual World, with their members in their order, and four kinds of our own. */
import { parseSuite, type Suite, type SuiteInput } from "../src/continual/suite.ts";
import type { World } from "../src/environments/simulation.ts";
import { liberoWorlds, type LiberoSuite } from "./libero-like/index.ts";
import { longWorlds } from "./long/index.ts";
import { tabletopTasks } from "./tabletop/tasks/index.ts";

const worlds = (names: readonly string[], options = ""): SuiteInput["worlds"] => names.map((name) => ({ world: `tabletop/${name}@1${options}` }));

const own = (made: readonly World[]): SuiteInput["worlds"] => made.map(({ spec }) => ({ world: spec.id }));

/** Where the goal is not shown, it must be found out. */
const HIDDEN = "?hide=goal";

/** Goals and placements of each world in Meta-World's suites. */
const PLACEMENTS = 50;

const CW10 = [
  "hammer", "push-wall", "faucet-close", "push-back", "stick-pull", "handle-press-side", "push", "shelf-place", "window-close", "peg-unplug-side",
]; // prettier-ignore

const MT10 = [
  "reach", "push", "pick-place", "door-open", "drawer-open", "drawer-close", "button-press-topdown", "peg-insert-side", "window-open", "window-close",
]; // prettier-ignore

const ML10 = {
  train: [
    "reach",
    "push",
    "pick-place",
    "door-open",
    "drawer-close",
    "button-press-topdown",
    "peg-insert-side",
    "window-open",
    "sweep",
    "basketball",
  ],
  test: ["drawer-open", "door-close", "shelf-place", "sweep-into", "lever-pull"],
};

const LIBERO: Readonly<Record<LiberoSuite, string>> = {
  object: "Ten different things to put into the tray; what LIBERO-Object varies, told by place and size instead of pictures and words.",
  spatial: "The same block and tray in ten layouts; what LIBERO-Spatial varies, told by places instead of pictures and words.",
  goal: "Ten things to do in one scene; what LIBERO-Goal varies, told apart by the goal's place alone instead of words.",
  long: "Ten tasks of two stages; what LIBERO-Long varies, told by places instead of pictures and words.",
};

/** One that grasps and one that pushes a handle: what is learned for one is of little use for the other. */
const REPEATED = ["push", "window-close"];

const written: readonly SuiteInput[] = [
  {
    name: "cw10",
    summary: "Ten skills in sequence, of Continual World (Wołczyk et al., 2021).",
    worlds: worlds(CW10),
  },
  {
    name: "cw20",
    summary: "The ten of cw10, and all of them again (Wołczyk et al., 2021).",
    worlds: worlds([...CW10, ...CW10]),
  },
  {
    name: "mt10",
    summary: "Ten skills at once, of Meta-World (Yu et al., 2019).",
    worlds: worlds(MT10),
    placements: PLACEMENTS,
  },
  {
    name: "ml10",
    summary: "Learn to learn from ten skills whose goals are not shown, for five others; of Meta-World (Yu et al., 2019).",
    worlds: worlds(ML10.train, HIDDEN),
    test: worlds(ML10.test, HIDDEN),
    placements: PLACEMENTS,
  },
  ...(["object", "spatial", "goal", "long"] as const).map((kind): SuiteInput => ({
    name: `libero-like/${kind}`,
    summary: LIBERO[kind],
    worlds: own(liberoWorlds[kind]),
  })),
  {
    name: "long",
    summary: "Fifty generated tasks: the tabletop's skills, turned, narrowed to one side, lighter and heavier.",
    worlds: own(longWorlds),
  },
  {
    name: "repeat10",
    summary: "Two skills in turn, each ten times: whether learning wears out (as COOM and MEAL repeat their sequences).",
    worlds: worlds(Array.from({ length: 10 }, () => REPEATED).flat()),
  },
  ...tabletopTasks.map(({ name }): SuiteInput => ({
    name: `ml1/${name}`,
    summary: `Learn to learn ${name} for goals that are not shown; of Meta-World (Yu et al., 2019).`,
    worlds: worlds([name], HIDDEN),
    test: worlds([name], HIDDEN),
    placements: PLACEMENTS,
  })),
];

export const suites: ReadonlyMap<string, Suite> = new Map(written.map((each) => [each.name, parseSuite(each)]));
