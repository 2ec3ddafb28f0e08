import { describe, expect, it } from "vitest";
import { benchReport } from "../../../src/continual/benchmark/report.ts";
import { paretoFront, scatter, type Dot } from "../../../src/continual/benchmark/report/scatter.ts";
import type { BenchResult, RunResult } from "../../../src/continual/benchmark/result.ts";
import { benchTable } from "../../../src/continual/benchmark/table.ts";
import { madeUpResult, type MadeUpMethod } from "./made-up-result.ts";

/** With a method that is told boundaries, and is not. */
const blind: readonly MadeUpMethod[] = [
  { name: "none", learned: 0.9, kept: 0.1 },
  { name: "keeper", learned: 0.9, kept: 0.9, reads: true },
  { name: "keeper-no-boundaries", learned: 0.9, kept: 0.3, variantOf: "keeper" },
];

describe("a benchmark's page", () => {
  it("needs nothing but itself and is the same bytes for the same result", () => {
    expect(benchReport(madeUpResult())).toBe(benchReport(madeUpResult()));
    expect(benchReport(madeUpResult())).not.toMatch(/<script|<link|<img|https?:|url\(|@import/i);
  });

  it("contains every number of the terminal's table", () => {
    const result = madeUpResult({ methods: blind });
    const numbers = new Set(benchTable(result).match(/−?\d+\.\d+/g));
    expect(numbers.size).toBeGreaterThan(20);
    const shown = new Set(benchReport(result).match(/−?\d+\.\d+/g));
    expect([...numbers].filter((number) => !shown.has(number))).toEqual([]);
    expect(benchReport(result)).toContain("<th>cost of not knowing boundaries ↓</th>");
    expect(benchReport(madeUpResult())).not.toContain("cost of not knowing");
  });

  it("shows what was forgotten, where memory was read from, what it costs, and the jobs that failed, where there is such", () => {
    const page = benchReport({ ...madeUpResult(), failures: [{ method: "none", seed: 9, error: "It <b>broke</b>." }] });
    for (const part of ["What none forgot", "Where keeper read from", "CPU seconds a run", "It &lt;b&gt;broke&lt;/b&gt;."])
      expect(page).toContain(part);
    expect(page).not.toContain("What joint forgot");
    const plain = benchReport(madeUpResult({ methods: [{ name: "joint", learned: 1, kept: 1, curriculum: "joint" }] }));
    for (const part of ["<h2>Forgetting", "<h2>Where memory", "<h2>Jobs that failed", "<h2>What the best"]) expect(plain).not.toContain(part);
  });

  it("shows success on tasks that are only tested, where there are such", () => {
    const result = madeUpResult();
    const runs = result.runs.map((run) => ({ ...run, tests: run.rates.map((_, i) => [i === 0 ? 0 : 0.25 + 0.5 * (run.seed % 2)]) }));
    const page = benchReport({ ...result, testTasks: ["throw"], runs });
    expect(page).toContain("<h2>Tasks that are only tested");
    // Seeds 1 to 5: three of .75, two of .25.
    expect(page).toContain("keeper on throw after + reach: 55 %");
    expect(benchReport(result)).not.toContain("only tested");
  });

  it.each([
    ["one seed", madeUpResult({ seeds: [1] })],
    ["one task", madeUpResult({ tasks: ["reach"] })],
    ["nothing that ended", { ...madeUpResult(), runs: [] }],
  ])("is made of %s, too", (_, result) => {
    expect(benchReport(result)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("begins with who is best, by as much as there is between the two, and with what is to be known before they are compared", () => {
    const title = (result: BenchResult): string => /<h1>(.*?)<\/h1>/.exec(benchReport(result))![1]!;
    const best = madeUpResult({ methods: [{ name: "joint", learned: 1, kept: 1 }, { name: "none", learned: 1, kept: 0 }] }); // prettier-ignore
    expect(title(best)).toBe("joint (told the task) ends with 100 % success over 3 tasks; next is none with 33 %.");
    const withScore = (run: RunResult, score: number): RunResult => ({ ...run, rates: run.rates.map((row) => row.map(() => score)) });
    const close = { ...best, runs: best.runs.map((run) => withScore(run, run.method === "joint" ? 0.992 : 0.988)) };
    expect(title(close)).toBe("joint (told the task) ends with 99.2 % success over 3 tasks; next is none with 98.8 %.");
    const level = madeUpResult({ methods: ["none", "replay", "ewc"].map((name) => ({ name, learned: 1, kept: name === "ewc" ? 0 : 1 })) });
    expect(title(level)).toBe("none and replay end with 100 % success over 3 tasks; next is ewc with 33 %.");
    const once = { ...best, runs: best.runs.filter(({ method, seed }) => method === "none" || seed === 1) };
    expect(title(once)).toContain("joint (told the task, one seed) ends");
    expect(title(madeUpResult({ methods: [{ name: "none", learned: 1, kept: 1 }], seeds: [1] }))).toBe("none ends with 100 % success over 3 tasks.");
  });

  it("tells methods of as many gradient steps apart by the seconds that they take", () => {
    const picture = /<svg role="img" aria-label="Average performance against CPU seconds a run".*?<\/svg>/.exec(benchReport(madeUpResult()))![0];
    expect(new Set(picture.match(/(?<=<circle cx=")[\d.]+/g)).size).toBe(3);
    // Five seeds of 1.25 s, each ⅛ s longer than the one before: 1.25 + 0.25.
    expect(benchReport(madeUpResult())).toMatch(/<strong>1\.500<\/strong>/);
  });

  it("gives each of twenty methods a look of its own: its colour, the shape of its marks and how its curves are broken", () => {
    const methods = Array.from({ length: 20 }, (_, k) => ({ name: `method ${k}`, learned: 1 - k / 40, kept: 0.5 }));
    const page = benchReport(madeUpResult({ methods, seeds: [1] }));
    const classes = methods.map(({ name }) => new RegExp(`<tr class="([\\w-]+)"><td><span class="swatch"></span><strong>${name}<`).exec(page)![1]!);
    const looks = classes.map((name) => new RegExp(`^\\.${name}\\{(.*)\\}$`, "m").exec(page)![1]!);
    expect(new Set(looks).size).toBe(20);
    for (const part of ["--shape", "--dash"]) expect(looks.filter((look) => look.includes(part))).toHaveLength(14);
  });

  it("measures memory in bytes where they are known", () => {
    const result = madeUpResult();
    const bytes = { id: "memory-bytes", name: "memory", formula: "bytes", better: "lower" } as const;
    const runs = result.runs.map((run) => Object.assign({}, run, { figures: Object.assign({ [bytes.id]: 5e5 }, run.figures) }));
    expect(benchReport({ ...result, runs, figures: [...result.figures, bytes] })).toContain("bytes kept");
    expect(benchReport(result)).toContain("entries in long-term memory");
  });
});

describe("a plot of costs", () => {
  const dot = (name: string, x: number, mean: number): Dot => ({ name, className: "", x, y: { mean, low: mean, high: mean } });
  const draw = (dots: readonly Dot[]): string => scatter({ label: "", x: "cost", dots }).text;
  const heightOf = (picture: string, name: string): number => Number(new RegExp(`y="([-\\d.]+)"[^>]*>${name}<`).exec(picture)![1]);

  it("has every name apart from the others and beside the plot, though all dots lie on one another", () => {
    for (const mean of [0, 0.99]) {
      const picture = draw(Array.from({ length: 24 }, (_, k) => dot(`method-${k}`, 10, mean)));
      const heights = Array.from({ length: 24 }, (_, k) => heightOf(picture, `method-${k}`)).toSorted((a, b) => a - b);
      const [plotTop, plotBottom] = [1, 0].map((share) => heightOf(picture, `${100 * share} %`));
      expect(Math.min(...heights.slice(1).map((height, k) => height - heights[k]!))).toBeCloseTo(14);
      expect(heights[0]).toBeGreaterThanOrEqual(plotTop!);
      expect(heights[23]).toBeLessThanOrEqual(plotBottom!);
    }
  });

  it("has names in the order of the dots, the right one first of two as high, so that lines do not cross", () => {
    const picture = draw([dot("low", 1, 0.1), dot("left", 1, 0.5), dot("right", 80, 0.5), dot("top", 5, 0.9)]);
    const names = ["low", "left", "right", "top"].toSorted((a, b) => heightOf(picture, a) - heightOf(picture, b));
    expect(names).toEqual(["top", "right", "left", "low"]);
    expect(heightOf(picture, "right")).toBeCloseTo(heightOf(picture, "50 %"));
  });

  it.each([
    [
      [19, 350],
      ["10", "20", "50", "100", "200", "500"],
    ],
    [
      [2e5, 4e5],
      ["200k", "500k"],
    ],
    [
      [95_000, 1.2e7],
      ["10k", "100k", "1M", "10M", "100M"],
    ],
    [
      [0.02, 0.3],
      ["0.02", "0.05", "0.1", "0.2", "0.5"],
    ],
    [
      [0, 3],
      ["0", "2", "5"],
    ],
    [[0], ["0", "1", "2", "5", "10"]],
  ])("costs of %j stand on an axis of round ones", (costs, ticks) => {
    const picture = draw(costs.map((cost, k) => dot(`method-${k}`, cost, 0.5)));
    const feet = [...picture.matchAll(/y="\d+" text-anchor="middle">([^<]+)</g)].map(([, text]) => text);
    expect(feet).toEqual([...ticks, "cost"]);
  });
});

describe("the front of what no other beats", () => {
  it("is by cost, and without what is dearer and no better", () => {
    const dot = (name: string, x: number, mean: number): Dot => ({ name, className: "", x, y: { mean, low: mean, high: mean } });
    const dots = [dot("dear", 100, 0.9), dot("cheap", 0, 0.1), dot("worse", 50, 0.4), dot("middle", 10, 0.5), dot("twin", 10, 0.5)];
    expect(paretoFront(dots).map(({ name }) => name)).toEqual(["cheap", "middle", "twin", "dear"]);
  });
});
