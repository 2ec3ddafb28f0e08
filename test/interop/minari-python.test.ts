/** @file Minari data sets with Farama's own package at the other end: it reads what is recorded here, and what it records is read here. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it, vi } from "vitest";
import { environments } from "../../envs/index.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { openMinari } from "../../src/interop/minari.ts";
import { program } from "../engram-program.ts";
import { doors, pythonHome, script } from "./python-home.ts";

const home = pythonHome("engram-python-minari", [...doors, "minari[create,hdf5]==0.5.4", "pillow"], "DATA SETS ARE, WITH MINARI ITSELF,");

const folder = mkdtempSync(join(tmpdir(), "engram-minari-python-"));
const env = { ...home.env, MINARI_DATASETS_PATH: folder };
vi.stubEnv("MINARI_DATASETS_PATH", folder);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const run = promisify(execFile);
const told = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse((await run(home.python, [script("datasets.py"), ...args], { env, maxBuffer: 2 ** 26 })).stdout);

interface Read {
  readonly first: readonly number[];
  readonly actions: readonly (readonly number[])[];
  readonly rewards: readonly number[];
}

describe.skipIf(home.problem !== undefined)("Minari itself", () => {
  it.each([
    ["tabletop/reach@1", "engram/tabletop-reach-v0"],
    ["bandits/bernoulli@1?pulls=20", "engram/bandits-bernoulli-pulls-20-v0"],
  ])(
    "reads what `engram record` wrote of %s, and recovers the world it is from",
    async (world, id) => {
      await run(process.execPath, [program, "record", world, "--episodes", "2"], { env });
      const read = (await told("read", id)) as Read;
      const set = await openMinari(id);
      const episode = set.episode(0);
      const steps = episode.rewards.length;
      expect(read).toMatchObject({ listed: true, episodes: 2, spaces: true, within: true, last: [false, true, true] });
      expect(read).toMatchObject({ lengths: [steps + 1, steps, steps, steps], steps: steps + set.episode(1).rewards.length });
      expect(read.actions.flat()).toEqual([...episode.actions]);
      expect(read.rewards).toEqual([...episode.rewards]);
      expect(read.first).toEqual([...episode.observations.subarray(0, set.observationSize)]);
      const { observation } = findEnvironment(world, environments).make().reset({ seed: episode.seed! });
      expect(read.first).toEqual([...observation]);
      set.close();
    },
    60_000,
  );

  it("records what is read here, number for number", async () => {
    const id = "theirs/navigation-v0";
    const written = (await told("write", "classic/navigation-2d@1?limit=12", id)) as Record<"observations" | "actions", number[][]>[];
    const set = await openMinari(id);
    expect([set.episodes, set.observationSize, set.actionSize]).toEqual([3, 2, 2]);
    for (const [k, { observations, actions, ...rest }] of written.entries()) {
      const { observations: seen, actions: done, rewards, terminations, truncations, seed } = set.episode(k);
      expect([...seen]).toEqual(observations.flat());
      expect([...done]).toEqual(actions.flat());
      expect({ rewards: [...rewards], ends: [terminations.at(-1) === 1, truncations.at(-1) === 1] }).toEqual(rest);
      expect(seed).toBe(k);
    }
    set.close();
  }, 60_000);
});
