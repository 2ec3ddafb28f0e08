/** @file Letting others run: sockets, timers, a page. */

/** Resolves after whatever else is waiting has had its turn. */
export const yieldNow: () => Promise<void> =
  typeof setImmediate === "function"
    ? async () => {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    : async () => {
        await new Promise<void>((resolve) => setTimeout(resolve, 0));
      };
