/** @file Ctrl-C, once to stop in good order and twice to quit. */

/** One Ctrl-C arrives twice where npm hands on the signal that the terminal sent to all: what follows so soon is the same one [ms]. */
const SAME = 1000;

/**
 * The first Ctrl-C stops in good order, a second one at once.
 * @param doing What there is to be done in good order.
 */
export function onInterrupt(doing = "finishing what is being written"): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let first = 0;
  const listener = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      process.stderr.write(`\nStopping: ${doing}. Ctrl-C again quits at once.\n`);
      controller.abort();
    } else if (performance.now() - first > SAME) process.exit(130);
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    signal: controller.signal,
    dispose() {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
