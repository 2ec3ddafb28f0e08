/**
 * @file The words of the Foxglove WebSocket protocol, version 1, that Engram speaks: plain types and constants for both ends, so that the
 * server and the page share them. Binary frames are in `binary-frames.ts`.
 * @see https://github.com/foxglove/ws-protocol (docs/spec.md) and `protocol::v1` of https://github.com/foxglove/foxglove-sdk.
 */

/** The two names under which clients ask for the same wire format; the newer first. */
export const SUBPROTOCOLS = ["foxglove.sdk.v1", "foxglove.websocket.v1"] as const;

/** What a server may offer and this one does. */
export const CAPABILITIES = ["time", "parameters", "parametersSubscribe", "services"] as const;

export type StatusLevel = "info" | "warning" | "error";
export const statusLevels: Readonly<Record<StatusLevel, number>> = { info: 0, warning: 1, error: 2 };

export interface AdvertisedChannel {
  readonly id: number;
  readonly topic: string;
  readonly encoding: "json";
  readonly schemaName: string;
  readonly schemaEncoding: "jsonschema";
  /** JSON text. */
  readonly schema: string;
}

interface PayloadDescription {
  readonly encoding: "json";
  readonly schemaName: string;
  readonly schemaEncoding: "jsonschema";
  readonly schema: string;
}

export interface AdvertisedService {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly request: PayloadDescription;
  readonly response: PayloadDescription;
}

export interface Parameter {
  readonly name: string;
  readonly value: boolean | number;
  /** Keeps a whole number from being taken for an integer. */
  readonly type?: "float64";
}

/** What a server says in text frames. */
export type ServerMessage =
  | {
      readonly op: "serverInfo";
      readonly name: string;
      readonly capabilities: readonly string[];
      readonly supportedEncodings: readonly string[];
      readonly metadata: Readonly<Record<string, string>>;
      readonly sessionId: string;
    }
  | { readonly op: "advertise"; readonly channels: readonly AdvertisedChannel[] }
  | { readonly op: "advertiseServices"; readonly services: readonly AdvertisedService[] }
  | { readonly op: "parameterValues"; readonly parameters: readonly Parameter[]; readonly id?: string }
  | { readonly op: "serviceCallFailure"; readonly serviceId: number; readonly callId: number; readonly message: string }
  | { readonly op: "status"; readonly level: number; readonly message: string };

/** What a client says in text frames, of what this server understands. */
export type ClientMessage =
  | { readonly op: "subscribe"; readonly subscriptions: readonly { readonly id: number; readonly channelId: number }[] }
  | { readonly op: "unsubscribe"; readonly subscriptionIds: readonly number[] }
  | { readonly op: "getParameters"; readonly parameterNames: readonly string[]; readonly id?: string | undefined }
  | {
      readonly op: "setParameters";
      readonly parameters: readonly { readonly name: string; readonly value?: unknown }[];
      readonly id?: string | undefined;
    }
  | { readonly op: "subscribeParameterUpdates"; readonly parameterNames: readonly string[] }
  | { readonly op: "unsubscribeParameterUpdates"; readonly parameterNames: readonly string[] };
