/** @file A worker of a vector of worlds: makes its copies, and does what it is asked until it is told to stop. */
import { receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import type { EnvironmentEntry } from "../../contract/environment.ts";
import type { SnapshotValue } from "../../contract/snapshot.ts";
import { findEnvironment } from "../find-environment.ts";
import { VectorSlice } from "../vector/slice.ts";
import { buffersIn, type AutoresetMode, type VectorResetOptions } from "../vector/vector-environment.ts";
import { Callee, command } from "./mailbox.ts";

export interface WorkerTask {
  /** URL of a module that exports `environments`, and the world's id in it. */
  readonly module: string;
  readonly id: string;
  readonly count: number;
  readonly range: readonly [from: number, to: number];
  readonly autoreset: AutoresetMode;
  readonly mailbox: SharedArrayBuffer;
  /** The vector's buffers, and its actions. */
  readonly memory: SharedArrayBuffer;
  readonly actions: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** What went wrong, as it can be posted. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

const { module, id, count, range, autoreset, mailbox, memory, actions, port } = workerData as WorkerTask;

const callee = new Callee(mailbox);
let slice: VectorSlice | undefined;
const actionNumbers = new Float32Array(actions);

async function prepare(): Promise<VectorSlice> {
  const { environments } = (await import(module)) as { readonly environments: ReadonlyMap<string, EnvironmentEntry> };
  const entry = findEnvironment(id, environments);
  return new VectorSlice(entry, buffersIn(memory, entry.spec, count), range, autoreset);
}

const received = (): unknown => receiveMessageOnPort(port)?.message;

function obey(asked: number): void {
  if (asked === command.step) slice!.step(actionNumbers);
  if (asked === command.reset) slice!.reset(received() as VectorResetOptions);
  if (asked === command.snapshot) port.postMessage(slice!.snapshot());
  if (asked === command.restore) slice!.restore(received() as readonly SnapshotValue[]);
}

/** Does something and answers; a failure is posted before. */
function answering(work: () => void): void {
  try {
    work();
    callee.answer(true);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    port.postMessage({ name, message } satisfies Failure);
    callee.answer(false);
  }
}

let failed: unknown;
try {
  slice = await prepare();
} catch (error) {
  failed = error;
}
answering(() => {
  if (failed !== undefined) throw failed;
});
for (let asked = callee.next(); asked !== command.stop; asked = callee.next()) answering(() => obey(asked));
port.close();
