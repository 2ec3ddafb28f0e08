/** @file The page about worlds is true where it can be checked: the worlds it names, the suite it shows. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { environments } from "../../envs/index.ts";
import { parseSuite } from "../../src/continual/suite.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/worlds.md"), "utf8");

it("names every world that is no tabletop task and was not generated, and says how many of those there are", () => {
  const ids = [...environments.keys()];
  const missing = ids
    .filter((id) => !/^(tabletop|long)\//.test(id))
    .filter((id) => !page.includes(id) && !page.includes(`\`${id.split(/[/@]/)[1]!}\``));
  expect(missing).toEqual([]);
  expect(ids.filter((id) => id.startsWith("tabletop/"))).toHaveLength(32);
  expect(page).toContain("Thirty-two tasks");
  expect(ids.filter((id) => id.startsWith("long/"))).toHaveLength(50);
  expect(page).toContain("fifty worlds");
});

it("names worlds and options that there are", () => {
  const named = [...page.matchAll(/(?:tabletop|classic|locomotion|bandits|long|libero-[a-z]+)\/[\w-]+@1(?:\?[^\s`"]+)?/g)].map(([id]) => id);
  expect(named.length).toBeGreaterThan(20);
  for (const id of new Set(named)) expect(findEnvironment(id, environments).spec.id.split("@")[0]).toBe(id.split("@")[0]);
});

it("shows a suite's file that is one", () => {
  const [, file] = /```json\n([\s\S]*?)```/.exec(page)!;
  expect(parseSuite(JSON.parse(file!))).toMatchObject({ name: "mine", placements: 50, test: [{ world: "tabletop/sweep@1" }] });
});
