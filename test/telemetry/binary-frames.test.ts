import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeServerFrame,
  decodeServiceRequest,
  encodeMessageData,
  encodeServiceRequest,
  encodeServiceResponse,
  encodeTime,
} from "../../src/telemetry/binary-frames.ts";
import { InvalidValueError } from "../../src/contract/errors.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
/** Spaces part the fields for the reader. */
const fields = (spaced: string): string => spaced.replaceAll(" ", "");
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes = fc.uint8Array({ maxLength: 40 });

function foreignErrorOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof InvalidValueError ? undefined : error;
  }
}

describe("binary frames", () => {
  it("have the published layouts, byte for byte", () => {
    // opcode 01 · subscription 7 · 1 s = 1 000 000 000 ns = 0x3b9aca00 · "{}"
    expect(hex(encodeMessageData(7, 1_000_000_000n, text("{}")))).toBe(fields("01 07000000 00ca9a3b00000000 7b7d"));
    expect(hex(encodeTime(258n))).toBe(fields("02 0201000000000000"));
    const call = { serviceId: 1, callId: 2, encoding: "json", payload: text("{}") };
    expect(hex(encodeServiceResponse(call))).toBe(fields("03 01000000 02000000 04000000 6a736f6e 7b7d"));
    expect(hex(encodeServiceRequest(call))).toBe(fields("02 01000000 02000000 04000000 6a736f6e 7b7d"));
  });

  it("come back as they were sent", () => {
    fc.assert(
      fc.property(u32, u64, bytes, (subscriptionId, time, payload) => {
        expect(decodeServerFrame(encodeMessageData(subscriptionId, time, payload))).toEqual({ kind: "message", subscriptionId, time, payload });
        expect(decodeServerFrame(encodeTime(time))).toEqual({ kind: "time", time });
      }),
    );
    fc.assert(
      fc.property(fc.record({ serviceId: u32, callId: u32, encoding: fc.string({ unit: "grapheme", maxLength: 12 }), payload: bytes }), (call) => {
        expect(decodeServerFrame(encodeServiceResponse(call))).toEqual({ kind: "service-response", ...call });
        expect(decodeServiceRequest(encodeServiceRequest(call))).toEqual(call);
      }),
    );
  });

  it("are refused with a reason when they are cut short, whatever is cut", () => {
    const whole = [
      encodeMessageData(1, 2n, text("")),
      encodeTime(3n),
      encodeServiceResponse({ serviceId: 1, callId: 2, encoding: "json", payload: text("") }),
    ];
    for (const frame of whole) {
      for (let length = 0; length < frame.length; length++) expect(() => decodeServerFrame(frame.subarray(0, length))).toThrow(InvalidValueError);
    }
  });

  it("throw nothing but our own errors on noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (noise) => {
        for (const decode of [decodeServerFrame, decodeServiceRequest]) expect(foreignErrorOf(() => decode(noise))).toBeUndefined();
      }),
    );
  });
});
