/** @file Writes the compiled solver into a module, so that worlds load it without a file: in a browser as in Node. */
import { readFileSync, writeFileSync } from "node:fs";

const bytes = readFileSync(new URL("../../../dist/solver.wasm", import.meta.url)).toString("base64");
writeFileSync(
  new URL("../solver-bytes.ts", import.meta.url),
  `/** @file Made by the build from \`assembly/solver.ts\`. */\nexport const solverBytes = "${bytes}";\n`,
);
