/** @file Ctrl-C, once to stop in good order and twice to quit. */

/** The first Ctrl-C stops in good order, the second at once. */
export function onInterrupt(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write("\nStopping: finishing what is being written. Ctrl-C again quits at once.\n");
    controller.abort();
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
