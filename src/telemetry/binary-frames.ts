/**
 * @file The binary frames of the Foxglove WebSocket protocol: one byte of opcode, then little-endian fields. Pure functions over bytes,
 * for both ends. Layouts are those of `protocol::v1` of https://github.com/foxglove/foxglove-sdk.
 */
import { InvalidValueError } from "../contract/errors.ts";

const MESSAGE_DATA = 1;
const TIME = 2;
const SERVICE_CALL_RESPONSE = 3;
const SERVICE_CALL_REQUEST = 2;

/** A request or a response of a service call; both have one layout and differ in the opcode. */
export interface ServiceCall {
  readonly serviceId: number;
  /** Chosen by the caller, returned with the response. */
  readonly callId: number;
  readonly encoding: string;
  readonly payload: Uint8Array;
}

/** What a server says in binary frames. Times are nanoseconds of simulated time. */
export type ServerFrame =
  | { readonly kind: "message"; readonly subscriptionId: number; readonly time: bigint; readonly payload: Uint8Array }
  | { readonly kind: "time"; readonly time: bigint }
  | ({ readonly kind: "service-response" } & ServiceCall);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** u8 1 · u32 subscription id · u64 time [ns] · payload. */
export function encodeMessageData(subscriptionId: number, time: bigint, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(13 + payload.length);
  const view = viewOf(frame);
  view.setUint8(0, MESSAGE_DATA);
  view.setUint32(1, subscriptionId, true);
  view.setBigUint64(5, time, true);
  frame.set(payload, 13);
  return frame;
}

/** u8 2 · u64 time [ns]. */
export function encodeTime(time: bigint): Uint8Array {
  const frame = new Uint8Array(9);
  frame[0] = TIME;
  viewOf(frame).setBigUint64(1, time, true);
  return frame;
}

export const encodeServiceResponse = (call: ServiceCall): Uint8Array => encodeServiceCall(SERVICE_CALL_RESPONSE, call);
export const encodeServiceRequest = (call: ServiceCall): Uint8Array => encodeServiceCall(SERVICE_CALL_REQUEST, call);

/** u8 opcode · u32 service id · u32 call id · u32 length of encoding · encoding · payload. */
function encodeServiceCall(opcode: number, { serviceId, callId, encoding, payload }: ServiceCall): Uint8Array {
  const name = new TextEncoder().encode(encoding);
  const frame = new Uint8Array(13 + name.length + payload.length);
  const view = viewOf(frame);
  view.setUint8(0, opcode);
  view.setUint32(1, serviceId, true);
  view.setUint32(5, callId, true);
  view.setUint32(9, name.length, true);
  frame.set(name, 13);
  frame.set(payload, 13 + name.length);
  return frame;
}

/**
 * What a client asks for in a binary frame; only service calls are understood.
 * @throws {InvalidValueError} Another opcode, or fewer bytes than the layout needs.
 */
export function decodeServiceRequest(frame: Uint8Array): ServiceCall {
  if (frame[0] !== SERVICE_CALL_REQUEST) throw new InvalidValueError("opcode", frame[0], `${SERVICE_CALL_REQUEST}, a service call request`);
  return decodeServiceCall(frame);
}

/** @throws {InvalidValueError} An unknown opcode, or fewer bytes than its layout needs. */
export function decodeServerFrame(frame: Uint8Array): ServerFrame {
  atLeast(frame, 1);
  const view = viewOf(frame);
  switch (view.getUint8(0)) {
    case MESSAGE_DATA:
      atLeast(frame, 13);
      return { kind: "message", subscriptionId: view.getUint32(1, true), time: view.getBigUint64(5, true), payload: frame.subarray(13) };
    case TIME:
      atLeast(frame, 9);
      return { kind: "time", time: view.getBigUint64(1, true) };
    case SERVICE_CALL_RESPONSE:
      return { kind: "service-response", ...decodeServiceCall(frame) };
    default:
      throw new InvalidValueError("opcode", frame[0], "1, 2 or 3");
  }
}

function decodeServiceCall(frame: Uint8Array): ServiceCall {
  atLeast(frame, 13);
  const view = viewOf(frame);
  const end = 13 + view.getUint32(9, true);
  atLeast(frame, end);
  return {
    serviceId: view.getUint32(1, true),
    callId: view.getUint32(5, true),
    encoding: new TextDecoder().decode(frame.subarray(13, end)),
    payload: frame.subarray(end),
  };
}

function atLeast(frame: Uint8Array, length: number): void {
  if (frame.length < length) throw new InvalidValueError("frame", frame, `at least ${length} bytes`);
}
