/** @file Makes elements. Text from a run only ever becomes text. */

export interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  /** Custom properties for the style sheet, such as `--share`. */
  readonly style?: Readonly<Record<`--${string}`, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  if (options.title !== undefined) made.title = options.title;
  for (const [name, value] of Object.entries(options.style ?? {})) made.style.setProperty(name, value);
  for (const [name, value] of Object.entries(options.attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The same for an element of a drawing. */
export function drawing(tag: string, attributes: Readonly<Record<string, string>>, children: readonly Node[] = []): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A panel with a heading, and a place beside it for what belongs to the whole of it. */
export function panel(name: string, title: string, ...children: readonly Node[]): { readonly root: HTMLElement; readonly aside: HTMLElement } {
  const aside = element("div", { class: "panel-aside" });
  const head = element("header", { class: "panel-head" }, [element("h2", { text: title }), aside]);
  return { root: element("section", { class: `panel ${name}`, attributes: { "aria-label": title } }, [head, ...children]), aside };
}

/** Sets text only when it differs, so that nothing is laid out for nothing. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows or hides. */
export function setShown(target: HTMLElement, shown: boolean): void {
  if (target.hidden === shown) target.hidden = !shown;
}
