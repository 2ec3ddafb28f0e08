/**
 * @file How fast the worlds are: every tabletop task beside Meta-World, the bare physics beside stock cannon-es and MuJoCo, bodies beside Gymnasium's,
 * small worlds, vectors over workers, and the way to Python. Tabletop episodes replay the first 150 actions of a scripted policy from a fresh reset, one
 * placement a task; the best of the episodes counts, and resets are timed apart.
 * ENGRAM_BENCH_PYTHON names a Python that has metaworld, gymnasium[mujoco] and websockets; where one of them is missing, its figures are left out.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Vec3 } from "cannon-es";
import { environments, makeVector, suites } from "../../envs/index.ts";
import { Table } from "../../envs/tabletop/table.ts";
import { pickPlace } from "../../envs/tabletop/tasks/pick-place.ts";
import type { Environment, EnvironmentEntry } from "../../src/contract/environment.ts";
import { isLast } from "../../src/contract/step.ts";
import { connectEnvironment } from "../../src/interop/remote/remote-environment.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import type { BenchRow } from "./bench-row.ts";
import { inTurn, type Part } from "./progress.ts";
import { askPython, python } from "./python.ts";
import { profile } from "./profile.ts";
import { posesOf, stockTable } from "./stock-table.ts";

const STEPS = 150;
const EPISODES = 100;
const PROFILED = 200;
/** Resets before any is timed, so that their code is compiled as it is in a long run. */
const WARM_RESETS = 2000;
const SETTLING = 50;

export async function bench(): Promise<readonly BenchRow[]> {
  const bodies = askPython("mujoco_bodies.py") as (Readonly<Record<string, number>> & { readonly mujoco: string }) | undefined;
  const beside = (name: string): Beside | undefined => bodies && { reference: bodies[name]!, referenceName: `MuJoCo ${bodies.mujoco}` };
  const wandered = (id: string, name: string, wanted?: string): Part => [
    id,
    () => [perStep(`${id} step with resets`, wander(environments.get(`${id}@1`)!), beside(name), wanted)],
  ];
  return inTurn([
    ["tabletop, and Meta-World where there is one", tabletop],
    ["what a step on the table is made of", () => table(beside("table"))],
    wandered("locomotion/walker", "walker", "ratio ≥ 1"),
    wandered("locomotion/ant", "ant", "ratio ≥ 1"),
    wandered("classic/cart-pole", "cart-pole"),
    ["small worlds", small],
    ["workers", workers],
    ["a world on a server", remote],
  ]);
}

/** What the table does not say by itself, and where the time of control steps goes: once in the air, once grasping. */
export function remarks(): readonly string[] {
  const shares = (id: string): string => {
    const entry = environments.get(id)!;
    const environment = entry.make();
    const actions = record(entry);
    const parts = profile(() => {
      for (let episode = 0; episode < PROFILED; episode++) {
        environment.reset({ seed: 1 });
        for (const action of actions) environment.step(action);
      }
    });
    const told = parts.filter(([, share]) => share >= 0.02).map(([file, share]) => `${file} ${(100 * share).toFixed(0)} %`);
    return `Where the time of ${id} goes: ${told.join(", ")}.`;
  };
  return [
    "Meta-World also simulates the robot's arm, seven joints and their meshes, which we do not: our hand is moved by a mocap body, as its is, and that is all. Its rendering is off.",
    "The floor of a control step is the bare physics of the same scene, five substeps; observation, reward and success test come on top.",
    ...["tabletop/reach@1", "tabletop/pick-place@1"].map(shares),
  ];
}

interface Beside {
  readonly reference: number;
  readonly referenceName: string;
}

/** Microseconds, beside somebody's. */
const perStep = (name: string, figure: number, other?: Beside, wanted?: string): BenchRow => ({
  name,
  figure,
  unit: "µs",
  ...(other && { ...other, ratio: other.reference / figure }),
  ...(wanted !== undefined && { wanted }),
});

// --- The tabletop, beside Meta-World

interface PeerFigures {
  readonly task: string;
  readonly stepsPerSecond: number;
  readonly resetMilliseconds: number;
}

function tabletop(): readonly BenchRow[] {
  const entries = [...environments.values()].filter(({ spec }) => spec.id.startsWith("tabletop/"));
  const nameOf = ({ spec }: EnvironmentEntry): string => spec.id.replace(/^tabletop\/(.*)@.*$/, "$1");
  const peers = (askPython("metaworld.py", ...entries.map(nameOf)) ?? []) as readonly PeerFigures[];
  const continual = new Set(suites.get("cw10")!.worlds.map(({ world }) => world));
  const ratios: number[] = [];
  const rows = entries.flatMap((entry) => {
    const name = nameOf(entry);
    const other = peers.find(({ task }) => task === name);
    const { stepsPerSecond, resetMilliseconds } = replay(entry);
    if (other && continual.has(entry.spec.id)) ratios.push(stepsPerSecond / other.stepsPerSecond);
    return [
      metaWorldRow(
        `tabletop/${name} step`,
        stepsPerSecond,
        "control steps/s",
        other && [other.stepsPerSecond, stepsPerSecond / other.stepsPerSecond],
        continual.has(entry.spec.id) ? "ratio ≥ 5" : "",
      ),
      metaWorldRow(
        `tabletop/${name} reset`,
        resetMilliseconds,
        "ms",
        other && [other.resetMilliseconds, other.resetMilliseconds / resetMilliseconds],
        "ratio ≥ 1000",
      ),
    ];
  });
  if (ratios.length === 0) return rows;
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return [
    ...rows,
    { name: "cw10, geometric mean of the ratios of steps", figure: mean, unit: "× Meta-World", wanted: "≥ 12" },
    { name: "cw10, the smallest of them", figure: Math.min(...ratios), unit: "× Meta-World", wanted: "≥ 5" },
  ];
}

const metaWorldRow = (
  name: string,
  figure: number,
  unit: string,
  other: readonly [reference: number, ratio: number] | undefined,
  wanted: string,
): BenchRow => ({
  name,
  figure,
  unit,
  ...(wanted !== "" && { wanted }),
  ...(other && { reference: other[0], ratio: other[1], referenceName: "Meta-World 3.1.1" }),
});

function replay(entry: EnvironmentEntry): { readonly stepsPerSecond: number; readonly resetMilliseconds: number } {
  const environment = entry.make();
  const actions = record(entry);
  for (let k = 0; k < WARM_RESETS; k++) environment.reset({ seed: 1 });
  let [bestEpisode, bestReset] = [Infinity, Infinity];
  for (let episode = 0; episode < EPISODES; episode++) {
    const start = performance.now();
    environment.reset({ seed: 1 });
    const reset = performance.now();
    for (const action of actions) environment.step(action);
    bestEpisode = Math.min(bestEpisode, performance.now() - reset);
    bestReset = Math.min(bestReset, reset - start);
  }
  return { stepsPerSecond: (1e3 * STEPS) / bestEpisode, resetMilliseconds: bestReset };
}

function record(entry: EnvironmentEntry): readonly Float32Array[] {
  const environment = entry.make();
  const controller = entry.controller!(environment);
  controller.reset();
  let { observation } = environment.reset({ seed: 1 });
  return Array.from({ length: STEPS }, () => {
    const action = new Float32Array(entry.spec.action.size);
    controller.act(observation, action);
    ({ observation } = environment.step(action));
    return action;
  });
}

// --- One table: framework, bare physics, stock cannon-es, MuJoCo

function table(mujoco: Beside | undefined): readonly BenchRow[] {
  const entry = environments.get("tabletop/pick-place@1")!;
  const actions = record(entry);
  const environment = entry.make();
  environment.reset({ seed: 1 });
  const { variation } = environment;
  // At rest, as the world begins its episodes.
  const place = (): Table => {
    const made = new Table(pickPlace.handStart);
    pickPlace.furnish(made).place(variation, new Vec3());
    for (let k = 0; k < SETTLING; k++) made.advance();
    return made;
  };
  const bare = place();
  const start = bare.world.snapshot();
  const source = place();
  const [stock, jointed] = [stockTable(source, "without joints"), stockTable(source, "with joints")];
  const poses = posesOf(source, actions);
  const times = { framework: Infinity, bare: Infinity, stock: Infinity, jointed: Infinity };
  for (let episode = 0; episode < EPISODES; episode++) {
    environment.reset({ seed: 1 });
    times.framework = Math.min(
      times.framework,
      timed(() => actions.forEach((action) => void environment.step(action))),
    );
    bare.world.restore(start);
    times.bare = Math.min(
      times.bare,
      timed(() => actions.forEach((action) => (bare.hand.drive(action), bare.advance()))),
    );
    times.stock = Math.min(
      times.stock,
      timed(() => poses.forEach((pose) => stock.step(pose))),
    );
    times.jointed = Math.min(
      times.jointed,
      timed(() => poses.forEach((pose) => jointed.step(pose))),
    );
  }
  const each = (milliseconds: number): number => (1e3 * milliseconds) / STEPS;
  const ours = each(times.bare);
  const bareBeside = (reference: number, referenceName: string, wanted?: string): BenchRow =>
    perStep("pick-place, bare physics of a control step", ours, { reference, referenceName }, wanted);
  return [
    perStep(
      "pick-place, control step with observation, reward and success",
      each(times.framework),
      { reference: ours, referenceName: "bare physics" },
      "ratio ≥ 0.95",
    ),
    bareBeside(each(times.jointed), "stock cannon-es, as many joints", "ratio ≥ 4"),
    bareBeside(each(times.stock), "stock cannon-es, hand led without joints"),
    ...(mujoco ? [bareBeside(mujoco.reference, `${mujoco.referenceName}, bare mj_step`, "ratio ≥ 1")] : []),
  ];
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

// --- Bodies and small worlds under random actions, resets included

function randomActions({ spec }: EnvironmentEntry, count: number): readonly Float32Array[] {
  const random = RandomStream.fromSeed(1);
  const { low, high, whole } = spec.action;
  const draw = (from: number, k: number): number => (whole[k] === 1 ? from + random.integer(high[k]! - from + 1) : random.uniform(from, high[k]));
  return Array.from({ length: count }, () => low.map(draw));
}

/** Microseconds a step, the best of some rounds. */
function wander(entry: EnvironmentEntry, steps = 1000, rounds = 10): number {
  const environment = entry.make();
  const actions = randomActions(entry, steps);
  let best = Infinity;
  for (let round = 0; round < rounds; round++)
    best = Math.min(
      best,
      timed(() => walk(environment, actions)),
    );
  return (1e3 * best) / steps;
}

function walk(environment: Environment, actions: readonly Float32Array[]): void {
  environment.reset({ seed: 1 });
  for (const action of actions) if (isLast(environment.step(action))) environment.reset();
}

function small(): readonly BenchRow[] {
  const ids = [...environments.keys()].filter((id) => /^(bandits|classic)\//.test(id) && !/cart-pole|double-pendulum/.test(id));
  return ids.map((id) => ({
    name: `${id} step with resets`,
    figure: 1e6 / wander(environments.get(id)!, 20_000),
    unit: "control steps/s",
    wanted: "≥ 1000000",
  }));
}

// --- Two workers, and Python

const COPIES = 64;

async function workers(): Promise<readonly BenchRow[]> {
  const id = "tabletop/pick-place@1";
  const rate = async (count: number): Promise<number> => {
    const vector = await makeVector(id, { count: COPIES, workers: count });
    vector.reset({ seed: 1 });
    const actions = randomActions(environments.get(id)!, COPIES).reduce(
      (all, action, k) => (all.set(action, 4 * k), all),
      new Float32Array(4 * COPIES),
    );
    let best = Infinity;
    for (let round = 0; round < 12; round++)
      best = Math.min(
        best,
        timed(() => void Array.from({ length: 25 }, () => vector.step(actions))),
      );
    await vector.dispose();
    return (1e3 * 25 * COPIES) / best;
  };
  const [one, two] = [await rate(1), await rate(2)];
  return [
    {
      name: `${COPIES} copies of pick-place over two workers`,
      figure: two,
      unit: "control steps/s",
      reference: one,
      referenceName: "one worker",
      ratio: two / one,
      wanted: "ratio ≥ 1.8",
    },
  ];
}

/** A Gymnasium environment that does nothing, so that only the way there and back is timed. */
const NOTHING = `
import gymnasium, numpy as np, json, engram_gym
class Nothing(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (39,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (4,), np.float32)
    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(39, np.float32), {}
    def step(self, action):
        return np.zeros(39, np.float32), 0.0, False, False, {}
engram_gym.serve(Nothing, 0, on_ready=lambda url: print(json.dumps({"url": url}), flush=True))
`;

async function remote(): Promise<readonly BenchRow[]> {
  const env = { ...process.env, PYTHONPATH: resolve("src/interop/python") };
  const server = spawn(python, ["-c", NOTHING], { env, stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(server, "exit").then(() => undefined);
  const line = (await Promise.race([once(createInterface({ input: server.stdout }), "line"), exited])) as [string] | undefined;
  if (line === undefined) return [];
  const { url } = JSON.parse(line[0]) as { readonly url: string };
  const environment = (await connectEnvironment(url)).make();
  environment.reset({ seed: 1 });
  const action = new Float32Array(4);
  const times: number[] = [];
  for (let k = 0; k < 10_000; k++) times.push(timed(() => void environment.step(action)));
  server.kill();
  return [
    {
      name: "round trip to a Gymnasium environment in Python, median",
      figure: 1e3 * times.toSorted((a, b) => a - b)[5000]!,
      unit: "µs",
      wanted: "≤ 150",
    },
  ];
}
