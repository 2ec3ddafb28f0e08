/**
 * @file Latest-wins back-pressure: one frame on its way and at most one waiting. A client that reads slowly sees fewer frames, never old
 * ones, and a client that stopped reading costs two frames of memory.
 */

/** Hands a frame to the network and calls back when it has left the process. */
export type Send = (frame: Uint8Array, sent: () => void) => void;

export class LatestOutbox {
  readonly #send: Send;
  readonly #onDrop: () => void;
  #sending = false;
  #waiting: Uint8Array | undefined;

  /** @param onDrop Called for each frame that a newer one displaced. */
  constructor(send: Send, onDrop: () => void) {
    this.#send = send;
    this.#onDrop = onDrop;
  }

  offer(frame: Uint8Array): void {
    if (!this.#sending) {
      this.#transmit(frame);
      return;
    }
    if (this.#waiting !== undefined) this.#onDrop();
    this.#waiting = frame;
  }

  #transmit(frame: Uint8Array): void {
    this.#sending = true;
    this.#send(frame, () => {
      this.#sending = false;
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined) this.#transmit(next);
    });
  }
}
