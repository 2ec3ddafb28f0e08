/** @file How large steps are in the course of a sleep. */

/** The share of the step size that is left at the end. */
const LAST = 0.05;

/**
 * The share of the step size after a share p of the steps: half a cosine, from 1 down to 0.05. Every sleep begins anew with large steps, and ends with steps
 * so small that what was seen last weighs no more than the rest.
 * @see Loshchilov & Hutter (2017), "SGDR: stochastic gradient descent with warm restarts", eq. 5.
 * @param p In [0, 1].
 */
export const cosineDecay = (p: number): number => LAST + (1 - LAST) * (1 + Math.cos(Math.PI * p)) * 0.5;
