"""Engram's worlds as Gymnasium environments, and Gymnasium environments as worlds for Engram.

    import engram_gym

    env = engram_gym.make("tabletop/push@1")                  # starts `engram serve-env` itself
    env = engram_gym.make("tabletop/push@1", url="ws://127.0.0.1:8766")
    envs = engram_gym.make_vec("tabletop/push@1", 16)

    engram_gym.serve(lambda: gymnasium.make("Ant-v5"), port=8770)
    # then, on Engram's side, the world is called  gymnasium:ws://127.0.0.1:8770

Needs gymnasium, numpy and websockets. The protocol is described in docs/environment-protocol.md of Engram.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from websockets.client import ClientProtocol
from websockets.frames import Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

__all__ = ["EngramEnv", "EngramError", "EngramVectorEnv", "make", "make_vec", "serve"]

PROTOCOL = "engram-environment/1"
RESET_RESULT, STEP_RESULT = 1, 2
LARGEST_MESSAGE = 2**24
LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
#: Reading and writing ends without an answer after this many seconds.
PATIENCE = 60.0


class EngramError(RuntimeError):
    """What the other side says was wrong; `code` is its kind, such as `invalid-value`."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


# --- The wire: one blocking socket and websockets' Sans-I/O protocol, which is three times as fast as its event loop --------------------------


class _Wire:
    """Whole messages over one socket; `protocol` does the framing."""

    def __init__(self, connection: socket.socket, protocol: ClientProtocol | ServerProtocol):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self.protocol = protocol
        self.fragments: list[bytes] = []
        self.is_text = False
        self.received: list[str | bytes | Request | Response] = []

    def flush(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                self.socket.sendall(data)
            else:
                # The protocol's way to say that nothing more is to be sent.
                self.socket.shutdown(socket.SHUT_WR)

    def next(self) -> str | bytes | Request | Response:
        """The next message or handshake. Raises ConnectionError when the other side has gone."""
        while not self.received:
            data = self.socket.recv(65536)
            if data:
                self.protocol.receive_data(data)
            else:
                self.protocol.receive_eof()
            for event in self.protocol.events_received():
                self._collect(event)
            self.flush()
            if not self.received and (not data or self.protocol.state in (State.CLOSING, State.CLOSED)):
                raise ConnectionError("The other side has closed the connection.")
        return self.received.pop(0)

    def _collect(self, event: Any) -> None:
        if isinstance(event, (Request, Response)):
            self.received.append(event)
            return
        if event.opcode in (Opcode.TEXT, Opcode.BINARY):
            self.is_text = event.opcode is Opcode.TEXT
            self.fragments = [bytes(event.data)]
        elif event.opcode is Opcode.CONT:
            self.fragments.append(bytes(event.data))
        else:
            return
        if event.fin:
            whole = b"".join(self.fragments)
            self.received.append(whole.decode() if self.is_text else whole)

    def send(self, message: str | bytes | memoryview) -> None:
        if isinstance(message, str):
            self.protocol.send_text(message.encode())
        else:
            self.protocol.send_binary(message)
        self.flush()

    def linger(self) -> None:
        """Reads on, for a moment, what a broken-off client is still sending: it would lose our last words to a reset connection otherwise."""
        self.socket.settimeout(0.5)
        with contextlib.suppress(OSError):
            for _ in range(LARGEST_MESSAGE // 65536 * 2):
                if not self.socket.recv(65536):
                    return

    def close(self) -> None:
        try:
            if self.protocol.state is State.OPEN:
                self.protocol.send_close(1000)
                self.flush()
        except OSError:
            pass
        finally:
            self.socket.close()


def _connect(url: str) -> _Wire:
    uri = parse_uri(url)
    wire = _Wire(socket.create_connection((uri.host, uri.port), timeout=PATIENCE), ClientProtocol(uri, max_size=None))
    wire.protocol.send_request(wire.protocol.connect())
    wire.flush()
    wire.next()
    if wire.protocol.handshake_exc is not None:
        raise ConnectionError(f"{url} refuses: {wire.protocol.handshake_exc}")
    return wire


# --- What is said ---------------------------------------------------------------------------------------------------------------------------


def _padded(count: int) -> int:
    """Bytes of three flags a copy, up to a multiple of four."""
    return 4 * -(-3 * count // 4)


class _Result:
    """The bytes of a result: header, rewards, flags, observations; finals under same-step, variations after resets."""

    def __init__(self, greeting: dict[str, Any]):
        self.count = greeting["count"]
        self.size = sum(part["size"] for part in greeting["observation"])
        self.variation = sum(part["size"] for part in greeting["variation"])
        self.has_finals = greeting["autoreset"] == "same-step"

    def length(self, kind: int) -> int:
        """Bytes of a reset's or a step's result."""
        observations = 4 * self.count * self.size * (2 if self.has_finals else 1)
        return 8 + 8 * self.count + _padded(self.count) + observations + (4 * self.count * self.variation if kind == RESET_RESULT else 0)

    def read(self, message: bytes) -> dict[str, np.ndarray]:
        count, size = self.count, self.size
        flags = 8 + 8 * count
        observations = flags + _padded(count)
        finals = observations + 4 * count * size
        variations = finals + (4 * count * size if self.has_finals else 0)

        def row(kind: Any, at: int, many: int) -> np.ndarray:
            return np.frombuffer(message, kind, many, at).copy()

        return {
            "rewards": row("<f8", 8, count),
            "terminated": row("u1", flags, count).astype(bool),
            "truncated": row("u1", flags + count, count).astype(bool),
            "successes": row("u1", flags + 2 * count, count).astype(bool),
            "observations": row("<f4", observations, count * size).reshape(count, size),
            "finals": row("<f4", finals, count * size).reshape(count, size) if self.has_finals else None,
            "variations": row("<f4", variations, count * self.variation).reshape(count, self.variation) if message[0] == RESET_RESULT else None,
        }

    def write(self, kind: int, step: dict[str, np.ndarray]) -> bytes:
        flags = np.concatenate([step["terminated"], step["truncated"], step["successes"]]).astype("u1").tobytes()
        return b"".join(
            [
                struct.pack("<BxxxI", kind, self.count),
                step["rewards"].astype("<f8").tobytes(),
                flags.ljust(_padded(self.count), b"\0"),
                step["observations"].astype("<f4").tobytes(),
                step["finals"].astype("<f4").tobytes() if self.has_finals else b"",
            ]
        )


def _bounds(parts: Sequence[dict[str, Any]], side: str) -> np.ndarray:
    return np.concatenate([np.broadcast_to(np.asarray(part[side], np.float32), part["size"]) for part in parts])


def _box(parts: Sequence[dict[str, Any]]) -> spaces.Box:
    return spaces.Box(_bounds(parts, "low"), _bounds(parts, "high"), dtype=np.float32)


def _action_space(parts: Sequence[dict[str, Any]]) -> spaces.Space:
    """One choice is a Discrete, several are a MultiDiscrete, anything else a Box."""
    if any(part["quantity"] != "choice" for part in parts):
        return _box(parts)
    low, high = (_bounds(parts, side).astype(np.int64) for side in ("low", "high"))
    if len(low) == 1:
        return spaces.Discrete(int(high[0] - low[0] + 1), start=int(low[0]))
    return spaces.MultiDiscrete(high - low + 1, start=low)


# --- Engram's worlds as Gymnasium environments --------------------------------------------------------------------------------------------------


def _command() -> list[str]:
    """What starts Engram: ENGRAM_COMMAND, the program beside this file, the one on the path, or npx."""
    given = os.environ.get("ENGRAM_COMMAND")
    if given:
        return given.split()
    # Where this file lies in the package; not where it was copied beside a script.
    for root in list(Path(__file__).resolve().parents)[3:4]:
        for built in (root / "scenarios" / "main.js", root / "dist" / "scenarios" / "main.js"):
            if built.exists():
                return ["node", str(built)]
    return ["engram"] if shutil.which("engram") else ["npx", "--no-install", "engram"]


class _Server:
    """An `engram serve-env` of our own; it ends when its last client leaves."""

    def __init__(self, id: str):
        command = [*_command(), "serve-env", id, "--port", "0", "--once", "--json"]
        try:
            # In a session of its own: Ctrl-C is for whoever lives in the world, who may go on.
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        except FileNotFoundError as error:
            raise EngramError("not-found", f"Could not start `{' '.join(command)}`: install engram with npm, or set ENGRAM_COMMAND.") from error
        try:
            line = self.process.stdout.readline()
            if not line:
                raise EngramError("not-started", f"`{' '.join(command)}` said: {self.process.stderr.read().strip()}")
            self.url = json.loads(line)["url"]
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
        self.process.stderr.close()


class _Client:
    """A connection to copies of one world."""

    def __init__(self, id: str, url: str | None, count: int, autoreset: str):
        self.server = _Server(id) if url is None else None
        self.wire: _Wire | None = None
        try:
            query = urlencode({"count": count, "autoreset": autoreset})
            self.wire = _connect(f"{(url or self.server.url).rstrip('/')}/?{query}")
            self.greeting = self._read(self.wire.next())
            if not isinstance(self.greeting, dict) or self.greeting.get("protocol") != PROTOCOL:
                raise EngramError("protocol", f"Expected a greeting in the protocol {PROTOCOL}, got {str(self.greeting)[:60]}.")
            if url is not None and id != self.greeting["id"] and id != "":
                raise EngramError("invalid-value", f"{url} serves {self.greeting['id']}, not {id}.")
        except BaseException:
            self.close()
            raise
        self.result = _Result(self.greeting)

    def _read(self, message: Any) -> Any:
        if isinstance(message, bytes):
            return message
        told = json.loads(message)
        if isinstance(told, dict) and "error" in told:
            raise EngramError(told["error"]["code"], told["error"]["message"])
        return told

    def _ask(self, request: str | bytes, kind: int) -> dict[str, np.ndarray]:
        """A result. Answers come in the order of requests and carry no number, so a connection is over once one was not waited for."""
        if self.wire.socket.fileno() < 0:
            raise EngramError("order", f"The connection to {self.greeting['id']} is closed: by `close`, or because an answer was not waited for. Make the environment anew.")
        try:
            self.wire.send(request)
            message = self.wire.next()
        except BaseException:  # Ctrl-C and the end of patience among them.
            self.wire.socket.close()
            raise
        answer = self._read(message)
        if not isinstance(answer, bytes) or answer[:1] != bytes([kind]) or len(answer) != self.result.length(kind):
            self.wire.socket.close()
            got = f"{len(answer)} bytes of kind {answer[:1].hex()}" if isinstance(answer, bytes) else str(answer)[:60]
            raise EngramError("protocol", f"Expected a result of {self.result.length(kind)} bytes of kind {kind:02x}, got {got}. Make the environment anew.")
        return self.result.read(answer)

    def reset(self, seed: Any, options: dict[str, Any] | None, mask: np.ndarray | None = None) -> dict[str, np.ndarray]:
        strange = set(options or {}) - {"variation", "settings", "reset_mask"}
        if strange:
            raise EngramError("unknown-name", f"Unknown options of a reset: {', '.join(sorted(strange))}. Known: variation, settings; of a vector, reset_mask.")
        task = {key: value for key, value in (options or {}).items() if key != "reset_mask"}
        if "variation" in task:
            task["variation"] = [float(value) for value in task["variation"]]
        request = {"op": "reset", "seed": seed, "task": task or None, "mask": None if mask is None else [int(one) for one in mask]}
        return self._ask(json.dumps({key: value for key, value in request.items() if value is not None}), RESET_RESULT)

    def step(self, actions: np.ndarray) -> dict[str, np.ndarray]:
        return self._ask(np.ascontiguousarray(actions, "<f4").tobytes(), STEP_RESULT)

    def close(self) -> None:
        if self.wire is not None:
            self.wire.close()
        if self.server is not None:
            self.server.close()


class EngramEnv(gymnasium.Env):
    """One world. `reset` takes `options={"variation": [...], "settings": {...}}`; infos tell `success`, and after a reset the `variation`."""

    metadata: dict[str, Any] = {"render_modes": []}

    def __init__(self, id: str, url: str | None = None):
        self._client = _Client(id, url, 1, "disabled")
        greeting = self._client.greeting
        self.id, self.summary = greeting["id"], greeting["summary"]
        self.parts = {name: greeting[name] for name in ("observation", "action", "variation")}
        self.settings = greeting["settings"]
        self.horizon, self.control_period = greeting["horizon"], greeting["controlPeriod"]
        self.observation_space = _box(greeting["observation"])
        self.action_space = _action_space(greeting["action"])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        super().reset(seed=seed)
        step = self._client.reset(seed, options)
        return step["observations"][0], {"success": False, "variation": step["variations"][0]}

    def step(self, action: Any):
        step = self._client.step(np.asarray(action, np.float32).reshape(-1))
        done = bool(step["terminated"][0]), bool(step["truncated"][0])
        return step["observations"][0], float(step["rewards"][0]), *done, {"success": bool(step["successes"][0])}

    def close(self) -> None:
        self._client.close()


class EngramVectorEnv(VectorEnv):
    """Copies of one world in one server; copy k of a seed s is reset with s + k. Infos as Gymnasium's vector environments give them."""

    def __init__(self, id: str, count: int, url: str | None = None, autoreset_mode: AutoresetMode = AutoresetMode.NEXT_STEP):
        modes = {AutoresetMode.NEXT_STEP: "next-step", AutoresetMode.SAME_STEP: "same-step", AutoresetMode.DISABLED: "disabled"}
        self._client = _Client(id, url, count, modes[autoreset_mode])
        greeting = self._client.greeting
        self.id, self.num_envs = greeting["id"], count
        self.metadata = {"render_modes": [], "autoreset_mode": autoreset_mode}
        self.single_observation_space = _box(greeting["observation"])
        self.single_action_space = _action_space(greeting["action"])
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)
        self._all = np.ones(count, bool)

    def reset(self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None):
        super().reset(seed=seed if isinstance(seed, int) else None)
        if isinstance(seed, (list, tuple, np.ndarray)):
            if any(one is None for one in seed):
                raise EngramError("invalid-value", "Expected a seed for every copy, or none at all.")
            seed = [int(one) for one in seed]
        mask = None if options is None else options.get("reset_mask")
        step = self._client.reset(seed, options, mask)
        told = self._all if mask is None else np.asarray(mask, bool)
        return step["observations"], {"variation": step["variations"], "_variation": told.copy()}

    def step(self, actions: Any):
        step = self._client.step(np.asarray(actions, np.float32).reshape(-1))
        info: dict[str, Any] = {"success": step["successes"], "_success": self._all.copy()}
        ended = step["terminated"] | step["truncated"]
        if step["finals"] is not None and ended.any():
            finals = np.full(self.num_envs, None, object)
            for k in np.flatnonzero(ended):
                finals[k] = step["finals"][k]
            info |= {"final_obs": finals, "_final_obs": ended, "final_info": {"success": step["successes"], "_success": ended}, "_final_info": ended}
        return step["observations"], step["rewards"], step["terminated"], step["truncated"], info

    def close_extras(self, **kwargs: Any) -> None:
        self._client.close()


def make(id: str, url: str | None = None) -> EngramEnv:
    """A world of Engram. Without a url, `engram serve-env` is started, and ends with the environment."""
    return EngramEnv(id, url)


def make_vec(id: str, n: int, url: str | None = None, autoreset_mode: AutoresetMode = AutoresetMode.NEXT_STEP) -> EngramVectorEnv:
    """n copies of a world of Engram, stepped at once."""
    return EngramVectorEnv(id, n, url, autoreset_mode)


# --- Gymnasium environments as worlds for Engram --------------------------------------------------------------------------------------------------


def _finite(bound: np.ndarray) -> list[float]:
    return [float(value) for value in np.clip(np.asarray(bound, np.float64).reshape(-1), -LARGEST_FLOAT32, LARGEST_FLOAT32)]


def _parts(space: spaces.Space, name: str) -> list[dict[str, Any]]:
    """A space in Engram's words: a list of named runs of numbers."""
    if isinstance(space, spaces.Dict):
        return [part for key, inner in space.items() for part in _parts(inner, key)]
    if isinstance(space, spaces.Tuple):
        return [part for k, inner in enumerate(space) for part in _parts(inner, f"{name} {k + 1}")]
    if isinstance(space, spaces.Discrete):
        low, high = [int(space.start)], [int(space.start + space.n - 1)]
        return [{"name": name, "quantity": "choice", "unit": "1", "size": 1, "low": low, "high": high}]
    if isinstance(space, spaces.MultiDiscrete):
        low = np.asarray(space.start).reshape(-1)
        high = low + np.asarray(space.nvec).reshape(-1) - 1
        return [{"name": name, "quantity": "choice", "unit": "1", "size": len(low), "low": low.tolist(), "high": high.tolist()}]
    if isinstance(space, spaces.MultiBinary):
        size = int(np.prod(space.shape))
        return [{"name": name, "quantity": "choice", "unit": "1", "size": size, "low": 0, "high": 1}]
    if isinstance(space, spaces.Box):
        return [{"name": name, "quantity": "scalar", "unit": "1", "size": int(np.prod(space.shape)), "low": _finite(space.low), "high": _finite(space.high)}]
    raise EngramError("invalid-value", f"Expected the {name} space to be made of Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple, got {type(space).__name__}.")


def _flat(space: spaces.Space, value: Any) -> np.ndarray:
    if isinstance(space, spaces.Dict):
        return np.concatenate([_flat(inner, value[key]) for key, inner in space.items()])
    if isinstance(space, spaces.Tuple):
        return np.concatenate([_flat(inner, each) for inner, each in zip(space, value)])
    return np.asarray(value, np.float32).reshape(-1)


def _unflat(space: spaces.Space, numbers: np.ndarray) -> Any:
    """The action that a run of numbers stands for, and what a space takes of it."""
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        taken, values = 0, []
        for inner in space.values() if isinstance(space, spaces.Dict) else space:
            size = spaces.flatdim(inner) if isinstance(inner, spaces.Box) else sum(part["size"] for part in _parts(inner, ""))
            values.append(_unflat(inner, numbers[taken : taken + size]))
            taken += size
        return dict(zip(space.keys(), values)) if isinstance(space, spaces.Dict) else tuple(values)
    if isinstance(space, (spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)):
        [part] = _parts(space, "")
        whole = np.rint(np.clip(numbers, part["low"], part["high"]))
        return int(whole[0]) if isinstance(space, spaces.Discrete) else whole.astype(space.dtype).reshape(space.shape)
    return np.clip(numbers.reshape(space.shape), space.low, space.high).astype(space.dtype)


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text.lower()).strip("-") or "world"


class _Face:
    """What a served world says of itself beyond what Gymnasium knows of it."""

    def __init__(
        self, id: str | None, summary: str | None, observation: Sequence[dict[str, Any]] | None, action: Sequence[dict[str, Any]] | None
    ):
        if id is not None and not re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+@[1-9][0-9]*", id):
            raise EngramError("invalid-value", f"Expected `id` to be suite/name@version in small letters, such as metaworld/reach@1, got {id!r}.")
        self.id, self.summary, self.observation, self.action = id, summary, observation, action


def _named(space: spaces.Space, name: str, given: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """A space's parts, under the names that were given to its numbers."""
    own = _parts(space, name)
    if given is None:
        return own
    low, high = _bounds(own, "low").tolist(), _bounds(own, "high").tolist()
    size = sum(part["size"] for part in given)
    if size != len(low):
        raise EngramError("invalid-value", f"Expected the parts of the {name} to have {len(low)} numbers together, got {size}.")
    starts = [sum(part["size"] for part in given[:k]) for k in range(len(given))]
    numbers = [slice(start, start + part["size"]) for start, part in zip(starts, given)]
    return [{"quantity": "scalar", "unit": "1", "low": low[at], "high": high[at], **part} for at, part in zip(numbers, given)]


def _describe(env: gymnasium.Env, face: _Face) -> dict[str, Any]:
    spec = env.spec
    name, version = re.fullmatch(r"(.*?)(?:-v([0-9]+))?", (spec.id if spec is not None else type(env.unwrapped).__name__).rpartition("/")[2]).groups()
    fps = env.metadata.get("render_fps")
    period = getattr(env.unwrapped, "dt", None) or (1 / fps if fps else 1.0)
    return {
        "protocol": PROTOCOL,
        "id": face.id or f"gymnasium/{_slug(name)}@{max(1, int(version or 1))}",
        "summary": face.summary or f"{spec.id if spec is not None else name}, in Python.",
        "observation": _named(env.observation_space, "observation", face.observation),
        "action": _named(env.action_space, "action", face.action),
        "variation": [],
        "settings": [],
        "controlPeriod": float(period),
        "horizon": (spec.max_episode_steps if spec is not None else None) or 1_000_000,
    }


def _read_reset(text: str, count: int) -> tuple[int | list[int] | None, list[int] | None]:
    """Seed and mask of a request. Raises EngramError for what is none."""

    def expect(holds: bool, what: str, rule: str, got: Any) -> None:
        if not holds:
            raise EngramError("invalid-value", f"Expected `{what}` to be {rule}, got {json.dumps(got)[:60]}.")

    def is_seed(value: Any) -> bool:
        return type(value) is int and value >= 0

    try:
        request = json.loads(text)
    except ValueError:
        raise EngramError("invalid-value", f"Expected `message` to be JSON, got {text[:60]!r}.") from None
    expect(isinstance(request, dict), "message", "an object", request)
    expect(request.get("op") == "reset", "message.op", '"reset"', request.get("op"))
    strange = set(request) - {"op", "seed", "mask", "task"}
    if strange:
        raise EngramError("unknown-name", f"Unknown key in `message`: {', '.join(sorted(strange))}. Known: op, seed, mask, task.")
    if request.get("task"):
        raise EngramError("invalid-value", "This world is Gymnasium's: it has no variations and no settings.")
    seed, mask = request.get("seed"), request.get("mask")
    many = isinstance(seed, list) and len(seed) == count and all(map(is_seed, seed))
    expect(seed is None or is_seed(seed) or many, "message.seed", f"a non-negative integer, or {count} of them", seed)
    flags = isinstance(mask, list) and len(mask) == count and all(one in (0, 1) for one in mask)
    expect(mask is None or flags, "message.mask", f"{count} numbers, 1 or 0", mask)
    return seed, mask


class _Copies:
    """A client's environments, stepped one after another."""

    def __init__(self, make_env: Callable[[], gymnasium.Env], count: int, autoreset: str):
        self.envs = [make_env() for _ in range(count)]
        self.autoreset = autoreset
        self.ended = [False] * count
        self.begun = [False] * count
        env = self.envs[0]
        self.size = sum(part["size"] for part in _parts(env.observation_space, "observation"))
        self.action_size = sum(part["size"] for part in _parts(env.action_space, "action"))
        self.step_result = {
            "rewards": np.zeros(count),
            "terminated": np.zeros(count, bool),
            "truncated": np.zeros(count, bool),
            "successes": np.zeros(count, bool),
            "observations": np.zeros((count, self.size), np.float32),
            "finals": np.zeros((count, self.size), np.float32),
        }

    def reset(self, text: str) -> dict[str, np.ndarray]:
        seed, mask = _read_reset(text, len(self.envs))
        for k in range(len(self.envs)):
            if mask is None or mask[k]:
                self._begin(k, None if seed is None else seed[k] if isinstance(seed, list) else seed + k)
        return self.step_result

    def step(self, message: bytes) -> dict[str, np.ndarray]:
        wanted = 4 * len(self.envs) * self.action_size
        if len(message) != wanted:
            raise EngramError("invalid-value", f"Expected `actions` to be {wanted} bytes: {wanted // 4} float32 numbers, got {len(message)} bytes.")
        actions = np.frombuffer(message, "<f4").reshape(len(self.envs), self.action_size)
        if np.isnan(actions).any():
            raise EngramError("invalid-value", "Expected `actions` to be numbers, got NaN.")
        for k in range(len(self.envs)):
            if not self.begun[k] or (self.ended[k] and self.autoreset != "next-step"):
                raise EngramError("order", f"Copy {k} must be reset before it is stepped.")
        for k, env in enumerate(self.envs):
            self._act(k, env, actions[k])
        return self.step_result

    def _act(self, k: int, env: gymnasium.Env, action: np.ndarray) -> None:
        result = self.step_result
        if self.ended[k]:
            self._begin(k, None)
            return
        observation, reward, terminated, truncated, info = env.step(_unflat(env.action_space, action))
        result["rewards"][k], result["terminated"][k], result["truncated"][k] = reward, terminated, truncated
        result["successes"][k] = bool(info.get("success", info.get("is_success", False)))
        result["observations"][k] = _flat(env.observation_space, observation)
        ended = bool(terminated or truncated)
        self.ended[k] = ended
        if ended and self.autoreset == "same-step":
            flags = reward, terminated, truncated, result["successes"][k]
            result["finals"][k] = result["observations"][k]
            self._begin(k, None)
            result["rewards"][k], result["terminated"][k], result["truncated"][k], result["successes"][k] = flags

    def _begin(self, k: int, seed: int | None) -> None:
        observation, _ = self.envs[k].reset(seed=seed)
        result = self.step_result
        result["observations"][k] = _flat(self.envs[k].observation_space, observation)
        for name in ("rewards", "terminated", "truncated", "successes"):
            result[name][k] = 0
        self.ended[k], self.begun[k] = False, True

    def close(self) -> None:
        for env in self.envs:
            env.close()


def _may_connect(headers: Any) -> bool:
    """A web page from anywhere can open a socket to loopback: the Host it used must be this machine's, and its Origin, if it has one, the same."""
    host = headers.get("Host", "")
    if not re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", host, re.IGNORECASE):
        return False
    origin = headers.get("Origin")
    return origin is None or origin == f"http://{host}"


def _shake_hands(wire: _Wire) -> dict[str, str] | None:
    """What a client asks for in its query; None where it is sent away."""
    wire.socket.settimeout(10)
    request = wire.next()
    if not isinstance(request, Request):
        return None
    response = wire.protocol.accept(request) if _may_connect(request.headers) else wire.protocol.reject(403, "Only from this machine.\n")
    wire.protocol.send_response(response)
    wire.flush()
    wire.socket.settimeout(None)
    return {key: values[0] for key, values in parse_qs(urlsplit(request.path).query).items()} if response.status_code == 101 else None


def _told(error: Exception) -> str:
    """An error for the other side; one that an environment threw by itself is told too, with its kind."""
    known = isinstance(error, EngramError)
    return json.dumps({"error": {"code": error.code if known else "defect", "message": str(error) if known else f"{type(error).__name__}: {error}"}})


def _greet(query: dict[str, str], make_env: Callable[[], gymnasium.Env], face: _Face) -> tuple[_Copies, dict[str, Any]]:
    count, autoreset = query.get("count", "1"), query.get("autoreset", "disabled")
    if not (count.isdecimal() and 1 <= int(count) <= 4096):
        raise EngramError("invalid-value", f"Expected `count` to be a whole number from 1 to 4096, got {count!r}.")
    if autoreset not in ("next-step", "same-step", "disabled"):
        raise EngramError("invalid-value", f"Expected `autoreset` to be next-step, same-step or disabled, got {autoreset!r}.")
    copies = _Copies(make_env, int(count), autoreset)
    return copies, {**_describe(copies.envs[0], face), "count": int(count), "autoreset": autoreset}


def _serve_client(wire: _Wire, make_env: Callable[[], gymnasium.Env], face: _Face) -> None:
    query = _shake_hands(wire)
    if query is None:
        return
    try:
        copies, greeting = _greet(query, make_env, face)
    except Exception as error:  # Whoever is waiting at the other end must hear of it.
        wire.send(_told(error))
        if not isinstance(error, EngramError):
            raise
        return
    result = _Result(greeting)
    try:
        wire.send(json.dumps(greeting))
        while True:
            message = wire.next()
            try:
                if isinstance(message, bytes):
                    answer: str | bytes = result.write(STEP_RESULT, copies.step(message))
                else:
                    answer = result.write(RESET_RESULT, copies.reset(message))
            except Exception as error:
                answer = _told(error)
            wire.send(answer)
    finally:
        copies.close()


def serve(
    make_env: Callable[[], gymnasium.Env],
    port: int = 8770,
    *,
    id: str | None = None,
    summary: str | None = None,
    observation: Sequence[dict[str, Any]] | None = None,
    action: Sequence[dict[str, Any]] | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Offers a Gymnasium environment to Engram on this machine, until Ctrl-C; every client has environments of its own, made by `make_env`.

    `id` is what Engram shall call the world, such as `metaworld/reach@1`, and `summary` what is to be done there, in a sentence; by default Gymnasium's name.
    `observation` may say what the numbers mean, so that Engram's agents can build features from them: a list such as
    `[{"name": "hand", "quantity": "position", "unit": "m", "size": 3}, ...]`, and `action` what those of its action mean. An environment's success is `info["success"]` or `info["is_success"]`.
    """
    face = _Face(id, summary, observation, action)
    with socket.create_server(("127.0.0.1", port)) as server:
        url = f"ws://127.0.0.1:{server.getsockname()[1]}"
        if on_ready is None:
            print(f"Serving at {url}; in Engram this world is gymnasium:{url}. Ctrl-C stops it.", flush=True)
        else:
            on_ready(url)
        try:
            while True:
                connection, _ = server.accept()
                threading.Thread(target=_live, args=(connection, make_env, face), daemon=True).start()
        except KeyboardInterrupt:
            pass


def _live(connection: socket.socket, make_env: Callable[[], gymnasium.Env], face: _Face) -> None:
    wire = _Wire(connection, ServerProtocol(max_size=LARGEST_MESSAGE))
    try:
        _serve_client(wire, make_env, face)
    except OSError:
        wire.linger()  # The client has left, or was cut off.
    except Exception as error:
        print(f"engram_gym: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        wire.close()
