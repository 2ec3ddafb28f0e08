/** @file The public client class of the Foxglove protocol (Lichtblick connects with it), with its events as promises. */
import * as protocol from "@foxglove/ws-protocol";
import { WebSocket, type ClientOptions } from "ws";

const { FoxgloveClient } = protocol;

type Events = {
  readonly [
    K in "serverInfo" | "status" | "advertise" | "advertiseServices" | "parameterValues" | "serviceCallResponse" | "serviceCallFailure"
  ]: unknown;
};

interface Heard {
  readonly kind: string;
  readonly value: never;
}

interface Waiting {
  fits(item: Heard): boolean;
  resolve(value: never): void;
}

export interface Received<M = Record<string, unknown>> {
  readonly topic: string;
  readonly time: bigint;
  readonly message: M;
}

export interface ConnectOptions extends ClientOptions {
  readonly protocols?: readonly string[];
}

/** A connected client that keeps all it hears. */
export class TestClient {
  readonly socket: WebSocket;
  readonly client: InstanceType<typeof FoxgloveClient>;
  readonly received: Received[] = [];
  readonly heard: Heard[] = [];
  readonly topics = new Map<string, number>();
  readonly services = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  readonly #topicOf = new Map<number, string>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.client = new FoxgloveClient({ ws: socket as unknown as protocol.IWebSocket });
    for (const kind of ["serverInfo", "status", "parameterValues", "serviceCallResponse", "serviceCallFailure", "time"] as const) {
      this.client.on(kind, (value: unknown) => this.#hear(kind, value));
    }
    this.client.on("advertise", (channels) => {
      for (const { topic, id } of channels) this.topics.set(topic, id);
      this.#hear("advertise", channels);
    });
    this.client.on("advertiseServices", (services) => {
      for (const { name, id } of services) this.services.set(name, id);
      this.#hear("advertiseServices", services);
    });
    this.client.on("message", ({ subscriptionId, timestamp, data }) => {
      const text = new TextDecoder().decode(data);
      const item: Received = { topic: this.#topicOf.get(subscriptionId)!, time: timestamp, message: JSON.parse(text) as Record<string, unknown> };
      this.received.push(item);
      this.#hear("message", item);
    });
    this.client.on("error", (error) => this.#hear("error", error));
    this.client.on("close", (event) => this.#hear("close", event));
  }

  /** Connects and waits until everything has been advertised. */
  static async connect(port: number, { protocols = ["foxglove.websocket.v1"], ...options }: ConnectOptions = {}): Promise<TestClient> {
    const test = new TestClient(new WebSocket(`ws://127.0.0.1:${port}`, [...protocols], options));
    await test.heardOf("advertiseServices");
    return test;
  }

  /** The first event of a kind that fits, past or future. */
  async heardOf<V = Record<string, unknown>>(
    kind: keyof Events | "message" | "error" | "close" | "time",
    fits: (value: V) => boolean = () => true,
  ): Promise<V> {
    const known = this.heard.find((item) => item.kind === kind && fits(item.value));
    if (known !== undefined) return known.value;
    return new Promise<V>((resolve) => {
      this.#waiting.push({ fits: (item) => item.kind === kind && fits(item.value), resolve });
    });
  }

  /** The first message on a topic that fits, past or future. */
  async message<M>(topic: string, fits: (message: M) => boolean = () => true): Promise<M> {
    const item = await this.heardOf<Received<M>>("message", (received) => received.topic === topic && fits(received.message));
    return item.message;
  }

  /** Everything heard on a topic so far. */
  messages<M>(topic: string): M[] {
    return this.received.filter((item) => item.topic === topic).map(({ message }) => message as M);
  }

  subscribe(...topics: readonly string[]): number[] {
    return topics.map((topic) => {
      const id = this.client.subscribe(this.topics.get(topic)!);
      this.#topicOf.set(id, topic);
      return id;
    });
  }

  /** Resolves when the server has read all that was sent before. */
  async settled(): Promise<void> {
    const id = `settled-${this.heard.length}-${this.#waiting.length}`;
    const answered = this.heardOf<{ id?: string }>("parameterValues", (value) => value.id === id);
    this.client.getParameters(["/run/paused"], id);
    await answered;
  }

  async call(service: string): Promise<Record<string, unknown>> {
    const callId = this.heard.length;
    const mine = ({ callId: other }: { callId: number }): boolean => other === callId;
    const answer = Promise.race([this.heardOf("serviceCallResponse", mine), this.heardOf("serviceCallFailure", mine)]) as Promise<{
      data?: Uint8Array;
      message?: string;
    }>;
    this.client.sendServiceCallRequest({
      serviceId: this.services.get(service) ?? 999,
      callId,
      encoding: "json",
      data: new DataView(new TextEncoder().encode("{}").buffer),
    });
    const { data, message } = await answer;
    return data === undefined ? { failure: message } : (JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown>);
  }

  async close(): Promise<void> {
    const closed = this.heardOf("close");
    this.client.close();
    await closed;
  }

  #hear(kind: string, value: unknown): void {
    const item: Heard = { kind, value: value as never };
    this.heard.push(item);
    for (const waiting of this.#waiting.filter((candidate) => candidate.fits(item))) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve(item.value);
    }
  }
}

/** The HTTP status with which a request for a socket is turned down. */
export async function refusal(port: number, protocols: readonly string[], options: ClientOptions = {}): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, [...protocols], options);
  return new Promise((resolve, reject) => {
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode!);
      response.destroy();
    });
    socket.on("open", () => reject(new Error("was let in")));
    socket.on("error", () => {});
  });
}
