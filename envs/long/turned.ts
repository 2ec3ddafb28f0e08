/**
 * @file A tabletop world turned about the middle of its table by quarters, robot and all: the same deed, seen and done in other directions. What
 * orientations tell stays relative to the robot, and so does what a reset draws.
 */
import { Quaternion, Vec3 } from "cannon-es";
import type { Controller } from "../../src/contract/environment.ts";
import type { Scene } from "../../src/contract/scene.ts";
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import { space, type PartOptions, type Space } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { arrayIn } from "../../src/environments/snapshot-fields.ts";
import { HAND } from "../tabletop/observation.ts";

/** Quarters of a turn to the left, seen from above. */
export type Quarters = 0 | 1 | 2 | 3;

/** Table's middle, in m: what stays where it is. */
const MIDDLE: readonly [x: number, y: number] = [0, 0.6];

const cosines = [1, 0, -1, 0] as const;
const sines = [0, 1, 0, -1] as const;

/** @param world A tabletop world. @param id What the turned one is called. */
export function turned(world: World, quarters: Quarters): World {
  if (quarters === 0) return world;
  const back = ((4 - quarters) % 4) as Quarters;
  const inside = new Float32Array(world.spec.observation.size);
  const { parts } = world.spec.observation;
  const positions = parts.filter(({ quantity }) => quantity === "position").map(({ offset }) => offset);
  return {
    ...world,
    spec: { ...world.spec, observation: turnedSpace(world.spec.observation, quarters) },
    simulate: (random) => new TurnedSimulation(world.simulate(random), { positions, quarters, size: inside.length }),
    ...(world.controller && {
      controller(): Controller {
        const controller = world.controller!();
        return {
          reset: () => controller.reset(),
          act(observation, action): void {
            turnPositions(observation, inside, positions, back);
            controller.act(inside, action);
            turnVector(action, HAND, quarters);
          },
        };
      },
    }),
  };
}

interface Turning {
  /** Where positions start in an observation. */
  readonly positions: readonly number[];
  readonly quarters: Quarters;
  readonly size: number;
}

class TurnedSimulation implements Simulation {
  readonly scene?: Scene;
  readonly #inner: Simulation;
  readonly #turning: Turning;
  /** What the world inside shows. */
  readonly #seen: Float32Array;
  readonly #action = new Float32Array(4);

  constructor(inner: Simulation, turning: Turning) {
    this.#inner = inner;
    this.#turning = turning;
    this.#seen = new Float32Array(turning.size);
    if (inner.scene) this.scene = turnedScene(inner.scene, turning.quarters);
  }

  begin(episode: Episode, observation: Float32Array): void {
    this.#inner.begin(episode, this.#seen);
    turnPositions(this.#seen, observation, this.#turning.positions, this.#turning.quarters);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    const { positions, quarters } = this.#turning;
    this.#action.set(action);
    turnVector(this.#action, HAND, ((4 - quarters) % 4) as Quarters);
    this.#inner.advance(this.#action, this.#seen, outcome);
    if (outcome.ending !== "unstable") turnPositions(this.#seen, observation, positions, quarters);
  }

  snapshot(): Snapshot {
    return { inner: this.#inner.snapshot(), seen: this.#seen.slice() };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#inner.restore(nested(snapshot, "inner"), episode);
    this.#seen.set(arrayIn(snapshot, "seen", this.#seen));
  }
}

/** Turns every position that is shown; one of zeros is of a thing that there is not, and stays. */
function turnPositions(from: Float32Array, into: Float32Array, positions: readonly number[], quarters: Quarters): void {
  into.set(from);
  const [cos, sin] = [cosines[quarters], sines[quarters]];
  for (const at of positions) {
    if (from[at] === 0 && from[at + 1] === 0 && from[at + 2] === 0) continue;
    const [x, y] = [from[at]! - MIDDLE[0], from[at + 1]! - MIDDLE[1]];
    into[at] = MIDDLE[0] + cos * x - sin * y;
    into[at + 1] = MIDDLE[1] + sin * x + cos * y;
  }
}

function turnVector(vector: Float32Array, at: number, quarters: Quarters): void {
  const [cos, sin] = [cosines[quarters], sines[quarters]];
  const [x, y] = [vector[at]!, vector[at + 1]!];
  vector[at] = cos * x - sin * y;
  vector[at + 1] = sin * x + cos * y;
}

/** Bounds that hold whatever was turned into them, and the zeros of things that there are not. */
function turnedSpace({ parts }: Space, quarters: Quarters): Space {
  return space(
    parts.map((part): PartOptions => {
      if (part.quantity !== "position") return part;
      const bounds = Float32Array.from([part.low, part.high].flat());
      const corners = new Float32Array(6);
      turnPositions(bounds, corners, [0, 3], quarters);
      const side = (of: (...values: number[]) => number): number[] => [0, 1, 2].map((k) => of(corners[k]!, corners[3 + k]!, 0));
      return { ...part, low: side(Math.min), high: side(Math.max) };
    }),
  );
}

function turnedScene(scene: Scene, quarters: Quarters): Scene {
  const turn = new Quaternion().setFromAxisAngle(Vec3.UNIT_Z, (quarters * Math.PI) / 2);
  const [place, facing] = [new Vec3(), new Quaternion()];
  return {
    bodies: scene.bodies,
    writePoses(into): void {
      scene.writePoses(into);
      for (let at = 0; at < into.length; at += 7) {
        turn.vmult(place.set(into[at]! - MIDDLE[0], into[at + 1]! - MIDDLE[1], into[at + 2]!), place);
        turn.mult(facing.set(into[at + 3]!, into[at + 4]!, into[at + 5]!, into[at + 6]!), facing);
        into.set([place.x + MIDDLE[0], place.y + MIDDLE[1], place.z, facing.x, facing.y, facing.z, facing.w], at);
      }
    },
  };
}
