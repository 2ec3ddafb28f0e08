/**
 * @file Perfect memory: keeps everything that was ever shown, whatever the budget, and draws uniformly from all of it, so that a task counts as much as
 * it has states. A reference for what a budget costs; not bounded.
 * @see Wołczyk et al. (2021), "Continual World", where it is a replay buffer that is never emptied.
 */
import { z } from "zod";
import { defineStrategy, stateless } from "./strategy.ts";

export const perfectMemory = defineStrategy({
  name: "perfect-memory",
  summary: "keeps everything and learns from all of it alike, without regard to the budget",
  options: z.strictObject({}),
  make: ({ memory }) => ({
    ...stateless,
    keepsAll: true,
    keep() {},
    draw({ random }, rows) {
      // While a sleep goes on rows have no gaps.
      for (let i = 0; i < rows.length; i++) rows[i] = random.integer(memory.size);
    },
  }),
});
