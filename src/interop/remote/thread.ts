/**
 * @file The thread that talks to a remote world, so that the main thread can wait for an answer: connects when an episode begins, and again when the
 * world has come back.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { type RawData, WebSocket } from "ws";
import { readFailure } from "../environment-protocol.ts";
import { answer, ANSWER, AWAKE, STEP_ASKED, type LinkData, type Refusal, type Request } from "./link.ts";

const { url, greeting, words, actions, results, port } = workerData as LinkData;
const word = new Int32Array(words);
const actionBytes = new Uint8Array(actions);
const resultBytes = new Uint8Array(results);

/** How long a beginning episode waits for a world that is not there, and how often it looks; in ms. */
const PATIENCE = 20_000;
const PERIOD = 250;

let socket: WebSocket | undefined;

function tell(how: number, refusal?: Refusal): void {
  if (refusal !== undefined) port.postMessage(refusal);
  Atomics.store(word, ANSWER, how);
  Atomics.notify(word, ANSWER);
}

const gone = (reason: string): void => tell(answer.gone, { code: "gone", message: reason });

/** Whether an answer is being waited for. */
const isAwaited = (): boolean => Atomics.load(word, ANSWER) === answer.none;

function onMessage(data: RawData, isBinary: boolean): void {
  const bytes = data as Buffer;
  if (!isBinary) {
    const text = bytes.toString();
    tell(answer.refused, readFailure(text) ?? { code: "protocol", message: `unexpected text: ${text.slice(0, 200)}` });
  } else if (bytes.length > resultBytes.length) {
    tell(answer.refused, { code: "protocol", message: `a result of ${bytes.length} bytes instead of ${resultBytes.length} at most` });
  } else {
    resultBytes.set(bytes);
    tell(answer.result);
    stayAwake();
  }
}

/** Resolves once the world has greeted. */
async function connect(): Promise<WebSocket> {
  const { count, autoreset } = greeting;
  const opening = new WebSocket(`${url}/?count=${count}&autoreset=${autoreset}`, { perMessageDeflate: false, handshakeTimeout: 5000 });
  await new Promise<void>((resolve, reject) => {
    opening.once("error", reject);
    opening.once("close", () => reject(new Error("it hung up")));
    opening.once("message", () => resolve());
  });
  opening.removeAllListeners();
  opening.on("message", onMessage);
  opening.on("error", () => opening.terminate());
  opening.on("close", () => {
    if (socket === opening) socket = undefined;
    if (isAwaited()) gone("it closed the connection");
  });
  return opening;
}

async function connectInTime(): Promise<WebSocket> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      return await connect();
    } catch (error) {
      if (performance.now() > end) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await sleep(PERIOD);
    }
  }
}

async function reset(text: string): Promise<void> {
  try {
    socket ??= await connectInTime();
    socket.send(text);
  } catch (error) {
    gone(error instanceof Error ? error.message : String(error));
  }
}

function step(): void {
  Atomics.store(word, STEP_ASKED, 0);
  if (socket === undefined) return gone("it closed the connection");
  // A copy: the socket may still be sending when the next actions are written.
  socket.send(actionBytes.slice());
  stayAwake();
}

/** For so long after something happened, in ms, the thread looks out instead of sleeping: being woken takes longer than most steps. */
const ATTENTION = 1;
let awakeUntil = 0;

/** Turns the event loop round and round, so that an asked step and an arriving answer are seen at once. */
function stayAwake(): void {
  awakeUntil = performance.now() + ATTENTION;
  if (Atomics.exchange(word, AWAKE, 1) === 0) setImmediate(look);
}

function look(): void {
  if (Atomics.load(word, STEP_ASKED) === 1) step();
  if (performance.now() < awakeUntil) {
    setImmediate(look);
    return;
  }
  Atomics.store(word, AWAKE, 0);
  // Asked just before it was known that nobody looks.
  if (Atomics.load(word, STEP_ASKED) === 1) step();
}

port.on("message", (request: Request) => {
  if (request !== "step") void reset(request.reset);
  else if (Atomics.load(word, STEP_ASKED) === 1) step();
});
