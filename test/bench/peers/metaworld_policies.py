"""Drives our tabletop worlds with Meta-World's own scripted policies, unchanged: whoever wrote a controller for its observations can
bring it here. Prints, for each task, the share of seeds solved within the horizon and the steps it took; beside them, with the same
policy, Meta-World's own environment.

    pip install metaworld==3.1.1 packaging imageio
    python test/bench/peers/metaworld_policies.py [seeds, 50 by default]
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

sys.path.pop(0)  # This folder: its metaworld.py would hide the package.
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
from metaworld import policies  # noqa: E402
from metaworld.env_dict import ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE  # noqa: E402

HORIZON = 500
POLICIES = {
    "reach": policies.SawyerReachV3Policy,
    "push": policies.SawyerPushV3Policy,
    "pick-place": policies.SawyerPickPlaceV3Policy,
    "drawer-open": policies.SawyerDrawerOpenV3Policy,
    "button-press": policies.SawyerButtonPressV3Policy,
}


class Ours:
    """One of our worlds behind a pipe."""

    def __init__(self, task):
        bridge = Path(__file__).with_name("environment-bridge.ts")
        command = ["npx", "tsx", str(bridge), f"tabletop/{task}@1"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def reset(self, seed):
        return np.array(self._ask({"reset": seed})["observation"])

    def step(self, action):
        answer = self._ask({"step": [float(x) for x in action]})
        return np.array(answer["observation"]), answer["success"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Theirs:
    """Meta-World's, placed anew at each reset."""

    def __init__(self, task):
        self.env = ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE[f"{task}-v3-goal-observable"](seed=0)
        self.env._freeze_rand_vec = False
        self.env.seeded_rand_vec = True

    def reset(self, seed):
        self.env.seed(seed)
        return self.env.reset()[0]

    def step(self, action):
        observation, _, _, _, info = self.env.step(np.clip(action, -1, 1))
        return observation, bool(info["success"])

    def close(self):
        self.env.close()


def trial(world, policy, seeds):
    """Success is the first step that satisfies the test."""
    starts, steps = [], []
    for seed in range(seeds):
        observation = world.reset(seed)
        starts.append(observation)
        for k in range(1, HORIZON + 1):
            observation, success = world.step(policy.get_action(observation))
            if success:
                steps.append(k)
                break
    world.close()
    starts = np.array(starts)
    return {
        "solved": len(steps) / seeds,
        "steps": float(np.mean(steps)) if steps else None,
        "start": {"low": starts.min(0).round(4).tolist(), "high": starts.max(0).round(4).tolist()},
    }


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    for name, policy in POLICIES.items():
        print(json.dumps({"task": name, "ours": trial(Ours(name), policy(), count), "theirs": trial(Theirs(name), policy(), count)}), flush=True)
