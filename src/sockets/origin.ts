/**
 * @file Who may talk to a server on this machine. A web page from anywhere can open a socket to loopback, so the browser's own words are
 * checked: the Host it used (against DNS rebinding) and the Origin it is from (against cross-site WebSocket hijacking).
 */

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** Whether a Host header names this machine's loopback, on whatever port (forwarded ports differ). */
export const isLoopbackHost = (host: string | undefined): host is string => host !== undefined && loopbackHost.test(host);

/** The visualizers that people point at a local run: Foxglove's and Lichtblick's web apps, Lichtblick's container, Lichtblick's desktop app. */
export const VIEWER_ORIGINS: readonly string[] = [
  "https://app.foxglove.dev",
  "https://lichtblick-suite.github.io",
  "http://localhost:8080",
  "file://",
];

/** Programs send no Origin and may connect; a page must be our own or a known viewer. `null`, the Origin of sandboxed frames, is neither. */
export function mayConnect(origin: string | undefined, host: string, viewers: readonly string[]): boolean {
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}` || viewers.includes(origin);
}
