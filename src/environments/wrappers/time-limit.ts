/** @file Truncates episodes sooner than the world would. */
import type { Environment } from "../../contract/environment.ts";
import { InvalidValueError, OrderError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { truncated, type NextStep } from "../../contract/step.ts";
import type { ResetOptions } from "../../contract/environment.ts";
import { numberIn } from "../snapshot-fields.ts";
import { renamed, Wrapper } from "./wrapper.ts";

export class TimeLimitWrapper extends Wrapper {
  #steps = 0;

  /** @throws {InvalidValueError} A limit that is no whole number from 1 to the world's horizon. */
  constructor(inner: Environment, steps: number) {
    const { spec } = inner;
    if (!Number.isInteger(steps) || steps < 1 || steps > spec.horizon)
      throw new InvalidValueError("limit", steps, `a whole number of steps from 1 to ${spec.horizon}, the horizon of \`${spec.id}\``);
    super(inner, { ...renamed(spec, `limit=${steps}`), horizon: steps });
  }

  override step(action: Float32Array): NextStep {
    if (this.#steps === this.spec.horizon) throw new OrderError("Step after the episode's last step. Call `reset()` to begin another.");
    return super.step(action);
  }

  protected override began(options: ResetOptions): ResetOptions {
    this.#steps = 0;
    return options;
  }

  protected override lived(step: NextStep): NextStep {
    this.#steps++;
    if (this.#steps < this.spec.horizon || step.kind !== "middle") return step;
    return truncated(step.observation, step.reward, step.success, "horizon");
  }

  protected override save(): Snapshot {
    return { steps: this.#steps };
  }

  protected override load(own: Snapshot): void {
    this.#steps = numberIn(own, "steps");
  }
}
