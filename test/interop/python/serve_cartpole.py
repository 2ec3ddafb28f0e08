"""Serves Gymnasium's CartPole on the port that is given, and says where in JSON; with a second argument, one that cannot begin with the seed 13."""

import json
import sys

import gymnasium

import engram_gym



class Superstitious(gymnasium.Wrapper):
    def reset(self, *, seed=None, options=None):
        if seed == 13:
            raise ValueError("not with 13")
        return super().reset(seed=seed, options=options)


def make():
    env = gymnasium.make("CartPole-v1")
    return Superstitious(env) if len(sys.argv) > 2 else env


engram_gym.serve(make, int(sys.argv[1]), on_ready=lambda url: print(json.dumps({"url": url}), flush=True))
