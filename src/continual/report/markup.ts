/** @file HTML and SVG text that cannot be broken by what is put into it. Everything is escaped but markup itself; the result is well-formed XML. */

/** Finished markup. Made by `markup` alone. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Part = string | number | Markup | undefined | readonly Part[];

/** A template of markup. Strings are escaped; numbers are coordinates and keep two decimals; lists are joined; undefined is nothing. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((string, i) => string + (i < parts.length ? written(parts[i]) : "")).join(""));
}

function written(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "number") return String(Math.round(part * 100) / 100 + 0);
  return typeof part === "string" ? escaped(part) : part.map(written).join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

// oxlint-disable-next-line no-control-regex -- these are the characters that XML cannot hold, escaped or not
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const escaped = (text: string): string => text.replace(unspeakable, "\ufffd").replace(/[&<>"']/g, (character) => entities[character]!);
