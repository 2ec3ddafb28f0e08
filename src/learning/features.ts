/**
 * @file What a policy looks at: the observation in relative terms. A fixed linear map made from the names and quantities of an
 * observation space, so that it fits a body never seen before; nothing here is learned and no statistics of data are used.
 */
import type { Space, SpacePart } from "../contract/space.ts";
import { turns } from "./turned-scenes.ts";

/** A linear map from observations to features: feature k is scale[k] · (observation[plus[k]] − observation[minus[k]]). */
export interface Features {
  readonly size: number;
  readonly names: readonly string[];
  /** Where vectors (x, y, z) begin among them. */
  readonly vectors: readonly number[];
  /** Writes the features of `count` observations, row by row, beginning at `at`; both arrays row-major. */
  write(observations: Float32Array, count: number, into: Float32Array, at?: number): void;
}

/** Scales that make a centimetre, and a tenth of a gripper's travel, count: what decides a grasp must not drown in what crosses the table. */
const SCALE = { position: 25, scalar: 5, velocity: 1, angle: 1, orientation: 1, choice: 1 } as const;

interface Term {
  readonly name: string;
  readonly plus: number;
  readonly minus: number;
  readonly scale: number;
  /** Whether a vector begins here. */
  readonly vector: boolean;
}

/**
 * The current frame; the difference of every two positions in it of as many numbers (object − hand, goal − object, …); and, from the frame before,
 * the velocity of every position and scalar, in units per second.
 * @param controlPeriod Seconds between two frames.
 */
export function relativeFeatures({ size, parts }: Space, controlPeriod: number): Features {
  const now = parts.filter((part) => part.age === 0);
  const positions = now.filter((part) => part.quantity === "position");
  const terms = [
    ...now.flatMap((part) => each(part, (k) => ({ name: part.name, plus: part.offset + k, minus: -1, scale: SCALE[part.quantity] }))),
    ...positions.flatMap((from, i) =>
      positions
        .slice(i + 1)
        .filter((to) => to.size === from.size)
        .flatMap((to) =>
          each(from, (k) => ({ name: `${to.name} − ${from.name}`, plus: to.offset + k, minus: from.offset + k, scale: SCALE.position })),
        ),
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

const each = (part: SpacePart, term: (k: number) => Omit<Term, "vector">): Term[] =>
  Array.from({ length: part.size }, (_, k) => ({ ...term(k), vector: k === 0 && turns(part) }));

function compile(terms: readonly Term[], width: number): Features {
  const plus = Int32Array.from(terms, (term) => term.plus);
  const minus = Int32Array.from(terms, (term) => term.minus);
  const scale = Float32Array.from(terms, (term) => term.scale);
  return {
    size: terms.length,
    names: terms.map((term) => term.name),
    vectors: terms.flatMap(({ vector }, i) => (vector ? [i] : [])),
    write(observations, count, into, at = 0): void {
      for (let row = 0, next = at; row < count; row++) {
        const o = row * width;
        for (let k = 0; k < plus.length; k++, next++) {
          const from = minus[k]!;
          into[next] = scale[k]! * (observations[o + plus[k]!]! - (from < 0 ? 0 : observations[o + from]!));
        }
      }
    },
  };
}
