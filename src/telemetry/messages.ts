/**
 * @file What each channel carries, as types for both ends. Fields are plain and never null, so that every Foxglove client can show and plot
 * them; what is not there is left out. The Foxglove messages hold the official fields in full.
 */

import type { SleepTrigger } from "../continual/run-event.ts";

/** Simulated time. */
export interface Time {
  readonly sec: number;
  readonly nsec: number;
}

export interface Vector3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface Quaternion extends Vector3 {
  readonly w: number;
}

export interface Pose {
  readonly position: Vector3;
  readonly orientation: Quaternion;
}

/** Each in [0, 1]. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** A box, or an ellipsoid, by its full extent along each axis [m]. */
export interface SolidPrimitive {
  readonly pose: Pose;
  readonly size: Vector3;
  readonly color: Color;
}

/** Along the z axis. */
export interface CylinderPrimitive extends SolidPrimitive {
  readonly bottom_scale: number;
  readonly top_scale: number;
}

/** One body: its shapes, in a frame of its own that `/tf` moves. The kinds of primitive that Engram never sends stay empty. */
export interface SceneEntity {
  readonly timestamp: Time;
  readonly frame_id: string;
  readonly id: string;
  readonly lifetime: Time;
  readonly frame_locked: boolean;
  readonly metadata: readonly never[];
  readonly arrows: readonly never[];
  readonly cubes: readonly SolidPrimitive[];
  readonly spheres: readonly SolidPrimitive[];
  readonly cylinders: readonly CylinderPrimitive[];
  readonly lines: readonly never[];
  readonly triangles: readonly never[];
  readonly texts: readonly never[];
  readonly models: readonly never[];
}

export interface SceneDeletion {
  readonly timestamp: Time;
  /** 0: the entity with this id; 1: all. */
  readonly type: number;
  readonly id: string;
}

/** `foxglove.SceneUpdate`: the whole world, in place of the one before. */
export interface SceneUpdate {
  readonly deletions: readonly SceneDeletion[];
  readonly entities: readonly SceneEntity[];
}

export interface FrameTransform {
  readonly timestamp: Time;
  readonly parent_frame_id: string;
  readonly child_frame_id: string;
  readonly translation: Vector3;
  readonly rotation: Quaternion;
}

/** `foxglove.FrameTransforms`: where every body is. */
export interface FrameTransforms {
  readonly transforms: readonly FrameTransform[];
}

/** `foxglove.Log`. */
export interface Log {
  readonly timestamp: Time;
  /** 2 info, 3 warning, 4 error. */
  readonly level: number;
  readonly message: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** The run as a whole. */
export interface RunMessage {
  readonly scenario: string;
  readonly seed: number;
  readonly agents: readonly string[];
  readonly tasks: readonly { readonly id: string; readonly environment: string; readonly summary: string }[];
  /** `stopping` from the moment somebody asks until the run has put its work away. */
  readonly state: "running" | "stopping" | "stopped" | "finished";
}

/** Where the run is. */
export interface ProgressMessage {
  readonly phase: string;
  readonly task: string;
  /** Absent while demonstrations are made. */
  readonly agent?: string;
  /** What a sleep is at: learning, self-test, filing or tidying. */
  readonly doing?: string;
  /** Share of the run's work that is done, in [0, 1]. */
  readonly fraction: number;
  /** Wall-clock seconds since the run began, pauses left out. */
  readonly elapsed: number;
  /** Wall-clock seconds to go at the present speed; absent while that cannot be told. */
  readonly remaining?: number;
}

/** The episode that is under way, as of its latest control step. */
export interface EpisodeMessage {
  /** Counts the frames published; a gap is a frame that was dropped on the way to a client that could not keep up. */
  readonly frame: number;
  readonly task: string;
  /** Who acts. */
  readonly actor: string;
  readonly episode: number;
  /** Control steps taken. */
  readonly step: number;
  readonly horizon: number;
  /** Simulated seconds since the episode began. */
  readonly time: number;
  readonly reward: number;
  /** Sum of rewards. */
  readonly return: number;
  /** Whether the task's success test has held at any step. */
  readonly success: boolean;
  readonly ended: boolean;
  /** Remembered entries behind the latest action; 0 when its actor reads no memory. */
  readonly recalled: number;
}

/** One remembered situation that the latest action came from. */
export interface RecalledEntry {
  readonly id: number;
  /** Where it is from; empty when it has been forgotten since. */
  readonly task: string;
  readonly episode: number;
  readonly step: number;
  /** Its part in the action; all parts sum to 1. */
  readonly weight: number;
  readonly distance: number;
}

export interface TaskShare {
  readonly task: string;
  /** In [0, 1]. */
  readonly share: number;
}

/** What was read from memory for the latest action. */
export interface RecallMessage {
  readonly task: string;
  readonly actor: string;
  readonly episode: number;
  readonly step: number;
  /** Entries read; `entries` holds the heaviest of them. */
  readonly count: number;
  readonly entries: readonly RecalledEntry[];
  /** Of the whole weight, the part of each source task. */
  readonly shares: readonly TaskShare[];
}

/** One cell of an agent's success matrix R. */
export interface ResultMessage {
  readonly agent: string;
  /** Row: how many tasks had been learned. */
  readonly learned: number;
  /** Column: the task tested. */
  readonly task: string;
  readonly successes: number;
  readonly episodes: number;
  /** Success rate with its 95 % interval (Wilson). */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Where memory was read from in these episodes. */
  readonly shares: readonly TaskShare[];
}

export interface LossMessage {
  readonly agent: string;
  readonly task: string;
  /** Over all sleeps on the task. */
  readonly gradientStep: number;
  readonly loss: number;
}

/** An agent's latest sleep: how far it is while it goes on, and what came of it until the next one begins. */
export interface SleepMessage {
  readonly agent: string;
  /** Counts the agent's sleeps, from 1. */
  readonly number: number;
  /** What it sleeps on. */
  readonly task: string;
  readonly trigger: SleepTrigger;
  /** `undone`: an older task got worse, so nothing was learned. `cut short`: the run was stopped meanwhile. */
  readonly state: "asleep" | "kept" | "undone" | "cut short";
  /** What it is at, or was at when it was cut short: learning, self-test, filing or tidying. */
  readonly doing?: string;
  /** Gradient steps taken, of so many at most. */
  readonly gradientStep: number;
  readonly gradientSteps: number;
  /** Wall-clock seconds of gradient steps to go; absent while that cannot be told. */
  readonly remaining?: number;
  /** The latest; absent before the first step. */
  readonly loss?: number;
  /** The loss curve of this sleep so far. */
  readonly losses: readonly { readonly gradientStep: number; readonly loss: number }[];
  /** The rest when it is over. Entries in long-term memory. */
  readonly memorySize?: number;
  /** The mean error of its actions in remembered states, task by task; absent when it asked itself nothing. */
  readonly selfTests?: readonly {
    readonly task: string;
    readonly states: number;
    readonly before: number;
    readonly after: number;
    /** Whether the difference is more than chance and more than may be. */
    readonly worse: boolean;
  }[];
  /** Tasks of which too little is remembered to ask anything. */
  readonly untested?: readonly string[];
  /** Entries that became one with another, and that were forgotten on purpose. */
  readonly merged?: number;
  readonly forgotten?: number;
  /** How much neighbours in memory changed with its keys, in [0, 1]. */
  readonly drift?: number;
}

/** One of the run's closing figures, for every agent that has it. */
export interface FigureMessage {
  readonly id: string;
  readonly name: string;
  /** With its source. */
  readonly formula: string;
  readonly better: string;
  /** With 95 % intervals over the test episodes. */
  readonly values: readonly { readonly agent: string; readonly mean: number; readonly low: number; readonly high: number }[];
}

/** What came of the run; sent when it has ended. */
export interface SummaryMessage {
  /** Test episodes of each cell. */
  readonly episodesPerCell: number;
  /** Empty when the run was stopped before every cell was tested. */
  readonly figures: readonly FigureMessage[];
}

/** One whole episode of a run that is too fast to be watched, to be played back in its own time. */
export interface ClipMessage {
  /** Counts up. */
  readonly id: number;
  readonly task: string;
  readonly actor: string;
  readonly episode: number;
  readonly success: boolean;
  /** Control steps taken when the task's success test first held; absent if it never did. */
  readonly successStep?: number;
  /** Control steps of the episode. */
  readonly steps: number;
  readonly return: number;
  /** Simulated seconds between two frames. */
  readonly period: number;
  /** Control steps between two frames. */
  readonly stride: number;
  readonly frames: number;
  readonly scene: SceneUpdate;
  /** Little-endian float32 in base64: [frames, bodies in the scene's order, (x, y, z, qx, qy, qz, qw)]. */
  readonly poses: string;
  readonly recalls: readonly RecallMessage[];
}

/** Every channel by its topic. */
export interface ChannelMessages {
  readonly "/run": RunMessage;
  readonly "/progress": ProgressMessage;
  readonly "/scene": SceneUpdate;
  readonly "/tf": FrameTransforms;
  readonly "/episode": EpisodeMessage;
  readonly "/recall": RecallMessage;
  readonly "/results": ResultMessage;
  readonly "/loss": LossMessage;
  readonly "/sleep": SleepMessage;
  readonly "/summary": SummaryMessage;
  readonly "/clip": ClipMessage;
  readonly "/log": Log;
}

export type Topic = keyof ChannelMessages;
