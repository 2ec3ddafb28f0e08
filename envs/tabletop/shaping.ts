/** @file Smooth pieces that rewards and controllers are made of; nothing here knows a task. */

/**
 * 1 within `near`, then falling as 1/(1 + 9·((d − near)/reach)²): 0.1 at near + reach, and never quite 0, so that far away there is
 * still a slope to climb.
 * @see Tassa et al. (2018), "DeepMind Control Suite": `tolerance` with the long-tail sigmoid.
 */
export function closeness(d: number, near: number, reach: number): number {
  if (d <= near) return 1;
  const t = (d - near) / reach;
  return 1 / (1 + 9 * t * t);
}

/** 0 at and before `from`, 1 at and after `to`, a smooth cubic between; `to` may lie below `from`. */
export function smoothstep(x: number, from: number, to: number): number {
  const t = clamp((x - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

export const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
