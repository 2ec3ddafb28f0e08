/**
 * @file A run's folder: everything to look at, repeat or go on from it. `metrics.jsonl` holds nothing of the wall clock and is the same, byte for
 * byte, for the same seed; what depends on the clock is in `timings.jsonl` and `meta.json`.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../contract/errors.ts";
import type { RunEvent } from "../continual/run-event.ts";
import { replaceFile } from "./replace-file.ts";
import { shown, writing } from "./user-paths.ts";

export class RunFolder {
  readonly path: string;
  readonly #metrics: number;
  readonly #timings: number;
  readonly #startedAt = performance.now();
  readonly #isOurs: boolean;

  /** @param isOurs Whether there was no such folder before. */
  private constructor(path: string, isOurs: boolean) {
    this.path = path;
    this.#isOurs = isOurs;
    this.#metrics = openSync(join(path, "metrics.jsonl"), "wx");
    this.#timings = openSync(join(path, "timings.jsonl"), "wx");
  }

  /**
   * Makes the named folder, or `runs/<name>`, `runs/<name>-2`, … whichever is free.
   * @throws {StorageError} The named folder holds something already, or cannot be made.
   */
  static create(name: string, wanted: string | undefined): RunFolder {
    if (wanted !== undefined) return RunFolder.#make(wanted);
    for (let k = 1; ; k++) {
      const path = join("runs", k === 1 ? name : `${name}-${k}`);
      if (!existsSync(path)) return RunFolder.#make(path);
    }
  }

  static #make(path: string): RunFolder {
    if (existsSync(join(path, "metrics.jsonl")))
      throw new StorageError(path, "holds a run already", "Choose another folder with --out; a run is never overwritten.");
    const isOurs = !existsSync(path);
    writing(path, () => mkdirSync(path, { recursive: true }));
    const [other] = readdirSync(path);
    if (other !== undefined)
      throw new StorageError(path, `holds ${other} already`, "Choose an empty or a new folder with --out; a run overwrites nothing.");
    return writing(path, () => new RunFolder(path, isOurs));
  }

  /** As a user would type it from here. */
  get shortPath(): string {
    return shown(this.path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Appends an event to the log, and when it happened to the timings; throws where there is no room for all of it. */
  append(event: RunEvent): void {
    // Unlike `writeSync`, which writes what there is room for and says nothing.
    writeFileSync(this.#metrics, `${JSON.stringify(event)}\n`);
    const seconds = Number(((performance.now() - this.#startedAt) / 1000).toFixed(3));
    writeFileSync(
      this.#timings,
      `${JSON.stringify({ seconds, kind: event.kind, ...("agent" in event && { agent: event.agent }), ...("task" in event && { task: event.task }) })}\n`,
    );
  }

  /** Replaces a file whole, or not at all. */
  write(name: string, text: string): void {
    replaceFile(this.file(name), text);
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Everything appended so far reaches the disk. */
  sync(): void {
    fsyncSync(this.#metrics);
    fsyncSync(this.#timings);
  }

  close(): void {
    this.sync();
    closeSync(this.#metrics);
    closeSync(this.#timings);
  }

  /** Takes a closed folder back, because nothing was run after all. */
  discard(): void {
    const made = this.#isOurs ? [this.path] : readdirSync(this.path).map((name) => this.file(name));
    for (const path of made) rmSync(path, { recursive: true, force: true });
  }
}
