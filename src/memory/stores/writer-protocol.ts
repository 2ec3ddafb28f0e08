/** @file What a store and the thread that commits its writes say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { FileIdentity } from "./file-writer.ts";
import type { SqliteFailure } from "./sqlite-errors.ts";
import type { WriteGroup } from "./write-group.ts";

/** What the thread is started with. */
export interface WriterData {
  readonly identity: FileIdentity;
  readonly vectorsLength: number;
  readonly port: MessagePort;
  /** How far it is: see `progress`. */
  readonly words: SharedArrayBuffer;
}

/** The words that tell how far the thread is: how many groups are committed, and how many messages were dealt with, on which one can wait. */
export const progress = { committed: 0, outcomes: 1 } as const;

/** A group to be committed after all before it. */
export interface WriteRequest {
  readonly group: WriteGroup;
  /** Whether to say when it is, and to try again what failed before. */
  readonly flush: boolean;
  /** Whether nothing comes after it. */
  readonly last: boolean;
}

/** To a flush, and to a group that failed. */
export interface WriteAnswer {
  readonly flush: boolean;
  readonly failure: SqliteFailure | undefined;
}
