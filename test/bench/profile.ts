/** @file Where the time of some work goes, by V8's own sampling profiler: the share of each source file in the samples that are not idle. */
import { basename } from "node:path";
import { Session, type Profiler } from "node:inspector";

/** The files that take the most, first the largest; WebAssembly is one of them, and so is the engine itself (`(program)`, `(garbage collector)`). */
export function profile(work: () => void): readonly (readonly [file: string, share: number])[] {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 200 });
  session.post("Profiler.start");
  work();
  let result: Profiler.Profile | undefined;
  session.post("Profiler.stop", (_, answer) => (result = answer.profile));
  session.disconnect();
  const samples = new Map<string, number>();
  let whole = 0;
  for (const { callFrame, hitCount = 0 } of result!.nodes) {
    const { url, functionName } = callFrame;
    if (functionName === "(idle)") continue;
    const file = url.startsWith("wasm:") ? "WebAssembly" : url === "" ? functionName || "(engine)" : basename(url);
    samples.set(file, (samples.get(file) ?? 0) + hitCount);
    whole += hitCount;
  }
  return [...samples].map(([file, hits]) => [file, hits / whole] as const).toSorted(([, a], [, b]) => b - a);
}
