/** @file A small client of the Foxglove protocol for the browser: keeps its subscriptions over reconnects and hands out parsed messages. */
import { decodeServerFrame, encodeServiceRequest } from "../binary-frames.ts";
import type { ChannelMessages, Topic } from "../messages.ts";
import { type Parameter, type ServerMessage, SUBPROTOCOLS } from "../protocol.ts";

export type ConnectionState = "connecting" | "open" | "lost";

export interface ClientHandlers {
  onState(state: ConnectionState): void;
  onParameters(parameters: readonly Parameter[]): void;
  /** What the server wants people to know. */
  onStatus(message: string): void;
  /** Another run answers at the same place. */
  onOtherSession(): void;
}

/** Milliseconds before each next attempt to connect; the last goes on. */
const RETRIES = [300, 600, 1200, 2500, 5000] as const;

type Handler = (message: never) => void;

export class FoxgloveClient {
  readonly #url: string;
  readonly #handlers: ClientHandlers;
  /** By topic: who listens, and under which subscription while the connection lasts. */
  readonly #topics = new Map<Topic, { readonly handler: Handler; id?: number }>();
  readonly #channelIds = new Map<string, number>();
  readonly #serviceIds = new Map<string, number>();
  readonly #handlerOf = new Map<number, Handler>();
  #socket: WebSocket | undefined;
  #session: string | undefined;
  #nextId = 1;
  #attempts = 0;

  constructor(url: string, handlers: ClientHandlers) {
    this.#url = url;
    this.#handlers = handlers;
  }

  connect(): void {
    this.#handlers.onState("connecting");
    const socket = new WebSocket(this.#url, [...SUBPROTOCOLS]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") this.#hear(JSON.parse(data) as ServerMessage);
      else this.#take(new Uint8Array(data));
    });
    socket.addEventListener("close", () => this.#retry());
  }

  /** Listens to a topic from now on, or as soon as the server offers it. One listener a topic. */
  subscribe<T extends Topic>(topic: T, handler: (message: ChannelMessages[T]) => void): void {
    if (this.#topics.has(topic)) return;
    this.#topics.set(topic, { handler });
    this.#request(topic);
  }

  unsubscribe(topic: Topic): void {
    const id = this.#topics.get(topic)?.id;
    this.#topics.delete(topic);
    if (id === undefined) return;
    this.#handlerOf.delete(id);
    this.#send({ op: "unsubscribe", subscriptionIds: [id] });
  }

  setParameter(name: string, value: boolean | number): void {
    this.#send({ op: "setParameters", parameters: [{ name, value }] });
  }

  /** Has something done; what comes of it shows in the run itself. */
  call(service: string): void {
    const serviceId = this.#serviceIds.get(service);
    if (serviceId === undefined || this.#socket?.readyState !== WebSocket.OPEN) return;
    const payload = new TextEncoder().encode("{}");
    this.#socket.send(encodeServiceRequest({ serviceId, callId: this.#nextId++, encoding: "json", payload }) as Uint8Array<ArrayBuffer>);
  }

  #hear(message: ServerMessage): void {
    switch (message.op) {
      case "serverInfo":
        if (this.#session !== undefined && this.#session !== message.sessionId) this.#handlers.onOtherSession();
        this.#session = message.sessionId;
        this.#attempts = 0;
        this.#handlers.onState("open");
        return;
      case "advertise":
        for (const { id, topic } of message.channels) this.#channelIds.set(topic, id);
        for (const topic of this.#topics.keys()) this.#request(topic);
        return;
      case "advertiseServices":
        for (const { id, name } of message.services) this.#serviceIds.set(name, id);
        this.#send({ op: "subscribeParameterUpdates", parameterNames: ["/run/paused", "/run/speed"] });
        this.#send({ op: "getParameters", parameterNames: [] });
        return;
      case "parameterValues":
        this.#handlers.onParameters(message.parameters);
        return;
      case "serviceCallFailure":
      case "status":
        this.#handlers.onStatus(message.message);
        return;
      default:
        message satisfies never;
    }
  }

  #take(bytes: Uint8Array): void {
    const frame = decodeServerFrame(bytes);
    if (frame.kind !== "message") return;
    const handler = this.#handlerOf.get(frame.subscriptionId);
    // An unsubscribed channel may have a message on its way.
    handler?.(JSON.parse(new TextDecoder().decode(frame.payload)) as never);
  }

  #request(topic: Topic): void {
    const wanted = this.#topics.get(topic);
    const channelId = this.#channelIds.get(topic);
    if (wanted === undefined || wanted.id !== undefined || channelId === undefined) return;
    wanted.id = this.#nextId++;
    this.#handlerOf.set(wanted.id, wanted.handler);
    this.#send({ op: "subscribe", subscriptions: [{ id: wanted.id, channelId }] });
  }

  #send(message: unknown): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #retry(): void {
    this.#channelIds.clear();
    this.#serviceIds.clear();
    this.#handlerOf.clear();
    for (const wanted of this.#topics.values()) delete wanted.id;
    this.#handlers.onState("lost");
    setTimeout(() => this.connect(), RETRIES[Math.min(this.#attempts++, RETRIES.length - 1)]);
  }
}
