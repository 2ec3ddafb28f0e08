/** @file All that the page knows of the run, as messages left it. Plain data; panels look at what they need and at whether it changed. */
import type {
  EpisodeMessage,
  LossMessage,
  ProgressMessage,
  RecallMessage,
  ResultMessage,
  RunMessage,
  SleepMessage,
  SummaryMessage,
} from "../messages.ts";
import type { ConnectionState } from "./foxglove-client.ts";

/** An agent's success matrix: rows by tasks learned, cells by task. */
export type Matrix = ReadonlyMap<number, ReadonlyMap<string, ResultMessage>>;

export class RunModel {
  connection: ConnectionState = "connecting";
  run: RunMessage | undefined;
  progress: ProgressMessage | undefined;
  summary: SummaryMessage | undefined;
  paused = false;
  /** Simulated seconds per second; 0 is as fast as possible. */
  speed = 0;
  /** As of the latest live frame. */
  episode: EpisodeMessage | undefined;
  latestRecall: RecallMessage | undefined;
  /** Live frames lost on the way. */
  dropped = 0;
  /** Grow with every change, so that a panel can tell cheaply whether it is out of date. */
  readonly revision = { results: 0, losses: 0 };
  readonly #results = new Map<string, Map<number, Map<string, ResultMessage>>>();
  readonly #losses = new Map<string, LossMessage[]>();
  readonly #sleeps = new Map<string, SleepMessage>();

  get tasks(): RunMessage["tasks"] {
    return this.run?.tasks ?? [];
  }

  get agents(): readonly string[] {
    return this.run?.agents ?? [];
  }

  taskIndex(task: string): number {
    return this.tasks.findIndex(({ id }) => id === task);
  }

  agentIndex(agent: string): number {
    return this.agents.indexOf(agent);
  }

  get ended(): boolean {
    return this.run?.state === "finished" || this.run?.state === "stopped";
  }

  /** Whether nothing more is heard of the run: what is known of it is the last there was. */
  get silent(): boolean {
    return this.connection !== "open" || this.run?.state === "stopped";
  }

  /** Whether the run goes too fast to be followed live, so that episodes are played back instead. */
  get fast(): boolean {
    return !this.paused && (this.speed === 0 || this.speed > 4);
  }

  /** What the latest live action came from. */
  get recall(): RecallMessage | undefined {
    const { episode, latestRecall } = this;
    return episode !== undefined && episode.recalled > 0 && latestRecall?.episode === episode.episode ? latestRecall : undefined;
  }

  matrix(agent: string): Matrix {
    return this.#results.get(agent) ?? new Map();
  }

  losses(agent: string): readonly LossMessage[] {
    return this.#losses.get(agent) ?? [];
  }

  /** An agent's latest sleep. */
  sleep(agent: string): SleepMessage | undefined {
    return this.#sleeps.get(agent);
  }

  /** How many tasks have been learned, as far as tests tell. */
  get learned(): number {
    let most = 0;
    for (const rows of this.#results.values()) for (const learned of rows.keys()) most = Math.max(most, learned);
    return most;
  }

  takeRun(run: RunMessage): void {
    this.run = run;
    this.revision.results++;
    this.revision.losses++;
  }

  takeEpisode(episode: EpisodeMessage): void {
    const last = this.episode;
    if (last !== undefined && episode.frame > last.frame + 1) this.dropped += episode.frame - last.frame - 1;
    this.episode = episode;
  }

  takeResult(result: ResultMessage): void {
    const rows = getOrMake(this.#results, result.agent, () => new Map<number, Map<string, ResultMessage>>());
    getOrMake(rows, result.learned, () => new Map<string, ResultMessage>()).set(result.task, result);
    this.revision.results++;
  }

  takeLoss(loss: LossMessage): void {
    getOrMake(this.#losses, loss.agent, () => []).push(loss);
    this.revision.losses++;
  }

  takeSleep(sleep: SleepMessage): void {
    this.#sleeps.set(sleep.agent, sleep);
  }

  /** Forgets the histories; a server that is joined again tells them anew. */
  forgetHistories(): void {
    this.#results.clear();
    this.#losses.clear();
    this.#sleeps.clear();
    this.episode = undefined;
    this.revision.results++;
    this.revision.losses++;
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
