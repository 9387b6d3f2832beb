#!/usr/bin/python3
"""The models bootstrap and replay on tables that are made up here: every return that is drawn is found again in the
table, so that blocks, their lengths and where they wrap are seen; what rescaling and filtering make of a return; and that
a replayed path is the file.

    returns.py BINARY EXPORT_PATHS
"""
import math
import sys

import numpy as np

from drawn import Checks, Program, made_of, moves, write_prices

ROWS = 40
NAMES = ["A", "B"]


def table(program, n=ROWS, seed=1, spacing="D", skip=(), fat=False):
    """Prices of n + 1 rows, and their n returns, all different."""
    rng = np.random.default_rng(seed)
    x = 0.03 * rng.standard_normal((n, 2)) @ np.array([[1, 0.6], [0, 0.8]]) + [0.004, -0.002]
    if fat:
        x *= np.exp(0.8 * np.sin(np.arange(n) / 7))[:, None]
    prices = 100 * np.exp(np.vstack([np.zeros(2), np.cumsum(x, axis=0)]))
    path = write_prices(program.path(".csv"), NAMES, prices, spacing=spacing, skip=skip)
    return path, np.diff(np.log(prices), axis=0), prices


def market(path, model="bootstrap", **more):
    made = {"model": model, "prices": {"file": path}, "assets": [{"name": n, "price": 50 + i}
                                                                 for i, n in enumerate(NAMES)]}
    if model == "bootstrap":
        made["block"] = "5 d"
    made.update(more)
    return made


def rows_of(x, returns):
    """The row that each return is, by the first asset; the second must be of the same row."""
    order = np.argsort(returns[:, 0])
    at = np.clip(np.searchsorted(returns[order, 0], x[..., 0]), 1, len(returns) - 1)
    nearer = np.abs(returns[order[at - 1], 0] - x[..., 0]) < np.abs(returns[order[at], 0] - x[..., 0])
    rows = np.where(nearer, order[at - 1], order[at])
    return rows, np.max(np.abs(returns[rows] - x))


def chi_square_z(counts, expected):
    """How far Pearson's statistic is from its mean, in its standard deviation."""
    total = np.sum((counts - expected) ** 2 / expected)
    n = len(counts) - 1
    return (total - n) / math.sqrt(2 * n)


def blocks_are_stationary_and_geometric(checks, program, exporter):
    path, returns, _ = table(program)
    x = moves(program, exporter, made_of(market(path), horizon="60 d", paths=3000, seed=2))
    rows, apart = rows_of(x, returns)
    checks.true(f"every return is a row of the table, all assets of the same row ({apart:.1e})", apart < 1e-13)
    paths = len(rows)
    for step in (0, 1, 30, 59):
        counts = np.bincount(rows[:, step], minlength=ROWS)
        checks.z(f"step {step}: rows are equally likely", chi_square_z(counts, paths / ROWS), 0, 1)
    stay = 0.8 + 0.2 / ROWS  # a new block may begin at the next row by chance
    follows = rows[:, 1:] == (rows[:, :-1] + 1) % ROWS
    checks.frequency("a row is followed by the next", follows.mean(), stay, follows.size)
    wraps = follows[rows[:, :-1] == ROWS - 1]
    checks.frequency("the last row is followed by the first", wraps.mean(), stay, wraps.size)
    for length in (2, 5):
        whole = np.ones((paths, follows.shape[1] - length + 1), bool)
        for k in range(length):
            whole &= follows[:, k:k + whole.shape[1]]
        p = stay**length
        error = math.sqrt(p * (1 - p) / paths / (whole.shape[1] / (2 * length + 10)))  # neighbours overlap
        checks.z(f"runs of {length} neighbours", whole.mean(), p, error)
    jumps = rows[:, 1:][~follows]
    source = (rows[:, :-1][~follows] + 1) % ROWS
    counts = np.bincount((jumps - source) % ROWS, minlength=ROWS)[1:]
    checks.z("a new block begins anywhere", chi_square_z(counts, counts.sum() / (ROWS - 1)), 0, 1)


def moments_of_the_file_are_reproduced(checks, program, exporter):
    path, returns, _ = table(program, n=300, seed=3)
    x = moves(program, exporter, made_of(market(path), horizon="1 d", paths=30000, seed=3))[:, 0, :]
    n = len(x)
    for i in range(2):
        checks.z(f"mean of {NAMES[i]}", x[:, i].mean(), returns[:, i].mean(), returns[:, i].std() / math.sqrt(n))
        squares = (returns[:, i] - returns[:, i].mean()) ** 2
        checks.z(f"variance of {NAMES[i]}", np.mean((x[:, i] - returns[:, i].mean()) ** 2), squares.mean(),
                 squares.std() / math.sqrt(n))
    r = np.corrcoef(returns.T)[0, 1]
    checks.z("correlation", np.corrcoef(x.T)[0, 1], r, 2 * (1 - r * r) / math.sqrt(n))
    results = program.run(made_of(market(path), horizon="1 d", paths=300))
    found = {key: value for group in results.values() for key, value in group.items()}
    checks.close("the results name the correlation of the file", found["correlation"], np.corrcoef(returns.T), 1e-12)
    checks.close("and its volatilities", found["volatility"], returns.std(axis=0) * math.sqrt(365), 1e-12)


def given_volatilities_rescale(checks, program, exporter):
    path, returns, _ = table(program)
    plain = moves(program, exporter, made_of(market(path), horizon="10 d", paths=100))
    made = market(path)
    made["assets"] = [{**asset, "volatility": v, "drift": d} for asset, v, d in zip(made["assets"], (0.5, 1.5), (0, 0.73))]
    x = moves(program, exporter, made_of(made, horizon="10 d", paths=100))
    mean, factor = returns.mean(axis=0), np.array([0.5, 1.5]) / (returns.std(axis=0) * math.sqrt(365))
    checks.close("returns are rescaled about their mean, drift is added", x,
                 mean + (plain - mean) * factor + np.array([0, 0.73 / 365]), 1e-13)


def several_rows_make_a_step(checks, program, exporter):
    path, returns, _ = table(program, n=48, spacing="h")
    made = made_of(market(path, block="48 h"), horizon="40 h", step="4 h", paths=300, seed=7)
    x = moves(program, exporter, made)
    sums = np.array([returns[np.arange(k, k + 4) % 48].sum(axis=0) for k in range(48)])
    apart = np.min(np.max(np.abs(x[:, :, None, :] - sums[None, None]), axis=3), axis=2)
    whole = np.mean(apart < 1e-12)
    checks.z("steps of four neighbouring rows", whole, (1 - 1 / 48 * (47 / 48)) ** 3,
             math.sqrt(whole * (1 - whole) / 300 / 2))
    fine = moves(program, exporter, made_of(market(path, block="48 h"), horizon="40 h", step="1 h", paths=300, seed=7))
    checks.close("they are the rows of hourly steps", x, fine.reshape(300, 10, 4, 2).sum(axis=2), 1e-13)


def filtered(returns, decay):
    """Standardised returns of a column, and the variance expected after the last."""
    square = np.mean(returns**2)
    expected, z = square, []
    for r in returns:
        z.append(r / math.sqrt(expected))
        expected = decay * expected + (1 - decay) * r * r
    z = np.array(z)
    return z / math.sqrt(np.mean(z * z)), expected


def the_filter_gives_paths_a_volatility_of_their_own(checks, program, exporter):
    path, returns, _ = table(program, n=200, fat=True)
    for decay, volatility in ((0.94, None), (0.8, 0.9)):
        made = market(path, filter="ewma", **({"lambda": decay} if decay != 0.94 else {}))
        if volatility:
            made["assets"] = [{**asset, "volatility": volatility} for asset in made["assets"]]
        x = moves(program, exporter, made_of(made, horizon="50 d", paths=200, seed=9))
        plain = moves(program, exporter, made_of(market(path), horizon="50 d", paths=200, seed=9))
        rows, _ = rows_of(plain, returns)  # the same blocks
        expected = np.empty_like(x)
        for i in range(2):
            z, start = filtered(returns[:, i], decay)
            h = np.full(len(x), volatility**2 / 365 if volatility else start)
            for t in range(x.shape[1]):
                expected[:, t, i] = z[rows[:, t]] * np.sqrt(h)
                h = decay * h + (1 - decay) * expected[:, t, i] ** 2
        checks.close(f"ewma, lambda {decay}, volatility {volatility}", x / expected, 1.0, 1e-9)


def a_replayed_path_is_the_file(checks, program, exporter):
    path, _, prices = table(program, n=30)
    made = made_of(market(path, "replay"), horizon="7 d", paths=None)
    x = moves(program, exporter, made, 0, 23)
    for k in range(24):
        checks.close(f"path {k}", np.exp(np.cumsum(x[k], axis=0)), prices[k + 1:k + 8] / prices[k], 1e-12)
    results = program.run({**made, "output": {"paths": "all"}})
    checks.true("24 starts, 24 paths", len(results["cross"]["loss"]) == 24)
    checks.close("losses are those of the file", results["cross"]["loss"],
                 -100 * (prices[7:, 0] / prices[:-7, 0] - 1), 1e-9)
    one = made_of(market(path, "replay", start="2024-01-11"), horizon="20 d", paths=None)
    x = moves(program, exporter, one, 0, 0)
    checks.close("from one date", np.exp(np.cumsum(x[0], axis=0)), prices[11:] / prices[10], 1e-12)
    coarse = made_of(market(path, "replay"), horizon="12 d", step="3 d", paths=None)
    x = moves(program, exporter, coarse, 0, 18)
    checks.close("three rows a step", np.exp(np.cumsum(x[5], axis=0)), prices[[8, 11, 14, 17]] / prices[5], 1e-12)
    window = market(path, "replay")
    window["prices"].update({"from": "2024-01-05", "to": "2024-01-15", "columns": {"A": "B", "B": "A"}})
    x = moves(program, exporter, made_of(window, horizon="10 d", paths=None), 0, 0)
    checks.close("a window, columns by other names", np.exp(np.cumsum(x[0], axis=0)),
                 (prices[5:15] / prices[4])[:, ::-1], 1e-12)


def a_path_depends_on_its_number_alone(checks, program, exporter):
    path, _, _ = table(program)
    for more in ({}, {"filter": "ewma"}):
        few = moves(program, exporter, made_of(market(path, **more), horizon="20 d", paths=300), 290, 299)
        many = moves(program, exporter, made_of(market(path, **more), horizon="30 d", paths=3000), 290, 299)
        checks.same(f"more paths and a longer horizon: the same moves {more}", few, many[:, :20])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, checks, exporter = Program(sys.argv[1]), Checks("returns"), sys.argv[2]
    blocks_are_stationary_and_geometric(checks, program, exporter)
    moments_of_the_file_are_reproduced(checks, program, exporter)
    given_volatilities_rescale(checks, program, exporter)
    several_rows_make_a_step(checks, program, exporter)
    the_filter_gives_paths_a_volatility_of_their_own(checks, program, exporter)
    a_replayed_path_is_the_file(checks, program, exporter)
    a_path_depends_on_its_number_alone(checks, program, exporter)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
