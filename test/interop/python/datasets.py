"""Minari data sets by Farama's own package, both ways: reads what `engram record` wrote, and writes what Engram shall read. Run by minari-python.test.ts."""

import json
import sys
import warnings

import minari
import numpy as np

import engram_gym

warnings.filterwarnings("ignore")


def read(id):
    """What Minari makes of a data set, and of the world that it says it is from."""
    data = minari.load_dataset(id)
    first = next(iter(data.iterate_episodes()))
    env = data.recover_environment()
    told = {
        "listed": id in minari.list_local_datasets(),
        "episodes": data.total_episodes,
        "steps": data.total_steps,
        "spaces": env.observation_space == data.observation_space and env.action_space == data.action_space,
        "within": all(data.observation_space.contains(row) for row in first.observations) and all(data.action_space.contains(row) for row in first.actions),
        "lengths": [len(first.observations), len(first.actions), len(first.rewards), len(first.infos["success"])],
        "last": [bool(first.terminations[-1]), bool(first.truncations[-1]), bool(first.infos["success"][-1])],
        "first": first.observations[0].tolist(),
        "actions": first.actions.reshape(len(first.actions), -1).tolist(),
        "rewards": first.rewards.tolist(),
    }
    env.close()
    return told


def write(world, id):
    """Three episodes of random actions in a world of Engram's, by Minari's collector; and their numbers."""
    env = minari.DataCollector(engram_gym.make(world), record_infos=False)
    env.action_space.seed(1)
    told = []
    for seed in range(3):
        seen, actions, rewards = [env.reset(seed=seed)[0].tolist()], [], []
        while True:
            action = env.action_space.sample()
            observation, reward, terminated, truncated, _ = env.step(action)
            seen.append(observation.tolist())
            actions.append(np.asarray(action).reshape(-1).tolist())
            rewards.append(reward)
            if terminated or truncated:
                break
        told.append({"observations": seen, "actions": actions, "rewards": rewards, "ends": [terminated, truncated]})
    env.create_dataset(dataset_id=id, algorithm_name="random", author="test", author_email="test@example.org", code_permalink="https://example.org")
    env.close()
    return told


print(json.dumps({"read": read, "write": write}[sys.argv[1]](*sys.argv[2:])))
