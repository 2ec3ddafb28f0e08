/**
 * @file The JSON Schemas that Foxglove clients can read: objects of plain fields, arrays of one kind, nothing nullable and no references.
 * `SchemaOf<M>` ties a schema to the message type, so that the two cannot drift apart.
 */

export interface NumberSchema {
  readonly type: "number" | "integer";
  readonly minimum?: number;
  readonly maximum?: number;
}
/** A number that stands for one of a few words. */
export interface ChoiceSchema {
  readonly oneOf: readonly { readonly const: number }[];
}
export interface StringSchema {
  readonly type: "string";
  readonly contentEncoding?: "base64";
}
export interface BooleanSchema {
  readonly type: "boolean";
}
export interface ArraySchema<Item = JsonSchema> {
  readonly type: "array";
  readonly items: Item;
}
export interface ObjectSchema<Properties = Readonly<Record<string, JsonSchema>>> {
  readonly type: "object";
  readonly properties: Properties;
  readonly required?: readonly string[];
}
export type JsonSchema = NumberSchema | ChoiceSchema | StringSchema | BooleanSchema | ArraySchema | ObjectSchema;

/** The schemas that describe M; an array of nothing may be described as an array of anything. */
export type SchemaOf<M> = [M] extends [never]
  ? JsonSchema
  : [M] extends [boolean]
    ? BooleanSchema
    : [M] extends [number]
      ? NumberSchema | ChoiceSchema
      : [M] extends [string]
        ? StringSchema
        : M extends readonly (infer Item)[]
          ? ArraySchema<SchemaOf<Item>>
          : ObjectSchema<PropertiesOf<M>>;

type PropertiesOf<M> = { readonly [K in keyof M]-?: SchemaOf<Exclude<M[K], undefined>> };

type OptionalKeys<M> = { readonly [K in keyof M]-?: undefined extends M[K] ? K : never }[keyof M];

export const number: NumberSchema = { type: "number" };
export const integer: NumberSchema = { type: "integer" };
export const unsigned: NumberSchema = { type: "integer", minimum: 0 };
export const boolean: BooleanSchema = { type: "boolean" };
export const string: StringSchema = { type: "string" };
export const base64: StringSchema = { type: "string", contentEncoding: "base64" };
export const choice = (...values: readonly number[]): ChoiceSchema => ({ oneOf: values.map((value) => ({ const: value })) });
export const array = <Item>(items: Item): ArraySchema<Item> => ({ type: "array", items });

/** An object with all of its fields required but the named ones. */
export function object<M>(properties: PropertiesOf<M>, optional: readonly OptionalKeys<M>[] = []): ObjectSchema<PropertiesOf<M>> {
  const left = optional as readonly PropertyKey[];
  return { type: "object", properties, required: Object.keys(properties).filter((key) => !left.includes(key)) };
}
