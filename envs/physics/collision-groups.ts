/** @file Who touches whom on a tabletop: the hand touches everything but itself, fixed things do not touch each other, ghosts touch nothing. */

/** Tables, cabinets, walls. */
export const FIXED = 1;
/** Palm and fingers. */
export const HAND = 2;
/** What can be moved: free or on a joint. */
export const OBJECT = 4;
/** What only drives other bodies. */
export const GHOST = 8;

/** What a cannon-es Body wants to know. */
export interface CollisionFilter {
  readonly collisionFilterGroup: number;
  readonly collisionFilterMask: number;
}

/** The filter of a body in a group, to be spread into its options. */
export const collisionFilter: Readonly<Record<typeof FIXED | typeof HAND | typeof OBJECT | typeof GHOST, CollisionFilter>> = {
  [FIXED]: { collisionFilterGroup: FIXED, collisionFilterMask: HAND | OBJECT },
  [HAND]: { collisionFilterGroup: HAND, collisionFilterMask: FIXED | OBJECT },
  [OBJECT]: { collisionFilterGroup: OBJECT, collisionFilterMask: FIXED | HAND | OBJECT },
  [GHOST]: { collisionFilterGroup: GHOST, collisionFilterMask: 0 },
};
