/** @file Hides parts of what is observed: the numbers are 0. Meta-World's ML suites hide the goal so. */
import type { Environment, EnvironmentSpec } from "../../contract/environment.ts";
import { UnknownNameError } from "../../contract/errors.ts";
import { space, type PartOptions, type SpacePart } from "../../contract/space.ts";
import type { Step } from "../../contract/step.ts";
import { renamed, Wrapper } from "./wrapper.ts";

export class HideWrapper extends Wrapper {
  readonly #seen: Float32Array;
  readonly #hidden: readonly (readonly [from: number, to: number])[];

  /**
   * @param names Parts of the observation, such as `goal`; at every age.
   * @throws {UnknownNameError} A part that the observation has not.
   */
  constructor(inner: Environment, names: readonly string[]) {
    super(inner, hiddenSpec(inner.spec, names));
    this.#seen = new Float32Array(inner.spec.observation.size);
    this.#hidden = inner.spec.observation.parts.filter(({ name }) => names.includes(name)).map(({ offset, size }) => [offset, offset + size]);
  }

  protected override observe({ observation }: Step): Float32Array {
    this.#seen.set(observation);
    for (const [from, to] of this.#hidden) this.#seen.fill(0, from, to);
    return this.#seen;
  }
}

function hiddenSpec(spec: EnvironmentSpec, names: readonly string[]): EnvironmentSpec {
  const { parts } = spec.observation;
  for (const name of names) {
    if (parts.every((part) => part.name !== name))
      throw new UnknownNameError(`part of what ${spec.id} shows:`, name, [...new Set(parts.map((part) => part.name))]);
  }
  const hidden = (part: SpacePart): PartOptions => ({ ...part, low: 0, high: 0 });
  return {
    ...renamed(spec, `hide=${names.join(",")}`),
    observation: space(parts.map((part) => (names.includes(part.name) ? hidden(part) : part))),
  };
}
