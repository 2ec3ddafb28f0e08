"""Times MuJoCo on what ours are compared with: Gymnasium's bodies, under random actions with their resets, and bare `mj_step` on a scene like our table:
a table with a rim, a block, and a hand with two fingers on sliders, welded to a mocap body; five substeps of 2.5 ms a control step.

    pip install "gymnasium[mujoco]"
    taskset -c 0 python test/bench/peers/mujoco_bodies.py

Prints {name: microseconds a control step} as JSON; the best of five rounds.
"""

import json
import time
import warnings

import gymnasium
import mujoco
import numpy as np

warnings.filterwarnings("ignore")
ROUNDS, STEPS, SUBSTEPS = 5, 1000, 5

TABLE = """
<mujoco>
  <option timestep="0.0025"/>
  <worldbody>
    <geom type="box" size=".7 .4 .05" pos="0 .6 -.05"/>
    <geom type="box" size=".7 .01 .06" pos="0 .21 .06"/><geom type="box" size=".7 .01 .06" pos="0 .99 .06"/>
    <geom type="box" size=".01 .38 .06" pos="-.69 .6 .06"/><geom type="box" size=".01 .38 .06" pos=".69 .6 .06"/>
    <body name="block" pos="0 .65 .02"><freejoint/><geom type="box" size=".02 .02 .02" mass=".2"/></body>
    <body name="mocap" mocap="true" pos="0 .6 .2"/>
    <body name="hand" pos="0 .6 .2" gravcomp="1"><freejoint/>
      <geom type="box" size=".015 .06 .01" pos="0 0 .055" mass="1" contype="2" conaffinity="1"/>
      <body pos="0 -.056 0" gravcomp="1"><joint name="right" type="slide" axis="0 1 0" range="0 .035" limited="true" damping="100"/>
        <geom type="box" size=".015 .006 .045" mass=".2" contype="2" conaffinity="1"/></body>
      <body pos="0 .056 0" gravcomp="1"><joint name="left" type="slide" axis="0 -1 0" range="0 .035" limited="true" damping="100"/>
        <geom type="box" size=".015 .006 .045" mass=".2" contype="2" conaffinity="1"/></body>
    </body>
  </worldbody>
  <equality><weld body1="mocap" body2="hand" solref="0.02 1"/></equality>
  <actuator><position joint="right" kp="400" ctrlrange="-1 1"/><position joint="left" kp="400" ctrlrange="-1 1"/></actuator>
</mujoco>
"""


def best(round_of):
    return min(round_of() for _ in range(ROUNDS)) / STEPS * 1e6


def body(name):
    env = gymnasium.make(name)
    env.action_space.seed(1)
    actions = [env.action_space.sample() for _ in range(STEPS)]

    def once():
        start, k = time.perf_counter(), 0
        while k < STEPS:
            env.reset(seed=k)
            while k < STEPS:
                _, _, terminated, truncated, _ = env.step(actions[k])
                k += 1
                if terminated or truncated:
                    break
        return time.perf_counter() - start

    return best(once)


def table():
    model = mujoco.MjModel.from_xml_string(TABLE)
    data = mujoco.MjData(model)

    def once():
        mujoco.mj_resetData(model, data)
        seconds = 0.0
        for k in range(STEPS):
            # Down to the block, and closing on it, as in the replayed episode of ours.
            data.mocap_pos[0] = [0, 0.65, max(0.05, 0.2 - 0.005 * (k % 150))]
            data.ctrl[:] = 1 if k % 150 > 60 else -1
            start = time.perf_counter()
            mujoco.mj_step(model, data, SUBSTEPS)
            seconds += time.perf_counter() - start
        return seconds

    return best(once)


if __name__ == "__main__":
    names = {"ant": "Ant-v5", "walker": "Walker2d-v5", "cart-pole": "InvertedPendulum-v5"}
    print(json.dumps({"mujoco": mujoco.__version__, "table": table(), **{ours: body(theirs) for ours, theirs in names.items()}}))
