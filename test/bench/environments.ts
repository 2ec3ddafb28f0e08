/**
 * @file How fast the tabletop worlds step and reset, beside Meta-World where it is installed. Both replay the first 150 actions of a
 * scripted policy from a fresh reset, one placement a task, one process; the best of the episodes counts, and resets are timed apart.
 * Run it on one core (`taskset -c 0 npm run bench -- environments`), with ENGRAM_BENCH_PYTHON naming a Python that has Meta-World.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { environments } from "../../envs/index.ts";
import type { EnvironmentEntry } from "../../src/contract/environment.ts";
import type { BenchRow } from "./bench-row.ts";

const STEPS = 150;
const EPISODES = 200;

/** What the peer script prints for each task. */
interface PeerFigures {
  readonly task: string;
  readonly stepsPerSecond: number;
  readonly resetMilliseconds: number;
}

export async function bench(): Promise<readonly BenchRow[]> {
  const peers = measureMetaWorld();
  return [...environments.values()]
    .filter(({ spec }) => spec.id.startsWith("tabletop/"))
    .flatMap((entry) => {
      const name = entry.spec.id.replace(/@.*$/, "");
      const peer = peers.find(({ task }) => name === `tabletop/${task}`);
      const { stepsPerSecond, resetMilliseconds } = measure(entry);
      return [
        row(
          `${name} step`,
          stepsPerSecond,
          "control steps/s",
          peer && { reference: peer.stepsPerSecond, ratio: stepsPerSecond / peer.stepsPerSecond },
        ),
        row(
          `${name} reset`,
          resetMilliseconds,
          "ms",
          peer && { reference: peer.resetMilliseconds, ratio: peer.resetMilliseconds / resetMilliseconds },
        ),
      ];
    });
}

const row = (name: string, figure: number, unit: string, peer: { reference: number; ratio: number } | undefined): BenchRow => ({
  name,
  figure,
  unit,
  ...(peer && { ...peer, referenceName: "Meta-World v3" }),
});

function measure(entry: EnvironmentEntry): { stepsPerSecond: number; resetMilliseconds: number } {
  const environment = entry.make();
  const actions = record(entry);
  let bestEpisode = Infinity;
  let bestReset = Infinity;
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

/** Meta-World's figures on this machine, or none where no Python has it. */
function measureMetaWorld(): readonly PeerFigures[] {
  const python = process.env["ENGRAM_BENCH_PYTHON"] ?? "python3";
  const script = join(import.meta.dirname, "peers", "metaworld.py");
  const { status, stdout } = spawnSync(python, [script], { encoding: "utf8" });
  return status === 0 ? (JSON.parse(stdout) as readonly PeerFigures[]) : [];
}
