#!/usr/bin/python3
"""The model regimes: its chain, seen through a regime without volatility and regimes of opposite correlations; its
moments; and that a path is the one of gbm with the parameters of its regime, inside steps as well.

    regimes.py BINARY EXPORT_PATHS
"""
import math
import sys

import numpy as np

from drawn import Checks, Program, made_of, moves, scenario

COLUMNS = ("loss", "shortfall", "max_drawdown", "lowest_margin_level", "liquidation_time")
ALIKE, OPPOSITE = [[1, 1], [1, 1]], [[1, -1], [-1, 1]]
DAYS = {"still": 3.0, "alike": 6.0, "opposite": 2.0}
NEXT = {"still": {"alike": 0.25, "opposite": 0.75}, "alike": {"still": 0.4, "opposite": 0.6},
        "opposite": {"still": 1.0}}
VOLATILITY = {"still": 0.0, "alike": 1.0, "opposite": 2.5}
NAMES = list(DAYS)


def assets(n, volatility=0.8):
    return [{"name": name, "price": 100, "volatility": volatility} for name in "ABC"[:n]]


def seen_market(**more):
    """Three regimes that a move of two assets gives away."""
    regimes = [{"name": name, "volatility": VOLATILITY[name], "duration": f"{DAYS[name]} d", "next": NEXT[name],
                "correlation": {"still": ALIKE, "alike": ALIKE, "opposite": OPPOSITE}[name]} for name in NAMES]
    return {"model": "regimes", "assets": assets(2), "correlation": ALIKE, "regimes": regimes, **more}


def regimes_of(x):
    """Which regime each step was in."""
    return np.where(np.all(x == 0, axis=2), 0, np.where(np.abs(x[:, :, 0] - x[:, :, 1]) < 1e-12, 1, 2))


def transition(step=1.0):
    p = np.zeros((3, 3))
    for k, name in enumerate(NAMES):
        p[k, k] = math.exp(-step / DAYS[name])
        for j, other in enumerate(NAMES):
            p[k, j] += (1 - p[k, k]) * NEXT[name].get(other, 0.0)
    return p


def stationary(p):
    values, vectors = np.linalg.eig(p.T)
    v = np.real(vectors[:, np.argmax(np.real(values))])
    return v / v.sum()


def the_chain_is_the_one_asked_for(checks, program, exporter):
    p = transition()
    pi = stationary(p)
    x = moves(program, exporter, made_of(seen_market(), horizon="40 d", paths=4000, seed=5))
    seen = regimes_of(x)
    n = len(seen)
    for step in (0, 1, 20, 39):
        for k, name in enumerate(NAMES):
            checks.frequency(f"step {step}: paths that are {name}", np.mean(seen[:, step] == k), pi[k], n)
    for k, name in enumerate(NAMES):
        before = seen[:, :-1] == k
        for j, other in enumerate(NAMES):
            share = np.mean(seen[:, 1:][before] == j)
            if p[k, j] > 0:
                checks.frequency(f"from {name} to {other}", share, p[k, j], before.sum(), independent=j == 0)
            else:
                checks.true(f"never from {name} to {other}", share == 0)
        runs = finished_stays(seen, k)
        mean = 1 / (1 - p[k, k])
        deviation = math.sqrt(p[k, k]) * mean
        checks.z(f"stays in {name}, steps", runs.mean(), mean, deviation / math.sqrt(len(runs)))
        checks.frequency(f"stays in {name} of more than 3 steps", np.mean(runs > 3), p[k, k] ** 3, len(runs))


def finished_stays(seen, regime):
    """Lengths of the stays that begin in the first 10 steps; those of a path's end are cut at 30 steps, which none is
    long enough for to matter."""
    lengths = []
    for row in seen:
        for t in range(1, 11):
            if row[t] == regime and row[t - 1] != regime:
                length = 1
                while t + length < len(row) and row[t + length] == regime:
                    length += 1
                lengths.append(length)
    return np.array(lengths)


def a_start_is_where_paths_begin(checks, program, exporter):
    p = transition()
    for k, name in enumerate(NAMES):
        seen = regimes_of(moves(program, exporter, made_of(seen_market(start=name), horizon="2 d", paths=2000)))
        checks.true(f"start: {name}", bool(np.all(seen[:, 0] == k)))
        checks.frequency(f"start: {name}, and there a step later", np.mean(seen[:, 1] == k), p[k, k], len(seen))


def moments_are_those_of_the_mixture(checks, program, exporter):
    """Of one step from the stationary distribution: variance, kurtosis, correlation, each by regime's weight."""
    x = moves(program, exporter, made_of(seen_market(), horizon="1 d", paths=40000, seed=8))[:, 0, :]
    pi = stationary(transition())
    scale = 0.64 / 365
    second = pi @ np.array([v**2 for v in VOLATILITY.values()]) * scale
    fourth = 3 * pi @ np.array([v**4 for v in VOLATILITY.values()]) * scale**2
    y = x - np.array([-0.5 * v**2 * scale for v in VOLATILITY.values()])[regimes_of(x[:, None, :])[:, 0]][:, None]
    for i in range(2):
        checks.z(f"variance of asset {i}", np.mean(y[:, i]**2), second, np.std(y[:, i]**2) / math.sqrt(len(y)))
        checks.z(f"fourth moment of asset {i}", np.mean(y[:, i]**4), fourth, np.std(y[:, i]**4) / math.sqrt(len(y)))
    checks.z("kurtosis", np.mean(y[:, 0]**4) / np.mean(y[:, 0]**2)**2, fourth / second**2,
             4 * np.std(y[:, 0]**4) / second**2 / math.sqrt(len(y)))
    common = pi[1] * VOLATILITY["alike"]**2 - pi[2] * VOLATILITY["opposite"]**2
    product = y[:, 0] * y[:, 1]
    checks.z("covariance", product.mean(), common * scale, product.std() / math.sqrt(len(y)))
    growth = np.exp(x)
    checks.z("the expected price does not move", growth[:, 0].mean(), 1.0, growth[:, 0].std() / math.sqrt(len(y)))


def correlations_are_those_of_the_regimes(checks, program, exporter):
    market = {"model": "regimes", "assets": assets(2), "correlation": [[1, 0.3], [0.3, 1]],
              "regimes": [{"name": "calm", "volatility": 0.5, "duration": "1000000 d"},
                          {"name": "crisis", "volatility": 3, "duration": "1000000 d",
                           "correlation": [[1, -0.6], [-0.6, 1]]}]}
    for name, r, volatility in (("calm", 0.3, 0.5), ("crisis", -0.6, 3)):
        x = moves(program, exporter, made_of({**market, "start": name}, horizon="1 d", paths=20000))[:, 0, :]
        checks.z(f"correlation, {name}", np.corrcoef(x.T)[0, 1], r, (1 - r * r) / math.sqrt(len(x)), independent=True)
        checks.z(f"deviation, {name}", x[:, 0].std(), 0.8 * volatility / math.sqrt(365),
                 0.8 * volatility / math.sqrt(365 * 2 * len(x)), independent=True)


BOOK = [{"name": "a", "asset": "A", "side": "long", "notional": 20000, "margin": 2500},
        {"name": "b", "asset": "B", "side": "short", "notional": 20000, "margin": 3000},
        {"name": "c", "asset": "C", "side": "long", "notional": 15000, "margin": 2000}]
CALM = [[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]]
CRISIS = [[1, 0.9, 0.8], [0.9, 1, 0.85], [0.8, 0.85, 1]]


def booked(market, monitoring, **more):
    made = scenario(market["assets"], BOOK, 8000.0, horizon="10 d", step="6 h", paths=3000, seed=4, keep="all",
                    trajectories=True, monitoring=monitoring, maintenance=0.005, **more)
    made["market"] = market
    return made


def same_paths(results, other, mode):
    """Which paths agree bit for bit in every column."""
    same = True
    for column in COLUMNS:
        a, b = results[mode][column], other[mode][column]
        equal = (a == b) | (np.isnan(a) & np.isnan(b))
        same = same & (equal if equal.ndim == 1 else equal.all(axis=1))
    return same


def every_path_is_one_of_gbm(checks, program):
    """Regimes that do not end: each path is that of gbm with the parameters of its regime, bit for bit; and with equal
    regimes all are those of gbm."""
    drifting = [{**asset, "drift": 0.3} for asset in assets(3)]
    for monitoring in ("step", "continuous"):
        for more in ({}, {"stress": [{"at": "4 d", "return": {"A": -0.1}}, {"at": "2 d", "over": "1 d",
                                                                           "return": {"B": 0.1}}]}):
            what = f"{monitoring}{', stress' if more else ''}"
            gbm = [program.run(booked({"model": "gbm", "correlation": correlation, "assets": [
                {**asset, "volatility": asset["volatility"] * factor} for asset in drifting]}, monitoring, **more))
                for factor, correlation in ((1, CALM), (2, CRISIS))]
            market = {"model": "regimes", "assets": drifting, "correlation": CALM, "regimes": [
                {"name": "calm", "duration": "1000000000 d"},
                {"name": "crisis", "volatility": 2, "correlation": CRISIS, "duration": "500000000 d"}]}
            results = program.run(booked(market, monitoring, **more))
            calm, crisis = (np.all([same_paths(results, other, mode) for mode in ("isolated", "cross")], axis=0)
                            for other in gbm)
            checks.true(f"{what}: every path is that of its regime", bool(np.all(calm | crisis)))
            checks.frequency(f"{what}: crisis", np.mean(crisis & ~calm), 1 / 3, len(calm))
            market["regimes"] = [{"name": "one", "duration": "1 d"}, {"name": "other", "duration": "1 d"}]
            results = program.run(booked(market, monitoring, **more))
            for mode in ("isolated", "cross"):
                checks.true(f"{what}: equal regimes are gbm, {mode}",
                            bool(np.all(same_paths(results, gbm[0], mode))))
            market["regimes"] = [{"name": "one", "duration": "1 d"}]
            results = program.run(booked(market, monitoring, **more))
            checks.true(f"{what}: a single regime is gbm", bool(np.all(same_paths(results, gbm[0], "cross"))))


def a_path_depends_on_its_number_alone(checks, program, exporter):
    few = moves(program, exporter, made_of(seen_market(), horizon="20 d", paths=300), 290, 299)
    many = moves(program, exporter, made_of(seen_market(), horizon="30 d", paths=3000), 290, 299)
    checks.same("more paths and a longer horizon: the same moves", few, many[:, :20])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, checks, exporter = Program(sys.argv[1]), Checks("regimes"), sys.argv[2]
    the_chain_is_the_one_asked_for(checks, program, exporter)
    a_start_is_where_paths_begin(checks, program, exporter)
    moments_are_those_of_the_mixture(checks, program, exporter)
    correlations_are_those_of_the_regimes(checks, program, exporter)
    every_path_is_one_of_gbm(checks, program)
    a_path_depends_on_its_number_alone(checks, program, exporter)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
