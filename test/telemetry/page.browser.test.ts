import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { asTaskId } from "../../src/contract/task.ts";
import type { RunEvent } from "../../src/continual/run-event.ts";
import { launchChromium } from "./chromium.ts";
import { asleep, evaluated, type RailRun, railRun, slept, started, tasks } from "./rail-run.ts";
import { RailWorld } from "./rail-world.ts";

/** Pictures of the page, for people. */
const pictures = mkdtempSync(join(tmpdir(), "engram-live-page-"));

let browser: Browser;
let run: RailRun | undefined;
/** Everything the browser complained about. */
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);

afterEach(async () => {
  // The pages first: one that loses its server asks for it again, and the browser complains.
  for (const context of browser.contexts()) await context.close();
  run?.pace.stop();
  await run?.telemetry.close();
  run = undefined;
  const found = complaints.splice(0);
  if (found.length > 0) throw new Error(`The browser complained: ${found.join("; ")}`);
});

afterAll(async () => {
  await browser.close();
});

async function open({ telemetry }: RailRun, colorScheme: "dark" | "light" = "dark", width = 1000): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 600 }, colorScheme });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(telemetry.url);
  return page;
}

const start = async (): Promise<RailRun> => (run = await railRun({ world: new RailWorld("rail", 400) }));
const shown = async (page: Page, selector: string, text: string | RegExp): Promise<void> =>
  page.locator(selector).filter({ hasText: text, visible: true }).first().waitFor();
const reaches = async (page: Page, step: number): Promise<void> => {
  await page.waitForFunction((least) => Number(/step (\d+)/.exec(document.querySelector(".meter-time")?.textContent ?? "")?.[1]) >= least, step);
};
/** So many times in a moment. */
const pressStop = async (page: Page, times: number): Promise<void> =>
  page.evaluate((count) => {
    for (let i = 0; i < count; i++) document.querySelector<HTMLButtonElement>(".stop")!.click();
  }, times);
const picture = async (page: Page, name: string): Promise<void> => {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
};

/** What the page drew of the world in each of so many browser frames, made small; empty where it drew nothing. A canvas holds its pixels only within the frame. */
const drawings = async (page: Page, frames: number): Promise<readonly string[]> =>
  page.evaluate(async (count) => {
    const canvas = document.querySelector<HTMLCanvasElement>(".view canvas")!;
    const small = new OffscreenCanvas(64, 48).getContext("2d", { willReadFrequently: true })!;
    const seen: string[] = [];
    return new Promise<string[]>((resolve) => {
      const look = (): void => {
        small.clearRect(0, 0, 64, 48);
        small.drawImage(canvas, 0, 0, 64, 48);
        const { data } = small.getImageData(0, 0, 64, 48);
        seen.push(data.some((value) => value > 0) ? data.join() : "");
        if (seen.length < count) requestAnimationFrame(look);
        else resolve(seen);
      };
      requestAnimationFrame(look);
    });
  }, frames);

/** The lowest contrast of text with what is behind it, as WCAG 2 has it; for elements that stand on the page itself or have a colour of their own. */
const lowestContrast = async (page: Page, selector: string): Promise<number> =>
  page.evaluate((found) => {
    const paint = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
    const luminance = (colors: readonly string[]): number => {
      for (const color of colors) {
        paint.fillStyle = color;
        paint.fillRect(0, 0, 1, 1);
      }
      const linear = Array.from(paint.getImageData(0, 0, 1, 1).data, (value) =>
        value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
    };
    const contrasts = Array.from(document.querySelectorAll(found), (element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      const behind = luminance([getComputedStyle(document.body).backgroundColor, backgroundColor]);
      const text = luminance([color]);
      return (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
    });
    return Math.min(...contrasts);
  }, selector);

describe("the live page", { timeout: 30_000 }, () => {
  it("shows the robot at work, what it remembers, and lets people pause, step, hurry and stop it", async () => {
    const rails = await start();
    const { telemetry, pace, world } = rails;
    telemetry.onEvent(started);
    telemetry.onProgress({ phase: "evaluate", task: tasks[0], agent: "rememberer", fraction: 0.4 });
    pace.setSpeed(1);
    const over = rails.episodes(1e6);
    const page = await open(rails);

    await shown(page, ".connection", "Connected");
    await shown(page, ".scenario", "rails · seed 7");
    await shown(page, ".episode-card h1", "Left");
    await shown(page, ".badge", "Live");
    await reaches(page, 5);
    const drawn = new Set<string>();
    const look = async (): Promise<number> => {
      for (const drawing of await drawings(page, 20)) if (drawing !== "") drawn.add(drawing);
      return drawn.size;
    };
    await expect.poll(look, { timeout: 20_000 }).toBeGreaterThan(1);

    await shown(page, ".panel.recall .panel-aside", "3 read at step");
    const rows = await page.locator(".recall-list .recall-row:not(.absent)").allTextContents();
    expect(rows).toEqual(["Leftep 11 · 2260 %0.010", "Rightep 12 · 2430 %0.020", "Forgotten10 %0.050"]);
    expect(await page.locator(".recall-shares .legend").textContent()).toMatch(/Left60 %.*Right30 %/);

    await page.keyboard.press("Space");
    await shown(page, ".badge", "Paused");
    expect(pace.state.paused).toBe(true);
    const { steps } = world.snapshot();
    await shown(page, ".meter-time", `step ${steps} of 400`);
    await drawings(page, 10);
    expect((await drawings(page, 10)).every((drawing) => drawing === "")).toBe(true);
    expect(world.snapshot().steps).toBe(steps);

    await page.keyboard.press("s");
    await shown(page, ".meter-time", `step ${steps + 1} of 400`);
    expect(world.snapshot().steps).toBe(steps + 1);
    await page.getByRole("button", { name: "Step" }).click();
    await shown(page, ".meter-time", `step ${steps + 2} of 400`);
    expect(world.snapshot().steps).toBe(steps + 2);

    await page.getByRole("button", { name: "4×" }).click();
    await page.locator('.speed[aria-pressed="true"]', { hasText: "4×" }).waitFor();
    expect(pace.state.speed).toBe(4);
    await page.getByRole("button", { name: "Resume" }).click();
    await shown(page, ".badge", "Live");
    await picture(page, "live");

    // A focused button takes the key for itself.
    await page.getByRole("button", { name: "Max" }).press("Space");
    await shown(page, ".badge", "Playback");
    expect(pace.state).toEqual({ paused: false, speed: Infinity, stopped: false });
    await shown(page, ".meter-time", /of 400/);
    await shown(page, ".panel.recall .panel-aside", "3 read at step");

    // A key held down is one press.
    await page.locator(".stop").focus();
    await page.keyboard.down("Enter");
    await shown(page, ".stop", "Really stop?");
    await page.waitForFunction((since) => performance.now() > since + 700, await page.evaluate(() => performance.now()));
    await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
    await page.getByRole("button", { name: "4×" }).click();
    await page.locator('.speed[aria-pressed="true"]', { hasText: "4×" }).waitFor();
    expect(pace.state.stopped).toBe(false);
    await expect.poll(async () => pressStop(page, 1).then(() => pace.state.stopped)).toBe(true);
    await over;
    await shown(page, ".phase", "Stopping");
    telemetry.onEvent({ kind: "run-finished", complete: false });
    await shown(page, ".closing h2", "Run stopped");
  });

  it("draws results as they come and tells the end with a table, in light colours too", async () => {
    const rails = await start();
    const { telemetry, pace } = rails;
    const page = await open(rails, "light");
    await shown(page, ".stage-note", "The world appears here with the first episode.");
    await shown(page, ".phase", "Waiting for a run to begin");
    await shown(page, ".panel.recall .empty", /the remembered moments behind each of its actions appear here/);
    await pressStop(page, 2);
    await shown(page, ".stop", "Really stop?");
    telemetry.onEvent(started);
    telemetry.onProgress({ phase: "learn", task: tasks[0], agent: "forgetter", fraction: 0.1 });
    await shown(page, ".doing", "Learning left");
    for (let step = 10; step <= 100; step += 10)
      telemetry.onEvent({ kind: "loss", agent: "forgetter", task: tasks[0], gradientStep: step, loss: 1 / step });
    await page.locator(".loss-canvas canvas").waitFor();

    const cells = (agent: number): Promise<string[]> => page.locator(".heat-map").nth(agent).locator(".heat-cell").allTextContents();
    const story: readonly RunEvent[] = [0, 1, 2].flatMap((learned) =>
      ["rememberer", "forgetter"].flatMap((agent) =>
        [0, 1].map((task) =>
          evaluated(
            agent,
            learned,
            task,
            learned > task && (agent === "rememberer" || learned === task + 1) ? [true, true, true, false] : [false, false, false, false],
          ),
        ),
      ),
    );
    for (const event of story) telemetry.onEvent(event);
    await page.locator(".heat-map").nth(1).locator(".heat-cell.strong").nth(1).waitFor();
    expect(await cells(0)).toEqual(["0", "0", "75", "0", "75", "75"]);
    expect(await cells(1)).toEqual(["0", "0", "75", "0", "0", "75"]);
    expect(await page.locator(".chart canvas").count()).toBe(2);
    expect(await page.locator(".read-row .shares i").count()).toBe(4);

    telemetry.onEvent({ kind: "run-finished", complete: true });
    await shown(page, ".closing h2", "Run finished");
    expect(pace.state.stopped).toBe(false);
    await shown(page, ".closing th", "Average performance");
    const table = (await page.locator(".closing-tables").textContent())!;
    expect(table).toMatch(/Left75 %0 %Right75 %75 %/);
    expect(table).toMatch(/Average performance0\.75\[0\.\d\d, 1\.00\]0\.38/);
    await picture(page, "finished");
    await page.getByRole("button", { name: "Look around" }).click();
    await page.locator(".closing").waitFor({ state: "hidden" });
  });

  it("shows why an agent sleeps and how far it is, then what came of it, to those who come later and on a narrow screen too", async () => {
    const rails = await start();
    const { telemetry } = rails;
    const page = await open(rails);
    await shown(page, ".sleep .empty", /Why an agent sleeps/);
    telemetry.onEvent(started);
    const card = (name: string, on = page) => on.locator(".sleep-card").filter({ hasText: name });
    await card("rememberer").filter({ hasText: "has not slept yet" }).waitFor();

    telemetry.onProgress({ ...asleep, doing: "self-test", sleep: { trigger: "boundary", gradientStep: 0, gradientSteps: 200 } });
    await card("rememberer").filter({ hasText: "Asking itself what it remembers" }).waitFor();
    await shown(page, ".stage-note", "Nothing new happens here while rememberer sleeps.");
    for (const gradientStep of [10, 20, 30, 40]) {
      telemetry.onEvent({ kind: "loss", agent: "rememberer", task: tasks[1], gradientStep, loss: 1 / gradientStep });
    }
    telemetry.onProgress(asleep);
    const bar = page.getByRole("progressbar", { name: "Sleep of rememberer" });
    await page.waitForFunction(() => document.querySelector(".sleep-bar")?.getAttribute("aria-valuenow") === "50");
    expect(await bar.getAttribute("aria-valuemax")).toBe("200");
    expect(await card("rememberer").textContent()).toMatch(
      /Right.*sleep 1, because the task ended.*Asleep.*Learning right.*50 of 200 gradient steps.*loss 0\.10.*0\.020/,
    );
    // A point in ten of 200 steps, at the left of 160 units, the highest of the curve at the top.
    expect(await page.locator(".loss-line").first().getAttribute("points")).toMatch(/^8\.0,3\.0 16\.0,[\d.]+ 24\.0,[\d.]+ 32\.0,33\.0$/);
    await picture(page, "asleep");

    telemetry.onEvent(slept);
    await card("rememberer").filter({ hasText: "Kept" }).waitFor();
    expect(await card("rememberer").textContent()).toMatch(
      /1,240 memories12 merged3 forgotten1 not tested34 % of neighbours changed200 gradient steps.*Left0\.1000\.125Right0\.5000\.050/,
    );
    expect(await card("forgetter").textContent()).toMatch(/has not slept yet/);

    telemetry.onProgress({ ...asleep, agent: "forgetter", sleep: { trigger: "count", gradientStep: 70, gradientSteps: 200, loss: 0.1 } });
    const late = await open(rails, "light", 420);
    for (const watcher of [page, late]) {
      await card("forgetter", watcher).filter({ hasText: "sleep 1, because enough was shown" }).filter({ hasText: "Asleep" }).waitFor();
      await card("rememberer", watcher).filter({ hasText: "Kept" }).filter({ hasText: "1,240 memories" }).waitFor();
    }
    expect(await late.evaluate(() => document.documentElement.scrollWidth)).toBe(420);

    const [better, worse] = [slept.selfTests![1]!, { ...slept.selfTests![0]!, after: 0.4, worse: true }];
    telemetry.onEvent({ ...slept, selfTests: [worse, better], rolledBack: true });
    await card("rememberer").filter({ hasText: "Undone" }).filter({ hasText: "An older task got worse" }).waitFor();
    expect(await page.locator(".self-test.worse").allTextContents()).toEqual(["Left0.1000.400worse"]);
    telemetry.onEvent({ kind: "run-finished", complete: false });
    await card("forgetter", late).filter({ hasText: "Cut short" }).filter({ hasText: "Stopped while learning right" }).waitFor();
    await late.screenshot({ path: join(pictures, "slept-narrow.png"), fullPage: true });
  });

  it("keeps what it knows of a run that is gone, and says that a sleeper was lost", async () => {
    const rails = await start();
    const page = await open(rails);
    rails.telemetry.onEvent(started);
    rails.telemetry.onEvent(evaluated("rememberer", 1, 0, [true, true, true, true]));
    rails.telemetry.onProgress(asleep);
    rails.pace.setSpeed(1);
    void rails.episodes(1e6);
    await shown(page, ".badge", "Live");
    await shown(page, ".doing", "Learning right");
    await shown(page, ".time-left", "50 % · estimating time left");
    await shown(page, ".sleep-badge", "Asleep");
    await page.locator(".heat-cell.strong").waitFor();
    await rails.telemetry.close();
    await shown(page, ".sleep-badge", "Lost");
    await shown(page, ".badge", "Last seen");
    await shown(page, ".doing", "Last seen · Learning right");
    await shown(page, ".time-left", /^50 %$/);
    expect(await page.locator(".heat-cell.strong").count()).toBe(1);
    complaints.length = 0;
  });

  it("says why there is nothing to see of a world without bodies", async () => {
    const world = Object.assign(new RailWorld("bare", 400), { scene: { bodies: [], writePoses: () => {} } });
    const rails = (run = await railRun({ world }));
    rails.pace.setSpeed(1);
    void rails.episodes(1e6);
    const page = await open(rails);
    await shown(page, ".badge", "Live");
    await expect.poll(async () => page.locator(".stage-note").textContent()).toBe("This world has no bodies to draw.");
  });

  it.each([
    ["light", 390],
    ["dark", 1280],
    ["light", 1440],
  ] as const)("holds and legibly shows thirty tasks, %s and %i px wide", async (scheme, width) => {
    const rails = await start();
    const { telemetry } = rails;
    const many = Array.from({ length: 30 }, (_, i) => ({
      id: asTaskId(`open-drawer-${i}`),
      environment: "test/drawer@1",
      summary: "Open the drawer.",
    }));
    const agents = ["rememberer", "forgetter"];
    telemetry.onEvent({ kind: "run-started", scenario: "drawers", seed: 1, agents, tasks: many });
    for (const agent of agents) {
      many.forEach(({ id }, i) => {
        const successes = Array.from({ length: 29 }, (_, k) => k < i);
        telemetry.onEvent({ kind: "evaluated", agent, learned: 20, task: id, successes, steps: [], returns: [], readShares: {} });
      });
    }
    telemetry.onProgress({ ...asleep, task: many[20]!.id });
    const page = await open(rails, scheme, width);
    await page.locator(".heat-cell.strong").nth(20).waitFor();
    await page.locator(".task-chip.current").waitFor();
    const box = async (selector: string) => (await page.locator(selector).first().boundingBox())!;
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect((await box(".success")).width).toBeGreaterThan(350);
    expect((await box(".heat-cell")).width).toBeGreaterThanOrEqual(26);
    const [chips, current] = [await box(".task-chips"), await box(".task-chip.current")];
    expect(chips.height).toBeLessThan(45);
    expect(current.y).toBeGreaterThan(chips.y - 1);
    expect(current.y + current.height).toBeLessThan(chips.y + chips.height + 1);
    expect(await lowestContrast(page, ".heat-cell:not(.untested), .task-chip")).toBeGreaterThanOrEqual(4.5);
    await picture(page, `many-${width}`);
  });

  it("looks away when nobody looks at it, and says when the run is gone", async () => {
    const rails = await start();
    const { telemetry, pace, world } = rails;
    pace.setSpeed(4);
    void rails.episodes(1e6);
    const page = await open(rails);
    await reaches(page, 3);
    const setHidden = async (hidden: boolean): Promise<void> =>
      page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await setHidden(true);
    // A switch that comes back has passed the server, and so has all that was said before it.
    await page.getByRole("button", { name: "1×" }).click();
    await page.locator('.speed[aria-pressed="true"]', { hasText: "1×" }).waitFor();
    const { looks } = world;
    const { steps } = world.snapshot();
    await new Promise<void>((resolve) => {
      const done = pace.changes$.subscribe(() => {});
      const look = (): void =>
        world.snapshot().steps > steps + 10 || world.snapshot().steps < steps ? (done.unsubscribe(), resolve()) : void setImmediate(look);
      look();
    });
    expect(world.looks).toBe(looks);
    await setHidden(false);
    await page.waitForFunction((least) => Number(/step (\d+)/.exec(document.querySelector(".meter-time")?.textContent ?? "")?.[1]) !== least, steps);
    expect(world.looks).toBeGreaterThan(looks);
    pace.stop();
    await telemetry.close();
    await shown(page, ".connection", "Not connected");
    await shown(page, ".stage-note", "The run does not answer.");
    complaints.length = 0;
  });

  it("takes words for words: names from a run never become part of the page", async () => {
    const rails = await start();
    const page = await open(rails);
    const evil = '<img src=x onerror="document.title=1">';
    rails.telemetry.onEvent({
      kind: "run-started",
      scenario: evil,
      seed: 1,
      agents: [evil],
      tasks: [{ id: evil as (typeof tasks)[number], environment: evil, summary: evil }],
    });
    await shown(page, ".scenario", evil);
    await page.locator(".chart").waitFor();
    expect(await page.locator("img").count()).toBe(0);
  });
});
