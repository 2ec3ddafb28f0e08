/** @file Letting others run: sockets, timers, a page. */

/** Calls back after whatever else is waiting has had its turn; returns how to call it off. */
export function soon(callback: () => void): () => void {
  if (typeof setImmediate === "function") {
    const handle = setImmediate(callback);
    return () => clearImmediate(handle);
  }
  return later(callback, 0);
}

/** Calls back after so many milliseconds; returns how to call it off. */
export function later(callback: () => void, milliseconds: number): () => void {
  const handle = setTimeout(callback, milliseconds);
  return () => clearTimeout(handle);
}

/** Resolves after whatever else is waiting has had its turn. */
export async function yieldNow(): Promise<void> {
  await new Promise<void>((resolve) => soon(resolve));
}

/** Milliseconds of wall clock, for pacing and progress bars; never for anything that a result depends on. */
export const wallClock = (): number => performance.now();
