/**
 * @file One client: what it subscribed to, what it asks for, and what it is told. Whatever arrives, the answer is a message; nothing a
 * client sends can throw past this file. It knows sockets only by the interface below.
 */
import { InvalidValueError, UnknownNameError } from "../contract/errors.ts";
import { decodeServiceRequest, encodeMessageData, encodeServiceResponse, encodeTime, type ServiceCall } from "./binary-frames.ts";
import type { Channel, Deliver } from "./channel.ts";
import { readClientMessage } from "./client-message.ts";
import { LatestOutbox } from "./outbox.ts";
import { type ClientMessage, type Parameter, type ServerMessage, type StatusLevel, statusLevels } from "./protocol.ts";

/** What is asked of a WebSocket; the fit of `ws`. */
export interface Socket {
  /** Bytes that wait in this process. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array, sent: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** A value that clients can read and set. */
export interface ParameterHandle {
  readonly name: string;
  get(): Parameter;
  /** @throws {InvalidValueError} A value that breaks the parameter's rule. */
  set(value: unknown): void;
}

/** Something that clients can have done; takes nothing and says what came of it. */
export interface ServiceHandle {
  readonly name: string;
  /** @throws What stands against it now. */
  call(): string;
}

/** What a server offers to every client. */
export interface Offer {
  readonly channels: ReadonlyMap<number, Channel>;
  readonly parameters: ReadonlyMap<string, ParameterHandle>;
  readonly services: ReadonlyMap<number, ServiceHandle>;
}

/** Bytes queued for a client that is gone for good, though its socket does not say so. */
const HARD_LIMIT = 16 * 2 ** 20;
/** Messages that make no sense before we hang up. */
const MOST_FAULTS = 64;
/** The words for which Foxglove's viewers have advice to give. */
const BEHIND = "Send buffer limit reached";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Subscription {
  readonly channel: Channel;
  readonly deliver: Deliver;
}

export class Connection {
  readonly #socket: Socket;
  readonly #offer: Offer;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #parameterNames = new Set<string>();
  readonly #timeOutbox: LatestOutbox;
  #faults = 0;
  #dropped = 0;

  constructor(socket: Socket, offer: Offer) {
    this.#socket = socket;
    this.#offer = offer;
    this.#timeOutbox = this.#outbox();
  }

  /** Frames that newer ones displaced because this client did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  tell(message: ServerMessage): void {
    this.#send(JSON.stringify(message));
  }

  /** Tells the time before the data of that time, to clients that take data. */
  tellTime(time: bigint): void {
    if (this.#subscriptions.size > 0) this.#timeOutbox.offer(encodeTime(time));
  }

  /** Tells the present values to a client that asked to be told of changes. */
  tellParameters(): void {
    if (this.#parameterNames.size > 0) this.tell({ op: "parameterValues", parameters: this.#valuesOf([...this.#parameterNames]) });
  }

  receive(data: Uint8Array, isBinary: boolean): void {
    try {
      if (isBinary) this.#call(decodeServiceRequest(data));
      else this.#handle(readClientMessage(new TextDecoder().decode(data)));
    } catch (error) {
      this.#fault(error);
    }
  }

  /** Forgets what it subscribed to; call it when the socket has closed. */
  closed(): void {
    for (const { channel, deliver } of this.#subscriptions.values()) channel.remove(deliver);
    this.#subscriptions.clear();
  }

  #handle(message: ClientMessage): void {
    switch (message.op) {
      case "subscribe":
        for (const { id, channelId } of message.subscriptions) this.#subscribe(id, channelId);
        return;
      case "unsubscribe":
        for (const id of message.subscriptionIds) this.#unsubscribe(id);
        return;
      case "getParameters":
        this.#answer(message.parameterNames, message.id);
        return;
      case "setParameters":
        this.#setParameters(message.parameters);
        if (message.id !== undefined) {
          const names = message.parameters.map(({ name }) => name);
          this.#answer(names, message.id);
        }
        return;
      case "subscribeParameterUpdates":
        for (const name of this.#known(message.parameterNames)) this.#parameterNames.add(name);
        return;
      case "unsubscribeParameterUpdates":
        for (const name of message.parameterNames) this.#parameterNames.delete(name);
        return;
      default:
        message satisfies never;
    }
  }

  #subscribe(id: number, channelId: number): void {
    const channel = this.#offer.channels.get(channelId);
    if (channel === undefined) return this.#status("warning", `There is no channel ${channelId}.`);
    if (this.#subscriptions.has(id)) return this.#status("warning", `Subscription ${id} is taken.`);
    if ([...this.#subscriptions.values()].some((other) => other.channel === channel)) {
      return this.#status("warning", `Channel ${channelId} (${channel.advertised.topic}) is subscribed to already.`);
    }
    const outbox = this.#outbox();
    const deliver: Deliver =
      channel.whenBehind === "keep-latest"
        ? (time, payload) => outbox.offer(encodeMessageData(id, time, payload))
        : (time, payload) => this.#send(encodeMessageData(id, time, payload));
    this.#subscriptions.set(id, { channel, deliver });
    channel.add(deliver);
  }

  #unsubscribe(id: number): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return this.#status("warning", `There is no subscription ${id}.`);
    this.#subscriptions.delete(id);
    subscription.channel.remove(subscription.deliver);
  }

  #setParameters(parameters: readonly { readonly name: string; readonly value?: unknown }[]): void {
    for (const { name, value } of parameters) {
      try {
        const handle = this.#offer.parameters.get(name);
        if (handle === undefined) throw new UnknownNameError("parameter", name, [...this.#offer.parameters.keys()]);
        handle.set(value);
      } catch (error) {
        this.#fault(error);
      }
    }
  }

  /** Answers with the present values; no names ask for all. */
  #answer(names: readonly string[], id: string | undefined): void {
    const wanted = names.length === 0 ? [...this.#offer.parameters.keys()] : this.#known(names);
    this.tell({ op: "parameterValues", parameters: this.#valuesOf(wanted), ...(id === undefined ? {} : { id }) });
  }

  #known(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.#offer.parameters.has(name));
  }

  #valuesOf(names: readonly string[]): readonly Parameter[] {
    return names.map((name) => this.#offer.parameters.get(name)!.get());
  }

  #call({ serviceId, callId, encoding }: ServiceCall): void {
    const fail = (message: string): void => this.tell({ op: "serviceCallFailure", serviceId, callId, message });
    const service = this.#offer.services.get(serviceId);
    if (service === undefined) return fail(`There is no service ${serviceId}.`);
    if (encoding !== "json") return fail(`Expected the encoding json, got ${encoding.slice(0, 40)}.`);
    try {
      const payload = new TextEncoder().encode(JSON.stringify({ success: true, message: service.call() }));
      this.#send(encodeServiceResponse({ serviceId, callId, encoding: "json", payload }));
    } catch (error) {
      fail(messageOf(error));
    }
  }

  /** Tells a client what was wrong with its message, and hangs up on one that never makes sense. */
  #fault(error: unknown): void {
    this.#status(error instanceof InvalidValueError && error.path === "op" ? "warning" : "error", messageOf(error));
    if (++this.#faults >= MOST_FAULTS) this.#socket.close(1008, "too many malformed messages");
  }

  #status(level: StatusLevel, message: string): void {
    this.tell({ op: "status", level: statusLevels[level], message });
  }

  #outbox(): LatestOutbox {
    return new LatestOutbox(
      (frame, sent) => this.#send(frame, sent),
      () => {
        if (this.#dropped++ === 0) this.#status("warning", BEHIND);
      },
    );
  }

  #send(data: string | Uint8Array, sent: () => void = () => {}): void {
    if (this.#socket.bufferedAmount > HARD_LIMIT) this.#socket.terminate();
    else this.#socket.send(data, sent);
  }
}
