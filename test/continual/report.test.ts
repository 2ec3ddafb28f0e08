import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/continual/report.ts";
import { markup } from "../../src/continual/report/markup.ts";
import { asTaskId } from "../../src/contract/task.ts";
import type { RunEvent } from "../../src/continual/run-event.ts";
import { summarize } from "../../src/continual/summary.ts";
import { renderTable } from "../../src/continual/table.ts";
import { madeUpRun } from "./made-up-run.ts";

const command = "npx engram run made-up --seed 3";
const report = (events: readonly RunEvent[], config: Readonly<Record<string, unknown>> = { demonstrations: 10 }): string =>
  renderReport({ summary: summarize(events), events, config, command });

/** Checks XML strictly: balanced tags, quoted attributes each given once, no bare `<`, `&` or control character. Returns the text between tags. */
function wellFormedText(source: string): string {
  const open: string[] = [];
  let text = "";
  let at = /^<!doctype html>\s*/.exec(source)?.[0].length ?? 0;
  const fail = (problem: string): never => {
    throw new Error(`${problem} at ${at}: ${source.slice(at, at + 60)}`);
  };
  /** What the pattern finds just here. */
  const here = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  while (at < source.length) {
    const run = here(/[^<]+/y)?.[0];
    if (run !== undefined) {
      // oxlint-disable-next-line no-control-regex -- just these must not be there
      if (/&(?!(amp|lt|gt|quot|#39);)|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(run)) fail("bare & or control character");
      text += run;
      at += run.length;
      continue;
    }
    const tag = here(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*="[^"<]*")*)\s*(\/?)>/y) ?? fail("not a tag");
    const [whole, closing, name, attributes, empty] = tag as unknown as [string, string, string, string, string];
    const names = [...attributes.matchAll(/([a-zA-Z][a-zA-Z0-9:-]*)="/g)].map(([, attribute]) => attribute);
    if (new Set(names).size < names.length) fail("attribute given twice");
    if (closing !== "" && open.pop() !== name) fail("closes what is not open");
    if (closing === "" && empty === "") open.push(name);
    text += " ";
    at += whole.length;
  }
  if (open.length > 0) fail(`never closed: ${open.join()}`);
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

describe("the report", () => {
  it("draws the losses of several sleeps on a task one after another", () => {
    const events = madeUpRun({ tasks: ["reach", "push"] });
    const again: RunEvent[] = [];
    events.forEach((event, k) => again.push(event, ...(event.kind === "learned" ? events.slice(k - 5, k + 1) : [])));
    const losses = report(again).split('aria-label="Loss over gradient steps').at(-1)!.split("</svg>")[0]!;
    const lines = [...losses.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
      points!.split(" ").map((point) => Number(point.split(",")[0])),
    );
    expect(lines.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
    for (const line of lines) expect(line.slice(1).every((x, k) => x > line[k]!)).toBe(true);
    // Two tasks of a hundred steps each.
    expect(losses).toContain(">200<");
  });

  it("is well-formed, and the same bytes for the same run", () => {
    const events = madeUpRun();
    expect(wellFormedText(report(events)).length).toBeGreaterThan(3000);
    expect(report(madeUpRun())).toBe(report(events));
  });

  it("needs nothing but itself: no scripts, no addresses", () => {
    expect(report(madeUpRun())).not.toMatch(/<script|<link|<img|https?:|url\(|@import/i);
  });

  it("contains every number of the terminal's table", () => {
    const events = madeUpRun();
    const numbers = new Set(renderTable(summarize(events)).match(/−?\d+(\.\d+)?/g));
    expect(numbers.size).toBeGreaterThan(30);
    const shown = new Set(wellFormedText(report(events)).match(/−?\d+(\.\d+)?/g));
    expect([...numbers].filter((number) => !shown.has(number))).toEqual([]);
  });

  it("opens with who won, by how much, and who forgot", () => {
    const text = wellFormedText(report(madeUpRun()));
    expect(text).toMatch(/keeper ends with \d+ % success over 3 tasks; forgetter with \d+ %\./);
    expect(text).toMatch(/On the same test placements that is \d+ points more than forgetter \(95 % interval \d+ to \d+\)\./);
    expect(text).toMatch(/Since it was taught each task, keeper (lost|gained) \S+ ?\w* and forgetter lost \d+ points\./);
  });

  it("does not call a difference a win when it may be chance", () => {
    const events = madeUpRun({ agents: ["one", "two"], successes: (agent, i) => i % 2 === (agent === "one" ? 0 : 1) });
    expect(wellFormedText(report(events))).toContain("0 points more than two (95 % interval −");
    expect(wellFormedText(report(events))).toContain(", which may be chance)");
  });

  it("gives each figure its formula and its id", () => {
    const text = wellFormedText(report(madeUpRun()));
    for (const { formula, id } of summarize(madeUpRun()).agents[0]!.metrics)
      expect([text.includes(formula), text.includes(id)]).toEqual([true, true]);
  });

  it("says how much neighbours in memory changed with their keys, and what the number means", () => {
    const events = madeUpRun();
    expect(wellFormedText(report(events))).toMatch(
      /Keys made anew .*the share of an entry’s ten nearest.* reach +64 % +push +32 % +pick-place +16 % /,
    );
    expect(report(events.filter(({ kind }) => kind !== "learned"))).not.toContain("Keys made anew");
  });

  it("shows what was asked in sleep, of each task after each sleep, and which sleep was undone for what; nothing where nobody asked", () => {
    const events: RunEvent[] = [];
    let sleeps = 0;
    for (const event of madeUpRun({ agents: ["keeper"] })) {
      if (event.kind === "learned") {
        const asked = { states: 33, before: 0.25, worse: false };
        const first = { ...asked, task: asTaskId("reach"), after: 0.125 * ++sleeps, worse: sleeps === 3 };
        const second = { ...asked, task: asTaskId("push"), after: 0.0625 };
        events.push({ ...event, selfTests: sleeps === 1 ? [first] : [first, second], rolledBack: sleeps === 3 });
      } else events.push(event);
    }
    const html = report(events);
    const text = wellFormedText(html);
    expect(text).toMatch(
      /What was asked in sleep .* reach +push .* 1 reach .* \.13 .* – .* 2 push .* \.25 .* \.06 .* 3 pick-place, undone .* \.38 .* \.06 /,
    );
    expect(text).toContain("keeper on reach, asked 33 states after the sleep on push: 0.250, before it 0.250");
    const map = html.slice(html.indexOf("Self-tests of keeper"));
    expect(map.slice(0, map.indexOf("</svg>")).match(/stroke-width="1.5"/g)).toHaveLength(1);
    expect(report(madeUpRun())).not.toContain("What was asked in sleep");
  });

  it("says how to make the run again, with its configuration", () => {
    const text = wellFormedText(report(madeUpRun(), { agents: { keeper: { memory: "<all> & more" } } }));
    expect(text).toContain(command);
    expect(text).toContain('"memory": "<all> & more"');
  });

  it.each([`"'><script>&`, "\u0000\ud800]]>", "<!--", "${"])("cannot be broken by the name %j", (evil) => {
    const html = report(madeUpRun({ tasks: ["reach", evil], agents: ["keeper", `agent ${evil}`], episodes: 2 }), { [evil]: evil });
    expect(wellFormedText(html)).toContain(`agent ${evil.replace("\u0000\ud800", "\ufffd\ufffd")}`);
    expect(html).not.toMatch(/<script|<!--/);
  });

  it("shows what there is of a run that was stopped, at any moment", () => {
    const events = madeUpRun({ episodes: 4 });
    for (let length = 0; length < events.length; length += 7) {
      const partial: RunEvent[] = [...events.slice(0, length), { kind: "run-finished", complete: false }];
      expect(wellFormedText(report(partial))).toContain("stopped before its end, or is still going");
      expect(renderTable(summarize(partial))).not.toContain("undefined");
    }
  });

  it("is made for one task and one agent, and for twenty tasks, too", () => {
    const single = wellFormedText(report(madeUpRun({ tasks: ["reach"], agents: ["keeper"] })));
    expect(single).toMatch(/keeper ends with \d+ % success over its task\./);
    expect(single).not.toMatch(/NaN|Infinity|undefined/);
    const tasks = Array.from({ length: 20 }, (_, i) => `task-${i}`);
    expect(wellFormedText(report(madeUpRun({ tasks, episodes: 2 })))).not.toMatch(/NaN|Infinity|undefined/);
    expect(report(madeUpRun({ tasks, episodes: 2 }))).not.toMatch(/NaN|Infinity/);
  });
});

describe("markup", () => {
  it("escapes text, keeps markup, joins lists, rounds coordinates and leaves out what is absent", () => {
    const inner = markup`<b>${"<&\"'>"}</b>`;
    expect(markup`<p title="${'"'}">${[inner, undefined, "a"]}${1 / 3}${-0}</p>`.text).toBe(
      `<p title="&quot;"><b>&lt;&amp;&quot;&#39;&gt;</b>a0.330</p>`,
    );
  });

  it("replaces what XML cannot say", () => {
    expect(markup`${"a\u0000\u001b\ud800b\u{1f600}\n"}`.text).toBe("a\ufffd\ufffd\ufffdb\u{1f600}\n");
  });

  it("says whatever is put into it, and stays well-formed", () => {
    const unit = fc.oneof(
      fc.integer({ min: 0x20, max: 0xd7ff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom("<", ">", "&", '"', "'", "/", "!", "-", "]", "\n"),
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(wellFormedText(markup`<p title="${text}">${text}</p>`.text)).toBe(` ${text} `);
      }),
    );
  });
});
