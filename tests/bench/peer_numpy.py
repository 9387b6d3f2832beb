#!/usr/bin/env python3
"""The reference workload with NumPy, 2048 paths at a time so that they stay in the cache; one process.
usage: peer_numpy.py SCENARIO PATHS; prints JSON."""
import json
import sys

import numpy as np
import yaml

CHUNK, STEPS, YEARS = 2048, 256, 30 / 365


def number(value):
    return float(value[:-1]) / 100 if isinstance(value, str) and value.endswith("%") else float(value)


class Workload:
    """The arrays of the scenario."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            scenario = yaml.safe_load(file)
        assets, positions = scenario["market"]["assets"], scenario["positions"]
        volatility, drift = ([number(asset[key]) for asset in assets] for key in ("volatility", "drift"))
        volatility, dt = np.array(volatility), YEARS / STEPS
        root = np.linalg.cholesky(np.array(scenario["market"]["correlation"]))
        self.factor = (root * (volatility * np.sqrt(dt))[:, None]).T.copy()
        self.shift = (np.array(drift) - 0.5 * volatility**2) * dt
        self.price = np.array([number(asset["price"]) for asset in assets])
        sign = np.array([1 if position["side"] == "long" else -1 for position in positions])
        self.quantity = sign * np.array([position["notional"] for position in positions]) / self.price
        self.margin = np.array([number(position["margin"]) for position in positions])
        self.maintenance = number(scenario["liquidation"]["maintenance"]) * np.abs(self.quantity)
        self.balance = number(scenario["account"]["balance"])
        self.levels = [number(level) for level in scenario["confidence"]]


def run_chunk(work, generator, n):
    """Losses isolated and cross, and what is still open at the end."""
    x = np.zeros((n, len(work.price)))
    is_open, cross_open = np.ones(x.shape, bool), np.ones(n, bool)
    isolated, cross = np.zeros(n), np.zeros(n)
    for _ in range(STEPS):
        x += work.shift + generator.standard_normal(x.shape) @ work.factor
        p = work.price * np.exp(x)
        profit, required = work.quantity * (p - work.price), work.maintenance * p
        hit = is_open & (work.margin + profit <= required)
        if hit.any():
            isolated += np.where(hit, np.minimum(work.margin, -profit), 0.0).sum(axis=1)
            is_open &= ~hit
        equity = work.balance + profit.sum(axis=1)
        hit = cross_open & (equity <= required.sum(axis=1))
        if hit.any():
            cross[hit] = np.minimum(work.balance, work.balance - equity[hit])
            cross_open &= ~hit
    isolated -= np.where(is_open, profit, 0.0).sum(axis=1)
    cross[cross_open] = -profit.sum(axis=1)[cross_open]
    return isolated, cross, is_open, cross_open


def tail(loss, levels):
    loss, n = np.sort(loss), len(loss)
    at = [int(np.ceil(n * level)) - 1 for level in levels]
    shortfall = [(loss[k + 1:].sum() + (k + 1 - n * level) * loss[k]) / (n * (1 - level)) for k, level in zip(at, levels)]
    return {"value_at_risk": [loss[k] for k in at], "expected_shortfall": shortfall}


def main():
    work, paths = Workload(sys.argv[1]), int(sys.argv[2])
    generator = np.random.default_rng(1000)
    chunks = [run_chunk(work, generator, min(CHUNK, paths - done)) for done in range(0, paths, CHUNK)]
    isolated, cross, is_open, cross_open = (np.concatenate(parts) for parts in zip(*chunks))
    answer = {"paths": paths, "isolated": tail(isolated, work.levels), "cross": tail(cross, work.levels)}
    answer["isolated"]["liquidation_frequency"] = list(1 - is_open.mean(axis=0))
    answer["cross"]["any_liquidation_frequency"] = 1 - cross_open.mean()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
