/**
 * @file One registered world over stdin and stdout, so that another language can live in it. One JSON value a line: `{"reset": [variation]}`
 * or `{"step": [action]}`, answered by `{"observation": […], "reward", "success", "last"}`.
 *
 *     npx tsx test/bench/peers/environment-bridge.ts tabletop/push@1
 */
import { createInterface } from "node:readline";
import { environments } from "../../../envs/index.ts";
import { UnknownNameError } from "../../../src/contract/errors.ts";
import { isLast, type Step } from "../../../src/contract/step.ts";
import { asTaskId } from "../../../src/contract/task.ts";

type Request = { readonly reset: readonly number[] } | { readonly step: readonly number[] };

const id = process.argv[2] ?? "";
const entry = environments.get(id);
if (entry === undefined) throw new UnknownNameError("environment", id, [...environments.keys()]);
const environment = entry.make();

const answer = (step: Step): string =>
  JSON.stringify({
    observation: [...step.observation],
    reward: step.kind === "first" ? 0 : step.reward,
    success: step.kind !== "first" && step.success,
    last: isLast(step),
  });

createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line) as Request;
  const step =
    "reset" in request
      ? environment.reset({ task: { id: asTaskId(id), environment: id, variation: request.reset } })
      : environment.step(Float32Array.from(request.step));
  process.stdout.write(`${answer(step)}\n`);
});
