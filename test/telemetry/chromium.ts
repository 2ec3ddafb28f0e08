/**
 * @file A browser for tests, from its npm package alone: Chromium for Linux x64 with the few libraries and fonts it needs, unpacked once into
 * `node_modules/.cache`. On other machines, the Chrome that is installed.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { chromium as playwright, type Browser } from "playwright-core";

const FOLDER = resolve(import.meta.dirname, "../../node_modules/.cache/engram-chromium");

/** WebGL 2 in software; no sandbox, since tests may run as root. */
const args = [
  "--no-sandbox",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--font-render-hinting=none",
];

/** What we set, and what the package sets when it is imported. */
const touched = ["TMPDIR", "AWS_EXECUTION_ENV", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "HOME"] as const;

export async function launchChromium(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return playwright.launch({ channel: "chrome", args });
  if (!existsSync(FOLDER)) await unpack();
  const env = {
    ...(process.env as Record<string, string>),
    LD_LIBRARY_PATH: join(FOLDER, "al2023/lib"),
    FONTCONFIG_FILE: join(FOLDER, "fonts.conf"),
  };
  return playwright.launch({ executablePath: join(FOLDER, "chromium"), args, env });
}

/** The package unpacks into the temporary folder, and its libraries only where it believes to be in Lambda. A rename at the end makes it whole or absent. */
async function unpack(): Promise<void> {
  mkdirSync(dirname(FOLDER), { recursive: true });
  const partial = mkdtempSync(`${FOLDER}-`);
  const before = new Map(touched.map((name) => [name, process.env[name]]));
  process.env["TMPDIR"] = partial;
  process.env["AWS_EXECUTION_ENV"] = "AWS_Lambda_nodejs20.x";
  try {
    const { default: packaged } = await import("@sparticuz/chromium");
    await packaged.executablePath();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  const fonts = `<dir>${join(FOLDER, "fonts")}</dir><cachedir>${join(FOLDER, "fonts-cache")}</cachedir>`;
  writeFileSync(join(partial, "fonts.conf"), `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${fonts}</fontconfig>`);
  try {
    renameSync(partial, FOLDER);
  } catch (error) {
    // Another process was quicker.
    rmSync(partial, { recursive: true });
    if (!existsSync(FOLDER)) throw error;
  }
}
