import official from "@foxglove/schemas/jsonschema.js";
import { describe, expect, it } from "vitest";
import { channelDescriptions } from "../../src/telemetry/channels.ts";
import type { ObjectSchema } from "../../src/telemetry/json-schema.ts";
import { frameTransformsSchema, logSchema, sceneUpdateSchema } from "../../src/telemetry/foxglove-schemas.ts";

/** The schema without words for people. A property may itself be called `title`, so only text is taken away. */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== "object" || schema === null) return schema;
  const words = new Set(["title", "description", "$comment"]);
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(words.has(key) && typeof value === "string"))
      .map(([key, value]) => [key, bare(value)]),
  );
}

/** What Foxglove's and Lichtblick's readers of JSON Schema refuse, with its place. */
function unreadable(schema: unknown, path: string): string[] {
  const { type, oneOf, properties, items, ...rest } = schema as Record<string, unknown>;
  const found = Object.keys(rest).filter((key) => !["required", "minimum", "maximum", "contentEncoding"].includes(key));
  const wrong = found.map((key) => `${path}: ${key}`);
  if (oneOf !== undefined) return wrong;
  if (type === "object") return [...wrong, ...Object.entries(properties as object).flatMap(([key, value]) => unreadable(value, `${path}.${key}`))];
  if (type === "array") return [...wrong, ...unreadable(items, `${path}[]`)];
  return ["number", "integer", "string", "boolean"].includes(type as string) ? wrong : [...wrong, `${path}: type ${String(type)}`];
}

describe("schemas", () => {
  it("of Foxglove messages are the official ones, field for field", () => {
    expect(sceneUpdateSchema).toEqual(bare(official.SceneUpdate));
    expect(frameTransformsSchema).toEqual(bare(official.FrameTransforms));
    expect(logSchema).toEqual(bare(official.Log));
  });

  it("stay within what viewers can read: objects of plain fields, nothing nullable, no references", () => {
    const wrong = Object.entries(channelDescriptions).flatMap(([topic, { schema }]) => unreadable(schema, topic));
    expect(wrong).toEqual([]);
    expect(Object.values(channelDescriptions).every(({ schema }) => (schema as { type?: string }).type === "object")).toBe(true);
  });

  it("require every field but those that may be left out", () => {
    const optional = ({ properties, required }: ObjectSchema): string[] => Object.keys(properties).filter((key) => !required?.includes(key));
    expect(optional(channelDescriptions["/progress"].schema as ObjectSchema)).toEqual(["agent", "doing", "remaining"]);
    expect(channelDescriptions["/sleep"].schemaName).toBe("engram.Sleep");
    const ofSleep = ["doing", "remaining", "loss", "memorySize", "selfTests", "untested", "merged", "forgotten", "drift"];
    expect(optional(channelDescriptions["/sleep"].schema as ObjectSchema)).toEqual(ofSleep);
  });
});
