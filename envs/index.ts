/** @file The worlds that come with Engram: each by its versioned id, and many of one at once. */
export { environments } from "./registry.ts";
export { suites } from "./suites.ts";
export { makeVector } from "./vector.ts";
