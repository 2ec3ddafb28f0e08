"""Times Meta-World's own environments, so that ours can be compared with them on the same machine in the same minute.

    pip install metaworld==3.1.1 packaging imageio
    taskset -c 0 python test/bench/peers/metaworld.py task …

Protocol, the same as in test/bench/environments.ts: one process, one placement a task; the task's scripted policy acts for 150 steps
once, untimed; then its recorded actions are replayed from a fresh reset, and the best of the episodes counts. Only env.step is
timed, resets apart. Prints [{"task", "stepsPerSecond", "resetMilliseconds"}, …] as JSON.
"""

import json
import sys
import time
import warnings

sys.path.pop(0)  # This folder: its metaworld.py would hide the package.
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
from metaworld.env_dict import ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE  # noqa: E402
from metaworld.policies import ENV_POLICY_MAP  # noqa: E402

STEPS = 150
EPISODES = 12


def record(env, policy):
    observation, _ = env.reset()
    actions = []
    for _ in range(STEPS):
        actions.append(np.clip(policy.get_action(observation), -1, 1))
        observation = env.step(actions[-1])[0]
    return actions


def measure(task, episodes):
    env = ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE[f"{task}-v3-goal-observable"](seed=1)
    actions = record(env, ENV_POLICY_MAP[f"{task}-v3"]())
    step_seconds, reset_seconds = [], []
    for _ in range(episodes):
        start = time.perf_counter()
        env.reset()
        reset_seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        for action in actions:
            env.step(action)
        step_seconds.append((time.perf_counter() - start) / STEPS)
    return {"task": task, "stepsPerSecond": 1 / min(step_seconds), "resetMilliseconds": 1e3 * min(reset_seconds)}


if __name__ == "__main__":
    print(json.dumps([measure(task, EPISODES) for task in sys.argv[1:]]))
