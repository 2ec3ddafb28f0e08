/** @file `engram methods`: what a benchmark can compare. */
import { knownMethods } from "../../continual/benchmark/methods.ts";
import { columns } from "../columns.ts";
import type { Registries } from "../registries.ts";

export async function methodsCommand({ json }: { readonly json?: boolean }, registries: Registries): Promise<void> {
  const methods = [...knownMethods(await registries.agents()).values()];
  process.stdout.write(`${json === true ? JSON.stringify(methods) : columns(methods.map(({ name, summary }) => [name, summary]))}\n`);
}
