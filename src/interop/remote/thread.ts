/**
 * @file The thread that talks to a remote world, so that the main thread can wait for an answer: connects when an episode begins, and again when the
 * world has come back.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { type RawData, WebSocket } from "ws";
import { readFailure, readHello, RESET_RESULT, resultBytes, STEP_RESULT, writeHello } from "../environment-protocol.ts";
import { answer, ANSWER, AWAKE, STEP_ASKED, type LinkData, type Refusal, type Request } from "./link.ts";

const { url, greeting, words, actions, results, port } = workerData as LinkData;
const word = new Int32Array(words);
const actionBytes = new Uint8Array(actions);
const resultRoom = new Uint8Array(results);
const known = readHello(greeting);

/** How long a beginning episode waits for a world that is not there, and how often it looks; in ms. */
const PATIENCE = 20_000;
const PERIOD = 250;

let socket: WebSocket | undefined;
/** The kind of result that was asked for last. */
let asked = RESET_RESULT;

function tell(how: number, refusal?: Refusal): void {
  if (refusal !== undefined) port.postMessage(refusal);
  Atomics.store(word, ANSWER, how);
  Atomics.notify(word, ANSWER);
}

const gone = (reason: string): void => tell(answer.gone, { code: "gone", message: reason });

/** Whether an answer is being waited for. */
const isAwaited = (): boolean => Atomics.load(word, ANSWER) === answer.none;

function failureIn(text: string): Refusal {
  const unexpected = { code: "protocol", message: `unexpected text: ${text.slice(0, 200)}` };
  try {
    return readFailure(text) ?? unexpected;
  } catch {
    return unexpected;
  }
}

function onMessage(data: RawData, isBinary: boolean): void {
  const bytes = data as Buffer;
  if (!isBinary) {
    tell(answer.refused, failureIn(bytes.toString()));
  } else if (bytes.length !== resultBytes(known, asked) || bytes[0] !== asked) {
    const got = `a result of kind ${bytes[0]} and ${bytes.length} bytes`;
    tell(answer.refused, { code: "protocol", message: `${got} instead of kind ${asked} and ${resultBytes(known, asked)} bytes` });
  } else {
    resultRoom.set(bytes);
    tell(answer.result);
    stayAwake();
  }
}

/** Resolves once somebody has greeted. @returns The connection and the greeting. */
async function connect(): Promise<readonly [WebSocket, string]> {
  const { count, autoreset } = known;
  const opening = new WebSocket(`${url}/?count=${count}&autoreset=${autoreset}`, { perMessageDeflate: false, handshakeTimeout: 5000 });
  const text = await new Promise<string>((resolve, reject) => {
    opening.once("error", reject);
    opening.once("close", () => reject(new Error("it hung up")));
    opening.once("message", (data: Buffer) => resolve(data.toString()));
  });
  opening.removeAllListeners();
  opening.on("error", () => opening.terminate());
  return [opening, text];
}

/** Why the world that was asked for cannot be lived in where somebody greets so, if it cannot. */
function refusalOf(text: string): readonly [how: number, refusal: Refusal] | undefined {
  try {
    const failure = readFailure(text);
    if (failure !== undefined) return [answer.refused, failure];
    const hello = readHello(text);
    if (writeHello(hello) === greeting) return undefined;
    const message = `another world is served there now: \`${hello.spec.id}\`, not \`${known.spec.id}\` as it was when it was first asked`;
    return [answer.gone, { code: "gone", message }];
  } catch (error) {
    return [answer.gone, { code: "gone", message: `its greeting is none of ours (${(error as Error).message})` }];
  }
}

/** Takes up a connection to the world. */
function live(opening: WebSocket): void {
  socket = opening;
  opening.on("message", onMessage);
  opening.on("close", () => {
    if (socket === opening) socket = undefined;
    if (isAwaited()) gone("it closed the connection");
  });
}

async function connectInTime(): ReturnType<typeof connect> {
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
  asked = RESET_RESULT;
  try {
    if (socket === undefined) {
      const [opening, said] = await connectInTime();
      const refusal = refusalOf(said);
      if (refusal !== undefined) {
        opening.terminate();
        return tell(...refusal);
      }
      live(opening);
    }
    socket!.send(text);
  } catch (error) {
    gone(error instanceof Error ? error.message : String(error));
  }
}

function step(): void {
  Atomics.store(word, STEP_ASKED, 0);
  asked = STEP_RESULT;
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
