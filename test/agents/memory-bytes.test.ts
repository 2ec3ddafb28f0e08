import { beforeAll, describe, expect, it } from "vitest";
import { agents } from "../../agents/index.ts";
import type { Learned, Measured } from "../../src/continual/run-event.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { performed } from "../continual/point-run.ts";

const LIMIT = 4000;
const small = { support: 64, queries: 16, encoderHidden: [16], headHidden: [16], slowHidden: [16] };

async function lived(agent: string, config: Readonly<Record<string, unknown>>, gradientSteps: number, sleepMemoryBytes?: number) {
  const limit = sleepMemoryBytes === undefined ? {} : { sleepMemoryBytes };
  const { events } = await performed({ agents, config: { agents: { [agent]: config }, gradientSteps, evaluationEpisodes: 1, ...limit } });
  const measured = events.filter((event): event is Measured => event.kind === "measured");
  const learned = events.filter((event): event is Learned => event.kind === "learned");
  return { bytes: measured.map(({ memoryBytes }) => memoryBytes), sizes: learned.map(({ memorySize }) => memorySize), forgotten: learned.map((event) => event.forgotten ?? 0) }; // prettier-ignore
}

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("a limit of bytes to memory after sleep", () => {
  it.each([
    ["engram", small, 10],
    ["engram", small, 0],
    ["engram", { ...small, without: ["slow policy"] }, 10],
    ["nearest-neighbours", {}, 10],
    ["behaviour-cloning", { hidden: [16], consolidation: "replay" }, 10],
    ["behaviour-cloning", { hidden: [16], consolidation: "clonex" }, 10],
    ["behaviour-cloning", { hidden: [16], consolidation: "perfect-memory" }, 0],
  ] as const)("is kept by %s %j with %i gradient steps", async (agent, config, gradientSteps) => {
    const [limited, free] = [await lived(agent, config, gradientSteps, LIMIT), await lived(agent, config, gradientSteps)];
    expect(free.bytes.at(-1)!).toBeGreaterThan(LIMIT);
    for (const bytes of limited.bytes) expect(bytes).toBeLessThanOrEqual(LIMIT);
    const entry = limited.bytes.at(-1)! / limited.sizes.at(-1)!;
    expect(limited.bytes.at(-1)! + entry).toBeGreaterThan(LIMIT);
    expect(limited.forgotten.every((count, k) => (k === 0 && limited.sizes[0] === free.sizes[0] ? count === 0 : count > 0))).toBe(true);
  });

  it("has nothing to do where nothing is kept", async () => {
    expect(await lived("behaviour-cloning", { hidden: [16] }, 10, LIMIT)).toMatchObject({ bytes: [0, 0, 0], sizes: [0, 0, 0], forgotten: [0, 0, 0] });
  });
});
