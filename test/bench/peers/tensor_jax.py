"""Times jitted JAX on MAML as `npm run bench -- tensor` runs it, one thread.

    pip install jax numpy
    taskset -c 0 python test/bench/peers/tensor_jax.py

A whole meta-iteration is one compiled function: 25 tasks by vmap, one inner step, exact second order, Adam. Each figure is the mean of the best of
several rounds. Prints [{"name", "microseconds"}, …] as JSON.
"""

import json
import os
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

ROUNDS, ROUND = 7, 0.2
random = np.random.default_rng(1)


def best(run):
    run(), run()
    figures = []
    for _ in range(ROUNDS):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < ROUND:
            run()
            count += 1
        figures.append((time.perf_counter() - start) / count)
    return 1e6 * min(figures)


def maml(activation):
    sizes = [1, 40, 40, 1]
    weights = [(random.normal(size=(i, o)).astype(np.float32) / np.sqrt(i), np.zeros(o, np.float32)) for i, o in zip(sizes, sizes[1:])]
    data = [random.normal(size=(25, 10, 1)).astype(np.float32) for _ in range(4)]

    def forward(weights, x):
        for w, b in weights[:-1]:
            x = activation(x @ w + b)
        w, b = weights[-1]
        return x @ w + b

    def error(weights, x, y):
        return jnp.mean((forward(weights, x) - y) ** 2)

    def task(weights, xs, ys, xq, yq):
        gradients = jax.grad(error)(weights, xs, ys)
        return error(jax.tree.map(lambda w, g: w - 0.01 * g, weights, gradients), xq, yq)

    def outer(weights, *data):
        return jnp.mean(jax.vmap(task, (None, 0, 0, 0, 0))(weights, *data))

    @jax.jit
    def iteration(weights, mean, square, count, *data):
        loss, gradients = jax.value_and_grad(outer)(weights, *data)
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradients)
        square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradients)
        scale = jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weights = jax.tree.map(lambda w, m, v: w - 1e-3 * scale * m / (jnp.sqrt(v) + 1e-8), weights, mean, square)
        return weights, mean, square, count + 1, loss

    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = [weights, zeros, zeros, 1.0]

    def run():
        *state[:], loss = iteration(*state, *data)
        return float(loss)

    return run


cases = {"maml relu": maml(jax.nn.relu), "maml tanh": maml(jnp.tanh)}
print(json.dumps([{"name": name, "microseconds": best(run)} for name, run in cases.items()]))
