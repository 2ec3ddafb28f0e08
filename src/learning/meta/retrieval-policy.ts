/**
 * @file The policy that reads. An encoder f turns features o into a key; remembered states are weighted by
 * w = softmax(−β‖k − kᵢ‖²) with a learned β (or by the cosine of their angle), where k = [f(o), s·t] also holds the code t of the task that is asked for, by a learned
 * scale s: how much a state of another task counts as farther away. The action is the recalled ā = Σ wᵢaᵢ plus a correction
 * g(o, ā, c) for the difference c = Σ wᵢoᵢ − o between the situations remembered and this one. What is learned is how to read, so
 * that remembering a new task's states makes the policy competent in it without a gradient step. Beside it a slow policy learns the same
 * answers without reading.
 * @see Vinyals et al. (2016), "Matching networks for one shot learning"; Duan et al. (2017), "One-shot imitation learning".
 */
import type { RandomStream } from "../../numerics/random.ts";
import type { FlatVector } from "../../tensor/flat-vector.ts";
import { initializeMlp, mlpPart, type MlpShape } from "../../tensor/mlp-shape.ts";
import { mlpError } from "../../tensor/mlp-error.ts";
import { mlp } from "../../tensor/mlp.ts";
import { attentionRead } from "../../tensor/attention.ts";
import { add, columns, concat, exp, meanSquaredError, mul, sub } from "../../tensor/ops.ts";
import { layoutOf, placeOf, tensorView, type ParameterLayout, type TensorViews } from "../../tensor/parameters.ts";
import type { Scalar, Tensor2D } from "../../tensor/types.ts";

/** What a reader can do without, so that it can be asked what each is worth: reading, the slow policy, the difference between situations, and dreaming. */
export const retrievalParts = ["memory", "slow policy", "difference", "dreams"] as const;
export type RetrievalPart = (typeof retrievalParts)[number];

/** How keys are compared: by squared distance, or by the angle between them. */
export const similarities = ["l2", "cosine"] as const;
export type Similarity = (typeof similarities)[number];

/** The sizes of a reader, and what is otherwise with it than by default. */
export interface RetrievalShape {
  /** Features → f(o). */
  readonly encoder: MlpShape;
  /** Numbers in a task's code; 0 when it is not told. */
  readonly cue: number;
  /** [features, recalled action, difference] → correction. */
  readonly head: MlpShape;
  /** [features, the task's code] → action, without memory. */
  readonly slow: MlpShape;
  /** `l2` by default. */
  readonly similarity?: Similarity;
  /** Nothing by default. */
  readonly without?: readonly RetrievalPart[];
}

/** What one gradient step sees: states to answer, and the memory it may read from. */
export interface SupportQueryBatch {
  /** [Q, F + C], features with the codes of their tasks. */
  readonly queries: Tensor2D;
  /** [Q, A], the actions that were shown, or dreamt. */
  readonly actions: Tensor2D;
  /** The same as they were seen and done, where these are turned: the slow policy has nothing to tell it of a turn. */
  readonly slow: { readonly inputs: Tensor2D; readonly actions: Tensor2D };
  /** [S, F + C] */
  readonly support: Tensor2D;
  /** [S, A] */
  readonly supportActions: Tensor2D;
}

/** Whether a reader of this shape has a part. */
export const has = ({ without = [] }: RetrievalShape, part: RetrievalPart): boolean => !without.includes(part);

/** Numbers in a key. */
export const keySize = ({ encoder, cue }: RetrievalShape): number => encoder.sizes.at(-1)! + cue;

/** `encoder/…`, `head/…`, `slow/…`, `strength` (the logarithm of β) and `cue` (s). */
export function retrievalLayout({ encoder, head, slow }: RetrievalShape): ParameterLayout {
  const networks = [mlpPart("encoder", encoder), mlpPart("head", head), mlpPart("slow", slow)];
  return layoutOf([...networks, { name: "strength", shape: [1] }, { name: "cue", shape: [1] }]);
}

/** A state of another task begins as far away as a state that differs much: reading across tasks is learned, not stumbled into. */
const INITIAL_CUE_SCALE = 3;

/** β at first: squared distances grow beyond any bound, while what 1 − cosine tells apart lies between 0 and 2. */
const INITIAL_STRENGTH: Readonly<Record<Similarity, number>> = { l2: 1, cosine: 10 };

/** Writes fresh parameters. */
export function initializeRetrieval(shape: RetrievalShape, parameters: FlatVector, random: RandomStream): void {
  const layout = retrievalLayout(shape);
  const { numbers } = parameters;
  initializeMlp("encoder", shape.encoder, layout, numbers, random.split("encoder"));
  initializeMlp("head", shape.head, layout, numbers, random.split("head"));
  initializeMlp("slow", shape.slow, layout, numbers, random.split("slow"));
  numbers[placeOf(layout, "strength").offset] = Math.log(INITIAL_STRENGTH[shape.similarity ?? "l2"]);
  numbers[placeOf(layout, "cue").offset] = INITIAL_CUE_SCALE;
}

/**
 * A number for what makes keys, the encoder and the scale of the codes: the same for the same parameters, and hardly ever for others, so that keys of two agents
 * are not taken for comparable (FNV-1a over their bits; from 0 up to 2³¹).
 */
export function encoderVersion(shape: RetrievalShape, parameters: FlatVector): number {
  const layout = retrievalLayout(shape);
  let hash = 0x811c9dc5;
  for (const name of ["encoder", "cue"]) {
    const { offset, size } = placeOf(layout, name);
    const bits = new Uint8Array(parameters.numbers.slice(offset, offset + size).buffer);
    for (const byte of bits) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 1;
}

/** Mean squared error of what is answered to the queries: by the reader, from the support alone, plus by the slow policy. No parameter is in both. */
export function retrievalLoss(shape: RetrievalShape, views: TensorViews, batch: SupportQueryBatch): Scalar {
  const features = shape.encoder.sizes[0]!;
  const [asked, known] = [columns(batch.queries, 0, features), columns(batch.support, 0, features)];
  const strength = exp(tensorView(views, "strength"));
  const read = attentionRead(keysOf(shape, views, batch.queries), keysOf(shape, views, batch.support), concat(batch.supportActions, known), strength, { metric: shape.similarity ?? "l2" }); // prettier-ignore
  const actions = batch.supportActions.shape[1];
  const recalled = columns(read, 0, actions);
  const apart = sub(columns(read, actions, features), asked);
  const difference = has(shape, "difference") ? apart : mul(apart, 0);
  const correction = mlp(concat(asked, recalled, difference), tensorView(views, "head"), shape.head);
  const readError = meanSquaredError(add(recalled, correction), batch.actions);
  if (!has(shape, "slow policy")) return readError;
  return add(readError, mlpError(batch.slow.inputs, tensorView(views, "slow"), batch.slow.actions, shape.slow));
}

/** @param inputs [n, F + C] */
function keysOf({ encoder, cue }: RetrievalShape, views: TensorViews, inputs: Tensor2D): Tensor2D {
  const features = encoder.sizes[0]!;
  const encoded = mlp(columns(inputs, 0, features), tensorView(views, "encoder"), encoder);
  return cue === 0 ? encoded : concat(encoded, mul(columns(inputs, features, cue), views["cue"]!));
}
