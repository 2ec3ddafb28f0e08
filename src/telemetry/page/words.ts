/** @file Numbers and names as people read them. */

/** 75 s → `1:15`; 3 700 s → `1:01:40`. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** 0.954 → `95 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `pick-place` → `Pick place`. */
export function spoken(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** 1 234 567 → `1,234,567`. */
export const grouped = (value: number): string => value.toLocaleString("en-US");
