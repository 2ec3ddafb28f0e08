/** @file `node embed.js <name> <module>` writes dist/<name>.wasm into a module, to be loaded without a file: in a browser as in Node. */
import { readFileSync, writeFileSync } from "node:fs";

const [name, module] = process.argv.slice(2);
const bytes = readFileSync(`dist/${name}.wasm`).toString("base64");
writeFileSync(module, `/** @file Made by the build from \`assembly/${name}.ts\`. */\nexport const ${name}Bytes = "${bytes}";\n`);
