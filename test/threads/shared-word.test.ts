import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { awaitChange } from "../../src/threads/shared-word.ts";

it("is over at once where the word is another, and in vain where it stays the same", () => {
  const words = new Int32Array(new SharedArrayBuffer(4));
  words[0] = 5;
  for (const looks of [0, 100]) {
    expect(awaitChange(words, 0, 4, Infinity, looks)).toBe(true);
    expect(awaitChange(words, 0, 5, 30, looks)).toBe(false);
  }
});

it.skipIf(process.platform === "win32")("does not take a worker for dead that was stopped together with its program", async () => {
  // The worker takes half a second; after a moment of it, both are stopped for longer than the patience of 1.5 s.
  const program = spawn(process.execPath, [
    "--input-type=module",
    "--eval",
    `import { Worker } from "node:worker_threads";
     import { awaitChange } from ${JSON.stringify(new URL("../../dist/src/threads/shared-word.js", import.meta.url).href)};
     const words = new Int32Array(new SharedArrayBuffer(8));
     new Worker(\`
       const words = require("node:worker_threads").workerData;
       const idle = new Int32Array(new SharedArrayBuffer(4));
       Atomics.store(words, 0, 1);
       Atomics.notify(words, 0);
       for (let k = 0; k < 10; k++) Atomics.wait(idle, 0, 0, 50);
       Atomics.store(words, 1, 1);
       Atomics.notify(words, 1);\`, { eval: true, workerData: words, execArgv: [] });
     Atomics.wait(words, 0, 0, 20_000);
     process.stdout.write("asked ");
     process.stdout.write(String(awaitChange(words, 1, 0, 1500)));`,
  ]);
  let said = "";
  program.stdout.on("data", (part: Buffer) => (said += part.toString()));
  const ended = once(program, "close");
  await once(program.stdout, "data");
  await sleep(100);
  program.kill("SIGSTOP");
  await sleep(2000);
  program.kill("SIGCONT");
  await ended;
  expect(said).toBe("asked true");
});
