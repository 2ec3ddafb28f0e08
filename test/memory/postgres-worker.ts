/**
 * @file One of several writers of a memory: remembers, marks, revises and forgets at random, following the others meanwhile, and at last says on its
 * output what it has. `tsx postgres-worker.ts <address> <name> <seed> <rounds>`; it ends when a line comes in.
 */
import { once } from "node:events";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { openPostgresStore } from "../../src/memory/stores/postgres-store.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const [address, name, seed, rounds] = process.argv.slice(2);
const shape = { keySize: 2, valueSize: 1, observationSize: 1 };
const random = RandomStream.fromSeed(Number(seed));
const store = await openPostgresStore(address!, name!, shape);
const memory = new EpisodicMemory({ shape, metric: "l2", store });
const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

for (let round = 0; round < Number(rounds); round++) {
  for (let k = random.integer(4); k > 0; k--) {
    memory.remember({
      key: vector(random.uniform(-1, 1), Number(seed)),
      value: vector(round),
      observation: vector(k),
      task: asTaskId("shared"),
      episode: round,
      step: k,
    });
  }
  // Not only its own: anybody's.
  const ids = Array.from(memory.rowsOf(), (row) => memory.idOf(row));
  const some = (): (typeof ids)[number] => ids[random.integer(ids.length)]!;
  if (ids.length > 0) {
    memory.mark(some(), { reads: round, importance: random.uniform(0.5, 2) });
    memory.revise(some(), { value: vector(1000 * Number(seed) + round) });
    if (random.integer(3) === 0) memory.forget([some()]);
  }
  const sent = memory.flush();
  if (random.integer(2) === 0) await sent;
  if (random.integer(3) === 0) await memory.refresh();
  await sent;
}
process.stdout.write("written\n");
await once(process.stdin, "data");
await memory.refresh();
const lines = [...memory.entries()].map(({ id, value, reads, importance }) => [id, value[0], reads, importance]);
process.stdout.write(`${JSON.stringify(lines)}\n`);
await store.close();
process.exit(0);
