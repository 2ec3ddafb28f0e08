"""Serves Gymnasium's CartPole on a free port, and says where in JSON."""

import json

import gymnasium

import engram_gym

engram_gym.serve(lambda: gymnasium.make("CartPole-v1"), 0, on_ready=lambda url: print(json.dumps({"url": url}), flush=True))
