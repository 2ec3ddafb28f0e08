import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { Caller, command, MAILBOX_BYTES } from "../../src/environments/workers/mailbox.ts";

it("is not woken by the late notification of an earlier answer", async () => {
  const mailbox = new SharedArrayBuffer(MAILBOX_BYTES);
  const caller = new Caller(mailbox);
  caller.ask(command.step);
  const worker = new Worker(
    `const words = new Int32Array(require("node:worker_threads").workerData);
     const idle = new Int32Array(new SharedArrayBuffer(4));
     for (let k = 0; k < 50; k++) { Atomics.notify(words, 1); Atomics.wait(idle, 0, 0, 2); }
     Atomics.store(words, 1, 1);
     Atomics.notify(words, 1);`,
    { eval: true, workerData: mailbox },
  );
  expect(caller.awaitAnswer()).toBe(true);
  await worker.terminate();
});

it.skipIf(process.platform === "win32")("does not take a worker for dead that was stopped together with its program", async () => {
  // The worker takes half a second; after a moment of it, both are stopped for longer than the patience of 1.5 s.
  const program = spawn(process.execPath, [
    "--input-type=module",
    "--eval",
    `import { Worker } from "node:worker_threads";
     import { sleepOn } from ${JSON.stringify(new URL("../../dist/src/environments/workers/mailbox.js", import.meta.url).href)};
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
     process.stdout.write(String(sleepOn(words, 1, 0, 1500)));`,
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
