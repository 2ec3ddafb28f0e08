/** @file `engram native install`: makes a native tfjs backend load on this machine. */
import { nativePackages } from "../../tensor/backend-native.ts";
import { buildBinding } from "../native-binding.ts";
import { duration } from "../progress-line.ts";

export async function nativeInstallCommand({ gpu = false, force = false }: { readonly gpu?: boolean; readonly force?: boolean }): Promise<void> {
  const backend = gpu ? "node-gpu" : "node";
  const startedAt = performance.now();
  const seconds = (): string => duration((performance.now() - startedAt) / 1000);
  const built = await buildBinding({
    backend,
    force,
    onStep: (step, steps, doing) => process.stderr.write(`[${step}/${steps}] ${doing} (after ${seconds()})\n`),
  });
  const done = built
    ? `${nativePackages[backend]} is built and loads, after ${seconds()}.`
    : `${nativePackages[backend]} is built already; --force builds it again.`;
  process.stdout.write(`${done}\nUse it with: engram run quickstart --backend ${backend}\n`);
}
