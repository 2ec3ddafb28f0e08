"""Both doors, from Python's side: Engram's worlds under Gymnasium's own checks, and what a server of ours must bear. Run by python.test.ts."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import warnings

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import serve

import engram_gym

warnings.filterwarnings("error", module="gymnasium.utils.env_checker")
warnings.filterwarnings("ignore", message=".*spec.*")


def worlds_pass_gymnasiums_checks():
    for id in ("tabletop/push@1", "tabletop/reach@1?hide=goal&limit=50", "bandits/bernoulli@1", "classic/grid-navi@1"):
        env = engram_gym.make(id)
        check_env(env, skip_render_check=True)
        env.close()


def a_world_is_lived_in():
    env = engram_gym.make("classic/navigation-2d@1")
    first, info = env.reset(seed=1, options={"variation": [0.3, 0.4]})
    assert first.tolist() == [0, 0] and np.allclose(info["variation"], [0.3, 0.4])
    observation, reward, terminated, truncated, info = env.step(np.array([0.1, 0], np.float32))
    assert np.allclose(observation, [0.1, 0]) and np.isclose(reward, -np.hypot(0.2, 0.4)) and not terminated and not truncated
    assert info == {"success": False}
    for wrong, told in (({"variation": [9, 9]}, "variation"), ({"settings": {"gravity": 1}}, "gravity")):
        try:
            env.reset(options=wrong)
            raise AssertionError("a wrong task was taken")
        except engram_gym.EngramError as error:
            assert told in str(error), error
    env.reset()
    env.close()


def vectors_autoreset_as_gymnasiums_do():
    for mode in AutoresetMode:
        ours = engram_gym.make_vec("classic/navigation-2d@1?limit=4", 3, autoreset_mode=mode)
        single = engram_gym.make("classic/navigation-2d@1?limit=4")
        theirs = gymnasium.vector.SyncVectorEnv([lambda: engram_gym.make("classic/navigation-2d@1?limit=4")] * 3, autoreset_mode=mode)
        first, _ = ours.reset(seed=5)
        also, _ = theirs.reset(seed=5)
        assert np.array_equal(first, also)
        for k in range(10):
            actions = np.full((3, 2), 0.02 * (k + 1), np.float32)
            if mode is AutoresetMode.DISABLED and k % 4 == 0 and k > 0:
                mask = {"reset_mask": np.ones(3, bool)}
                assert np.array_equal(ours.reset(options=dict(mask))[0], theirs.reset(options=dict(mask))[0])
            mine, yours = ours.step(actions), theirs.step(actions)
            for one, other in zip(mine[:4], yours[:4]):
                assert np.allclose(one, other, atol=1e-12), (mode, k, one, other)
            if "final_obs" in yours[4]:
                assert all(np.array_equal(one, other) for one, other in zip(mine[4]["final_obs"], yours[4]["final_obs"]))
        for env in (ours, single, theirs):
            env.close()


class Everything(gymnasium.Env):
    """Every kind of space; echoes its action in the observation, and ends after five steps."""

    metadata = {"render_modes": [], "render_fps": 20}
    observation_space = spaces.Dict({"seen": spaces.Box(-np.inf, np.inf, (2, 2), np.float64), "kind": spaces.Discrete(3, start=1), "flags": spaces.MultiBinary(2)})
    action_space = spaces.Tuple([spaces.Box(-1, 1, (2,), np.float32), spaces.Discrete(4), spaces.MultiDiscrete([2, 3])])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._seen(self.np_random.random()), {}

    def step(self, action):
        box, choice, several = action
        assert self.action_space.contains(action), action
        self.time += 1
        return self._seen(float(box[0])), float(choice) + 10 * float(several[1]), self.time == 5, False, {"is_success": self.time == 5}

    def _seen(self, value):
        return {"seen": np.full((2, 2), value), "kind": np.int64(2), "flags": np.array([1, 0], np.int8)}


def served(make_env, **about):
    """Serves in a thread; the address."""
    ready, url = threading.Event(), []
    about["on_ready"] = lambda at: (url.append(at), ready.set())
    threading.Thread(target=engram_gym.serve, args=(make_env, 0), kwargs=about, daemon=True).start()
    assert ready.wait(10)
    return url[0]


def a_gymnasium_environment_is_served():
    url = served(Everything)
    env = engram_gym.make("", url=url)
    assert [part["name"] for part in env.parts["observation"]] == ["flags", "kind", "seen"], env.parts
    assert env.control_period == 0.05
    first, _ = env.reset(seed=3)
    again, _ = env.reset(seed=3)
    assert np.array_equal(first, again) and first[:3].tolist() == [1, 0, 2]
    observation, reward, terminated, _, info = env.step(np.array([0.5, 0, 2, 1, 2]))
    assert observation[3] == 0.5 and reward == 22 and not terminated and not info["success"]
    for _ in range(4):
        *_, terminated, truncated, info = env.step(np.array([5.0, 0, 1, 0, 0]))
    assert terminated and info["success"]
    for wrong, told in ((lambda: env.step(np.zeros(5)), "must be reset"), (lambda: env._client.step(np.zeros(4)), "20 bytes"), (lambda: env.reset(options={"variation": [1]}), "no variations")):
        try:
            wrong()
            raise AssertionError("it was taken")
        except engram_gym.EngramError as error:
            assert told in str(error), error
    env.close()
    vector = engram_gym.make_vec("", 4, url=url, autoreset_mode=AutoresetMode.SAME_STEP)
    vector.reset(seed=1)
    for _ in range(5):
        _, _, terminations, _, info = vector.step(np.zeros((4, 5)))
    assert terminations.all() and info["final_obs"][0][3] == 0
    vector.close()


def a_step_that_is_refused_moves_no_copy():
    copies = engram_gym._Copies(Everything, 2, "disabled")
    still = np.tile(np.array([0, 0, 0, 0, 0], "<f4"), 2).tobytes()
    copies.reset('{"op": "reset", "mask": [1, 0]}')
    refused(lambda: copies.step(still), "Copy 1 must be reset")
    assert copies.envs[0].time == 0
    copies.reset('{"op": "reset"}')
    copies.step(still)
    copies.envs[1].time = 4
    copies.step(still)
    refused(lambda: copies.step(still), "Copy 1 must be reset")
    assert copies.envs[0].time == 2


def a_served_environment_has_the_name_it_is_given():
    parts = [{"name": "a", "size": 3, "quantity": "choice"}, {"name": "b", "size": 4, "low": -5}]
    env = engram_gym.make("own/everything@3", url=served(Everything, id="own/everything@3", summary="Do everything.", observation=parts))
    assert (env.id, env.summary) == ("own/everything@3", "Do everything.")
    # Bounds that are not told are the environment's own.
    assert env.observation_space.low.tolist() == [0, 0, 1, -5, -5, -5, -5] and env.observation_space.high[:3].tolist() == [1, 1, 3]
    env.close()
    moves = [{"name": "hand", "quantity": "velocity", "size": 2}, {"name": "others", "quantity": "choice", "size": 3}]
    env = engram_gym.make("", url=served(Everything, action=moves))
    own = engram_gym.make("", url=served(Everything))
    assert [(part["name"], part["quantity"]) for part in env.parts["action"]] == [("hand", "velocity"), ("others", "choice")], env.parts
    # Named or not, they are the same numbers within the same bounds.
    for side in ("low", "high"):
        numbers = lambda parts: [number for part in parts for number in np.broadcast_to(part[side], part["size"]).tolist()]
        assert numbers(env.parts["action"]) == numbers(own.parts["action"]), env.parts
    for one in (env, own):
        one.close()
    try:
        engram_gym.make("", url=served(Everything, action=moves[:1]))
        raise AssertionError("too few numbers were taken")
    except engram_gym.EngramError as error:
        assert "the action to have 5 numbers together, got 2" in str(error), error
    for wrong in ("everything", "own/Everything@3", "own/everything@0"):
        try:
            engram_gym.serve(Everything, 0, id=wrong)
            raise AssertionError("a wrong id was taken")
        except engram_gym.EngramError as error:
            assert "suite/name@version" in str(error), error


def a_served_environment_keeps_its_own_name():
    for own, name in (("multi-vehicle-v12", "multi-vehicle@12"), ("very-vast", "very-vast@1"), ("old-v0", "old@1")):
        gymnasium.register(own, entry_point=Everything)
        env = engram_gym.make("", url=served(lambda: gymnasium.make(own, disable_env_checker=True)))
        assert env.id == f"gymnasium/{name}", env.id
        env.close()


class Slow(Everything):
    """Half a second passes with each step."""

    def step(self, action):
        time.sleep(0.5)
        return super().step(action)


def refused(call, told, kind=engram_gym.EngramError):
    try:
        call()
    except kind as error:
        assert told in str(error), error
    else:
        raise AssertionError("it was taken")


def an_answer_that_is_not_waited_for_is_never_taken_for_another():
    url = served(Slow)
    action = np.zeros(5)
    for patience, end, told in ((60.0, KeyboardInterrupt, ""), (0.2, TimeoutError, "timed out")):
        engram_gym.PATIENCE = patience
        env = engram_gym.make("", url=url)
        env.reset(seed=1)
        if end is KeyboardInterrupt:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        refused(lambda: env.step(action), told, end)
        for later in (lambda: env.step(action), env.reset):
            refused(later, "an answer was not waited for. Make the environment anew")
        env.close()
    engram_gym.PATIENCE = 60.0
    env = engram_gym.make("", url=url)
    env.reset(seed=1)
    env.close()
    refused(env.reset, "is closed: by `close`")


@contextlib.contextmanager
def strange(*answers):
    """A server that greets as CartPole does and then gives these answers; its address, and the paths it was asked for."""
    with connect(served(lambda: gymnasium.make("CartPole-v1"))) as client:
        greeting, paths, left = client.recv(), [], list(answers)

    def live(client):
        paths.append(client.request.path)
        client.send(greeting)
        with contextlib.suppress(ConnectionClosed):
            for _ in client:
                client.send(left.pop(0))

    with serve(live, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}", paths
        server.shutdown()


def an_answer_of_another_kind_is_refused_and_the_connection_is_over():
    # Eight bytes, a reward, four flags with their padding, four numbers.
    whole = bytes([1, 0, 0, 0, 1, 0, 0, 0]) + bytes(8 + 4 + 16)
    with strange(whole, whole) as (url, paths):
        env = engram_gym.make("", url=f"{url}//")
        assert paths == ["/?count=1&autoreset=disabled"], paths
        env.reset()
        refused(lambda: env.step(1), "Expected a result of 36 bytes of kind 02, got 36 bytes of kind 01")
        refused(lambda: env.step(1), "Make the environment anew")
        env.close()
    for wrong in (whole[:-4], whole + bytes(4), b"", '{"op": "reset"}'):
        with strange(wrong) as (url, _):
            env = engram_gym.make("", url=url)
            refused(env.reset, "Expected a result of 36 bytes of kind 01, got ")
            env.close()


def a_server_of_ones_own_hears_no_ctrl_c_and_ends_with_whoever_started_it():
    program = "import engram_gym; client = engram_gym.make('classic/navigation-2d@1')._client; print(client.server.process.pid, client.server.url, flush=True); input()"
    owner = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    pid, url = owner.stdout.readline().split()
    assert os.getpgid(int(pid)) != os.getpgid(owner.pid)
    port = int(url.rsplit(":", 1)[1])
    socket.create_connection(("127.0.0.1", port)).close()
    owner.kill()
    owner.wait()
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            time.sleep(0.1)
            continue
        return
    raise AssertionError("it outlives its owner")


SHAKE = b"GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n"


def a_server_bears_whatever_is_sent_and_says_what_was_wrong():
    url = served(lambda: gymnasium.make("CartPole-v1"))
    port = int(url.rsplit(":", 1)[1])
    noise = np.random.default_rng(1)
    for k in range(60):
        with socket.create_connection(("127.0.0.1", port)) as line, contextlib.suppress(OSError):
            if k % 2:
                line.sendall(SHAKE % (b"localhost", b""))
            line.sendall(noise.bytes(int(noise.integers(200))))
            time.sleep(0.002)
    for host, origin in ((b"evil.example", b""), (b"localhost", b"Origin: https://evil.example\r\n"), (b"localhost", b"Origin: null\r\n")):
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(SHAKE % (host, origin))
            assert b" 403 " in line.recv(100), (host, origin)
    with connect(url) as client:
        client.recv()
        for message, told in (
            ("{", "JSON"),
            ("[]", "an object"),
            ("null", "an object"),
            ('{"op": "dance"}', "message.op"),
            ('{"op": "reset", "sead": 1}', "sead"),
            ('{"op": "reset", "seed": -1}', "message.seed"),
            ('{"op": "reset", "seed": true}', "message.seed"),
            ('{"op": "reset", "seed": [1, 2]}', "or 1 of them"),
            ('{"op": "reset", "mask": [1, 1]}', "message.mask"),
            ('{"op": "reset", "task": {"variation": [1]}}', "no variations"),
            (b"123", "4 bytes: 1 float32"),
            (struct.pack("<f", float("nan")), "NaN"),
            (struct.pack("<f", 1.0), "must be reset"),
        ):
            client.send(message)
            answer = json.loads(client.recv())["error"]
            assert told in answer["message"] and answer["code"] != "defect", (message, answer)
        client.send('{"op": "reset", "seed": 3}')
        assert client.recv()[0] == 1
        # Beyond its space an action is brought back into it, as in our own worlds.
        client.send(struct.pack("<f", float("inf")))
        assert client.recv()[0] == 2
    for query in ("count=0", "count=many", "autoreset=never"):
        with connect(f"{url}/?{query}") as client:
            assert query.split("=")[0] in json.loads(client.recv())["error"]["message"]
    with connect(url) as client:
        client.recv()
        client.send(bytes(2**24 + 1))
        try:
            client.recv()
            raise AssertionError("a message that is too large was taken")
        except ConnectionClosed as closed:
            assert closed.rcvd is not None and closed.rcvd.code == 1009, closed
    env = engram_gym.make("", url=url)
    env.reset(seed=1)
    env.close()


def errors_say_what_to_do():
    env = engram_gym.make("classic/navigation-2d@1")
    for call, told in (
        (lambda: env.reset(options={"gravity": 0.5}), "gravity"),
        (lambda: engram_gym.make("tabletop/posh@1"), "tabletop/push@1"),
        (lambda: engram_gym.make("tabletop/push@1", url="ws://127.0.0.1:9"), "refused"),
    ):
        try:
            call()
            raise AssertionError("it was taken")
        except (engram_gym.EngramError, OSError) as error:
            assert told in str(error), error
    env.close()


tests = [
    worlds_pass_gymnasiums_checks,
    a_world_is_lived_in,
    vectors_autoreset_as_gymnasiums_do,
    a_gymnasium_environment_is_served,
    a_step_that_is_refused_moves_no_copy,
    a_served_environment_has_the_name_it_is_given,
    a_served_environment_keeps_its_own_name,
    an_answer_that_is_not_waited_for_is_never_taken_for_another,
    an_answer_of_another_kind_is_refused_and_the_connection_is_over,
    a_server_of_ones_own_hears_no_ctrl_c_and_ends_with_whoever_started_it,
    a_server_bears_whatever_is_sent_and_says_what_was_wrong,
    errors_say_what_to_do,
]
for test in tests:
    if sys.argv[1:] in ([], [test.__name__]):
        test()
        print(json.dumps({"passed": test.__name__}), flush=True)
