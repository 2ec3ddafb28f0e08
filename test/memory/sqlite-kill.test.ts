import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../../src/numerics/random.ts";
import { temporaryFiles } from "./sqlite-files.ts";
import { fault, killedWriter } from "./sqlite-killed-writer.ts";

const KILLS = Number(process.env["ENGRAM_KILLS"] ?? 100);
/** Files are begun anew after so many kills, or checking them would take longer than killing. */
const KILLS_PER_FILE = 5;
/** Writers at a time, each with a file of its own. */
const LANES = 4;

const newFile = temporaryFiles();

describe("a writer of a memory file", () => {
  it(
    `is killed at ${KILLS} random moments and loses nothing that it acknowledged; what it did not is whole or absent`,
    { timeout: 60_000 + KILLS * 4000 },
    async () => {
      const moments = RandomStream.fromSeed(1);
      let acknowledgements = 0;
      const lane = async (kills: number): Promise<void> => {
        let file = newFile();
        for (let k = 0; k < kills; k++) {
          // Now and then before it writes: as it opens the file that the last one left.
          const after = (["start", "writing"] as const)[moments.integer(8)] ?? "acknowledgement";
          const acknowledged = await killedWriter(file, { after, delay: moments.uniform(0, 100) });
          if (acknowledged > 0) acknowledgements++;
          expect(await fault(file, acknowledged)).toBeUndefined();
          if (k % KILLS_PER_FILE === KILLS_PER_FILE - 1) {
            rmSync(file);
            file = newFile();
          }
        }
      };
      await Promise.all(Array.from({ length: LANES }, (_, k) => lane(Math.floor((KILLS + k) / LANES))));
      // Most had something to lose.
      expect(acknowledgements).toBeGreaterThan(KILLS / 3);
    },
  );
});
