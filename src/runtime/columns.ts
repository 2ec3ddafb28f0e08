/** @file Text in columns for a terminal. */

/** Rows with every column as wide as its widest cell; nothing after the last. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => row.map((cell, k) => cell + " ".repeat(widths[k]! - cell.length)).join("  ").trimEnd()).join("\n"); // prettier-ignore
}
