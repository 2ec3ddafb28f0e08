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
