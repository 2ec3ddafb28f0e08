/**
 * @file A world in another process, lived in like one of ours: a Gymnasium environment behind `engram_gym.serve`, or `engram serve-env`. A step
 * waits for the answer. When the world dies, the episode is truncated and the next one waits for it to come back.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { WebSocket } from "ws";
import type { Environment, EnvironmentEntry, EnvironmentSpec, ResetOptions } from "../../contract/environment.ts";
import { ConnectionError, InvalidValueError, OrderError, RemoteError, SnapshotError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { bring } from "../../contract/space.ts";
import { first, isLast, middle, terminated, truncated, type FirstStep, type NextStep } from "../../contract/step.ts";
import type { Task } from "../../contract/task.ts";
import { checkTask } from "../../environments/simulated-environment.ts";
import { awaitChange } from "../../threads/shared-word.ts";
import { readFailure, readHello, RESET_RESULT, ResultFrame, STEP_RESULT, writeHello, type Hello } from "../environment-protocol.ts";
import { answer, ANSWER, AWAKE, STEP_ASKED, WORDS_BYTES, type LinkData, type Refusal, type Request } from "./link.ts";

/** Beside the built sources, and in the build of a checkout: Node 20 runs no TypeScript in a worker. */
const programs = ["thread.js", "../../../dist/src/interop/remote/thread.js"].map((place) => join(import.meta.dirname, place));

/** After so long without a word, in ms, a world counts as gone. */
const PATIENCE = 60_000;

export interface RemoteOptions {
  /** Told, in a sentence, when the world is lost and when it is back. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Asks a remote world what it is.
 * @param url Such as `ws://127.0.0.1:8770`.
 * @throws {ConnectionError} Nobody is there, or somebody who is silent or speaks otherwise. @throws {InvalidValueError} A greeting that breaks a rule.
 */
export async function connectEnvironment(url: string, options: RemoteOptions = {}): Promise<EnvironmentEntry> {
  const base = url.replace(/\/+$/, "");
  const greeting = readGreeting(await firstMessage(base), base);
  return { spec: greeting.spec, make: () => new RemoteEnvironment(base, greeting, options) };
}

function readGreeting(text: string, url: string): Hello {
  const failure = readFailure(text);
  if (failure !== undefined) throw new ConnectionError(url, failure.message);
  return readHello(text);
}

function firstMessage(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(`${url}/?count=1&autoreset=disabled`, { perMessageDeflate: false, handshakeTimeout: 5000 });
    } catch {
      return reject(new InvalidValueError("world", url, "an address such as `gymnasium:ws://127.0.0.1:8770`"));
    }
    const silent = setTimeout(() => {
      reject(new ConnectionError(url, `somebody is there who has said nothing for ${PATIENCE / 1000} s`));
      socket.terminate();
    }, PATIENCE);
    socket.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ConnectionError(url, error.code === "ECONNREFUSED" ? "nobody is there" : error.message)),
    );
    socket.once("close", () => {
      clearTimeout(silent);
      reject(new ConnectionError(url, "it hung up without a greeting"));
    });
    socket.once("message", (data: Buffer, isBinary: boolean) => {
      clearTimeout(silent);
      socket.close();
      if (isBinary) reject(new ConnectionError(url, "it greets with bytes, not with the text of the protocol"));
      else resolve(data.toString());
    });
  });
}

class RemoteEnvironment implements Environment {
  readonly spec: EnvironmentSpec;
  readonly variation: Float32Array;
  readonly #url: string;
  readonly #options: RemoteOptions;
  readonly #link: Link;
  readonly #observation: Float32Array;
  readonly #shown: Float32Array;
  #phase: "unset" | "running" | "over" = "unset";
  #isLost = false;

  constructor(url: string, greeting: Hello, options: RemoteOptions) {
    this.spec = greeting.spec;
    this.#url = url;
    this.#options = options;
    this.#link = new Link(url, greeting);
    this.variation = new Float32Array(this.spec.variation.size);
    this.#observation = new Float32Array(this.spec.observation.size);
    this.#shown = this.#observation.slice();
  }

  /**
   * @throws {ConnectionError} The world did not come back within 20 s, or another is there now.
   * @throws {RemoteError} It is there, and could not begin an episode.
   */
  reset({ seed, task }: ResetOptions = {}): FirstStep {
    if (task !== undefined) checkTask(this.spec, task);
    if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) throw new InvalidValueError("seed", seed, "a non-negative integer");
    const failure = this.#link.reset(resetText(seed, task));
    if (failure !== undefined) throw new (failure.isGone ? ConnectionError : RemoteError)(this.#url, failure.reason);
    if (this.#isLost) this.#options.onNotice?.(`${this.spec.id} at ${this.#url} is back.`);
    this.#isLost = false;
    const { step, variations } = this.#link.resets;
    if (!step.observations.every(Number.isFinite)) throw new ConnectionError(this.#url, "its first observation has numbers that are not finite");
    this.variation.set(variations);
    this.#observation.set(step.observations);
    this.#phase = "running";
    return first(this.#show());
  }

  step(action: Float32Array): NextStep {
    if (this.#phase === "unset") throw new OrderError("Step before the first reset. Call `reset()` to begin an episode.");
    if (this.#phase === "over") throw new OrderError("Step after the episode's last step. Call `reset()` to begin another.");
    bring(this.spec.action, action, this.#link.actions);
    const failure = this.#link.step();
    const step = failure === undefined ? this.#lived() : this.#lost(failure.reason);
    if (isLast(step)) this.#phase = "over";
    return step;
  }

  snapshot(): Snapshot {
    throw new SnapshotError(`\`${this.spec.id}\` is a remote world and cannot be saved.`);
  }

  restore(): void {
    throw new SnapshotError(`\`${this.spec.id}\` is a remote world and cannot be restored.`);
  }

  dispose(): void {
    this.#link.close();
    this.#phase = "unset";
  }

  #lived(): NextStep {
    const { observations, rewards, terminated: ended, truncated: cut, successes } = this.#link.steps.step;
    const reward = rewards[0]!;
    if (!Number.isFinite(reward) || !observations.every(Number.isFinite)) return truncated(this.#show(), 0, false, "unstable");
    this.#observation.set(observations);
    const success = successes[0] === 1;
    if (ended[0] === 1) return terminated(this.#show(), reward, success);
    return cut[0] === 1 ? truncated(this.#show(), reward, success, "horizon") : middle(this.#show(), reward, success);
  }

  #lost(reason: string): NextStep {
    this.#isLost = true;
    this.#options.onNotice?.(`${this.spec.id} at ${this.#url} is lost: ${reason}. The episode is truncated; the next one waits for it.`);
    return truncated(this.#show(), 0, false, "disconnected");
  }

  #show(): Float32Array {
    this.#shown.set(this.#observation);
    return this.#shown;
  }
}

const resetText = (seed: number | undefined, task: Task | undefined): string =>
  JSON.stringify({ op: "reset", seed, ...(task && { task: { variation: task.variation, settings: task.settings } }) });

/** Why a request had no result: nobody was there, or somebody who said what was wrong. */
interface LinkFailure {
  readonly isGone: boolean;
  readonly reason: string;
}

/** The main thread's end of a connection. */
class Link {
  readonly actions: Float32Array;
  readonly resets: ResultFrame;
  readonly steps: ResultFrame;
  readonly #url: string;
  readonly #greeting: Hello;
  readonly #words = new SharedArrayBuffer(WORDS_BYTES);
  readonly #word = new Int32Array(this.#words);
  readonly #actions: SharedArrayBuffer;
  readonly #results: SharedArrayBuffer;
  #thread: { readonly worker: Worker; readonly port: MessagePort } | undefined;

  constructor(url: string, greeting: Hello) {
    this.#url = url;
    this.#greeting = { ...greeting, count: 1, autoreset: "disabled" };
    this.#actions = new SharedArrayBuffer(4 * greeting.spec.action.size);
    this.actions = new Float32Array(this.#actions);
    this.resets = new ResultFrame(this.#greeting, RESET_RESULT);
    this.steps = new ResultFrame(this.#greeting, STEP_RESULT);
    this.#results = new SharedArrayBuffer(Math.max(this.resets.bytes.length, this.steps.bytes.length));
  }

  /** Why there is no result, if there is none. */
  reset(text: string): LinkFailure | undefined {
    return this.#ask({ reset: text }, this.resets);
  }

  step(): LinkFailure | undefined {
    return this.#ask("step", this.steps);
  }

  /** Ends the connection, with its thread; the next reset makes another. */
  close(): void {
    void this.#thread?.worker.terminate();
    this.#thread = undefined;
  }

  #ask(request: Request, frame: ResultFrame): LinkFailure | undefined {
    this.#thread ??= this.#start();
    const { port } = this.#thread;
    Atomics.store(this.#word, ANSWER, answer.none);
    if (request === "step") Atomics.store(this.#word, STEP_ASKED, 1);
    if (request !== "step" || Atomics.load(this.#word, AWAKE) === 0) port.postMessage(request);
    if (!awaitChange(this.#word, ANSWER, answer.none, PATIENCE)) {
      this.close();
      return { isGone: true, reason: `it has not answered for ${PATIENCE / 1000} s` };
    }
    const how = Atomics.load(this.#word, ANSWER);
    if (how !== answer.result) {
      const { message } = receiveMessageOnPort(port)! as { readonly message: Refusal };
      return { isGone: how === answer.gone, reason: message.message };
    }
    frame.bytes.set(new Uint8Array(this.#results, 0, frame.bytes.length));
    return undefined;
  }

  #start(): { readonly worker: Worker; readonly port: MessagePort } {
    this.#word.fill(0);
    const { port1: port, port2 } = new MessageChannel();
    const data: LinkData = {
      url: this.#url,
      greeting: writeHello(this.#greeting),
      words: this.#words,
      actions: this.#actions,
      results: this.#results,
      port: port2,
    };
    const worker = new Worker(
      programs.find((place) => existsSync(place))!,
      // Flags such as --input-type or --import are for the main program.
      { workerData: data, transferList: [port2], execArgv: [] },
    );
    worker.unref();
    port.unref();
    return { worker, port };
  }
}
