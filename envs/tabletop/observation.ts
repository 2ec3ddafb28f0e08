/**
 * @file What every tabletop world gives and takes: Meta-World v3's 39 numbers and its four. The frame now, the frame before, the goal;
 * a frame is the hand, the gripper, and two objects of position and orientation, zeros where there is none.
 * @see Yu et al. (2019), "Meta-World"; McLean et al. (2025), "Meta-World+", whose layout, units and limits these are.
 */
import { space, type PartOptions, type Space } from "../../src/contract/space.ts";

/** [x, y, z] in m: x to the right, y away from the robot, z up from the table's top. */
export type Point = readonly [number, number, number];

/** Where each part of an observation starts. */
export const HAND = 0;
export const GRIPPER = 3;
export const OBJECT = 4;
export const OBJECT2 = 11;
export const PREVIOUS = 18;
export const GOAL = 36;

/** Simulated seconds between two actions: 80 Hz, as five substeps. */
export const CONTROL_PERIOD = 0.0125;
export const HORIZON = 500;

/** How far a full action moves the hand's target in one control period, in m. */
export const ACTION_STEP = 0.01;

/** The box that the hand's target is held in, in m: Meta-World's, whose hand sags by a millimetre. */
export const WORKSPACE: { readonly low: Point; readonly high: Point } = { low: [-0.5, 0.4, 0.049], high: [0.5, 1, 0.5] };

/** From the hand down to the point between the fingertips, in m. */
export const TCP_DEPTH = 0.045;

const frame = (age: number): readonly PartOptions[] => [
  { name: "hand", quantity: "position", unit: "m", size: 3, low: [-0.525, 0.348, -0.0525], high: [0.525, 1.025, 0.7], age },
  { name: "gripper", quantity: "scalar", unit: "1", size: 1, low: 0, high: 1, age },
  ...["object1", "object2"].flatMap((name): PartOptions[] => [
    { name, quantity: "position", unit: "m", size: 3, low: [-0.75, 0, -0.1], high: [0.75, 1.1, 1], age },
    { name: `${name} orientation`, quantity: "orientation", unit: "1", size: 4, low: -1, high: 1, age },
  ]),
];

/**
 * The same for every task, so that one mind can live through all of them. `gripper` is the fingers' distance in units of 0.1 m. Two
 * conventions are Meta-World's, kept so that controllers written for it work here: orientations of the drawer and the button are
 * [w, x, y, z] where the block's is [x, y, z, w], and numbers outside the bounds are clipped to them.
 */
export const observationSpace: Space = space([
  ...frame(0),
  ...frame(1),
  { name: "goal", quantity: "position", unit: "m", size: 3, low: [-0.5, 0.4, -0.05], high: [0.5, 1, 0.5] },
]);

/** Moves the hand's target by up to 1 cm along each axis; a positive grip closes the gripper, any other opens it. */
export const actionSpace: Space = space([
  { name: "hand", quantity: "velocity", unit: "1", size: 3, low: -1, high: 1 },
  { name: "grip", quantity: "scalar", unit: "1", size: 1, low: -1, high: 1 },
]);

/** The triple of numbers that starts at `at`. */
export const point = (v: ArrayLike<number>, at: number): Point => [v[at]!, v[at + 1]!, v[at + 2]!];

/** The distance between two triples of numbers in one vector, in m. */
export const distance = (v: ArrayLike<number>, from: number, to: number): number =>
  Math.hypot(v[to]! - v[from]!, v[to + 1]! - v[from + 1]!, v[to + 2]! - v[from + 2]!);

/** The distance from the point between the fingertips to the triple at `to`, in m. */
export const tcpDistance = (o: ArrayLike<number>, to: number): number =>
  Math.hypot(o[to]! - o[HAND]!, o[to + 1]! - o[HAND + 1]!, o[to + 2]! - o[HAND + 2]! + TCP_DEPTH);
