/** @file `engram record`: a world's scripted controller at work, as a Minari data set. */
import type { Transition } from "../../contract/agent.ts";
import type { RecordedEpisode } from "../../contract/demonstration.ts";
import { InvalidValueError } from "../../contract/errors.ts";
import { asTaskId } from "../../contract/task.ts";
import { demonstrate } from "../../continual/demonstrations.ts";
import { createMinari, type MinariWriter } from "../../interop/minari.ts";
import { joined } from "../../numerics/joined.ts";
import { RandomStream } from "../../numerics/random.ts";
import { Pace } from "../../streams/pace.ts";
import { onInterrupt } from "../interrupt.ts";
import { integer } from "../flags.ts";
import { openEnvironment } from "../open-environment.ts";
import { ProgressLine } from "../progress-line.ts";
import type { Registries } from "../registries.ts";

export interface RecordFlags {
  readonly episodes: string;
  readonly noise: string;
  readonly seed: string;
  readonly out?: string;
}

/** Resolves with the process's exit code. */
export async function recordCommand(id: string, flags: RecordFlags, registries: Registries): Promise<number> {
  const count = integer("--episodes", flags.episodes, [1, 1_000_000]);
  const seed = integer("--seed", flags.seed, [0, Number.MAX_SAFE_INTEGER]);
  const noise = Number(flags.noise);
  if (!(noise >= 0 && noise <= 1)) throw new InvalidValueError("--noise", flags.noise, "a number from 0 to 1");
  const entry = await openEnvironment(id, registries);
  if (entry.controller === undefined)
    throw new InvalidValueError("environment", id, "a world with a scripted controller", "`engram envs <id>` says whether a world has one.");
  const name = flags.out ?? `engram/${id.replace(/@\d+/, "").replaceAll(/[^\w-]+/g, "-")}-v0`;
  const writer = await createMinari(name, {
    spec: entry.spec,
    algorithm: "scripted controller",
    description: `${entry.spec.summary} Successful demonstrations of \`${id}\`, noise ${noise}, seed ${seed}; infos/engram_decision is what was meant, before the noise.`,
  });
  return recorded(writer, { entry, count, noise, seed, id });
}

interface Recording {
  readonly entry: Parameters<typeof demonstrate>[0]["task"]["entry"];
  readonly id: string;
  readonly count: number;
  readonly noise: number;
  readonly seed: number;
}

async function recorded(writer: MinariWriter, { entry, id, count, noise, seed }: Recording): Promise<number> {
  const pace = new Pace();
  const interrupt = onInterrupt();
  interrupt.signal.addEventListener("abort", () => pace.stop(), { once: true });
  const line = new ProgressLine(process.stderr);
  const task = { id: asTaskId(id), entry, environment: entry.make() };
  let done = 0;
  try {
    const totals = await demonstrate({
      task,
      count,
      noise,
      random: RandomStream.fromSeed(seed),
      pace,
      nextEpisode: () => done + 1,
      onLoop: () => undefined,
      onSuccess(transitions, placement) {
        writer.add({ ...episodeOf(transitions), seed: placement });
        line.update({ phase: "demonstrate", task: task.id, fraction: ++done / count });
      },
    });
    line.clear();
    if (totals.successes === 0) {
      writer.discard();
      process.stderr.write("Stopped before the first success: nothing is kept.\n");
      return 130;
    }
    const folder = writer.finish();
    process.stdout.write(`${totals.successes} successful episodes of ${totals.episodes}, ${totals.steps} steps: ${folder}\n`);
    return interrupt.signal.aborted ? 130 : 0;
  } catch (error) {
    line.clear();
    writer.discard();
    throw error;
  } finally {
    interrupt.dispose();
  }
}

/** The end of a demonstration is a truncation: it was watched no further. */
function episodeOf(transitions: readonly Transition[]): RecordedEpisode {
  const steps = transitions.map(({ step }) => step);
  const last = steps.length - 1;
  return {
    observations: joined(Float32Array, [transitions[0]!.observation, ...steps.map(({ observation }) => observation)]),
    actions: joined(
      Float32Array,
      transitions.map(({ action }) => action),
    ),
    decisions: joined(
      Float32Array,
      transitions.map(({ decision }) => decision.action),
    ),
    rewards: Float64Array.from(steps, ({ reward }) => reward),
    terminations: Uint8Array.from(steps, ({ kind }) => Number(kind === "terminated")),
    truncations: Uint8Array.from(steps, ({ kind }, k) => Number(kind === "truncated" || (k === last && kind === "middle"))),
    successes: Uint8Array.from(steps, ({ success }) => Number(success)),
  };
}
