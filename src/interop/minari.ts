/**
 * @file Demonstrations as Minari data sets, the Farama Foundation's standard: read and written, so that recordings of other people's robots can be learned
 * from here, and ours there. One folder a set: `data/main_data.hdf5` and `data/metadata.json`.
 * @see https://minari.farama.org, version 0.5.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { Dataset, Group } from "h5wasm/node";
import { z } from "zod";
import type { DemonstrationSet, RecordedEpisode } from "../contract/demonstration.ts";
import type { EnvironmentSpec } from "../contract/environment.ts";
import { InvalidValueError, StorageError } from "../contract/errors.ts";
import { actionSpaceOf, boxOf, gymSpace, sizeOf, type GymSpace } from "./minari-space.ts";

const HDF5 = Buffer.from("894844460d0a1a0a", "hex");
const VERSION = "0.5.4";
/** Among a step's infos: what our demonstrators meant to do, before noise was added. */
const DECISION = "engram_decision";

const spaceText = z.string().transform((text, context): GymSpace => {
  const space = gymSpace.safeParse(parsed(text));
  if (space.success) return space.data;
  context.addIssue({ code: "custom", message: "a space of Gymnasium's: Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple" });
  return z.NEVER;
});

const metadata = z.object({
  total_episodes: z.int().min(0),
  data_format: z.string().default("hdf5"),
  observation_space: spaceText,
  action_space: spaceText,
  env_spec: z.string().optional().catch(undefined),
  dataset_id: z.string().optional(),
});

/** JSON as Python writes it, with infinite bounds; or nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll(/-?\bInfinity\b|\bNaN\b/g, "null"));
  } catch {
    return undefined;
  }
}

/** Where data sets are kept: `MINARI_DATASETS_PATH`, or Minari's own folder. */
export const minariRoot = (): string => process.env["MINARI_DATASETS_PATH"] ?? join(homedir(), ".minari", "datasets");

/** The folder of a data set, given by itself or by the set's id, such as `D4RL/door/human-v2`. */
export function minariFolder(name: string): string {
  const given = resolve(name);
  return existsSync(join(given, "data")) ? given : join(minariRoot(), name);
}

/** HDF5, whose errors are thrown instead of printed. */
async function hdf5(): Promise<typeof import("h5wasm/node")> {
  const library = await import("h5wasm/node");
  const module = await library.ready;
  module.activate_throwing_error_handler();
  return library;
}

/**
 * Opens a data set for reading. Observations and actions are laid flat.
 * @param name Its id or its folder.
 * @throws {StorageError} No data set there, or one that is damaged.
 */
export async function openMinari(name: string): Promise<DemonstrationSet> {
  const folder = minariFolder(name);
  const file = join(folder, "data", "main_data.hdf5");
  const described = readMetadata(join(folder, "data", "metadata.json"), name);
  if (!isHdf5(file)) throw damaged(file, "this is no HDF5 file");
  const { File } = await hdf5();
  const root = attempt(file, () => opened(new File(file, "r"), described.total_episodes, file));
  const [observationSize, actionSize] = [sizeOf(described.observation_space), sizeOf(described.action_space)];
  const world = worldOf(described.env_spec);
  return {
    name,
    ...(world !== undefined && { world }),
    observationSize,
    actionSize,
    episodes: described.total_episodes,
    episode(index) {
      if (!Number.isInteger(index) || index < 0 || index >= described.total_episodes) {
        throw new InvalidValueError("episode", index, `an integer from 0 to ${described.total_episodes - 1}`);
      }
      return attempt(file, () => readEpisode(root, `episode_${index}`, { file, observationSize, actionSize }));
    },
    close: () => void root.close(),
  };
}

/** A file that has all its episodes, as far as the last one tells; any other is closed. */
function opened<F extends Group & { close(): unknown }>(root: F, episodes: number, file: string): F {
  if (episodes === 0 || root.keys().includes(`episode_${episodes - 1}`)) return root;
  root.close();
  throw damaged(file, `of the ${episodes} episodes that the set's metadata.json tells of, episode_${episodes - 1} is missing`);
}

const damaged = (file: string, problem: string, options?: ErrorOptions): StorageError =>
  new StorageError(file, problem, "Download or record the data set again.", options);

function readMetadata(file: string, name: string): z.infer<typeof metadata> {
  if (!existsSync(file)) {
    throw new StorageError(
      file,
      `there is no data set \`${name}\` here`,
      "Give a folder, or the id of a set under MINARI_DATASETS_PATH (`minari list local` lists them).",
    );
  }
  const result = metadata.safeParse(parsed(readFileSync(file, "utf8")));
  if (result.success) {
    if (result.data.data_format !== "hdf5") throw otherFormat(file, result.data.data_format, result.data.dataset_id ?? name);
    return result.data;
  }
  const [issue] = result.error.issues;
  throw damaged(file, `\`${issue!.path.join(".")}\` is not what Minari writes (${issue!.message})`);
}

/** @param id Of the data set, as Minari knows it. */
function otherFormat(file: string, format: string, id: string): StorageError {
  const buffers = "[minari.data_collector.EpisodeBuffer(**vars(episode)) for episode in old]";
  const spaces = "observation_space=old.observation_space, action_space=old.action_space";
  return new StorageError(
    file,
    `the data set is in Minari's format \`${format}\`, and only \`hdf5\` is read here`,
    `Convert it in Python, under another id: \`import minari; old = minari.load_dataset("${id}"); ` +
      `minari.create_dataset_from_buffers("hdf5/${id}", ${buffers}, ${spaces}, data_format="hdf5")\`.`,
  );
}

function isHdf5(file: string): boolean {
  if (!existsSync(file)) return false;
  const start = Buffer.alloc(HDF5.length);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, start);
  } finally {
    closeSync(descriptor);
  }
  return start.equals(HDF5);
}

/** Whatever the library finds wrong is the file's fault. */
function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw damaged(file, `the file is damaged (${saidBy(error)})`, { cause: error });
  }
}

/** What an error says, in a line. HDF5 tells of all its depths: of those, what the system said, or else what it was asked for. */
function saidBy(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const found = /error message = '(.*?)'/.exec(text) ?? /#000: .*\(\): (.*)/.exec(text) ?? /^(.*)/.exec(text);
  return found![1]!.trim();
}

interface EpisodeSizes {
  readonly file: string;
  readonly observationSize: number;
  readonly actionSize: number;
}

function readEpisode(root: Group, name: string, { file, observationSize, actionSize }: EpisodeSizes): RecordedEpisode {
  const broken = (problem: string): StorageError => damaged(file, `${name}: ${problem}`);
  const group = root.get(name) as Group | null;
  if (group === null) throw broken("the episode is missing");
  const rewards = Float64Array.from(numbersOf(group, "rewards") ?? []);
  const steps = rewards.length;
  if (steps === 0 || !rewards.every(Number.isFinite)) throw broken("one finite number or more was expected in `rewards`");
  const rows = (part: string, count: number, size: number, from = group): Float32Array => {
    const flat = flattened(from.get(part), count);
    if (flat?.length !== count * size)
      throw broken(`${count} rows of ${size} numbers were expected in \`${part}\`, there are ${flat?.length ?? 0} numbers`);
    if (!flat.every(Number.isFinite)) throw broken(`\`${part}\` holds numbers that are not finite`);
    return flat;
  };
  const flags = (part: string): Uint8Array => Uint8Array.from(numbersOf(group, part) ?? { length: steps });
  const infos = group.get("infos") as Group | null;
  const has = (info: string): boolean => infos?.keys().includes(info) === true;
  const success = has("success") ? numbersOf(infos!, "success") : undefined;
  const seed = group.attrs["seed"]?.value;
  const result = {
    observations: rows("observations", steps + 1, observationSize),
    actions: rows("actions", steps, actionSize),
    rewards,
    ...(has(DECISION) && { decisions: rows(DECISION, steps, actionSize, infos!) }),
    terminations: flags("terminations"),
    truncations: flags("truncations"),
    // Minari keeps the reset's infos too, where they were recorded.
    ...(success && { successes: Uint8Array.from(success.slice(-steps)) }),
    ...((typeof seed === "bigint" || typeof seed === "number") && { seed: Number(seed) }),
  };
  if (result.terminations.length !== steps || result.truncations.length !== steps)
    throw broken(`${steps} terminations and truncations were expected`);
  return result;
}

const numbersOf = (group: Group, name: string): number[] | undefined => {
  const data = group.keys().includes(name) ? (group.get(name) as Dataset).value : undefined;
  return data === undefined || data === null ? undefined : Array.from(data as ArrayLike<number | bigint | boolean>, Number);
};

/** One data set, or a group of them side by side: [rows, numbers of all]. */
function flattened(entity: unknown, rows: number): Float32Array | undefined {
  if (entity === null || typeof entity !== "object") return undefined;
  if (!("keys" in entity)) return Float32Array.from((entity as Dataset).value as ArrayLike<number | bigint>, Number);
  const group = entity as Group;
  const parts = group.keys().map((key) => flattened(group.get(key), rows));
  const widths = parts.map((part) => (part?.length ?? 0) / rows);
  const width = widths.reduce((all, each) => all + each, 0);
  if (!Number.isInteger(width)) return undefined;
  const into = new Float32Array(rows * width);
  let at = 0;
  parts.forEach((part, k) => {
    for (let row = 0; row < rows; row++) into.set(part!.subarray(row * widths[k]!, (row + 1) * widths[k]!), row * width + at);
    at += widths[k]!;
  });
  return into;
}

// ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MinariOptions {
  readonly spec: EnvironmentSpec;
  /** Who acted, such as "scripted controller". */
  readonly algorithm: string;
  /** One sentence for people. */
  readonly description: string;
}

/** @throws {StorageError} From each but `discard`: what cannot be written, as on a full disk. */
export interface MinariWriter {
  /** @throws {InvalidValueError} An episode without steps, or a reward that is not finite. */
  add(episode: RecordedEpisode): void;
  /** The set appears in its place only now, whole. Returns its folder. */
  finish(): string;
  /** Leaves nothing behind, whatever went wrong before. */
  discard(): void;
}

/**
 * Begins a data set of one world's episodes.
 * @param name Its id, such as `engram/push-v0`, under Minari's root; or a folder, if it has a drive, a leading `.` or `/`.
 * @throws {InvalidValueError} An id that Minari would not accept. @throws {StorageError} There is a set of this name already, or none can be made there.
 */
export async function createMinari(name: string, { spec, algorithm, description }: MinariOptions): Promise<MinariWriter> {
  const isFolder = /^([./\\]|[A-Za-z]:)/.test(name);
  const folder = isFolder ? resolve(name) : join(minariRoot(), name);
  const id = isFolder ? basename(folder) : name;
  if (!/^([\w-]+\/)*[\w-]+-v\d+$/.test(id)) throw new InvalidValueError("data set", id, "a name that ends in a version, such as `engram/push-v0`");
  if (existsSync(folder)) throw new StorageError(folder, "there is a data set of this name", "Choose another version, or remove it first.");
  const unfinished = `${folder}.unfinished`;
  const { File } = await hdf5();
  const file = join(unfinished, "data", "main_data.hdf5");
  const root = writing(folder, () => {
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(join(unfinished, "data"), { recursive: true });
    return new File(file, "w");
  });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) {
      isOpen = false;
      root.close();
    }
  };
  let [episodes, steps] = [0, 0];
  return {
    add(episode) {
      const { rewards } = episode;
      if (rewards.length === 0 || !rewards.every(Number.isFinite))
        throw new InvalidValueError("episode.rewards", rewards, "one finite number or more");
      writing(folder, () => writeEpisode(root.create_group(`episode_${episodes}`), episodes, episode, spec));
      episodes++;
      steps += rewards.length;
    },
    finish: () =>
      writing(folder, () => {
        close();
        const described = {
          total_episodes: episodes,
          total_steps: steps,
          data_format: "hdf5",
          observation_space: JSON.stringify(boxOf(spec.observation)),
          action_space: JSON.stringify(actionSpaceOf(spec.action)),
          env_spec: JSON.stringify(gymSpec(spec)),
          dataset_id: id,
          dataset_size: Number((statSync(file).size / 2 ** 20).toFixed(1)),
          algorithm_name: algorithm,
          author: ["Engram"],
          author_email: [],
          code_permalink: "",
          description,
          minari_version: VERSION,
        };
        writeFileSync(join(unfinished, "data", "metadata.json"), JSON.stringify(described));
        if (!isFolder) for (let above = dirname(folder); above !== minariRoot() && above !== dirname(above); above = dirname(above)) nameSpace(above);
        renameSync(unfinished, folder);
        return folder;
      }),
    discard() {
      try {
        close();
      } catch {
        // What could not be written is thrown away.
      }
      rmSync(unfinished, { recursive: true, force: true });
    },
  };
}

/** Whatever goes wrong while a set is written is the fault of its place. */
function writing<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const remedy = "See that there is room there, and that it may be written to; or choose another place.";
    throw new StorageError(folder, `the data set cannot be written (${saidBy(error)})`, remedy, { cause: error });
  }
}

function nameSpace(folder: string): void {
  const file = join(folder, "namespace_metadata.json");
  if (!existsSync(file)) writeFileSync(file, "{}");
}

function writeEpisode(group: Group, id: number, episode: RecordedEpisode, { observation, action }: EnvironmentSpec): void {
  const { observations, actions, decisions, rewards, terminations, truncations, successes, seed } = episode;
  const steps = rewards.length;
  group.create_dataset({ name: "observations", data: observations, shape: [steps + 1, observation.size] });
  if (action.whole.includes(0)) group.create_dataset({ name: "actions", data: actions, shape: [steps, action.size] });
  else {
    const choices = BigInt64Array.from(actions, (value) => BigInt(Math.round(value)));
    group.create_dataset({ name: "actions", data: choices, shape: action.size === 1 ? [steps] : [steps, action.size] });
  }
  group.create_dataset({ name: "rewards", data: rewards });
  group.create_dataset({ name: "terminations", data: terminations });
  group.create_dataset({ name: "truncations", data: truncations });
  const infos = group.create_group("infos");
  if (successes !== undefined) infos.create_dataset({ name: "success", data: successes });
  if (decisions !== undefined) infos.create_dataset({ name: DECISION, data: decisions, shape: [steps, action.size] });
  const whole = (name: string, value: number): void => group.create_attribute(name, value, null, "<q");
  whole("id", id);
  whole("total_steps", steps);
  if (seed !== undefined) whole("seed", seed);
  const sum = rewards.reduce((all, reward) => all + reward, 0);
  const mean = sum / steps;
  const deviation = Math.sqrt(rewards.reduce((all, reward) => all + (reward - mean) ** 2, 0) / steps);
  const figures = { sum, mean, std: deviation, min: least(rewards), max: most(rewards) };
  for (const [name, value] of Object.entries(figures)) group.create_attribute(`rewards_${name}`, value, null, "<d");
}

// An argument for each reward would overflow the stack in a long episode.
const least = (numbers: Float64Array): number => numbers.reduce((a, b) => Math.min(a, b));
const most = (numbers: Float64Array): number => numbers.reduce((a, b) => Math.max(a, b));

/** How Gymnasium makes a world of ours: by the Python module that comes with Engram. */
const ENTRY_POINT = "engram_gym:make";

const ourSpec = z.object({ entry_point: z.literal(ENTRY_POINT), kwargs: z.object({ id: z.string() }) });

/** The id of a world of ours, as `gymSpec` tells of it; nothing for those of others. */
function worldOf(text: string | undefined): string | undefined {
  const found = ourSpec.safeParse(parsed(text ?? ""));
  return found.success ? found.data.kwargs.id : undefined;
}

/** The world as Gymnasium names it, for `recover_environment`. */
function gymSpec({ id, horizon }: EnvironmentSpec): object {
  const [, name, version] = /^(.*)@(\d+)/.exec(id) ?? [undefined, id, "1"];
  return {
    id: `engram/${name.replaceAll(/[^\w-]+/g, "-")}-v${version}`,
    entry_point: ENTRY_POINT,
    reward_threshold: null,
    nondeterministic: false,
    max_episode_steps: horizon,
    order_enforce: true,
    disable_env_checker: false,
    kwargs: { id },
    additional_wrappers: [],
    vector_entry_point: null,
  };
}
