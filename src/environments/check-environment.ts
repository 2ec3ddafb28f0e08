/**
 * @file What every world must do, as checks that anyone can run on their own: those of Gymnasium's `check_env`, and what learners that save, restore
 * and compare need besides.
 */
import type { Environment, EnvironmentEntry, ResetOptions } from "../contract/environment.ts";
import { InvalidValueError, OrderError, SnapshotError, UnknownNameError } from "../contract/errors.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { contains, type Space } from "../contract/space.ts";
import { isLast, type Step } from "../contract/step.ts";
import { asTaskId, type Task } from "../contract/task.ts";
import { RandomStream } from "../numerics/random.ts";

export interface EnvironmentCheck {
  /** What must hold, as the rest of the sentence "the environment …". */
  readonly name: string;
  /** @throws {Error} It does not hold; the message says what was seen. */
  readonly run: (entry: EnvironmentEntry) => void;
}

export interface CheckResult {
  readonly name: string;
  /** What was seen instead; absent where the check holds. */
  readonly problem?: string;
}

/** Runs every check on a world. */
export const checkEnvironment = (entry: EnvironmentEntry): readonly CheckResult[] =>
  environmentChecks.map(({ name, run }) => {
    try {
      run(entry);
      return { name };
    } catch (error) {
      return { name, problem: error instanceof Error ? error.message : String(error) };
    }
  });

export const environmentChecks: readonly EnvironmentCheck[] = [
  { name: "has a versioned id, and says the same of itself in every copy", run: checkIdentity },
  { name: "describes its vectors part by part, without gaps, with finite bounds", run: checkSpaces },
  { name: "has a control period, a horizon, and settings with a nominal value within their bounds", run: checkNumbers },
  { name: "observes what its space says, with finite rewards, under random actions", run: checkObservations },
  { name: "repeats itself bit for bit from a seed, also in a fresh copy", run: checkSeeds },
  { name: "goes on with its own random stream when reset without a seed", run: checkStream },
  { name: "draws its variation within its bounds, and not always the same", run: checkDraws },
  { name: "resets to the variation that a task names, whatever the seed", run: checkTasks },
  { name: "lives under every setting at both of its bounds", run: checkSettings },
  { name: "refuses tasks of others, variations and settings out of bounds, and seeds that are none", run: checkRefusals },
  { name: "goes on bit for bit from a snapshot, also in a fresh copy, whatever happened since", run: checkSnapshots },
  { name: "takes snapshots that stay as they were, and refuses those of others", run: checkSnapshotsStay },
  { name: "keeps its state apart from the buffers it hands out and is handed", run: checkBuffers },
  { name: "is truncated at its horizon at the latest", run: checkHorizon },
  { name: "refuses to step before the first reset and after an episode's end", run: checkOrder },
  { name: "clips actions that are out of bounds and leaves them alone", run: checkClipping },
  { name: "refuses actions of another length or with a NaN, and is none the worse", run: checkBadActions },
  { name: "shows bodies with names of their own at finite poses, where it can be seen", run: checkScene },
];

function ensure(holds: boolean, problem: string): void {
  if (!holds) throw new Error(problem);
}

function ensureThrows(
  kind: typeof InvalidValueError | typeof OrderError | typeof SnapshotError | typeof UnknownNameError,
  what: string,
  call: () => void,
): void {
  try {
    call();
  } catch (error) {
    return ensure(error instanceof kind, `${what} threw ${String(error)} instead of a ${kind.name}.`);
  }
  throw new Error(`${what} was taken; it must throw a ${kind.name}.`);
}

/** A step by value: environments overwrite their own buffers. */
const copyOf = (step: Step): Step => ({ ...step, observation: step.observation.slice() });

/** Where two values differ, or undefined where they are the same bit for bit. */
function difference(a: unknown, b: unknown, path = ""): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return `${path || "the value"} is ${String(a)} against ${String(b)}`;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = difference(left[key], right[key], `${path}${path && "."}${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ensureSame(a: unknown, b: unknown, what: string): void {
  const found = difference(a, b);
  ensure(found === undefined, `${what}: ${found}.`);
}

function randomAction({ low, high, whole }: Space, random: RandomStream): Float32Array {
  return low.map((from, k) => (whole[k] === 1 ? from + random.integer(high[k]! - from + 1) : random.uniform(from, high[k])));
}

/** What comes of random actions from the present state, until the episode ends. */
function play(environment: Environment, seed: number, steps: number): Step[] {
  const random = RandomStream.fromSeed(seed);
  const seen: Step[] = [];
  for (let k = 0; k < steps; k++) {
    const step = environment.step(randomAction(environment.spec.action, random));
    seen.push(copyOf(step));
    if (isLast(step)) break;
  }
  return seen;
}

/** Resets, and plays into the middle of an episode: twenty steps, or half of an episode that is over by then. */
function reachMiddle(environment: Environment, seed: number): void {
  environment.reset({ seed });
  const lived = play(environment, seed, 20);
  if (!isLast(lived.at(-1)!)) return;
  environment.reset({ seed });
  play(environment, seed, Math.floor(lived.length / 2));
}

function checkIdentity(entry: EnvironmentEntry): void {
  const { id } = entry.spec;
  ensure(/^[a-z0-9-]+\/[a-z0-9-]+@[1-9][0-9]*(\?.+)?$/.test(id), `The id is \`${id}\`; write \`suite/name@version\`, such as \`tabletop/push@1\`.`);
  ensureSame(entry.make().spec, entry.spec, "A copy's spec differs from the entry's");
}

function checkSpaces({ spec }: EnvironmentEntry): void {
  for (const [name, space] of Object.entries({ observation: spec.observation, action: spec.action, variation: spec.variation })) {
    let offset = 0;
    for (const part of space.parts) {
      ensure(part.offset === offset, `Part \`${part.name}\` of \`${name}\` begins at ${part.offset}, not at ${offset} where the part before ends.`);
      offset += part.size;
    }
    ensure(
      offset === space.size && space.low.length === offset && space.high.length === offset,
      `\`${name}\` has ${space.size} numbers, its parts ${offset}.`,
    );
    const wild = space.low.findIndex((low, k) => !(Number.isFinite(low) && Number.isFinite(space.high[k]) && low <= space.high[k]!));
    ensure(wild < 0, `Bounds of \`${name}\`[${wild}] are ${space.low[wild]} and ${space.high[wild]}.`);
  }
}

function checkNumbers({ spec }: EnvironmentEntry): void {
  ensure(spec.controlPeriod > 0 && Number.isFinite(spec.controlPeriod), `\`controlPeriod\` is ${spec.controlPeriod} s.`);
  ensure(Number.isInteger(spec.horizon) && spec.horizon > 0, `\`horizon\` is ${spec.horizon}.`);
  for (const { name, low, nominal, high } of spec.settings) {
    ensure(low <= nominal && nominal <= high, `Setting \`${name}\` is nominally ${nominal}, outside ${low} to ${high}.`);
  }
}

/** Lives through random actions and looks at everything that is answered. */
function observe(environment: Environment, options: ResetOptions, steps: number): void {
  const { observation } = environment.spec;
  const begin = copyOf(environment.reset(options));
  ensure(begin.kind === "first", `\`reset\` answered a step of kind \`${begin.kind}\`.`);
  for (const step of [begin, ...play(environment, 1, steps)]) {
    const out = step.observation.findIndex((value, k) => !(value >= observation.low[k]! && value <= observation.high[k]!));
    ensure(out < 0, `Observation[${out}] is ${step.observation[out]}, outside ${observation.low[out]} to ${observation.high[out]}.`);
    ensure(
      contains(observation, step.observation),
      `An observation of ${step.observation.length} numbers is not in its space of ${observation.size}.`,
    );
    if (step.kind !== "first") ensure(Number.isFinite(step.reward), `A reward is ${step.reward}.`);
  }
}

function checkObservations(entry: EnvironmentEntry): void {
  const environment = entry.make();
  for (const seed of [1, 2, 3]) observe(environment, { seed }, 200);
}

function checkSeeds(entry: EnvironmentEntry): void {
  const [one, two] = [entry.make(), entry.make()];
  const lived = (environment: Environment): Step[] => [copyOf(environment.reset({ seed: 5 })), ...play(environment, 2, 60)];
  const first = lived(one);
  ensureSame(lived(one), first, "The same seed, again");
  ensureSame(lived(two), first, "The same seed in a fresh copy");
}

/** A few resets: what was drawn and what is seen first, which may hide it. */
const draws = (environment: Environment, options: (k: number) => ResetOptions): number[][] =>
  Array.from({ length: 20 }, (_, k) => [...environment.reset(options(k)).observation, ...environment.variation]);

const distinct = (rows: readonly (readonly number[])[]): number => new Set(rows.map(String)).size;

function checkStream(entry: EnvironmentEntry): void {
  const [one, two] = [entry.make(), entry.make()];
  for (const environment of [one, two]) environment.reset({ seed: 5 });
  ensureSame(
    draws(two, () => ({})),
    draws(one, () => ({})),
    "Resets without a seed, after the same one with a seed",
  );
}

function checkDraws(entry: EnvironmentEntry): void {
  const environment = entry.make();
  const { variation } = entry.spec;
  for (let seed = 0; seed < 20; seed++) {
    environment.reset({ seed });
    ensure(contains(variation, environment.variation), `Seed ${seed} drew [${environment.variation.join(", ")}], outside the variation's bounds.`);
  }
  if (variation.low.every((low, k) => low === variation.high[k])) return;
  ensure(distinct(draws(environment, (k) => ({ seed: k }))) > 1, "Twenty seeds gave the same draw.");
  ensure(distinct(draws(environment, () => ({}))) > 1, "Twenty resets without a seed gave the same draw.");
}

/** A task with a variation that the world itself drew. */
function drawnTask(entry: EnvironmentEntry): Task {
  const environment = entry.make();
  environment.reset({ seed: 7 });
  return { id: asTaskId("check"), environment: entry.spec.id, variation: [...environment.variation] };
}

function checkTasks(entry: EnvironmentEntry): void {
  const environment = entry.make();
  const task = drawnTask(entry);
  const first = copyOf(environment.reset({ task, seed: 1 }));
  ensureSame([...environment.variation], task.variation, "`variation` after a reset to a task");
  const again = copyOf(environment.reset({ task, seed: 1 }));
  ensureSame(again, first, "The same seed and task, again");
  environment.reset({ task, seed: 2 });
  ensureSame([...environment.variation], task.variation, "`variation` after a reset to a task with another seed");
}

function checkSettings(entry: EnvironmentEntry): void {
  const environment = entry.make();
  for (const { name, low, high } of entry.spec.settings) {
    for (const value of [low, high]) {
      observe(environment, { seed: 1, task: { id: asTaskId("check"), environment: entry.spec.id, settings: { [name]: value } } }, 100);
    }
  }
}

function checkRefusals(entry: EnvironmentEntry): void {
  const environment = entry.make();
  const task = drawnTask(entry);
  const variation = task.variation!;
  const { size, high } = entry.spec.variation;
  ensureThrows(InvalidValueError, "A task of another environment", () => environment.reset({ task: { ...task, environment: "other/world@1" } }));
  if (size > 0) {
    ensureThrows(InvalidValueError, "A variation above its bounds", () =>
      environment.reset({ task: { ...task, variation: variation.map((_, k) => 2 * Math.abs(high[k]!) + 1) } }),
    );
    ensureThrows(InvalidValueError, "A variation with a NaN", () =>
      environment.reset({ task: { ...task, variation: variation.map(() => Number.NaN) } }),
    );
  }
  ensureThrows(InvalidValueError, "A variation of another length", () => environment.reset({ task: { ...task, variation: [...variation, 0] } }));
  ensureThrows(UnknownNameError, "A setting that there is not", () => environment.reset({ task: { ...task, settings: { "no such setting": 1 } } }));
  for (const { name, high: most } of entry.spec.settings) {
    ensureThrows(InvalidValueError, `Setting \`${name}\` above its bounds`, () =>
      environment.reset({ task: { ...task, settings: { [name]: 2 * Math.abs(most) + 1 } } }),
    );
  }
  for (const seed of [-1, 0.5, Number.NaN]) ensureThrows(InvalidValueError, `Seed ${seed}`, () => environment.reset({ seed }));
}

function checkSnapshots(entry: EnvironmentEntry): void {
  const [one, two] = [entry.make(), entry.make()];
  reachMiddle(one, 3);
  const snapshot = structuredClone(one.snapshot());
  const future = (environment: Environment): Step[] => [...play(environment, 4, 60), copyOf(environment.reset())];
  const expected = future(one);
  one.restore(snapshot);
  ensureSame(future(one), expected, "After a restore");
  two.reset({ seed: 99 });
  two.restore(snapshot);
  ensureSame(future(two), expected, "After a restore into a fresh copy");
}

function checkSnapshotsStay(entry: EnvironmentEntry): void {
  const environment = entry.make();
  reachMiddle(environment, 3);
  const snapshot = environment.snapshot();
  const before: Snapshot = structuredClone(snapshot);
  play(environment, 4, 20);
  environment.reset();
  ensureSame(snapshot, before, "A snapshot, after the world went on");
  ensureThrows(SnapshotError, "A foreign snapshot", () => environment.restore({ strange: 1 }));
}

function checkBuffers(entry: EnvironmentEntry): void {
  const [careful, careless] = [entry.make(), entry.make()];
  for (const environment of [careful, careless]) environment.reset({ seed: 6 });
  careless.variation.fill(0);
  const random = RandomStream.fromSeed(6);
  for (let k = 0; k < 30; k++) {
    const action = randomAction(entry.spec.action, random);
    const expected = careful.step(action);
    const handed = action.slice();
    const step = careless.step(handed);
    ensureSame(copyOf(step), copyOf(expected), "After a caller wrote into what was handed out");
    step.observation.fill(0);
    handed.fill(0);
    if (isLast(expected)) return;
  }
}

const still = ({ low, high }: Space): Float32Array => low.map((bound, k) => Math.min(Math.max(0, bound), high[k]!));

/** How many steps an episode takes in which nothing is done, and its last step. */
function idle(environment: Environment): { readonly steps: number; readonly last: Step } {
  const action = still(environment.spec.action);
  environment.reset({ seed: 1 });
  for (let steps = 1; steps <= environment.spec.horizon; steps++) {
    const step = environment.step(action);
    if (isLast(step)) return { steps, last: copyOf(step) };
  }
  throw new Error(`The episode goes on after ${environment.spec.horizon} steps, its horizon.`);
}

function checkHorizon(entry: EnvironmentEntry): void {
  const { steps, last } = idle(entry.make());
  if (last.kind !== "truncated" || last.reason !== "horizon") return;
  ensure(steps === entry.spec.horizon, `The episode was truncated after ${steps} steps; its horizon is ${entry.spec.horizon}.`);
}

function checkOrder(entry: EnvironmentEntry): void {
  const environment = entry.make();
  ensureThrows(OrderError, "A step before the first reset", () => environment.step(still(entry.spec.action)));
  idle(environment);
  ensureThrows(OrderError, "A step after the end", () => environment.step(still(entry.spec.action)));
}

function checkClipping(entry: EnvironmentEntry): void {
  const environment = entry.make();
  const { high } = entry.spec.action;
  const beyond = high.map((bound) => 5 * Math.abs(bound) + 1);
  const given = beyond.slice();
  environment.reset({ seed: 1 });
  const clipped = copyOf(environment.step(given));
  ensureSame(given, beyond, "An action, after the step");
  environment.reset({ seed: 1 });
  ensureSame(copyOf(environment.step(high.slice())), clipped, "An action at its upper bounds, and one beyond them");
}

function checkBadActions(entry: EnvironmentEntry): void {
  const environment = entry.make();
  const { size } = entry.spec.action;
  environment.reset({ seed: 1 });
  const before = structuredClone(environment.snapshot());
  ensureThrows(InvalidValueError, "An action that is too long", () => environment.step(new Float32Array(size + 1)));
  ensureThrows(InvalidValueError, "An action that is too short", () => environment.step(new Float32Array(size - 1)));
  ensureThrows(InvalidValueError, "An action with a NaN", () => environment.step(new Float32Array(size).fill(Number.NaN)));
  ensureSame(environment.snapshot(), before, "The state, after refused actions");
}

function checkScene(entry: EnvironmentEntry): void {
  const environment = entry.make();
  reachMiddle(environment, 1);
  const { scene } = environment;
  if (scene === undefined) return;
  const poses = new Float32Array(7 * scene.bodies.length);
  scene.writePoses(poses);
  ensure(new Set(scene.bodies.map((body) => body.name)).size === scene.bodies.length, "Two bodies have the same name.");
  scene.bodies.forEach((body, k) => {
    const pose = poses.subarray(7 * k, 7 * k + 7);
    ensure(pose.every(Number.isFinite) && Math.abs(Math.hypot(...pose.subarray(3)) - 1) < 1e-4, `Body \`${body.name}\` is at [${pose.join(", ")}].`);
  });
}
