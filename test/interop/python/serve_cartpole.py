"""Serves Gymnasium's CartPole on the port that is given, and says where in JSON."""

import json
import sys

import gymnasium

import engram_gym

engram_gym.serve(lambda: gymnasium.make("CartPole-v1"), int(sys.argv[1]), on_ready=lambda url: print(json.dumps({"url": url}), flush=True))
