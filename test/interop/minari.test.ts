import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Group } from "h5wasm/node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asEnvironmentId, type EnvironmentSpec } from "../../src/contract/environment.ts";
import type { RecordedEpisode } from "../../src/contract/demonstration.ts";
import { InvalidValueError, StorageError } from "../../src/contract/errors.ts";
import { space } from "../../src/contract/space.ts";
import { createMinari, openMinari } from "../../src/interop/minari.ts";

/** Written by Farama's own Minari: see the script beside it. */
const foreign = join(import.meta.dirname, "fixtures", "world-v0");

const spec: EnvironmentSpec = {
  id: asEnvironmentId("test/world@2"),
  summary: "A test.",
  observation: space([{ name: "x", quantity: "position", unit: "m", size: 3, low: -1, high: 1 }]),
  action: space([{ name: "v", quantity: "velocity", unit: "m/s", size: 2, low: -1, high: 1 }]),
  variation: space([{ name: "x", quantity: "position", unit: "m", size: 1, low: -1, high: 1 }]),
  settings: [],
  controlPeriod: 0.1,
  horizon: 9,
};
const about = { spec, algorithm: "test", description: "For a test." };

const episodeOf = (steps: number, start: number): RecordedEpisode => ({
  observations: Float32Array.from({ length: (steps + 1) * 3 }, (_, k) => start + k),
  actions: Float32Array.from({ length: steps * 2 }, (_, k) => start - k / 4),
  decisions: Float32Array.from({ length: steps * 2 }, (_, k) => start + k / 8),
  rewards: Float64Array.from({ length: steps }, (_, k) => k / 3),
  terminations: Uint8Array.from({ length: steps }, () => 0),
  truncations: Uint8Array.from({ length: steps }, (_, k) => Number(k === steps - 1)),
  successes: Uint8Array.from({ length: steps }, (_, k) => Number(k > 1)),
  seed: 3 + start,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "engram-minari-"));
  vi.stubEnv("MINARI_DATASETS_PATH", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("reading", () => {
  it("lays a Dict space flat in the order of its names, and reads success, flags and seed", async () => {
    const set = await openMinari(foreign);
    expect([set.episodes, set.observationSize, set.actionSize]).toEqual([2, 4, 2]);
    const episode = set.episode(1);
    const row = (t: number): number[] => [0.5, t % 3, t, -t];
    expect([...episode.observations]).toEqual([0, 1, 2, 3, 4].flatMap((t) => row(t).map((x) => x + 0)));
    expect([...episode.actions]).toEqual([0.125, -0.5, 0.25, -0.5, 0.375, -0.5, 0.5, -0.5]);
    expect([...episode.rewards]).toEqual([0.25, 0.5, 0.75, 1]);
    expect([...episode.terminations]).toEqual([0, 0, 0, 1]);
    expect([...episode.truncations]).toEqual([0, 0, 0, 0]);
    expect([...episode.successes!]).toEqual([0, 0, 1, 1]);
    expect(episode.seed).toBe(8);
    expect(set.world).toBeUndefined();
    expect(() => set.episode(2)).toThrow(InvalidValueError);
    set.close();
  });

  it("reads spaces without bounds, which Python writes as Infinity", async () => {
    const copy = join(folder, "unbounded-v0");
    cpSync(foreign, copy, { recursive: true });
    const file = join(copy, "data", "metadata.json");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("-9.0", "-Infinity").replaceAll("9.0", "Infinity"));
    expect((await openMinari("unbounded-v0")).observationSize).toBe(4);
  });

  it("says what is wrong with what is no data set", async () => {
    await expect(openMinari("none-v0")).rejects.toThrow("there is no data set `none-v0`");
    const copy = join(folder, "copy-v0");
    cpSync(foreign, copy, { recursive: true });
    const [data, json] = [join(copy, "data", "main_data.hdf5"), join(copy, "data", "metadata.json")];
    const whole = readFileSync(data);
    writeFileSync(data, "not hdf5 at all");
    await expect(openMinari("copy-v0")).rejects.toThrow("no HDF5 file");
    writeFileSync(data, whole.subarray(0, whole.length / 2));
    await expect(openMinari("copy-v0").then((set) => set.episode(0))).rejects.toThrow(StorageError);
    writeFileSync(data, whole);
    const described = readFileSync(json, "utf8");
    for (const [broken, where] of [
      ["{", "total_episodes"],
      [described.replace('"hdf5"', "7"), "`data_format` is not what Minari writes"],
      [described.replace('"hdf5"', '"arrow"'), "the data set is in Minari's format `arrow`, and only `hdf5` is read here. Convert it in Python"],
      [described.replace("Dict", "Graph"), "observation_space"],
    ] as const) {
      writeFileSync(json, broken);
      await expect(openMinari("copy-v0")).rejects.toThrow(StorageError);
      if (broken !== "{") await expect(openMinari("copy-v0")).rejects.toThrow(where);
    }
    writeFileSync(json, described.replace('"total_episodes": 2', '"total_episodes": 3'));
    await expect(openMinari("copy-v0")).rejects.toThrow("episode_2 is missing");
    writeFileSync(json, described.replace('"total_episodes": 2', '"total_episodes": 5000000000'));
    await expect(openMinari("copy-v0")).rejects.toThrow(StorageError);
  });

  it.each([
    ["without steps", []],
    ["with a reward that is no number", [0, Number.NaN]],
    ["with a reward without end", [Infinity, 0]],
  ])("refuses an episode %s, which the writer refuses too", async (_, numbers) => {
    const file = join(folder, "odd-v0", "data", "main_data.hdf5");
    const writer = await createMinari("odd-v0", about);
    const rewards = Float64Array.from(numbers);
    expect(() => writer.add({ ...episodeOf(rewards.length, 0), rewards })).toThrow(InvalidValueError);
    writer.add(episodeOf(2, 0));
    writer.finish();
    const { File } = await import("h5wasm/node");
    const root = new File(file, "w");
    root.create_group("episode_0").create_dataset({ name: "rewards", data: rewards });
    root.close();
    const set = await openMinari("odd-v0");
    expect(() => set.episode(0)).toThrow("episode_0: one finite number or more was expected in `rewards`. Download or record the data set again.");
    set.close();
  });

  it("answers any damage that shows with a StorageError and no other error, and gives whole episodes", async () => {
    const copy = join(folder, "damaged-v0");
    cpSync(foreign, copy, { recursive: true });
    const data = join(copy, "data", "main_data.hdf5");
    const whole = readFileSync(data);
    const damage = fc.array(fc.tuple(fc.integer({ min: 8, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        writeFileSync(data, bytes);
        try {
          const set = await openMinari("damaged-v0");
          for (let k = 0; k < set.episodes; k++) {
            const { observations, actions, rewards } = set.episode(k);
            expect([observations.length, actions.length]).toEqual([(rewards.length + 1) * 4, rewards.length * 2]);
          }
          set.close();
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("writing", () => {
  it("keeps every number, under an id that Minari accepts", async () => {
    const writer = await createMinari("ours/world-v0", about);
    const episodes = [episodeOf(4, 0), episodeOf(1, 2), episodeOf(7, 5)];
    for (const episode of episodes) writer.add(episode);
    expect(existsSync(join(folder, "ours", "world-v0"))).toBe(false);
    expect(writer.finish()).toBe(join(folder, "ours", "world-v0"));
    const set = await openMinari("ours/world-v0");
    expect([set.world, set.episodes, set.observationSize, set.actionSize]).toEqual(["test/world@2", 3, 3, 2]);
    episodes.forEach((episode, k) => expect(set.episode(k)).toEqual(episode));
    set.close();
    const described = JSON.parse(readFileSync(join(folder, "ours", "world-v0", "data", "metadata.json"), "utf8")) as Record<string, string>;
    expect(described).toMatchObject({ total_steps: 12, dataset_id: "ours/world-v0", algorithm_name: "test", minari_version: "0.5.4" });
    expect(JSON.parse(described["env_spec"]!)).toMatchObject({ id: "engram/test-world-v2", kwargs: { id: "test/world@2" }, max_episode_steps: 9 });
    expect(readFileSync(join(folder, "ours", "namespace_metadata.json"), "utf8")).toBe("{}");
  });

  it("tells of an episode of 200,000 steps what its least and greatest reward are", async () => {
    const long = episodeOf(200_000, 0);
    const writer = await createMinari("long-v0", about);
    writer.add(long);
    writer.finish();
    const { File } = await import("h5wasm/node");
    const root = new File(join(folder, "long-v0", "data", "main_data.hdf5"), "r");
    const { attrs } = root.get("episode_0") as Group;
    expect([attrs["rewards_min"]!.value, attrs["rewards_max"]!.value]).toEqual([0, 199_999 / 3]);
    root.close();
  });

  it("says what kept it from writing, and leaves nothing behind then", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(createMinari(join(folder, "file", "x-v0"), about)).rejects.toThrow(StorageError);
    await expect(createMinari(join(folder, "file", "x-v0"), about)).rejects.toThrow(/cannot be written \(ENOTDIR.*room there/u);
    const writer = await createMinari(join(folder, "full-v0"), about);
    writer.add(episodeOf(2, 0));
    mkdirSync(join(folder, "full-v0.unfinished", "data", "metadata.json"));
    expect(() => writer.finish()).toThrow(StorageError);
    expect(() => writer.finish()).toThrow("EISDIR");
    expect(() => writer.add(episodeOf(2, 0))).toThrow(StorageError);
    writer.discard();
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("overwrites nothing, refuses names without a version, and leaves nothing behind when it is given up", async () => {
    (await createMinari("ours/world-v0", about)).finish();
    await expect(createMinari("ours/world-v0", about)).rejects.toThrow("there is a data set of this name");
    await expect(createMinari("world", about)).rejects.toThrow(InvalidValueError);
    const given = await createMinari(join(folder, "other-v1"), about);
    given.add(episodeOf(2, 0));
    given.discard();
    expect(existsSync(join(folder, "other-v1"))).toBe(false);
    expect(existsSync(join(folder, "other-v1.unfinished"))).toBe(false);
  });
});
