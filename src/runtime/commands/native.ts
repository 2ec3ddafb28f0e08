/** @file `engram native install`: makes a native tfjs backend load on this machine. */
import { loadFailure, nativeInstallation, nativePackages, packageFolder, type NativeBackendName } from "../../tensor/backend-native.ts";
import { onInterrupt } from "../interrupt.ts";
import { buildBinding } from "../native-binding.ts";
import { duration } from "../progress-line.ts";

export async function nativeInstallCommand({ gpu = false, force = false }: { readonly gpu?: boolean; readonly force?: boolean }): Promise<void> {
  const backend = gpu ? "node-gpu" : "node";
  const usage = `Use it with: engram run quickstart --backend ${backend}\n`;
  if (!force && (await loadsAlready(backend))) {
    process.stdout.write(`${nativePackages[backend]} is built already and loads; --force builds it again.\n${usage}`);
    return;
  }
  const startedAt = performance.now();
  const seconds = (): string => duration((performance.now() - startedAt) / 1000);
  const interrupt = onInterrupt("removing what is half made");
  try {
    const onStep = (step: number, steps: number, doing: string): boolean =>
      process.stderr.write(`[${step}/${steps}] ${doing} (after ${seconds()})\n`);
    await buildBinding({ backend, force: true, onStep, signal: interrupt.signal });
    const whether = gpu ? "Whether TensorFlow finds a GPU, with CUDA 12.2 and cuDNN 8.9: engram doctor --backend node-gpu\n" : "";
    process.stdout.write(`${nativePackages[backend]} is built and loads, after ${seconds()}.\n${usage}${whether}`);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write(`Stopped after ${seconds()}; nothing half-made is left.\n`);
    process.exitCode = 130;
  } finally {
    interrupt.dispose();
  }
}

/** A binding that is there but does not load, as when its library was removed, is said and then built again. */
async function loadsAlready(backend: NativeBackendName): Promise<boolean> {
  const packageName = nativePackages[backend];
  const folder = packageFolder(packageName);
  if (folder === undefined || nativeInstallation(packageName, folder).state !== "built") return false;
  const failure = await loadFailure(folder);
  if (failure !== undefined) process.stderr.write(`${packageName} is built but does not load (${failure}): building it again.\n`);
  return failure === undefined;
}
