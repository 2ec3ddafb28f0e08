/** @file Lives through episodes with a world's own controller, or with actions from a list. */
import type { Environment, ResetOptions } from "../../../src/contract/environment.ts";
import { isLast, type NextStep, type Step } from "../../../src/contract/step.ts";
import { asTaskId, type Task } from "../../../src/contract/task.ts";
import { environments } from "../../../envs/index.ts";

export const worldOf = (id: string): Environment => environments.get(id)!.make();

export const taskOf = (environment: string, variation?: readonly number[], settings?: Readonly<Record<string, number>>): Task => ({
  id: asTaskId("test"),
  environment,
  ...(variation && { variation }),
  ...(settings && { settings }),
});

/** Every step of an episode, by value. */
export function live(
  environment: Environment,
  options: ResetOptions,
  act: (observation: Float32Array, time: number) => ArrayLike<number>,
): NextStep[] {
  let last: Step = environment.reset(options);
  const steps: NextStep[] = [];
  while (!isLast(last)) {
    const step = environment.step(Float32Array.from(act(last.observation, steps.length)));
    steps.push({ ...step, observation: step.observation.slice() });
    last = step;
  }
  return steps;
}

/** The same, with the world's own controller. */
export function demonstrated(environment: Environment, options: ResetOptions): NextStep[] {
  const controller = environments.get(environment.spec.id)!.controller!(environment);
  controller.reset();
  const action = new Float32Array(environment.spec.action.size);
  return live(environment, options, (observation) => {
    controller.act(observation, action);
    return action;
  });
}

export const returnOf = (steps: readonly NextStep[]): number => steps.reduce((sum, { reward }) => sum + reward, 0);
export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
