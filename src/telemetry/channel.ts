/** @file One topic and those who listen to it. A message becomes JSON once, however many listen, and never when nobody does. */
import type { WhenBehind } from "./channels.ts";
import { channelDescriptions } from "./channels.ts";
import type { ChannelMessages, Topic } from "./messages.ts";
import type { AdvertisedChannel } from "./protocol.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/** Where a subscription's messages go. */
export type Deliver = (time: bigint, payload: Uint8Array) => void;

const encode = (message: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(message));

export class Channel<M = unknown> {
  readonly advertised: AdvertisedChannel;
  readonly whenBehind: WhenBehind;
  readonly #clock: SimulatedClock;
  readonly #listeners = new Set<Deliver>();
  #current: () => Iterable<M> = () => [];

  constructor(advertised: AdvertisedChannel, whenBehind: WhenBehind, clock: SimulatedClock) {
    this.advertised = advertised;
    this.whenBehind = whenBehind;
    this.#clock = clock;
  }

  /** Whether a message would reach anybody. Ask before making one. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Says what a newcomer should be told at once: the present state, or the history so far. */
  latch(current: () => Iterable<M>): void {
    this.#current = current;
  }

  publish(message: M): void {
    if (this.#listeners.size === 0) return;
    const payload = encode(message);
    const time = this.#clock.nanoseconds;
    for (const deliver of this.#listeners) deliver(time, payload);
  }

  add(deliver: Deliver): void {
    this.#listeners.add(deliver);
    const time = this.#clock.nanoseconds;
    for (const message of this.#current()) deliver(time, encode(message));
  }

  remove(deliver: Deliver): void {
    this.#listeners.delete(deliver);
  }
}

export type Channels = { readonly [T in Topic]: Channel<ChannelMessages[T]> };

/** The table of channels as a server advertises it; ids count up from 1. */
export function openChannels(clock: SimulatedClock): Channels {
  const open = Object.entries(channelDescriptions).map(([topic, { schemaName, schema, whenBehind }], i) => {
    const advertised = { id: i + 1, topic, encoding: "json", schemaName, schemaEncoding: "jsonschema", schema: JSON.stringify(schema) } as const;
    return [topic, new Channel(advertised, whenBehind, clock)] as const;
  });
  return Object.fromEntries(open) as unknown as Channels;
}
