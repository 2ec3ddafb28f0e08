/** @file What every registered environment must do. A new one gets these tests by its line in the registry. */
import { describe, expect, it } from "vitest";
import { environments } from "../../envs/index.ts";
import { environmentChecks } from "../../src/environments/check-environment.ts";

describe.each([...environments])("%s", (_, entry) => {
  it.each(environmentChecks.map(({ name, run }) => [name, run] as const))("%s", (_name, run) => {
    expect(() => run(entry)).not.toThrow();
  });
});
