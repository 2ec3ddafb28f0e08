"""Drives our tabletop worlds with Meta-World's own scripted policies, unchanged: whoever wrote a controller for its observations can
bring it here. Each placement that Meta-World draws is set up in both worlds. Prints, for each task: the share of placements solved
within the horizon and the mean steps it took, ours beside theirs, and how far the observations at the start lie apart at most [m].

    pip install metaworld==3.1.1 packaging imageio
    python test/bench/peers/metaworld_policies.py [placements, 50 by default] [task …, all by default]
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

sys.path.pop(0)  # This folder: its metaworld.py would hide the package.
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
from metaworld.env_dict import ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE  # noqa: E402
from metaworld.policies import ENV_POLICY_MAP  # noqa: E402

HORIZON = 500


def our_tasks():
    """The tasks of our tabletop, by name."""
    listed = subprocess.run(["node", "dist/scenarios/main.js", "envs", "--json"], capture_output=True, text=True, check=True).stdout
    ids = [entry["id"] for entry in json.loads(listed)]
    return [name.split("/")[1].split("@")[0] for name in ids if name.startswith("tabletop/")]


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

    def reset(self, placement):
        return np.array(self._ask({"reset": placement.tolist()})["observation"])

    def step(self, action):
        answer = self._ask({"step": [float(x) for x in action]})
        return np.array(answer["observation"]), answer["success"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Theirs:
    """Meta-World's."""

    def __init__(self, task):
        self.env = ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE[f"{task}-v3-goal-observable"](seed=0)

    def draw(self, seed):
        """A placement that its reset accepts: what `set_task` would freeze."""
        self.env._freeze_rand_vec, self.env.seeded_rand_vec = False, True
        self.env.seed(seed)
        self.env.reset()
        self.env._freeze_rand_vec = True
        return self.env._last_rand_vec

    def reset(self, placement):
        self.env._last_rand_vec = placement
        return self.env.reset()[0]

    def step(self, action):
        observation, _, _, _, info = self.env.step(np.clip(action, -1, 1))
        return observation, bool(info["success"])

    def close(self):
        self.env.close()


def trial(world, policy, placements):
    """The observation at each start, and the steps up to each success: the first that satisfies the test."""
    starts, steps = [], []
    for placement in placements:
        observation = world.reset(placement)
        starts.append(observation)
        for k in range(1, HORIZON + 1):
            observation, success = world.step(policy.get_action(observation))
            if success:
                steps.append(k)
                break
    world.close()
    return np.array(starts), steps


def compare(task, policy, count):
    theirs = Theirs(task)
    placements = [theirs.draw(seed) for seed in range(count)]
    our_starts, our_steps = trial(Ours(task), policy, placements)
    their_starts, their_steps = trial(theirs, policy, placements)
    apart = np.abs(our_starts - their_starts).max(0)
    return {
        "task": task,
        "ours": {"solved": len(our_steps) / count, "steps": float(np.mean(our_steps))},
        "theirs": {"solved": len(their_steps) / count, "steps": float(np.mean(their_steps))},
        "startsApart": {"hand": apart[0:3].max(), "gripper": apart[3], "object": apart[4:7].max(), "orientation": apart[7:11].max(), "goal": apart[36:39].max()},
    }


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    for name in sys.argv[2:] or our_tasks():
        print(json.dumps(compare(name, ENV_POLICY_MAP[f"{name}-v3"](), count)), flush=True)
