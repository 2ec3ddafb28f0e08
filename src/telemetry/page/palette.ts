/** @file Which colour means which task or agent. Colours live in the style sheet, one set for dark and one for light. */

const TASK_COLORS = 8;
const AGENT_COLORS = 4;

/** A CSS value for the task with this index in the run; grey for one that is not in it. */
export const taskColor = (index: number): string => (index < 0 ? "var(--faint)" : `var(--task-${index % TASK_COLORS})`);
/** A CSS value for the agent with this index in the run. */
export const agentColor = (index: number): string => (index < 0 ? "var(--muted)" : `var(--agent-${index % AGENT_COLORS})`);

/** What a CSS value is now, for those who paint on a canvas. */
export function resolved(value: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
  return name === undefined ? value : getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Calls back when the colour scheme changes. */
export function onSchemeChange(react: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", react);
}
