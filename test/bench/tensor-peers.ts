/** @file PyTorch and JAX beside the tensor floor, each on one thread, where ENGRAM_BENCH_PYTHON names a Python that has them. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** What a peer script measured, in microseconds; nothing where there is no Python for it. @param cases Only these; all without them. */
export function peer(script: "tensor_torch.py" | "tensor_jax.py", ...cases: readonly string[]): [name: string, microseconds: number][] {
  const python = process.env["ENGRAM_BENCH_PYTHON"];
  if (python === undefined) return [];
  const { stdout, stderr, status } = spawnSync(python, [join(import.meta.dirname, "peers", script), ...cases], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${script} failed: ${stderr.slice(-2000)}`);
  const prefix = script === "tensor_jax.py" ? "jax " : "";
  return (JSON.parse(stdout) as { name: string; microseconds: number }[]).map(({ name, microseconds }) => [prefix + name, microseconds]);
}
