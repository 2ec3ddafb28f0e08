/** @file `engram methods`: what a benchmark can compare, with the settings of each consolidation. */
import { z } from "zod";
import { knownMethods, type Method } from "../../continual/benchmark/methods.ts";
import { defaultsOf, strategies } from "../../learning/consolidation/strategies.ts";
import type { ConsolidationStrategy } from "../../learning/consolidation/strategy.ts";
import { columns } from "../columns.ts";
import type { Registries } from "../registries.ts";

export async function methodsCommand({ json }: { readonly json?: boolean }, registries: Registries): Promise<void> {
  const methods = [...knownMethods(await registries.agents()).values()];
  process.stdout.write(`${json === true ? JSON.stringify(methods.map(spelledOut)) : methods.map(described).join("\n")}\n`);
}

const strategyOf = ({ config }: Method): ConsolidationStrategy | undefined => strategies.get(String(config["consolidation"]));

/** With the defaults of its consolidation. */
function spelledOut(method: Method): Method {
  const options = defaultsOf(String(method.config["consolidation"]));
  return Object.keys(options).length === 0 ? method : { ...method, config: { ...method.config, options } };
}

function described(method: Method): string {
  const strategy = strategyOf(method);
  const needs = strategy?.needsTask === true ? " (is told which task is asked for)" : "";
  const settings = strategy === undefined || method.curriculum === "joint" ? [] : settingsOf(strategy.options);
  return [`${method.name}: ${method.summary}${needs}`, ...(settings.length > 0 ? [columns(settings)] : [])].join("\n");
}

/** A line a setting: its default, and what it is. */
function settingsOf(options: z.ZodObject): readonly (readonly string[])[] {
  const defaults = options.parse({});
  const { properties = {} } = z.toJSONSchema(options);
  return Object.entries(defaults).map(([key, value]) => {
    const property = properties[key];
    return [`    ${key} = ${JSON.stringify(value)}`, typeof property === "object" ? (property.description ?? "") : ""];
  });
}
