/** @file What the main thread and the thread of a remote world share: words to wait on, the actions, and the bytes of results. */
import type { MessagePort } from "node:worker_threads";

/** How a request came out. */
export const answer = { none: 0, result: 1, refused: 2, gone: 3 } as const;

/** The words: how the last request came out, which is waited on; 1 where a step is asked for; 1 while the thread looks out for that by itself. */
export const ANSWER = 0;
export const STEP_ASKED = 1;
export const AWAKE = 2;
export const WORDS_BYTES = 12;

export interface LinkData {
  readonly url: string;
  /** In the protocol's words: what the world must greet with whenever it is there. */
  readonly greeting: string;
  readonly words: SharedArrayBuffer;
  readonly actions: SharedArrayBuffer;
  readonly results: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** What is posted to the thread: a reset in the protocol's words, or a step, whose actions are in shared memory. */
export type Request = { readonly reset: string } | "step";

/** What is posted back before an answer that is no result. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}
