"""Times PyTorch on what `npm run bench -- tensor` times, one thread, so that both run on the same machine in the same minute.

    pip install torch numpy
    taskset -c 0 python test/bench/peers/tensor_torch.py

Eager mode but for "decision frozen"; Adam is the fused one. The MAML loop is learn2learn's way: a clone of the network for each task, adapted with
create_graph, one backward through all. Each figure is the mean of the best of several rounds. Prints [{"name", "microseconds"}, …] as JSON.
"""

import json
import sys
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.func import functional_call  # noqa: E402

torch.set_num_threads(1)
torch.manual_seed(1)
ROUNDS, ROUND = 7, 0.2


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


def mlp(*sizes, activation=nn.Tanh):
    layers = [layer for i, o in zip(sizes, sizes[1:]) for layer in (nn.Linear(i, o), activation())]
    return nn.Sequential(*layers[:-1])


def decision(frozen):
    net = mlp(39, 64, 64, 4).eval()
    if frozen:
        net = torch.jit.freeze(torch.jit.trace(net, torch.zeros(1, 39)))
    observation = np.random.randn(1, 39).astype(np.float32)
    given = torch.zeros(1, 39)

    def run():
        with torch.inference_mode():
            given.copy_(torch.from_numpy(observation))
            return net(given).numpy()

    return run


def step(parameters, loss):
    optimiser = torch.optim.Adam(parameters, lr=1e-3, fused=True)

    def run():
        optimiser.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimiser.step()
        return value.item()

    return run


def cloning(sizes, batch):
    net, x, y = mlp(*sizes), torch.randn(batch, sizes[0]), torch.randn(batch, sizes[-1])
    return step(net.parameters(), lambda: nn.functional.mse_loss(net(x), y))


def maml(activation):
    net = mlp(1, 40, 40, 1, activation=activation)
    tasks = [[torch.randn(10, 1) for _ in range(4)] for _ in range(25)]

    def loss():
        total = 0.0
        for xs, ys, xq, yq in tasks:
            weights = dict(net.named_parameters())
            inner = nn.functional.mse_loss(functional_call(net, weights, xs), ys)
            gradients = torch.autograd.grad(inner, weights.values(), create_graph=True)
            adapted = {name: w - 0.01 * g for (name, w), g in zip(weights.items(), gradients)}
            total = total + nn.functional.mse_loss(functional_call(net, adapted, xq), yq)
        return total / 25

    return step(net.parameters(), loss)


def gru():
    unit, x = nn.GRU(32, 128), torch.randn(100, 32, 32)

    def run():
        unit.zero_grad(set_to_none=True)
        (unit(x)[0] ** 2).sum().backward()

    return run


def retrieval():
    """The form of src/learning/meta/retrieval-policy.ts."""
    encoder, head = mlp(60, 64, 24), mlp(124, 64, 64, 4)
    strength, cue = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.ones(1))
    q, qc, qa = torch.randn(128, 60), torch.randn(128, 8), torch.randn(128, 4)
    s, sc, sa = torch.randn(1024, 60), torch.randn(1024, 8), torch.randn(1024, 4)
    keys = lambda x, code: torch.cat([encoder(x), code * cue], 1)  # noqa: E731

    def loss():
        k, o = keys(s, sc), keys(q, qc)
        distances = (o**2).sum(1, keepdim=True) + (k**2).sum(1) - 2 * o @ k.T
        weights = torch.softmax(-torch.exp(strength) * distances, 1)
        recalled, difference = weights @ sa, weights @ s - q
        return nn.functional.mse_loss(recalled + head(torch.cat([q, recalled, difference], 1)), qa)

    return step([*encoder.parameters(), *head.parameters(), strength, cue], loss)


cases = {
    "decision eager": decision(False),
    "decision frozen": decision(True),
    "adam 39-64-64-4 batch 64": cloning([39, 64, 64, 4], 64),
    "adam 39-256-256-4 batch 256": cloning([39, 256, 256, 4], 256),
    "maml relu": maml(nn.ReLU),
    "maml tanh": maml(nn.Tanh),
    "gru 128, 32 x 100": gru(),
    "retrieval policy batch 128": retrieval(),
}
wanted = sys.argv[1:] or cases
print(json.dumps([{"name": name, "microseconds": best(cases[name])} for name in wanted]))
