/**
 * @file The built page, served from memory: three files under fixed names, so that no path from outside ever reaches the disk. The page
 * itself is in `page/`.
 */
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { isLoopbackHost } from "../sockets/origin.ts";

interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
}
export type Page = ReadonlyMap<string, PageFile>;

const files: readonly (readonly [path: string, name: string, type: string])[] = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/main.js", "main.js", "text/javascript; charset=utf-8"],
  ["/main.css", "main.css", "text/css; charset=utf-8"],
];

/** Beside the compiled sources, or in `dist` when the sources themselves run. */
const builtFolders: readonly string[] = ["../../page/", "../../dist/page/"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Reads the built page; empty when it has not been built. */
export function readPage(folder: string | undefined = builtFolders.find((candidate) => existsSync(`${candidate}/index.html`))): Page {
  if (folder === undefined) return new Map();
  return new Map(files.map(([path, name, type]) => [path, { type, body: readFileSync(`${folder}/${name}`) }]));
}

/** Nothing but our own three files, our own socket, and styles that scripts set through the DOM. */
const contentSecurityPolicy = (host: string): string =>
  `default-src 'self'; connect-src 'self' ws://${host}; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Answers one HTTP request. */
export function servePage(page: Page, request: IncomingMessage, response: ServerResponse): void {
  const { host } = request.headers;
  if (!isLoopbackHost(host)) return refuse(response, 403, "This server answers to localhost only.");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, "Only GET and HEAD.");
  if (page.size === 0) return refuse(response, 503, "The page has not been built. Run `npm run build` and start again.");
  const file = page.get((request.url ?? "").split("?", 1)[0]!);
  if (file === undefined) return refuse(response, 404, "There is nothing here.");
  response.writeHead(200, {
    ...commonHeaders,
    "Content-Type": file.type,
    "Content-Length": file.body.length,
    "Content-Security-Policy": contentSecurityPolicy(host),
  });
  response.end(request.method === "HEAD" ? undefined : file.body);
}

const commonHeaders = {
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...commonHeaders, "Content-Type": "text/plain; charset=utf-8", ...(status === 405 ? { Allow: "GET, HEAD" } : {}) });
  response.end(`${why}\n`);
}
