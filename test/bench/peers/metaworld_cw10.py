"""Meta-World's own CW10 as a suite for Engram: its tasks over sockets, and recorded demonstrations of them.

    pip install metaworld==3.1.1 minari==0.5.4 h5py websockets
    PYTHONPATH=src/interop/python python test/bench/peers/metaworld_cw10.py
    npx engram bench ./metaworld-cw10.json --methods engram,replay --set testsWhileLearning=null      # in another terminal, while it serves

Records thirty demonstrations of each task as Minari data sets where there are none yet, writes the suite's file, and serves the tasks until Ctrl-C,
each from a process and a port of its own. Protocol: the goal is visible, every seed has a placement of its own, an episode ends after 200 steps, and
success is the environment's own. A demonstration is the scripted policy's, shaken by noise of 0.2 on what is executed; kept is what the policy wanted,
clipped to what the environment takes. Demonstrations have even seeds, as Engram's own do; its tests have odd ones.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import signal
import sys
import warnings
from pathlib import Path

sys.path.pop(0)  # This folder: its metaworld.py would hide the package.
warnings.filterwarnings("ignore")

import engram_gym  # noqa: E402
import gymnasium  # noqa: E402
import minari  # noqa: E402
import numpy as np  # noqa: E402
from metaworld.env_dict import ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE  # noqa: E402
from metaworld.policies import ENV_POLICY_MAP  # noqa: E402
from minari.data_collector import EpisodeBuffer  # noqa: E402

#: In Continual World's order.
CW10 = [
    "hammer", "push-wall", "faucet-close", "push-back", "stick-pull", "handle-press-side", "push", "shelf-place", "window-close", "peg-unplug-side",
]  # fmt: skip
HORIZON = 200
NOISE = 0.2
#: A demonstrator goes on for so many steps after its success, as Engram's do.
STEPS_AFTER_SUCCESS = 10
#: Attempts for each demonstration wanted: the policies of some tasks fail one time in three when they are shaken.
PATIENCE = 5


class Placed(gymnasium.Wrapper):
    """A task whose reset heeds its seed: Meta-World's own passes it by and places things as its constructor was told."""

    def __init__(self, env: gymnasium.Env):
        super().__init__(env)
        env.unwrapped._freeze_rand_vec = False
        env.unwrapped.seeded_rand_vec = True

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        if seed is not None:
            self.unwrapped.seed(seed)
        return self.env.reset()


def make(task: str) -> gymnasium.Env:
    """One task under Gymnasium's own time limit, which Engram is told as the world's horizon."""
    name = f"metaworld-cw10/{task}-v3"
    if name not in gymnasium.registry:
        build = lambda: Placed(ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE[f"{task}-v3-goal-observable"](seed=0))  # noqa: E731
        gymnasium.register(name, entry_point=build, max_episode_steps=HORIZON, disable_env_checker=True)
    return gymnasium.make(name)


# --- Demonstrations -------------------------------------------------------------------------------------------------------------------------


def attempt(env: gymnasium.Env, policy, seed: int) -> tuple[EpisodeBuffer, bool]:
    """One shaken episode, up to a little after its success."""
    random = np.random.default_rng(seed)
    observation, _ = env.reset(seed=seed)
    rows = {"observations": [observation], "actions": [], "rewards": [], "terminations": [], "truncations": [], "success": []}
    left = STEPS_AFTER_SUCCESS
    while left > 0 and not (rows["truncations"] and rows["truncations"][-1]):
        # A copy: some of the policies write into what they are given.
        wanted = np.clip(policy.get_action(observation.copy()), -1, 1).astype(np.float32)
        executed = np.clip(wanted + NOISE * random.standard_normal(4), -1, 1).astype(np.float32)
        observation, reward, terminated, truncated, info = env.step(executed)
        success = bool(info["success"]) or (rows["success"] != [] and rows["success"][-1])
        for name, value in zip(rows, (observation, wanted, float(reward), terminated, truncated, success)):
            rows[name].append(value)
        left -= success
    successes = rows.pop("success")
    infos = {"success": np.array([False, *successes])}
    rows["observations"] = np.asarray(rows["observations"], np.float32)
    return EpisodeBuffer(seed=seed, infos=infos, **{name: np.asarray(values) for name, values in rows.items()}), any(successes)


def record(task: str, dataset: str, count: int) -> None:
    env, policy = make(task), ENV_POLICY_MAP[f"{task}-v3"]()
    kept: list[EpisodeBuffer] = []
    attempts = 0
    while len(kept) < count:
        if attempts == PATIENCE * count:
            raise SystemExit(f"{task}: {len(kept)} of {attempts} attempts succeeded; {count} demonstrations were wanted.")
        episode, succeeded = attempt(env, policy, 2 * attempts)
        attempts += 1
        if succeeded:
            kept.append(EpisodeBuffer(**{**vars(episode), "id": len(kept)}))
    minari.create_dataset_from_buffers(
        dataset,
        kept,
        observation_space=gymnasium.spaces.Box(-np.inf, np.inf, (39,), np.float32),
        action_space=gymnasium.spaces.Box(-1, 1, (4,), np.float32),
        algorithm_name="Meta-World's scripted policy, executed with noise",
        description=f"Successes of {task}-v3 with the goal visible; the actions are what the policy wanted.",
    )
    print(f"{dataset}: {count} of {attempts} attempts", flush=True)


# --- The worlds -----------------------------------------------------------------------------------------------------------------------------


def part(name: str, quantity: str, size: int, age: int = 0) -> dict:
    return {"name": name, "quantity": quantity, "unit": "m" if quantity == "position" else "1", "size": size, "age": age}


def frame(age: int) -> list[dict]:
    things = [part(*thing, age) for name in ("object1", "object2") for thing in ((name, "position", 3), (f"{name} orientation", "orientation", 4))]
    return [part("hand", "position", 3, age), part("gripper", "scalar", 1, age), *things]


#: The same words as Engram's own tabletop uses, so that the same features are made of the numbers.
OBSERVATION = [*frame(0), *frame(1), part("goal", "position", 3)]
ACTION = [part("hand", "velocity", 3), part("grip", "scalar", 1)]


def serve(task: str, port: int) -> None:
    try:
        engram_gym.serve(
            lambda: make(task),
            port,
            id=f"metaworld/{task}@3",
            summary=f"{task}-v3 of Meta-World, its goal visible.",
            observation=OBSERVATION,
            action=ACTION,
            on_ready=lambda url: print(f"{task} at {url}", flush=True),
        )
    except OSError as error:
        raise SystemExit(f"{task}: cannot listen on port {port} ({error.strerror}); choose another with --port.") from None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", nargs="+", choices=CW10, default=CW10, metavar="TASK", help="in this order (default: all ten)")
    parser.add_argument("--demonstrations", type=int, default=30, help="of each task (default: 30)")
    parser.add_argument("--port", type=int, default=8801, help="of the first task; the others follow (default: 8801)")
    parser.add_argument("--suite", type=Path, default=Path("metaworld-cw10.json"), help="the file to write (default: metaworld-cw10.json)")
    parser.add_argument("--collection", default="metaworld-cw10", help="what the data sets are filed under (default: metaworld-cw10)")
    given = parser.parse_args()
    ports = {task: given.port + k for k, task in enumerate(given.tasks)}
    datasets = {task: f"{given.collection}/{task}-v0" for task in given.tasks}
    there = minari.list_local_datasets()
    for task, dataset in datasets.items():
        if dataset not in there:
            record(task, dataset, given.demonstrations)
    worlds = [{"world": f"gymnasium:ws://127.0.0.1:{ports[task]}", "demonstrations": datasets[task]} for task in given.tasks]
    summary = "Ten skills in sequence, of Continual World (Wołczyk et al., 2021), in Meta-World itself."
    text = json.dumps({"name": "metaworld-cw10", "summary": summary, "worlds": worlds}, indent=2, ensure_ascii=False)
    given.suite.write_text(f"{text}\n", encoding="utf-8")
    print(f"Wrote {given.suite}. Ctrl-C stops the worlds.", flush=True)
    # Forked, so that all of them share what is loaded; apart, so that runs beside each other do not wait for one another.
    fork = multiprocessing.get_context("fork")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serving = [fork.Process(target=serve, args=(task, port)) for task, port in ports.items()]
    try:
        for process in serving:
            process.start()
        for process in serving:
            process.join()
    except KeyboardInterrupt:
        pass
    finally:
        for process in serving:
            process.terminate()


if __name__ == "__main__":
    main()
