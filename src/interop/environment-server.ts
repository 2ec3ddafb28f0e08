/** @file Offers a world to others over a WebSocket on loopback: every client has copies of its own. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { EnvironmentEntry } from "../contract/environment.ts";
import { EngramError, InvalidValueError } from "../contract/errors.ts";
import { asTaskId } from "../contract/task.ts";
import { LocalVectorEnvironment } from "../environments/vector/local-vector.ts";
import { autoresetModes, type AutoresetMode } from "../environments/vector/vector-environment.ts";
import { listenNear, LOOPBACK } from "../sockets/free-port.ts";
import { isLoopbackHost, mayConnect } from "../sockets/origin.ts";
import { readRequest, RESET_RESULT, ResultFrame, STEP_RESULT, writeFailure, writeHello, type Hello } from "./environment-protocol.ts";

export interface EnvironmentServerOptions {
  readonly entry: EnvironmentEntry;
  /** The first port to try; 0 takes any that is free. */
  readonly port: number;
  /** Copies for a client that does not ask for another number. */
  readonly count: number;
  /** Called when the last client has left. */
  readonly onDeserted?: () => void;
}

const MOST_CLIENTS = 64;
/** Copies for one client. */
export const MOST_COPIES = 4096;
const LARGEST_MESSAGE = 2 ** 24;
/** While so many bytes wait for a client to read them, no more of its requests are answered, and none are read. */
const MOST_UNREAD = 2 ** 24;

export class EnvironmentServer {
  readonly port: number;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;

  private constructor(http: Server, port: number, sockets: WebSocketServer) {
    this.#http = http;
    this.port = port;
    this.#sockets = sockets;
  }

  /** @throws {InvalidValueError} No free port. */
  static async listen(options: EnvironmentServerOptions): Promise<EnvironmentServer> {
    const http = createServer({ headersTimeout: 5000, requestTimeout: 10_000 }, (_, answer) => {
      answer.writeHead(426, { "content-type": "text/plain" }).end(`This is ${options.entry.spec.id}, over WebSocket.\n`);
    });
    const port = await listenNear(http, options.port);
    const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
    http.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Whoever resets the connection before they are refused.
      socket.on("error", () => {});
      const refusal = refusalOf(incoming, sockets.clients.size);
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
        return;
      }
      sockets.handleUpgrade(incoming, socket, head, (client) => {
        receive(client, queryOf(incoming), options);
        client.on("close", () => sockets.clients.size === 0 && options.onDeserted?.());
      });
    });
    return new EnvironmentServer(http, port, sockets);
  }

  get url(): string {
    return `ws://${LOOPBACK}:${this.port}`;
  }

  /** Sends every client away and frees the port. */
  async close(): Promise<void> {
    const freed = new Promise<void>((resolve) => void this.#http.close(() => resolve()));
    for (const client of this.#sockets.clients) client.close(1001, "server shutdown");
    this.#sockets.close();
    this.#http.closeIdleConnections();
    const late = setTimeout(() => {
      for (const client of this.#sockets.clients) client.terminate();
      this.#http.closeAllConnections();
    }, 500);
    await freed;
    clearTimeout(late);
  }
}

function refusalOf({ headers }: IncomingMessage, clients: number): string | undefined {
  if (!isLoopbackHost(headers.host) || !mayConnect(headers.origin, headers.host, [])) return "403 Forbidden";
  return clients >= MOST_CLIENTS ? "503 Service Unavailable" : undefined;
}

/** What a request asks for, whatever its path: one such as `//` is no URL. */
const queryOf = ({ url = "" }: IncomingMessage): URLSearchParams => new URLSearchParams(/\?.*$/.exec(url)?.[0]);

/** Greets a client and lives with it. */
function receive(client: WebSocket, query: URLSearchParams, { entry, count }: EnvironmentServerOptions): void {
  client.on("error", () => client.terminate());
  let session: Session;
  try {
    session = new Session(entry, countOf(query.get("count"), count), modeOf(query.get("autoreset")));
  } catch (error) {
    client.send(told(error));
    client.close(1008, "bad request");
    return;
  }
  client.send(writeHello(session.greeting));
  const requests: Ask[] = [];
  const answerAll = (): void => {
    while (client.bufferedAmount < MOST_UNREAD) {
      const ask = requests.shift();
      if (ask === undefined) return client.resume();
      client.send(answerTo(session, ask), answerAll);
    }
    client.pause();
  };
  client.on("message", (data: RawData, isBinary: boolean) => {
    requests.push([data as Buffer, isBinary]);
    answerAll();
  });
  client.on("close", () => {
    requests.length = 0;
    session.dispose();
  });
}

type Ask = readonly [data: Buffer, isBinary: boolean];

function answerTo(session: Session, [data, isBinary]: Ask): Uint8Array | string {
  try {
    // A copy: the socket may still be sending when the next result is written.
    return (isBinary ? session.step(data) : session.reset(data.toString())).slice();
  } catch (error) {
    return told(error);
  }
}

/** An error for the other side; one that we did not mean to throw is told too, since somebody is waiting. */
function told(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return writeFailure({ code: error instanceof EngramError ? error.code : "defect", message });
}

function countOf(text: string | null, byDefault: number): number {
  const count = text === null ? byDefault : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MOST_COPIES)
    throw new InvalidValueError("count", text, `a whole number from 1 to ${MOST_COPIES}`);
  return count;
}

function modeOf(text: string | null): AutoresetMode {
  const mode = text === null ? "disabled" : autoresetModes.find((each) => each === text);
  if (mode === undefined) throw new InvalidValueError("autoreset", text, autoresetModes.join(", "));
  return mode;
}

/** One client's copies. Results are overwritten by the next of their kind. */
class Session {
  readonly greeting: Hello;
  readonly #vector: LocalVectorEnvironment;
  readonly #actions: Float32Array;
  readonly #resets: ResultFrame;
  readonly #steps: ResultFrame;

  constructor(entry: EnvironmentEntry, count: number, autoreset: AutoresetMode) {
    this.#vector = new LocalVectorEnvironment(entry, { count, autoreset });
    this.greeting = { spec: entry.spec, count, autoreset };
    this.#actions = new Float32Array(count * entry.spec.action.size);
    this.#resets = new ResultFrame(this.greeting, RESET_RESULT);
    this.#steps = new ResultFrame(this.greeting, STEP_RESULT);
  }

  reset(text: string): Uint8Array {
    const { seed, mask, task } = readRequest(text);
    const { id } = this.greeting.spec;
    const result = this.#vector.reset({
      ...(seed !== undefined && { seed }),
      ...(mask && { mask: Uint8Array.from(mask, Number) }),
      ...(task && {
        task: {
          id: asTaskId("remote"),
          environment: id,
          ...(task.variation && { variation: task.variation }),
          ...(task.settings && { settings: task.settings }),
        },
      }),
    });
    this.#vector.writeVariations(this.#resets.variations);
    return this.#resets.write(result);
  }

  step(bytes: Buffer): Uint8Array {
    const { byteLength } = this.#actions;
    if (bytes.length !== byteLength) throw new InvalidValueError("actions", bytes, `${byteLength} bytes: ${this.#actions.length} float32 numbers`);
    new Uint8Array(this.#actions.buffer).set(bytes);
    return this.#steps.write(this.#vector.step(this.#actions));
  }

  dispose(): void {
    void this.#vector.dispose();
  }
}
