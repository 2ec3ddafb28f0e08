/** @file What can be wrong with a memory file, and how it is said. */

/** An entry that is not what was written; its task may be wrong too. */
export interface DamagedEntry {
  readonly id: number;
  readonly task: string;
}

export interface StoreDamage {
  /** They are left out. */
  readonly entries: readonly DamagedEntry[];
  /** Ids on pages that cannot be read, from and to. Some may be of entries that were forgotten. */
  readonly unreadable: readonly (readonly [from: number, to: number])[];
  /** How many entries there are fewer than were counted, besides the damaged ones; undefined where the count is damaged. */
  readonly missing: number | undefined;
}

export const isSound = ({ entries, unreadable, missing }: StoreDamage): boolean => entries.length === 0 && unreadable.length === 0 && missing === 0;

/** So many are named in a sentence. */
const NAMED = 8;

/** One sentence or several. @param kept Where the damaged file is, if another is in its place. */
export function describeDamage(file: string, { entries, unreadable, missing }: StoreDamage, kept?: string): string {
  const parts: string[] = [];
  if (entries.length > 0) parts.push(`${counted(entries.length)} damaged (${listed(entries.map(({ id, task }) => `${id} of ${task}`))})`);
  if (unreadable.length > 0) parts.push(`ids ${listed(unreadable.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)))} cannot be read`);
  if (missing === undefined) parts.push("how many entries there should be is not known");
  else if (missing > 0) parts.push(`${counted(missing)} missing`);
  const found = parts.length === 0 ? "its pages are damaged, but every entry could be read" : parts.join("; ");
  const rest = kept === undefined ? "The others are in use." : `The others are in a new file; the damaged one is kept as ${kept}.`;
  return `${file}: ${found}. ${rest} \`engram memory verify\` says more.`;
}

const counted = (count: number): string => (count === 1 ? "1 entry is" : `${count} entries are`);

function listed(items: readonly string[]): string {
  const more = items.length - NAMED;
  return `${items.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
