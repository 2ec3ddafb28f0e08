/** @file Keeps count: return, length and success of the last episodes. */
import type { Environment, ResetOptions } from "../../contract/environment.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { isLast, type NextStep } from "../../contract/step.ts";
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

  protected override load({ now, episodes }: Snapshot): void {
    this.#now = now as unknown as EpisodeStatistics;
    this.#episodes = episodes as unknown as readonly EpisodeStatistics[];
  }
}

const NOTHING: EpisodeStatistics = { return: 0, length: 0, success: false };
