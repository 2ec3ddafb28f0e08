/** @file Whoever acts in a closed loop: an agent, or a scripted controller that demonstrates. */
import type { Agent, Decision, DecisionContext } from "../contract/agent.ts";
import type { Controller } from "../contract/environment.ts";
import type { MemoryCondition } from "../contract/explanation.ts";
import type { MemoryEntry } from "../contract/memory.ts";
import type { TaskId } from "../contract/task.ts";

export interface Actor {
  readonly name: string;
  readonly kind: "agent" | "demonstrator";
  /** Only reads the observation. The decision is the actor's own and may be overwritten by its next one. */
  act(observation: Float32Array, context: DecisionContext): Decision;
  /** Looks up the entries that its decisions recall. */
  remembered?(id: number): MemoryEntry | undefined;
}

/** @param as What it is told of its task and of how to read its memory, where that is not what the loop says. */
export function agentActor(agent: Agent, as: { readonly memory?: MemoryCondition; readonly task?: TaskId } = {}): Actor {
  const isPlain = Object.keys(as).length === 0;
  return {
    name: agent.name,
    kind: "agent",
    act: (observation, context) => agent.act(observation, isPlain ? context : { ...context, ...as }),
    ...(agent.remembered && { remembered: agent.remembered.bind(agent) }),
  };
}

/** @param actionSize Numbers in an action. */
export function controllerActor(controller: Controller, actionSize: number): Actor {
  const decision = { action: new Float32Array(actionSize) };
  return {
    name: "demonstrator",
    kind: "demonstrator",
    act(observation, { first }) {
      if (first) controller.reset();
      controller.act(observation, decision.action);
      return decision;
    },
  };
}
