import fc from "fast-check";

/** Property tests draw the same cases every time; ENGRAM_FUZZ_SEED draws others. */
fc.configureGlobal({ seed: Number(process.env["ENGRAM_FUZZ_SEED"] ?? 1) });
