/**
 * @file The Foxglove WebSocket server, and HTTP for the page, on one port of loopback. The only file that knows `ws`. What the channels
 * carry is no business of this file.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Channel } from "./channel.ts";
import { Connection, type Offer, type ParameterHandle, type ServiceHandle } from "./connection.ts";
import { listenNear, LOOPBACK } from "../sockets/free-port.ts";
import { isLoopbackHost, mayConnect } from "../sockets/origin.ts";
import { type Page, servePage } from "./page-files.ts";
import { type AdvertisedService, CAPABILITIES, SUBPROTOCOLS } from "./protocol.ts";

export interface ServerOptions {
  /** What clients show as the source of the data. */
  readonly name: string;
  readonly port: number;
  readonly page: Page;
  /** Origins of web pages, besides our own, that may connect. */
  readonly viewers: readonly string[];
  readonly channels: readonly Channel[];
  readonly parameters: readonly ParameterHandle[];
  readonly services: readonly ServiceHandle[];
  /** Milliseconds between two pings; a client that answered none by the next is cut off. */
  readonly pingPeriod?: number;
}

const MOST_CLIENTS = 16;
/** Milliseconds that clients have to say goodbye. */
const CLOSING_TIME = 2000;

const limits = {
  maxPayload: 2 ** 20,
  maxFragments: 64,
  maxBufferedChunks: 1024,
  perMessageDeflate: false,
  closeTimeout: CLOSING_TIME,
} as const;

/** Service calls take nothing; what comes back is told in words. */
const description = (name: string, properties: Readonly<Record<string, unknown>>): AdvertisedService["request"] => ({
  encoding: "json",
  schemaName: name,
  schemaEncoding: "jsonschema",
  schema: JSON.stringify({ type: "object", properties, required: Object.keys(properties) }),
});
const request = description("engram.TriggerRequest", {});
const response = description("engram.TriggerResponse", { success: { type: "boolean" }, message: { type: "string" } });

export class FoxgloveServer {
  readonly port: number;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #connections: ReadonlyMap<WebSocket, Connection>;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(http: Server, port: number, { sockets, connections, heartbeat }: Reception) {
    this.#http = http;
    this.port = port;
    this.#sockets = sockets;
    this.#connections = connections;
    this.#heartbeat = heartbeat;
  }

  /** @throws {InvalidValueError} No free port. */
  static async listen(options: ServerOptions): Promise<FoxgloveServer> {
    const http = createServer({ headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 5000 }, (incoming, outgoing) =>
      servePage(options.page, incoming, outgoing),
    );
    http.maxHeadersCount = 64;
    http.maxConnections = 4 * MOST_CLIENTS;
    const port = await listenNear(http, options.port);
    return new FoxgloveServer(http, port, receive(http, options));
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  /** Clients connected now. */
  get clients(): number {
    return this.#connections.size;
  }

  tellTime(time: bigint): void {
    for (const connection of this.#connections.values()) connection.tellTime(time);
  }

  /** Tells everybody who asked what the parameters are now. */
  tellParameters(): void {
    for (const connection of this.#connections.values()) connection.tellParameters();
  }

  /** Says goodbye to every client, waits for them a little, and frees the port. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const freed = new Promise<void>((resolve) => void this.#http.close(() => resolve()));
    for (const socket of this.#connections.keys()) socket.close(1001, "server shutdown");
    this.#sockets.close();
    this.#http.closeIdleConnections();
    const late = setTimeout(() => {
      for (const socket of this.#connections.keys()) socket.terminate();
      this.#http.closeAllConnections();
    }, CLOSING_TIME);
    await freed;
    clearTimeout(late);
  }
}

interface Reception {
  readonly sockets: WebSocketServer;
  readonly connections: ReadonlyMap<WebSocket, Connection>;
  readonly heartbeat: NodeJS.Timeout;
}

/** Lets clients in and keeps the list of those who are here. */
function receive(http: Server, options: ServerOptions): Reception {
  const offer: Offer = {
    channels: new Map(options.channels.map((channel) => [channel.advertised.id, channel])),
    parameters: new Map(options.parameters.map((parameter) => [parameter.name, parameter])),
    services: new Map(options.services.map((service, i) => [i + 1, service])),
  };
  const sessionId = randomUUID();
  const connections = new Map<WebSocket, Connection>();
  const alive = new WeakSet<WebSocket>();
  const sockets = new WebSocketServer({
    ...limits,
    noServer: true,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  const welcome = (socket: WebSocket): void => {
    const connection = new Connection(socket, offer);
    connections.set(socket, connection);
    alive.add(socket);
    // `ws` closes the socket after an error and tells the client why by the close code.
    socket.on("error", () => {});
    socket.on("pong", () => alive.add(socket));
    socket.on("close", () => {
      connections.delete(socket);
      connection.closed();
    });
    socket.on("message", (data, isBinary) => connection.receive(data as Buffer, isBinary));
    greet(connection, { name: options.name, sessionId, offer });
  };
  http.on("upgrade", (incoming: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on("error", () => {});
    const refusal = refusalOf(incoming, connections.size, options.viewers);
    if (refusal === undefined) sockets.handleUpgrade(incoming, raw, head, welcome);
    else raw.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => raw.destroy());
  });
  return { sockets, connections, heartbeat: startHeartbeat(connections, alive, options.pingPeriod ?? 30_000) };
}

function greet(
  connection: Connection,
  { name, sessionId, offer }: { readonly name: string; readonly sessionId: string; readonly offer: Offer },
): void {
  connection.tell({ op: "serverInfo", name, capabilities: CAPABILITIES, supportedEncodings: ["json"], metadata: {}, sessionId });
  connection.tell({ op: "advertise", channels: [...offer.channels.values()].map((channel) => channel.advertised) });
  const services = [...offer.services].map(([id, service]) => ({ id, name: service.name, type: "engram.Trigger", request, response }));
  connection.tell({ op: "advertiseServices", services });
}

/** Why a request for a socket is turned down, as an HTTP status line. */
function refusalOf({ headers }: IncomingMessage, clients: number, viewers: readonly string[]): string | undefined {
  if (!isLoopbackHost(headers.host) || !mayConnect(headers.origin, headers.host, viewers)) return "403 Forbidden";
  const offered = new Set((headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()));
  if (!SUBPROTOCOLS.some((name) => offered.has(name))) return "400 Bad Request";
  return clients >= MOST_CLIENTS ? "503 Service Unavailable" : undefined;
}

/** Pings everybody each period and cuts off who did not answer the last; not when this process itself was too busy to hear them. */
function startHeartbeat(connections: ReadonlyMap<WebSocket, Connection>, alive: WeakSet<WebSocket>, period: number): NodeJS.Timeout {
  let last = performance.now();
  const beat = (): void => {
    const wasBusy = performance.now() - last > 1.5 * period;
    last = performance.now();
    for (const socket of connections.keys()) {
      if (alive.delete(socket) || wasBusy) socket.ping();
      else socket.terminate();
    }
  };
  // After the sockets have been read: an answer that waits there counts.
  return setInterval(() => setImmediate(beat), period).unref();
}
