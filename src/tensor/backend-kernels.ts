/** @file Finds our own kernels for the wasm backend, which the build compiles from `assembly/`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Beside the built sources, and in the build of a checkout. */
const places = ["../../kernels.wasm", "../../dist/kernels.wasm"].map((place) => join(import.meta.dirname, place));

/** Compiled, or the reason why there are none: then tfjs' own kernels do the work, right but several times slower. */
export function compiledKernels(): WebAssembly.Module | string {
  const file = places.find((place) => existsSync(place));
  if (file === undefined) return "kernels.wasm is not built (run `npm run build`)";
  try {
    return new WebAssembly.Module(readFileSync(file));
  } catch (error) {
    return `this machine cannot run them (${error instanceof Error ? error.message : String(error)})`;
  }
}
