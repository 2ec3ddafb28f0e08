/** @file Reads what clients say in text frames. Everything a stranger can send ends here as a checked message or as an error to tell them. */
import { z } from "zod";
import { InvalidValueError } from "../contract/errors.ts";
import { type Schema, validate } from "../contract/validate.ts";
import type { ClientMessage } from "./protocol.ts";

const id = z.int().min(0).max(0xffffffff);
/** No honest client has more to say at once. */
const list = <T extends z.ZodType>(item: T): z.ZodArray<T> => z.array(item).max(1024);
const names = list(z.string().max(256));
const requestId = z.string().max(256).optional();

const schemas: { readonly [Op in ClientMessage["op"]]: Schema<Extract<ClientMessage, { op: Op }>> } = {
  subscribe: z.object({ op: z.literal("subscribe"), subscriptions: list(z.object({ id, channelId: id })) }),
  unsubscribe: z.object({ op: z.literal("unsubscribe"), subscriptionIds: list(id) }),
  getParameters: z.object({ op: z.literal("getParameters"), parameterNames: names, id: requestId }),
  setParameters: z.object({
    op: z.literal("setParameters"),
    parameters: list(z.object({ name: z.string().max(256), value: z.unknown() })),
    id: requestId,
  }),
  subscribeParameterUpdates: z.object({ op: z.literal("subscribeParameterUpdates"), parameterNames: names }),
  unsubscribeParameterUpdates: z.object({ op: z.literal("unsubscribeParameterUpdates"), parameterNames: names }),
};

const isKnown = (op: unknown): op is ClientMessage["op"] => typeof op === "string" && Object.hasOwn(schemas, op);

/** @throws {InvalidValueError} Text that is not JSON, an operation that this server does not offer, or one with a field that breaks its rule. */
export function readClientMessage(text: string): ClientMessage {
  const value = parseJson(text);
  const op: unknown = typeof value === "object" && value !== null ? (value as { readonly op?: unknown }).op : undefined;
  if (!isKnown(op)) throw new InvalidValueError("op", op, `one of ${Object.keys(schemas).join(", ")}`);
  return validate<ClientMessage>(schemas[op], value, op);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidValueError("message", text, "JSON text");
  }
}
