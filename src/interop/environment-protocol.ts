/**
 * @file How worlds are lived in over a WebSocket: the messages, and the bytes of what came of a reset or a step. The page for people, with a whole
 * session, is docs/environment-protocol.md; the other speaker is python/engram_gym.py.
 */
import { z } from "zod";
import type { EnvironmentSpec } from "../contract/environment.ts";
import { asEnvironmentId } from "../contract/environment.ts";
import { InvalidValueError } from "../contract/errors.ts";
import { space, type PartOptions, type Space } from "../contract/space.ts";
import { validate } from "../contract/validate.ts";
import { descriptionFields, partSchema } from "../environments/spec-schema.ts";
import { autoresetModes, bytesOf, buffersIn, type AutoresetMode, type VectorStep } from "../environments/vector/vector-environment.ts";

/** Goes up with every change that an old client would not understand. */
export const PROTOCOL = "engram-environment/1";

/** The first byte of a binary message from a server. */
export const RESET_RESULT = 1;
export const STEP_RESULT = 2;

/** Before the numbers: kind (1 byte), zeros (3), the count of copies (uint32). */
const HEADER = 8;

const hello = z.object({
  protocol: z.literal(PROTOCOL),
  ...descriptionFields,
  observation: z.array(partSchema).min(1),
  action: z.array(partSchema).min(1),
  variation: z.array(partSchema),
  count: z.int().min(1),
  autoreset: z.enum(autoresetModes),
});

/** What a server says first. */
export interface Hello {
  readonly spec: EnvironmentSpec;
  readonly count: number;
  readonly autoreset: AutoresetMode;
}

export function writeHello({ spec, count, autoreset }: Hello): string {
  const parts = ({ parts: list }: Space): readonly PartOptions[] =>
    list.map(({ name, quantity, unit, size, low, high, age }) => ({ name, quantity, unit, size, low, high, age }));
  const { id, summary, observation, action, variation, settings, controlPeriod, horizon } = spec;
  const message: z.input<typeof hello> = {
    protocol: PROTOCOL,
    id,
    summary,
    observation: parts(observation) as z.input<typeof partSchema>[],
    action: parts(action) as z.input<typeof partSchema>[],
    variation: parts(variation) as z.input<typeof partSchema>[],
    settings: [...settings],
    controlPeriod,
    horizon,
    count,
    autoreset,
  };
  return JSON.stringify(message);
}

/** @throws {InvalidValueError} Text that is no such message, or spaces that are none. */
export function readHello(text: string): Hello {
  const { id, summary, observation, action, variation, settings, controlPeriod, horizon, count, autoreset } = validate(
    hello,
    parsed(text, "greeting"),
    "greeting",
  );
  return {
    spec: {
      id: asEnvironmentId(id),
      summary,
      settings,
      controlPeriod,
      horizon,
      observation: space(observation),
      action: space(action),
      variation: space(variation),
    },
    count,
    autoreset,
  };
}

const request = z.strictObject({
  op: z.literal("reset"),
  seed: z.union([z.int().min(0), z.array(z.int().min(0))]).optional(),
  mask: z.array(z.union([z.literal(0), z.literal(1), z.boolean()])).optional(),
  task: z.strictObject({ variation: z.array(z.number()).optional(), settings: z.record(z.string(), z.number()).optional() }).optional(),
});

/** What a client asks in words; a step is the bytes of its actions. */
export type ResetRequest = z.infer<typeof request>;

/** @throws {InvalidValueError} @throws {UnknownNameError} Text that is no such message. */
export const readRequest = (text: string): ResetRequest => validate(request, parsed(text, "message"), "message");

const failure = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
export type Failure = z.infer<typeof failure>["error"];

export const writeFailure = (error: Failure): string => JSON.stringify({ error } satisfies z.input<typeof failure>);

/** The failure that a server tells of, if the text is one. */
export function readFailure(text: string): Failure | undefined {
  const result = failure.safeParse(parsed(text, "answer"));
  return result.success ? result.data.error : undefined;
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidValueError(name, text, "JSON");
  }
}

/** Bytes of a result. Finals are sent under `same-step` only, variations with resets only; both are at the end. */
export function resultBytes({ spec, count, autoreset }: Hello, kind: number): number {
  const { observation, variation } = spec;
  const finals = autoreset === "same-step" ? 4 * count * observation.size : 0;
  return HEADER + 4 * count * observation.size + 8 * count + flagBytes(count) + finals + (kind === RESET_RESULT ? 4 * count * variation.size : 0);
}

/** Three flags a copy, up to a multiple of four bytes. */
const flagBytes = (count: number): number => 4 * Math.ceil((3 * count) / 4);

/** The result as its parts within a message. The numbers are little-endian, as every processor that Node runs on is. */
export class ResultFrame {
  readonly bytes: Uint8Array;
  readonly #view: VectorStep;
  readonly #variations: Float32Array;
  readonly #sendsFinals: boolean;

  constructor(greeting: Hello, kind: number) {
    const { spec, count, autoreset } = greeting;
    this.bytes = new Uint8Array(resultBytes(greeting, kind));
    const { buffer } = this.bytes;
    this.bytes[0] = kind;
    new DataView(buffer).setUint32(4, count, true);
    const numbersOf = count * spec.observation.size;
    const flags = HEADER + 8 * count;
    const observations = flags + flagBytes(count);
    this.#sendsFinals = autoreset === "same-step";
    const finals = observations + 4 * numbersOf;
    const unsent = buffersIn(new ArrayBuffer(bytesOf(spec, count)), spec, count);
    this.#view = {
      rewards: new Float64Array(buffer, HEADER, count),
      terminated: new Uint8Array(buffer, flags, count),
      truncated: new Uint8Array(buffer, flags + count, count),
      successes: new Uint8Array(buffer, flags + 2 * count, count),
      observations: new Float32Array(buffer, observations, numbersOf),
      finals: this.#sendsFinals ? new Float32Array(buffer, finals, numbersOf) : unsent.finals,
    };
    const variations = finals + (this.#sendsFinals ? 4 * numbersOf : 0);
    this.#variations = kind === RESET_RESULT ? new Float32Array(buffer, variations, count * spec.variation.size) : new Float32Array(0);
  }

  /** [count, variation size], of a reset's result. */
  get variations(): Float32Array {
    return this.#variations;
  }

  get step(): VectorStep {
    return this.#view;
  }

  write(step: VectorStep): Uint8Array {
    const view = this.#view;
    view.rewards.set(step.rewards);
    view.terminated.set(step.terminated);
    view.truncated.set(step.truncated);
    view.successes.set(step.successes);
    view.observations.set(step.observations);
    if (this.#sendsFinals) view.finals.set(step.finals);
    return this.bytes;
  }
}
