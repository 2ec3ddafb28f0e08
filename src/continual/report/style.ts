/** @file How the report looks: light and dark, on screen and in print. Colours of agents are told apart with colour-blind eyes too. */

/** So many agents differ in colour alone. */
export const AGENT_COLORS = 6;
/** Where colours come again, marks have another shape, which fits into the usual one, and curves are broken another way: diamonds, triangles, crosses. */
const otherMarks = [
  { shape: "50% 0,100% 50%,50% 100%,0 50%", dash: "7 4" },
  { shape: "50% 0,94% 76%,6% 76%", dash: "2 3" },
  { shape: "34% 4%,66% 4%,66% 34%,96% 34%,96% 66%,66% 66%,66% 96%,34% 96%,34% 66%,4% 66%,4% 34%,34% 34%", dash: "9 3 2 3" },
] as const;
/** Agents beyond these are grey. */
const AGENT_LOOKS = AGENT_COLORS * (1 + otherMarks.length);

/** The class that gives what is inside an agent's colour, as `--own`, and the shape of its marks. */
export const agentClass = (index: number): string => `agent-${index < AGENT_LOOKS ? index : "other"}`;

const light = ["#2563c9", "#c2570c", "#0f8a6a", "#a3327a", "#7a6a00", "#5b4fc4"];
const dark = ["#6ea8ff", "#f59a4b", "#3fcf9f", "#ee7cc0", "#d6c04a", "#a79bff"];
const colors = (list: readonly string[]): string => list.map((color, i) => `--agent-${i}:${color};`).join("");
const owners = [...Array.from({ length: AGENT_LOOKS }, (_, i) => `.agent-${i}{${lookOf(i)}}`), ".agent-other{--own:var(--soft)}"].join("\n");

function lookOf(index: number): string {
  const own = `--own:var(--agent-${index % AGENT_COLORS})`;
  const mark = otherMarks[Math.floor(index / AGENT_COLORS) - 1];
  return mark === undefined ? own : `${own};--shape:polygon(${mark.shape});--dash:${mark.dash}`;
}

/** White on what is darker than this luminance and black on what is not: a contrast of 4.5 and more on every colour. */
const inkOnCell = "calc(1e6*(.179 - y))";

export const style = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#15181d;--soft:#5a6472;--line:#dfe3e9;--hollow:#eef1f5;${colors(light)}}
@media (prefers-color-scheme:dark){:root{--page:#101318;--card:#181c23;--ink:#e9edf3;--soft:#97a3b4;--line:#2b323d;--hollow:#222934;${colors(dark)}}}
${owners}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1280px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:30px;line-height:1.25;letter-spacing:-.015em;margin:6px 0 10px;max-width:34em;text-wrap:balance}
h2{font-size:19px;letter-spacing:-.01em;margin:0 0 4px}
h3{font-size:14px;margin:0 0 8px;font-weight:600}
p{margin:0 0 12px;max-width:76ch}
.kicker{color:var(--soft);font-size:13px;margin:0}
.lead{font-size:17px;color:var(--soft);margin-bottom:20px}
.note{color:var(--soft);font-size:13.5px}
.facts{display:flex;flex-wrap:wrap;gap:6px;margin:0 0 24px;padding:0;list-style:none}
.facts li{border:1px solid var(--line);border-radius:999px;padding:2px 11px;font-size:13px;color:var(--soft);background:var(--card)}
.facts .stopped{border-color:var(--agent-1);color:var(--agent-1)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:22px 24px 20px;margin:0 0 18px;overflow-x:auto}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:18px;margin:0 0 18px}
.card{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--own);border-radius:12px;padding:18px 22px}
.card .big{font-size:46px;line-height:1.05;font-weight:650;letter-spacing:-.03em;color:var(--own);margin:4px 0 2px}
.card dl{display:grid;grid-template-columns:1fr auto;gap:4px 14px;margin:14px 0 0;padding-top:12px;border-top:1px solid var(--line);font-size:14px}
dt{color:var(--soft)}
dd{margin:0;text-align:right}
.row{display:flex;flex-wrap:wrap;gap:22px 36px;align-items:flex-start}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:20px 12px}
.multiples h3{margin:0}
.now{margin:0;font-size:13px}
.own{color:var(--own);font-weight:600;margin-right:10px}
.interval{white-space:nowrap;color:var(--soft)}
figure{margin:0;break-inside:avoid}
svg{display:block;max-width:100%;height:auto;overflow:visible}
svg text{font-size:12px;fill:var(--ink)}
svg .faint{fill:var(--soft)}
svg .small{font-size:11px}
svg .cell{fill:color(from var(--cell) xyz-d65 ${inkOnCell} ${inkOnCell} ${inkOnCell})}
@media (max-width:700px){section>svg,.row svg{max-width:none}}
.grid{stroke:var(--line);stroke-width:1}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;background:var(--own);margin-right:6px}
.swatch,[class^=agent-] circle{clip-path:var(--shape)}
[class^=agent-] polyline{stroke-dasharray:var(--dash)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13.5px;margin:0 0 10px;padding:0;list-style:none}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{font-weight:600;text-align:left;color:var(--soft);font-size:13px}
th,td{padding:9px 10px 9px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>td,tr:has(+.about)>td{border-bottom:0}
.about>td{padding-top:0;color:var(--soft);font-size:12.5px}
td.number,th.number{text-align:right}
td.number,th.number,td:has(>.swatch){white-space:nowrap}
.wide :is(th,td):first-child{position:sticky;left:0;background:var(--card);min-width:230px}
.formula{color:var(--soft);font-size:12.5px;max-width:46ch}
code{white-space:nowrap}
code,pre{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--hollow);border-radius:8px;padding:12px 14px;margin:8px 0 0;overflow-x:auto;white-space:pre-wrap}
details{margin-top:20px}
summary{cursor:pointer;font-size:13.5px;margin-bottom:14px}
footer{color:var(--soft);font-size:13px;padding:6px 2px}
@media print{:root{--page:#fff}body{font-size:12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}section,.card{border-radius:0;break-inside:avoid}}
`.trim();
