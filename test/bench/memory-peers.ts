/** @file faiss and hnswlib beside the memory: a Python process that times a round when it is asked to (`peers/memory_peers.py`). */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { python } from "./python.ts";

/** What is searched: the first rows of a file of keys, by some of its later ones. */
export interface PeerRequest {
  readonly file: string;
  /** Numbers in a key. */
  readonly size: number;
  readonly rows: number;
  readonly k: number;
  /** Which keys are asked for: the first and how many, a pair for each group that is timed together. */
  readonly queries: readonly (readonly [from: number, count: number])[];
  /** How many are asked at a time. */
  readonly batch: number;
}

/** Asks for hnswlib instead of faiss, as wide as it takes to find this share of the nearest. */
export interface GraphRequest extends PeerRequest {
  readonly links: number;
  readonly buildWidth: number;
  readonly recall: number;
}

export interface Peers {
  /** Microseconds a query, of each group. */
  time(request: PeerRequest): Promise<readonly number[]>;
  /** Builds the graph: microseconds an entry, the width that was needed, what it finds. */
  build(request: GraphRequest): Promise<{ readonly build: number; readonly width: number; readonly recall: number }>;
  close(): void;
}

/** Nothing, and a line that says so, where it cannot run. */
export async function openPeers(): Promise<Peers | undefined> {
  const child = spawn(python, [join("test/bench/peers", "memory_peers.py")], { stdio: ["pipe", "pipe", "pipe"] });
  let problem = "";
  child.stderr.on("data", (text) => (problem += String(text)));
  child.on("error", (error) => (problem += error.message));
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: PeerRequest): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(problem);
    return JSON.parse(value);
  };
  if ((await lines.next()).done === true) {
    process.stderr.write(`without memory_peers.py: ${problem.trim().split("\n").at(-1) ?? ""}\n`);
    return undefined;
  }
  return {
    time: async (request) => (await ask(request)) as readonly number[],
    build: async (request) => (await ask(request)) as Awaited<ReturnType<Peers["build"]>>,
    close: () => child.stdin.end(),
  };
}
