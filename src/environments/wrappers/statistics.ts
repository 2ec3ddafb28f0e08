/** @file Keeps count: return, length and success of the last episodes. */
import type { Environment, ResetOptions } from "../../contract/environment.ts";
import { describe, SnapshotError } from "../../contract/errors.ts";
import { nested, type Snapshot } from "../../contract/snapshot.ts";
import { isLast, type NextStep } from "../../contract/step.ts";
import { listIn, numberIn } from "../snapshot-fields.ts";
import { renamed, Wrapper } from "./wrapper.ts";

export interface EpisodeStatistics {
  /** Sum of rewards. */
  readonly return: number;
  /** Control steps. */
  readonly length: number;
  /** Whether any step of it succeeded. */
  readonly success: boolean;
}

export class StatisticsWrapper extends Wrapper {
  readonly #keep: number;
  #episodes: readonly EpisodeStatistics[] = [];
  #now: EpisodeStatistics = NOTHING;

  /** @param keep How many episodes are remembered, the last ones. */
  constructor(inner: Environment, keep = 100) {
    super(inner, renamed(inner.spec, "statistics"));
    this.#keep = keep;
  }

  /** Of whole episodes, oldest first. */
  get episodes(): readonly EpisodeStatistics[] {
    return this.#episodes;
  }

  protected override began(options: ResetOptions): ResetOptions {
    this.#now = NOTHING;
    return options;
  }

  protected override lived(step: NextStep): NextStep {
    const now = this.#now;
    this.#now = { return: now.return + step.reward, length: now.length + 1, success: now.success || step.success };
    if (isLast(step)) this.#episodes = [...this.#episodes, this.#now].slice(-this.#keep);
    return step;
  }

  protected override save(): Snapshot {
    return { now: { ...this.#now }, episodes: this.#episodes.map((each) => ({ ...each })) };
  }

  protected override load(own: Snapshot): void {
    const now = statisticsIn(nested(own, "now"));
    this.#episodes = listIn(own, "episodes").map(statisticsIn);
    this.#now = now;
  }
}

function statisticsIn(saved: Snapshot): EpisodeStatistics {
  const { success } = saved;
  if (typeof success !== "boolean")
    throw new SnapshotError(`Expected \`success\` as true or false, got ${describe(success)}: the snapshot is damaged.`);
  return { return: numberIn(saved, "return"), length: numberIn(saved, "length"), success };
}

const NOTHING: EpisodeStatistics = { return: 0, length: 0, success: false };
