/**
 * @file A power cut, simulated: `npm run build && npx tsx test/memory/sqlite-power-cut.ts [rounds]`, as root on Linux. A writer works in an ext4 file system on a
 * loop device; it is stopped at a random moment, and the image behind the device is copied as it is, without what the kernel still holds in its page
 * cache; the copy is mounted, which replays the file system's journal, and the memory file in it checked. Not a test of drives that lose what they said was written.
 */
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RandomStream } from "../../src/numerics/random.ts";
import { fault, lastAcknowledged, writerArguments } from "./sqlite-killed-writer.ts";

const ROUNDS = Number(process.argv[2] ?? 5);
const IMAGE_MEGABYTES = 256;

function quietly(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** What is missing for the experiment; undefined when nothing is. */
function lacking(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux with ext4 and loop devices";
  if (process.getuid?.() !== 0) return "it needs the rights of root, to mount a loop device";
  if (!existsSync("/dev/loop-control")) return "there are no loop devices here";
  return undefined;
}

/** Mounts an image for the length of some work. */
async function mounted<T>(image: string, at: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(at, { recursive: true });
  quietly("mount", "-o", "loop", image, at);
  try {
    return await work();
  } finally {
    quietly("umount", at);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

/** One cut. @returns How many operations were acknowledged before it, and what is wrong after it. */
async function cut(folder: string, delay: number): Promise<{ readonly acknowledged: number; readonly wrong: string | undefined }> {
  const [image, copy, list] = [join(folder, "image"), join(folder, "copy"), join(folder, "acknowledged")];
  quietly("truncate", "-s", `${IMAGE_MEGABYTES}M`, image);
  quietly("mkfs.ext4", "-q", image);
  const place = join(folder, "mounted");
  const acknowledged = await mounted(image, place, async () => {
    const writer = spawn(process.execPath, writerArguments(join(place, "memory.sqlite"), list), { stdio: ["ignore", "ignore", "inherit"] });
    const ended = new Promise((done) => writer.on("close", done));
    while (lastAcknowledged(list) === 0 && writer.exitCode === null) await sleep(5);
    await sleep(delay);
    writer.kill("SIGSTOP");
    // What was acknowledged is read before the copy is made, which is of this moment or later.
    const last = lastAcknowledged(list);
    copyFileSync(image, copy);
    writer.kill("SIGKILL");
    await ended;
    return last;
  });
  const wrong = await mounted(copy, place, () => fault(join(place, "memory.sqlite"), acknowledged));
  for (const each of [image, copy, list]) rmSync(each);
  return { acknowledged, wrong };
}

const reason = lacking();
if (reason !== undefined) {
  process.stderr.write(`The power-cut experiment was not made: ${reason}.\n`);
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), "engram-power-cut-"));
  const random = RandomStream.fromSeed(1);
  let total = 0;
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const { acknowledged, wrong } = await cut(folder, random.uniform(0, 2000));
      total += acknowledged;
      process.stdout.write(`cut ${round}: ${acknowledged} operations acknowledged, ${wrong ?? "nothing lost"}\n`);
      if (wrong !== undefined) process.exitCode = 1;
    }
    process.stdout.write(`${ROUNDS} cuts, ${total} operations acknowledged, ${process.exitCode === 1 ? "SOMETHING LOST" : "nothing lost"}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
