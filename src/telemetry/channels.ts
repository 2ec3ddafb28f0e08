/** @file The table of channels: what each is called, how its messages are described, and what to do for a client that falls behind. */
import { frameTransformsSchema, logSchema, sceneUpdateSchema } from "./foxglove-schemas.ts";
import { array, base64, boolean, integer, number, object, type SchemaOf, string } from "./json-schema.ts";
import type {
  ChannelMessages,
  ClipMessage,
  EpisodeMessage,
  FigureMessage,
  LossMessage,
  ProgressMessage,
  RecalledEntry,
  RecallMessage,
  ResultMessage,
  RunMessage,
  SleepMessage,
  SummaryMessage,
  TaskShare,
  Topic,
} from "./messages.ts";

/**
 * What happens to messages that a client does not take fast enough: of a state only the newest matters (`keep-latest`), of a history, or of
 * several states by turns, every one does (`keep-all`; those are few and small).
 */
export type WhenBehind = "keep-latest" | "keep-all";

export interface ChannelDescription<M> {
  readonly schemaName: string;
  readonly schema: SchemaOf<M>;
  readonly whenBehind: WhenBehind;
}

const share = object<TaskShare>({ task: string, share: number });

const recall = object<RecallMessage>({
  task: string,
  actor: string,
  episode: integer,
  step: integer,
  count: integer,
  entries: array(object<RecalledEntry>({ id: integer, task: string, episode: integer, step: integer, weight: number, distance: number })),
  shares: array(share),
});

export const channelDescriptions: { readonly [T in Topic]: ChannelDescription<ChannelMessages[T]> } = {
  "/run": {
    schemaName: "engram.Run",
    whenBehind: "keep-latest",
    schema: object<RunMessage>({
      scenario: string,
      seed: integer,
      agents: array(string),
      tasks: array(object<RunMessage["tasks"][number]>({ id: string, environment: string, summary: string })),
      state: string,
    }),
  },
  "/progress": {
    schemaName: "engram.Progress",
    whenBehind: "keep-latest",
    schema: object<ProgressMessage>(
      { phase: string, task: string, agent: string, doing: string, fraction: number, elapsed: number, remaining: number },
      ["agent", "doing", "remaining"],
    ),
  },
  "/scene": { schemaName: "foxglove.SceneUpdate", whenBehind: "keep-latest", schema: sceneUpdateSchema },
  "/tf": { schemaName: "foxglove.FrameTransforms", whenBehind: "keep-latest", schema: frameTransformsSchema },
  "/episode": {
    schemaName: "engram.Episode",
    whenBehind: "keep-latest",
    schema: object<EpisodeMessage>({
      frame: integer,
      task: string,
      actor: string,
      episode: integer,
      step: integer,
      horizon: integer,
      time: number,
      reward: number,
      return: number,
      success: boolean,
      ended: boolean,
      recalled: integer,
    }),
  },
  "/recall": { schemaName: "engram.Recall", whenBehind: "keep-latest", schema: recall },
  "/results": {
    schemaName: "engram.Result",
    whenBehind: "keep-all",
    schema: object<ResultMessage>({
      agent: string,
      learned: integer,
      task: string,
      successes: integer,
      episodes: integer,
      rate: number,
      low: number,
      high: number,
      shares: array(share),
    }),
  },
  "/loss": {
    schemaName: "engram.Loss",
    whenBehind: "keep-all",
    schema: object<LossMessage>({ agent: string, task: string, gradientStep: integer, loss: number }),
  },
  "/sleep": {
    schemaName: "engram.Sleep",
    whenBehind: "keep-all",
    schema: object<SleepMessage>(
      {
        agent: string,
        number: integer,
        task: string,
        trigger: string,
        state: string,
        doing: string,
        gradientStep: integer,
        gradientSteps: integer,
        remaining: number,
        loss: number,
        losses: array(object<SleepMessage["losses"][number]>({ gradientStep: integer, loss: number })),
        memorySize: integer,
        selfTests: array(
          object<NonNullable<SleepMessage["selfTests"]>[number]>({ task: string, states: integer, before: number, after: number, worse: boolean }),
        ),
        untested: array(string),
        merged: integer,
        forgotten: integer,
        drift: number,
      },
      ["doing", "remaining", "loss", "memorySize", "selfTests", "untested", "merged", "forgotten", "drift"],
    ),
  },
  "/summary": {
    schemaName: "engram.Summary",
    whenBehind: "keep-latest",
    schema: object<SummaryMessage>({
      episodesPerCell: integer,
      figures: array(
        object<FigureMessage>({
          id: string,
          name: string,
          formula: string,
          better: string,
          values: array(object<FigureMessage["values"][number]>({ agent: string, mean: number, low: number, high: number })),
        }),
      ),
    }),
  },
  "/clip": {
    schemaName: "engram.Clip",
    whenBehind: "keep-latest",
    schema: object<ClipMessage>(
      {
        id: integer,
        task: string,
        actor: string,
        episode: integer,
        success: boolean,
        successStep: integer,
        steps: integer,
        return: number,
        period: number,
        stride: integer,
        frames: integer,
        scene: sceneUpdateSchema,
        poses: base64,
        recalls: array(recall),
      },
      ["successStep"],
    ),
  },
  "/log": { schemaName: "foxglove.Log", whenBehind: "keep-all", schema: logSchema },
};
