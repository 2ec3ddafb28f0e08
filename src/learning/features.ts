/**
 * @file What a policy looks at: the observation in relative terms. A fixed linear map made from the names and quantities of an
 * observation space, so that it fits a body never seen before; nothing here is learned and no statistics of data are used.
 */
import type { Space, SpacePart } from "../contract/space.ts";

/** A linear map from observations to features: feature k is scale[k] · (observation[plus[k]] − observation[minus[k]]). */
export interface Features {
  readonly size: number;
  readonly names: readonly string[];
  /** Writes the features of `count` observations, row by row; both arrays row-major. */
  write(observations: Float32Array, count: number, into: Float32Array): void;
}

/** Positions are given in decimetres, so that a tabletop's distances are of the order of 1. */
const PER_METRE = 10;

interface Term {
  readonly name: string;
  readonly plus: number;
  readonly minus: number;
  readonly scale: number;
}

/**
 * The current frame; the difference of every two positions in it (object − hand, goal − object, …); and, from the frame before,
 * the velocity of every position and scalar, in units per second.
 * @param controlPeriod Seconds between two frames.
 */
export function relativeFeatures({ size, parts }: Space, controlPeriod: number): Features {
  const now = parts.filter((part) => part.age === 0);
  const positions = now.filter((part) => part.quantity === "position");
  const terms = [
    ...now.flatMap((part) => each(part, (k) => ({ name: part.name, plus: part.offset + k, minus: -1, scale: unitScale(part) }))),
    ...positions.flatMap((from, i) =>
      positions
        .slice(i + 1)
        .flatMap((to) => each(from, (k) => ({ name: `${to.name} − ${from.name}`, plus: to.offset + k, minus: from.offset + k, scale: PER_METRE }))),
    ),
    ...now
      .filter((part) => part.quantity === "position" || part.quantity === "scalar")
      .flatMap((part) => {
        const before = parts.find((other) => other.age === 1 && other.name === part.name);
        return before === undefined
          ? []
          : each(part, (k) => ({ name: `${part.name} velocity`, plus: part.offset + k, minus: before.offset + k, scale: 1 / controlPeriod }));
      }),
  ];
  return compile(terms, size);
}

const each = (part: SpacePart, term: (k: number) => Term): Term[] => Array.from({ length: part.size }, (_, k) => term(k));
const unitScale = (part: SpacePart): number => (part.quantity === "position" ? PER_METRE : 1);

function compile(terms: readonly Term[], width: number): Features {
  const plus = Int32Array.from(terms, (term) => term.plus);
  const minus = Int32Array.from(terms, (term) => term.minus);
  const scale = Float32Array.from(terms, (term) => term.scale);
  return {
    size: terms.length,
    names: terms.map((term) => term.name),
    write(observations, count, into): void {
      for (let row = 0, at = 0; row < count; row++) {
        const o = row * width;
        for (let k = 0; k < plus.length; k++, at++) {
          const from = minus[k]!;
          into[at] = scale[k]! * (observations[o + plus[k]!]! - (from < 0 ? 0 : observations[o + from]!));
        }
      }
    },
  };
}
