/** @file `engram serve-env`: a world for other programs, over a WebSocket. */
import { EnvironmentServer, MOST_COPIES } from "../../interop/environment-server.ts";
import { integer } from "../flags.ts";
import { onInterrupt } from "../interrupt.ts";
import { openEnvironment } from "../open-environment.ts";
import type { Registries } from "../registries.ts";

export interface ServeFlags {
  readonly port: string;
  readonly count: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Serves until Ctrl-C. Resolves with the process's exit code. */
export async function serveEnvironmentCommand(name: string, flags: ServeFlags, registries: Registries): Promise<number> {
  const port = integer("--port", flags.port, [0, 65_535]);
  const count = integer("--count", flags.count, [1, MOST_COPIES]);
  const entry = await openEnvironment(name, registries);
  const interrupt = onInterrupt();
  let leave: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const server = await EnvironmentServer.listen({ entry, port, count, ...(flags.once === true && { onDeserted: leave }) });
  interrupt.signal.addEventListener("abort", leave, { once: true });
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ url: server.url, id: entry.spec.id })}\n`
      : `${entry.spec.id} at ${server.url}; Ctrl-C stops it.\nIn Python: engram_gym.make("${entry.spec.id}", url="${server.url}")\n`,
  );
  await over;
  await server.close();
  interrupt.dispose();
  return 0;
}
