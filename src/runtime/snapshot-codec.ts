/** @file Snapshots as JSON text: typed arrays become tagged base64, so that every bit returns. Validated on the way in. */
import { SnapshotError } from "../contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../contract/snapshot.ts";

const FORMAT = "engram-snapshot";
const VERSION = 1;

const arrays = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array } as const;
type ArrayName = keyof typeof arrays;

/** The key that marks an encoded array; snapshots may not use it themselves. */
const TAG = "$array";

export function encodeSnapshot(snapshot: Snapshot): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, snapshot: encode(snapshot) })}\n`;
}

/** @throws {SnapshotError} Text that is not an encoded snapshot, or of a newer version. */
export function decodeSnapshot(text: string): Snapshot {
  const parsed = parse(text);
  if (!isObject(parsed) || parsed["format"] !== FORMAT)
    throw new SnapshotError(`Expected a file of format \`${FORMAT}\`. Name a checkpoint that \`engram run\` wrote.`);
  const version = parsed["version"];
  if (version !== VERSION) throw new SnapshotError(`Expected version ${VERSION} of \`${FORMAT}\`, got ${String(version)}. Update Engram to read it.`);
  const snapshot = decode(parsed["snapshot"]);
  if (!isObject(snapshot)) throw new SnapshotError("Expected the snapshot to be an object.");
  return snapshot;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SnapshotError(`Expected JSON text: ${(error as Error).message}.`, { cause: error });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

function encode(value: SnapshotValue): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { [TAG]: value.constructor.name, base64: bytes.toString("base64") };
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new SnapshotError(`Expected finite numbers in a snapshot, got ${value}.`);
  if (Array.isArray(value)) return value.map(encode);
  if (isObject(value)) {
    if (TAG in value) throw new SnapshotError(`Expected no key \`${TAG}\` in a snapshot; it marks arrays.`);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encode(inner)]));
  }
  return value;
}

function decode(value: unknown): SnapshotValue {
  if (Array.isArray(value)) return value.map(decode);
  if (!isObject(value)) return value as SnapshotValue;
  if (TAG in value) return decodeArray(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
}

function decodeArray({ [TAG]: name, base64 }: Record<string, unknown>): SnapshotValue {
  if (typeof name !== "string" || !Object.hasOwn(arrays, name) || typeof base64 !== "string") {
    throw new SnapshotError(`Expected an array to name one of ${Object.keys(arrays).join(", ")} and its bytes in base64.`);
  }
  const type = arrays[name as ArrayName];
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  if (bytes.length % type.BYTES_PER_ELEMENT !== 0)
    throw new SnapshotError(`Expected whole numbers of ${type.BYTES_PER_ELEMENT} bytes in a ${name}, got ${bytes.length} bytes.`);
  return new type(bytes.buffer);
}
