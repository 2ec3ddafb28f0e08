/**
 * @file What model-agnostic meta-learning descends: the error of a network on what a task asks, after a step of gradient descent on what it shows, over many
 * tasks at once. Written as a composite, and for wasm as a kernel that never forms a task's weights (`adaptation-passes.ts`). For several steps, other
 * losses or learned rates take `differentiate`, as the composite does.
 */
import { ShapeError } from "../contract/errors.ts";
import { AdaptationPasses } from "./adaptation-passes.ts";
import { apart, noteGradients } from "./fused.ts";
import { heap, wasmKernel, type Address } from "./heap.ts";
import { mlpError } from "./mlp-error.ts";
import { mlpPlan, type MlpShape } from "./mlp-shape.ts";
import { addScaled, mul, repeat } from "./ops.ts";
import { differentiate, jointOperation } from "./tape.ts";
import type { Scalar, Tensor } from "./types.ts";

/** Examples of T tasks, and questions to each. */
export interface TaskBatch {
  /** [T, n, in] */
  readonly shown: Tensor;
  /** [T, n, out] */
  readonly targets: Tensor;
  /** [T, m, in] */
  readonly asked: Tensor;
  /** [T, m, out] */
  readonly answers: Tensor;
}

/**
 * Mean over tasks t and all numbers of (f(asked; w − α ∇errorₜ(w)) − answers)², where errorₜ is the mean squared error on what t shows; exact, with the
 * second derivatives.
 * @param parameters w, [P]. @param rate α.
 * @throws {ShapeError}
 * @see Finn, Abbeel & Levine (2017), "Model-agnostic meta-learning for fast adaptation of deep networks", eq. 1.
 */
export function adaptedError(parameters: Tensor, batch: TaskBatch, shape: MlpShape, rate: number): Scalar {
  check(parameters, batch, shape);
  return heap() === undefined || shape.layerNorm === true
    ? compositeAdaptedError(parameters, batch, shape, rate)
    : fused(parameters, batch, shape, rate);
}

/** The reference. */
export function compositeAdaptedError(parameters: Tensor, { shown, targets, asked, answers }: TaskBatch, shape: MlpShape, rate: number): Scalar {
  const tasks = shown.shape[0];
  const weights = repeat(parameters, tasks);
  // The mean over all tasks, of which each sees a share: times their number, it is the mean of each.
  const { gradients } = differentiate(() => mlpError(shown, weights, targets, shape), [weights]);
  return mlpError(asked, addScaled(weights, gradients[0]!, -rate * tasks), answers, shape);
}

function check({ shape: w }: Tensor, { shown, targets, asked, answers }: TaskBatch, shape: MlpShape): void {
  const { size } = mlpPlan(shape);
  const [inputs, outputs] = [shape.sizes[0], shape.sizes.at(-1)];
  const fits = (x: Tensor, y: Tensor): boolean =>
    x.rank === 3 && y.rank === 3 && x.shape[0] === shown.shape[0] && y.shape[0] === x.shape[0] && x.shape[1] === y.shape[1] && x.shape[2] === inputs && y.shape[2] === outputs; // prettier-ignore
  if (w.length === 1 && w[0] === size && fits(shown, targets) && fits(asked, answers)) return;
  const got = { parameters: w, shown: shown.shape, targets: targets.shape, asked: asked.shape, answers: answers.shape };
  throw new ShapeError("adaptedError", got, `parameters [${size}], shown [T, n, ${inputs}], targets [T, n, ${outputs}], asked [T, m, ${inputs}] and answers [T, m, ${outputs}]`); // prettier-ignore
}

function fused(parameters: Tensor, batch: TaskBatch, shape: MlpShape, rate: number): Scalar {
  const inputs = apart(parameters, batch.shown, batch.targets, batch.asked, batch.answers);
  const [, shown, targets, asked, answers] = inputs;
  const [tasks, ofTask, questions] = [shown.shape[0], shown.shape[1]!, asked.shape[1]!];
  const passes = new AdaptationPasses(heap()!, shape, { tasks, shown: ofTask, asked: questions, rate });
  const [error, room] = forward(inputs, { passes }) as [Scalar, Tensor];
  jointOperation([error], inputs, ([scale], needed) => {
    const composite = (): Scalar => compositeAdaptedError(parameters, { shown, targets, asked, answers }, shape, rate);
    // Data rarely depend on what is learned; where they do, the composite is differentiated.
    if (needed.slice(1).some(Boolean)) return differentiate(composite, inputs).gradients.map((gradient) => mul(gradient, scale!));
    const results = backward([parameters, shown, asked, room], { passes, size: parameters.size });
    noteGradients(results, [parameters], inputs, composite);
    return [mul(results[0]!, scale!), ...inputs.slice(1).map(() => undefined)];
  });
  return error;
}

interface Options {
  readonly passes: AdaptationPasses;
}

const forward = wasmKernel<Options>("EngramAdaptedError", (memory, inputs, { passes }) => {
  const [parameters, ...batch] = inputs as [Address, Address, Address, Address, Address];
  const [error, room] = [memory.output([]), memory.output([passes.room])];
  memory.numbers[memory.address(error) / 4] = passes.forward(parameters, batch, memory.address(room));
  return [error, room];
});

const backward = wasmKernel<Options & { readonly size: number }>("EngramAdaptedErrorGradient", (memory, inputs, { passes, size }) => {
  const [parameters, shown, asked, room] = inputs as [Address, Address, Address, Address];
  const gradient = memory.output([size]);
  passes.backward(parameters, shown, asked, room, memory.address(gradient));
  return [gradient];
});
