/** @file A program of its own, the thread that commits: takes groups of writes one after another, and says what became of them. */
import { workerData } from "node:worker_threads";
import { FileWriter } from "./file-writer.ts";
import { failureOf, type SqliteFailure } from "./sqlite-errors.ts";
import type { WriteGroup } from "./write-group.ts";
import { progress, type WriteAnswer, type WriterData, type WriteRequest } from "./writer-protocol.ts";

const { identity, vectorsLength, port, words } = workerData as WriterData;
const told = new Int32Array(words);
const names: string[] = [];
/** Groups that are not committed yet. */
const waiting: WriteGroup[] = [];
let writer: FileWriter | undefined;
let failed = false;

/** Commits what waits, up to the first failure. After one, the next try begins with a new connection. */
function commitAll(): SqliteFailure | undefined {
  try {
    for (let group = waiting[0]; group !== undefined; group = waiting[0]) {
      writer ??= new FileWriter(identity, vectorsLength, names);
      writer.commit(group);
      waiting.shift();
      Atomics.add(told, progress.committed, 1);
    }
    return undefined;
  } catch (error) {
    writer?.close();
    writer = undefined;
    return failureOf(error);
  }
}

port.on("message", ({ group, flush, last }: WriteRequest) => {
  for (const name of group.names) names.push(name);
  if (group.words.length > 0) waiting.push(group);
  if (flush || !failed) {
    const failure = commitAll();
    failed = failure !== undefined;
    if (flush || failed) port.postMessage({ flush, failure } satisfies WriteAnswer);
  }
  Atomics.add(told, progress.outcomes, 1);
  Atomics.notify(told, progress.outcomes);
  if (!last) return;
  writer?.close();
  port.close();
});
