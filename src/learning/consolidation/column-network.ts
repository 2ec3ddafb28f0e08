/**
 * @file A column of a progressive network: a multi-layer perceptron whose layers, but for the first, also read what the layers before them say in all
 * earlier columns: hᵢ = f(Wᵢ hᵢ₋₁ + Σⱼ Uᵢⱼ hᵢ₋₁⁽ʲ⁾ + bᵢ). Earlier columns are constants to it. What a layer reads lies in the order of the columns, its
 * own last, so that its W and all its U are one matrix. Columns do not normalise: the layer norm of a shape is not looked at.
 * @see Rusu et al. (2016), "Progressive neural networks", eq. 1; without their adapters, which make the U of many columns narrower.
 */
import type { FlatVector } from "../../tensor/flat-vector.ts";
import { activate, affine } from "../../tensor/mlp-actor.ts";
import type { MlpLayer, MlpShape } from "../../tensor/mlp-shape.ts";
import { activated } from "../../tensor/mlp.ts";
import { concat, dense, meanSquaredError } from "../../tensor/ops.ts";
import { layoutOf, tensorView, type ParameterLayout } from "../../tensor/parameters.ts";
import type { Tensor1D, Tensor2D } from "../../tensor/types.ts";
import type { Actor, Network } from "../imitation/network.ts";

/** A column and where its numbers lie. */
export interface Column {
  /** By itself. */
  readonly shape: MlpShape;
  readonly layers: readonly MlpLayer[];
  /** `column/0/weights`, `column/0/bias`, `column/1/weights`, … */
  readonly layout: ParameterLayout;
}

/** A column that learns no more. */
export interface FrozenColumn extends Column {
  readonly parameters: FlatVector;
}

export function columnAfter(earlier: readonly Column[], shape: MlpShape): Column {
  let size = 0;
  const take = (count: number): number => (size += count) - count;
  const layers = shape.sizes.slice(1).map((outputs, i): MlpLayer => {
    const own = shape.sizes[i]!;
    const inputs = i === 0 ? own : earlier.reduce((sum, column) => sum + column.shape.sizes[i]!, own);
    return { inputs, outputs, weights: take(inputs * outputs), bias: take(outputs), norm: undefined };
  });
  const parts = layers.flatMap(({ inputs, outputs }, i) => [
    { name: `column/${i}/weights`, shape: [inputs, outputs] },
    { name: `column/${i}/bias`, shape: [outputs] },
  ]);
  return { shape, layers, layout: layoutOf(parts) };
}

/** The column at work on top of those before it, whose parameters it reads in place. */
export function columnNetwork(column: Column, earlier: readonly FrozenColumn[]): Network {
  return {
    layout: column.layout,
    initialize(parameters, random) {
      for (const { inputs, outputs, weights, bias } of column.layers) {
        const limit = Math.sqrt(6 / (inputs + outputs));
        for (let i = 0; i < inputs * outputs; i++) parameters[weights + i] = random.uniform(-limit, limit);
        parameters.fill(0, bias, bias + outputs);
      }
    },
    error(views, inputs, targets) {
      const own = column.layers.map((_, i): LayerTensors => ({
        weights: tensorView(views, `column/${i}/weights`) as Tensor2D,
        bias: tensorView(views, `column/${i}/bias`) as Tensor1D,
      }));
      return meanSquaredError(answer([...earlier.map(tensorsOf), own], inputs, column.shape), targets);
    },
    actor: (parameters) => columnActor([...earlier, { ...column, parameters }]),
    // Those of the column alone: what is measured is whether it can still learn, and the others do not.
    hidden(parameters) {
      const columns = [...earlier, { ...column, parameters }];
      const said = outputsOf(columns);
      return (input) => {
        say(columns, said, input);
        return said.map(({ parts }) => parts.at(-1)!);
      };
    },
  };
}

interface LayerTensors {
  readonly weights: Tensor2D;
  readonly bias: Tensor1D;
}

const tensorsOf = ({ layers, parameters }: FrozenColumn): LayerTensors[] =>
  layers.map(({ inputs, outputs, weights, bias }) => ({
    weights: parameters.tensor(weights, [inputs, outputs]) as Tensor2D,
    bias: parameters.tensor(bias, [outputs]) as Tensor1D,
  }));

/** What the last of the columns answers to inputs [n, I]: [n, A]. */
function answer(columns: readonly (readonly LayerTensors[])[], inputs: Tensor2D, { activation }: MlpShape): Tensor2D {
  const own = columns.at(-1)!;
  let said: readonly Tensor2D[] = [];
  own.slice(0, -1).forEach((_, i) => {
    const before = said;
    said = columns.map(
      (layers, k) => activated(dense(i === 0 ? inputs : upTo(k, before), layers[i]!.weights, layers[i]!.bias), activation) as Tensor2D,
    );
  });
  const { weights, bias } = own.at(-1)!;
  return dense(said.length === 0 ? inputs : upTo(columns.length - 1, said), weights, bias);
}

const upTo = (k: number, said: readonly Tensor2D[]): Tensor2D => (k === 0 ? said[0]! : concat(...said.slice(0, k + 1)));

/** What a hidden layer says. */
interface Said {
  /** In the order of the columns. */
  readonly all: Float32Array;
  /** A view of each column's part of it. */
  readonly parts: readonly Float32Array[];
}

/** Room for what each hidden layer says. */
const outputsOf = (columns: readonly Column[]): readonly Said[] =>
  columns
    .at(-1)!
    .shape.sizes.slice(1, -1)
    .map((_, i) => {
      const parts = columns.map(({ shape }) => shape.sizes[i + 1]!);
      const all = new Float32Array(parts.reduce((sum, size) => sum + size, 0));
      let from = 0;
      return { all, parts: parts.map((size) => all.subarray(from, (from += size))) };
    });

/** Writes what the hidden layers of all columns say to an input. Sums in float64, and rounds to float32 after each layer. */
function say(columns: readonly FrozenColumn[], said: readonly Said[], input: Float32Array): void {
  said.forEach(({ parts }, i) => {
    const from = i === 0 ? input : said[i - 1]!.all;
    columns.forEach(({ layers, parameters, shape }, k) => {
      affine(parameters.numbers, 0, layers[i]!, from, 0, parts[k]!, 0);
      activate(parts[k]!, shape.activation);
    });
  });
}

/** As the last of the columns. */
function columnActor(columns: readonly FrozenColumn[]): Actor {
  const { layers, parameters } = columns.at(-1)!;
  const said = outputsOf(columns);
  return (input, action) => {
    say(columns, said, input);
    affine(parameters.numbers, 0, layers.at(-1)!, said.at(-1)?.all ?? input, 0, action, 0);
  };
}
