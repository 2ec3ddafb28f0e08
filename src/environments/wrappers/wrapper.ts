/** @file What every wrapper does alike: stands around a world, is one itself, and is saved and restored with it. */
import type { Controller, Environment, EnvironmentEntry, EnvironmentSpec, ResetOptions } from "../../contract/environment.ts";
import { asEnvironmentId } from "../../contract/environment.ts";
import { describe, InvalidValueError, SnapshotError } from "../../contract/errors.ts";
import type { Scene } from "../../contract/scene.ts";
import { nested, type Snapshot } from "../../contract/snapshot.ts";
import { first, type FirstStep, type NextStep, type Step } from "../../contract/step.ts";

export abstract class Wrapper implements Environment {
  readonly inner: Environment;
  readonly spec: EnvironmentSpec;
  /** What the world inside showed last. */
  readonly shown: Float32Array;

  constructor(inner: Environment, spec: EnvironmentSpec) {
    this.inner = inner;
    this.spec = spec;
    this.shown = new Float32Array(inner.spec.observation.size);
  }

  get scene(): Scene | undefined {
    return this.inner.scene;
  }

  get variation(): Float32Array {
    return this.inner.variation;
  }

  reset(options: ResetOptions = {}): FirstStep {
    const { task } = options;
    if (task !== undefined && task.environment !== this.spec.id)
      throw new InvalidValueError("task.environment", task.environment, `"${this.spec.id}"`);
    const inside = { ...options, ...(task && { task: { ...task, environment: this.inner.spec.id } }) };
    const step = this.#unlessRefused(() => this.inner.reset(this.began(inside)));
    this.shown.set(step.observation);
    return first(this.observe(step));
  }

  step(action: Float32Array): NextStep {
    const step = this.inner.step(action);
    this.shown.set(step.observation);
    return this.lived({ ...step, observation: this.observe(step) });
  }

  snapshot(): Snapshot {
    return { environment: this.spec.id, shown: this.shown.slice(), inner: this.inner.snapshot(), own: this.save() };
  }

  restore(snapshot: Snapshot): void {
    const { environment, shown } = snapshot;
    if (environment !== this.spec.id) {
      throw new SnapshotError(
        `Expected a snapshot of \`${this.spec.id}\`, got one of ${describe(environment)}. Restore it into the world it was taken from.`,
      );
    }
    if (!(shown instanceof Float32Array && shown.length === this.shown.length))
      throw new SnapshotError(`Expected \`shown\` of \`${this.spec.id}\`: the snapshot is damaged.`);
    this.#unlessRefused(() => {
      this.load(nested(snapshot, "own"));
      this.inner.restore(nested(snapshot, "inner"));
    });
    this.shown.set(shown);
  }

  carried(): Snapshot {
    const inner = this.inner.carried?.();
    return { own: this.save(), ...(inner && { inner }) };
  }

  carry(carried: Snapshot): void {
    this.load(nested(carried, "own"));
    if (carried["inner"] !== undefined) this.inner.carry!(nested(carried, "inner"));
  }

  dispose(): void {
    this.inner.dispose?.();
  }

  /** Does something that also the world inside must agree to; if it throws, nothing of one's own has changed. */
  #unlessRefused<T>(work: () => T): T {
    const before = this.save();
    try {
      return work();
    } catch (error) {
      this.load(before);
      throw error;
    }
  }

  /** An episode begins: what the world inside is asked for. */
  protected began(options: ResetOptions): ResetOptions {
    return options;
  }

  /** What is seen of a step of the world inside. A buffer of one's own, or the step's. */
  protected observe(step: Step): Float32Array {
    return step.observation;
  }

  /** What becomes of a step, observed. */
  protected lived(step: NextStep): NextStep {
    return step;
  }

  /** What has to be kept besides the world inside, by value. */
  protected save(): Snapshot {
    return {};
  }

  /** @throws {SnapshotError} Something else; nothing is set then. */
  protected load(_own: Snapshot): void {}
}

/** A spec under its wrapper's name: `suite/name@version?option=value&option=value`. */
export const renamed = (spec: EnvironmentSpec, option: string): EnvironmentSpec => ({
  ...spec,
  id: asEnvironmentId(`${spec.id}${spec.id.includes("?") ? "&" : "?"}${option}`),
});

/** Wraps a registered world. Its scripted controller sees what the world inside shows, so that it can show a task whose goal is hidden. */
export function wrapped(entry: EnvironmentEntry, wrap: (environment: Environment) => Wrapper): EnvironmentEntry {
  let spare: Wrapper | undefined = wrap(entry.make());
  return {
    spec: spare.spec,
    make() {
      const made = spare ?? wrap(entry.make());
      spare = undefined;
      return made;
    },
    ...(entry.controller && { controller: (environment: Environment) => controllerInside(entry, environment as Wrapper) }),
  };
}

function controllerInside({ controller }: EnvironmentEntry, { inner, shown }: Wrapper): Controller {
  const inside = controller!(inner);
  return {
    reset: () => inside.reset(),
    act: (_, action) => inside.act(shown, action),
  };
}
