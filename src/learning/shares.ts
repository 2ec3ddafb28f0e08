/** @file Equal shares of a draw, in turn: one from each, again and again. */
import type { RandomStream } from "../numerics/random.ts";

/** With whom to begin. Where shares do not come out even, or there are more to share than there is, this is drawn every time, so that the larger ones go round. */
export const firstShare = (draws: number, sharers: number, random: RandomStream): number => (draws % sharers === 0 ? 0 : random.integer(sharers));
