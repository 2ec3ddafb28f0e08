/** @file Shows the last frames at once, newest first; at the start of an episode all of them are its first. */
import type { Environment, EnvironmentSpec } from "../../contract/environment.ts";
import { InvalidValueError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { space, type PartOptions, type SpacePart } from "../../contract/space.ts";
import type { Step } from "../../contract/step.ts";
import { arrayIn } from "../snapshot-fields.ts";
import { renamed, Wrapper } from "./wrapper.ts";

const MOST = 64;

export class FrameStackWrapper extends Wrapper {
  readonly #frames: Float32Array;
  /** What callers are shown: they may write into it. */
  readonly #seen: Float32Array;

  /** @throws {InvalidValueError} A count that is no whole number from 2 to 64. */
  constructor(inner: Environment, count: number) {
    if (!Number.isInteger(count) || count < 2 || count > MOST)
      throw new InvalidValueError("stack", count, `a whole number of frames from 2 to ${MOST}`);
    super(inner, stackedSpec(inner.spec, count));
    this.#frames = new Float32Array(this.spec.observation.size);
    this.#seen = this.#frames.slice();
  }

  protected override observe({ kind, observation }: Step): Float32Array {
    const { length } = observation;
    if (kind === "first") for (let at = length; at < this.#frames.length; at += length) this.#frames.set(observation, at);
    else this.#frames.copyWithin(length, 0, this.#frames.length - length);
    this.#frames.set(observation);
    this.#seen.set(this.#frames);
    return this.#seen;
  }

  protected override save(): Snapshot {
    return { frames: this.#frames.slice() };
  }

  protected override load(own: Snapshot): void {
    this.#frames.set(arrayIn(own, "frames", this.#frames));
  }
}

function stackedSpec(spec: EnvironmentSpec, count: number): EnvironmentSpec {
  const older = (part: SpacePart, k: number): PartOptions => ({ ...part, age: part.age + k });
  const frames = Array.from({ length: count }, (_, k) => spec.observation.parts.map((part) => older(part, k)));
  return { ...renamed(spec, `stack=${count}`), observation: space(frames.flat()) };
}
