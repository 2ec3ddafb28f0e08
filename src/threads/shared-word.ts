/** @file How threads wait for each other: by a word in memory that they share. */

/** Patience is lost in so many parts: a process that is stopped for long, or a computer that sleeps, loses one. */
const PARTS = 6;

/**
 * Waits until a word is another. Being woken is no news by itself: the notification of an earlier word may come after that word was seen, and answered.
 * @param patience [ms]
 * @param looks So often it looks before it goes to sleep: what is awaited is often there sooner than a thread wakes up.
 * @returns False where the word is still the same after that.
 */
export function awaitChange(words: Int32Array, at: number, from: number, patience: number, looks = 0): boolean {
  for (let look = 0; look < looks; look++) if (Atomics.load(words, at) !== from) return true;
  for (let lost = 0; lost < PARTS && Atomics.load(words, at) === from;) if (Atomics.wait(words, at, from, patience / PARTS) === "timed-out") lost++;
  return Atomics.load(words, at) !== from;
}
