/** @file A writer to be killed: remembers entries for ever and says on its output which are durable. `tsx sqlite-writer.ts <file>` */
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";

const shape = { keySize: 8, valueSize: 4, observationSize: 16 };
const memory = new EpisodicMemory({ shape, metric: "l2", store: openSqliteStore(process.argv[2]!, shape) });
for (;;) {
  let last = 0;
  for (let k = 0; k < 7; k++) {
    const n = memory.size + 1;
    last = memory.remember({
      key: new Float32Array(8).fill(n),
      value: new Float32Array(4).fill(n),
      observation: new Float32Array(16).fill(n),
      task: asTaskId("kill"),
      episode: 0,
      step: n,
    });
  }
  await memory.flush();
  process.stdout.write(`${last}\n`);
}
