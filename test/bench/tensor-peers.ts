/** @file PyTorch and JAX beside the tensor floor, each on one thread. */
import { askPython } from "./python.ts";

/** What a peer script measured, in microseconds; nothing where it cannot run. @param cases Only these; all without them. */
export function peer(script: "tensor_torch.py" | "tensor_jax.py", ...cases: readonly string[]): [name: string, microseconds: number][] {
  const measured = (askPython(script, ...cases) ?? []) as readonly { readonly name: string; readonly microseconds: number }[];
  const prefix = script === "tensor_jax.py" ? "jax " : "";
  return measured.map(({ name, microseconds }) => [prefix + name, microseconds]);
}
