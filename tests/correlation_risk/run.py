#!/usr/bin/python3
"""usage: run.py RISKPOOL: the group /correlation_risk: slopes against closed forms, against each other, and against runs
that stand a little apart; contributions that add up, and are those of the normal law; what is counted by position against
the columns of every path."""
import math
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "analytic")]
import h5py
import numpy as np

from closed_forms import normal_tail_error, ratio_pair
from riskpool_test import Checks, Program, normal_pdf, normal_quantile, scenario

NONE, RATIO, CENTRAL, ONE_SIDED = range(4)
LEVELS = (0.95, 0.99)
TWO = [{"name": "A", "price": 100, "volatility": 0.8}, {"name": "B", "price": 100, "volatility": 1.0}]
LONGS = [{"name": name.lower(), "asset": name, "side": "long", "notional": 1000, "margin": 140} for name in "AB"]
# No path is any different, but moves have no law that a likelihood ratio could be of.
NO_RATIO = [{"at": "0 h", "correlation_blend": 1e-13}]


def with_risk(made, **more):
    return {**made, "output": {**made["output"], "correlation_risk": True, **more}}


def risk_of(program, made, *options, **more):
    return program.run(with_risk(made, **more), *options)["correlation_risk"]


def slope_z(checks, what, risk, name, at, expected, bias=0.0):
    error = math.hypot(risk[name + "_se"][at], bias)
    checks.z(what, risk[name][at], expected, error, independent=bias == 0.0)


def known_frequency(program, checks):
    """dP/drho of cross liquidation of two longs checked at seven step ends; by quadrature, exact in all digits."""
    made = scenario(TWO, LONGS, 280, horizon="7 d", step="1 d", maintenance="0.5%", correlation=0.5, paths=400000)
    risk = risk_of(program, made)
    checks.true("seven steps: the likelihood ratio is better",
                risk["d_any_liquidation_frequency_method"][1, 0, 1] == RATIO)
    slope_z(checks, "two longs: d any / d rho", risk, "d_any_liquidation_frequency", (1, 0, 1), 0.115323524)
    checks.same("both entries of a pair", risk["d_any_liquidation_frequency"][1, 1, 0],
                risk["d_any_liquidation_frequency"][1, 0, 1])
    risk = risk_of(program, {**made, "stress": NO_RATIO})
    checks.true("differences where there is no ratio", risk["d_any_liquidation_frequency_method"][1, 0, 1] == CENTRAL)
    slope_z(checks, "the same by differences", risk, "d_any_liquidation_frequency", (1, 0, 1), 0.115323524)


def price_ratio(program, checks):
    """A long against a short, watched continuously: the derivative of the closed form, by numbers."""
    assets = [{"name": "A", "price": 100, "volatility": 0.6}, {"name": "B", "price": 100, "volatility": 0.8}]
    positions = [{"name": "a", "asset": "A", "quantity": 1.0, "margin": 1},
                 {"name": "b", "asset": "B", "quantity": -0.8, "margin": 1}]
    risk = risk_of(program, scenario(assets, positions, 20, horizon="30 d", step="6 h", maintenance="1%", paths=200000,
                                     modes=["cross"], monitoring="continuous", correlation=0.3))
    exact = lambda rho=0.3, a=0.6, b=0.8: ratio_pair((1.0, 0.8), 0.01, (a, b), rho, 30 / 365)
    h = 1e-5
    slope_z(checks, "price ratio: d any / d rho", risk, "d_any_liquidation_frequency", (0, 0, 1),
            (exact(rho=0.3 + h) - exact(rho=0.3 - h)) / (2 * h))
    for i, name in enumerate("ab"):
        at = (0.6, 0.8)[i]
        slope_z(checks, f"price ratio: d any / d volatility of {name}", risk,
                "d_any_liquidation_frequency_by_volatility", (0, i),
                (exact(**{name: at + h}) - exact(**{name: at - h})) / (2 * h))


def normal_book(**more):
    """Three assets over one step of a year, in units that make the losses normal: deviations 0.03, 0.045, 0.06."""
    assets = [{"name": name, "price": 100, "volatility": v} for name, v in zip("ABC", (0.03, 0.045, 0.06))]
    positions = [{"name": name.lower(), "asset": name, "quantity": q, "margin": 1000}
                 for name, q in zip("ABC", (0.5, 0.3, -0.2))]
    return scenario(assets, positions, 10000, model="bachelier", horizon="365 d", step="365 d", modes=["cross"],
                    correlation=[[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]], confidence=LEVELS, **more)


def normal_law(program, checks):
    """A linear book of normal moves: expected shortfall s phi(z) / (1 - a), its derivatives, Euler contributions, and
    the second moments of moves where the loss is in its tail."""
    n = 200000
    moves = np.array([0.5, 0.3, -0.2]) * 100 * np.array([0.03, 0.045, 0.06])
    correlation = np.array([[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]])
    covariance = np.outer(moves, moves) * correlation
    s = math.sqrt(covariance.sum())
    for name, more in (("ratio", {}), ("differences", {"stress": NO_RATIO})):
        done = program.run(with_risk(normal_book(paths=n, **more)))
        risk = done["correlation_risk"]
        for level, a in enumerate(LEVELS):
            z = normal_quantile(a)
            factor = normal_pdf(z) / (1 - a)
            for i in range(3):
                for j in range(i):
                    slope_z(checks, f"normal book, {name}, {a}: d ES / d rho {i}{j}", risk, "d_expected_shortfall",
                            (0, i, j, level), covariance[i, j] / correlation[i, j] / s * factor)
                slope_z(checks, f"normal book, {name}, {a}: d ES / d volatility {i}", risk,
                        "d_expected_shortfall_by_volatility", (0, i, level),
                        covariance[i].sum() / s / (0.03, 0.045, 0.06)[i] * factor)
            tail = n * (1 - a)
            for i in range(3):
                checks.z(f"normal book, {name}, {a}: contribution {i}",
                         risk["expected_shortfall_contribution"][0, level, i], covariance[i].sum() / s * factor,
                         risk["expected_shortfall_contribution_se"][0, level, i])
                # The residual of the part on the loss is independent of it; the rest is the error of the shortfall.
                residual = covariance[i, i] - covariance[i].sum()**2 / s**2
                part = covariance[i].sum() / s**2 * normal_tail_error(s, a, n)
                checks.close(f"normal book, {name}, {a}: error of contribution {i}",
                             risk["expected_shortfall_contribution_se"][0, level, i] / math.sqrt(residual / tail + part**2), 1.0, 0.1)
            pull = covariance.sum(axis=1) / s / moves  # of the standard moves on the loss
            second = correlation + np.outer(pull, pull) * z * factor
            expected = second / np.sqrt(np.outer(np.diag(second), np.diag(second)))
            for i in range(3):
                for j in range(i):
                    checks.z(f"normal book, {name}, {a}: tail correlation {i}{j}", risk["tail_correlation"][0, level, i, j],
                             expected[i, j], risk["tail_correlation_se"][0, level, i, j])
        used = risk["d_expected_shortfall_method"][0][~np.eye(3, dtype=bool)]
        checks.true(f"normal book, {name}: all is known, by what there is",
                    np.all(used == CENTRAL) if name == "differences" else np.all((used == CENTRAL) | (used == RATIO)))


def brownian_pool(program, checks):
    """A pool of arithmetic Brownian motions, no drift, watched continuously: P = 2 Phi(-b / sqrt V), V = v'Cv T."""
    v, balance, years = np.array([0.10 * 36000, 2 * 2400, 40 * 150.0]), 2000.0, 7 / 365
    correlation = np.array([[1, 0.6, 0.4], [0.6, 1, 0.5], [0.4, 0.5, 1]])
    prices, volatilities = (60000.0, 3000.0, 150.0), (0.6, 0.8, 1.0)
    assets = [{"name": name, "price": p, "volatility": s} for name, p, s in zip("ABC", prices, volatilities)]
    positions = [{"name": name.lower(), "asset": name, "quantity": q, "margin": 300}
                 for name, q in zip("ABC", (0.10, 2, 40))]
    risk = risk_of(program, scenario(assets, positions, balance, model="bachelier", horizon="7 d", step="1 d",
                                     modes=["cross"], monitoring="continuous", correlation=correlation, paths=300000))
    variance = v @ correlation @ v * years
    x = balance / math.sqrt(variance)
    slope = normal_pdf(x) * x / variance  # dP / dV
    for i in range(3):
        for j in range(i):
            slope_z(checks, f"Brownian pool: d any / d rho {i}{j}", risk, "d_any_liquidation_frequency", (0, i, j),
                    slope * 2 * v[i] * v[j] * years)
        slope_z(checks, f"Brownian pool: d any / d volatility {i}", risk, "d_any_liquidation_frequency_by_volatility",
                (0, i), slope * 2 * v[i] * (correlation @ v)[i] * years / volatilities[i])


def five_books(program, checks):
    """The two ways on the same books, each with its error."""
    long_short = [LONGS[0], {**LONGS[1], "side": "short"}]
    three = [{"name": name, "price": 100, "volatility": v} for name, v in zip("ABC", (0.6, 0.8, 1.1))]
    three_longs = [{"name": n.lower(), "asset": n, "side": "long", "notional": 800, "margin": 120} for n in "ABC"]
    fees = {"amount": "one-by-one", "fee": "0.5%"}
    week = {"horizon": "6 d", "step": "2 d", "maintenance": "1%", "paths": 250000, "confidence": LEVELS}
    books = {"two longs": scenario(TWO, LONGS, 280, correlation=0.4, **week),
             "long and short": scenario(TWO, long_short, 280, correlation=0.7, **week),
             "three longs": scenario(three, three_longs, 500, correlation=0.5, **week),
             "one after the other, with fees": scenario(three, three_longs, 500, correlation=0.3, liquidation=fees, **week),
             "arithmetic": scenario(TWO, long_short, 300, model="bachelier", correlation=-0.3, **week)}
    for name, made in books.items():
        ratio, difference = (risk_of(program, {**made, **more}) for more in ({}, {"stress": NO_RATIO}))
        used = 0
        for field in ("d_any_liquidation_frequency", "d_expected_shortfall", "d_any_liquidation_frequency_by_volatility",
                      "d_expected_shortfall_by_volatility"):
            for at in np.ndindex(ratio[field].shape):
                if ratio[field + "_method"][at] != RATIO or (len(at) > 2 and at[1] > at[2] and "by" not in field):
                    continue
                used += 1
                error = math.hypot(ratio[field + "_se"][at], difference[field + "_se"][at])
                if error > 0.0:
                    checks.z(f"{name}: {field} {at}, ratio against difference", ratio[field][at], difference[field][at], error)
        checks.true(f"{name}: some by likelihood ratio ({used})", used > 0)



def widened(made, multiple):
    """The scenario with every volatility, and what scales with it, multiplied."""
    assets = [{key: value * multiple if key in ("volatility", "variance_volatility") else value for key, value in asset.items()}
              for asset in made["market"]["assets"]]
    return {**made, "market": {**made["market"], "assets": assets}}


def all_models(program, checks):
    """The volatilities together: the sum of slopes times volatilities is the slope by a multiple of them all."""
    own = {"gbm": {}, "student-t": {}, "garch-t": {"alpha": 0.1, "beta": 0.8}, "regimes": {},
           "heston": {"mean_reversion": 5, "variance_volatility": 0.5}, "jump-diffusion": {}, "bachelier": {}}
    terms = {"student-t": {"degrees_of_freedom": 5}, "garch-t": {"degrees_of_freedom": 6},
             "jump-diffusion": {"jumps": {"intensity": 20, "mean": -0.1, "deviation": 0.1}},
             "regimes": {"regimes": [
                 {"name": "calm", "duration": "2 d", "volatility": 1, "correlation": [[1, 0.3], [0.3, 1]]},
                 {"name": "crisis", "duration": "1 d", "volatility": 2, "correlation": [[1, 0.8], [0.8, 1]]}]}}
    n, name = 60000, "d_any_liquidation_frequency_by_volatility"
    for model, keys in own.items():
        made = scenario([{**asset, **keys} for asset in TWO], LONGS, 280, model=model, horizon="4 d", step="12 h",
                        maintenance="1%", correlation=0.5, paths=n, market_terms=terms.get(model), stress=NO_RATIO)
        risk = risk_of(program, made)
        low, high = (program.run(widened(made, multiple)) for multiple in (0.96, 1.04))
        for m, mode in enumerate(("isolated", "cross")):
            parts = [risk[name][m, i] * TWO[i]["volatility"] for i in range(2)]
            errors = [risk[name + "_se"][m, i] * TWO[i]["volatility"] for i in range(2)]
            moved = high[mode]["any_liquidation_frequency"] - low[mode]["any_liquidation_frequency"]
            checks.z(f"{model}, {mode}: volatilities together", sum(parts), moved / 0.08,
                     math.hypot(*errors, math.sqrt(abs(moved) / n) / 0.08))


def dynamic_margin(program, checks):
    """Requirements relative to the volatilities move with them: no likelihood ratio, which moves prices alone."""
    rule = {"dynamic": {"half_life": "2 d", "floor": 0.5, "cap": 3.0, "rate_limit": 10.0, "notice": "0 h"}}
    n, name = 100000, "d_any_liquidation_frequency_by_volatility"
    made = scenario(TWO, LONGS, 280, horizon="6 d", step="1 d", maintenance="5%", liquidation=rule, correlation=0.5, paths=n)
    risk = risk_of(program, made)
    low, high = (program.run(widened(made, multiple)) for multiple in (0.96, 1.04))
    for m, mode in enumerate(("isolated", "cross")):
        moved = high[mode]["any_liquidation_frequency"] - low[mode]["any_liquidation_frequency"]
        checks.z(f"dynamic margin, {mode}: volatilities together", sum(risk[name][m] * (0.8, 1.0)), moved / 0.08,
                 math.hypot(*(risk[name + "_se"][m] * (0.8, 1.0)), math.sqrt(abs(moved) / n) / 0.08))
    checks.true("dynamic margin: correlations by likelihood ratio",
                np.all(risk["d_any_liquidation_frequency_method"][:, 0, 1] == RATIO))


def honest_errors(program, checks):
    """Slopes stray from seed to seed as their errors say; those of too few paths are not known."""
    levels = (0.9, 0.95, 0.99)
    three = [{"name": name, "price": 100, "volatility": v} for name, v in zip("ABC", (0.6, 0.8, 1.1))]
    book = [{"name": "a", "asset": "A", "side": "long", "notional": 900, "leverage": 8},
            {"name": "b", "asset": "B", "side": "short", "notional": 700, "leverage": 8},
            {"name": "c", "asset": "C", "side": "long", "notional": 800, "leverage": 6}]
    made = scenario(three, book, 420, horizon="3 d", step="12 h", maintenance="1%", correlation=0.4, confidence=levels)
    for paths, seeds, known in ((4096, 40, (0, 1)), (60000, 40, (0, 1, 2))):
        runs = [risk_of(program, {**made, "paths": paths, "seed": seed + 1}) for seed in range(seeds)]
        for name in ("d_any_liquidation_frequency", "d_expected_shortfall", "d_any_liquidation_frequency_by_volatility",
                     "d_expected_shortfall_by_volatility"):
            entries = [(m, i) for m in range(2) for i in range(3)] if "by" in name else \
                [(m, i, j) for m in range(2) for i in range(3) for j in range(i)]
            for level in range(3) if "expected" in name else [None]:
                at = entries if level is None else [entry + (level,) for entry in entries]
                method = np.array([[run[name + "_method"][k] for k in at] for run in runs])
                if level is not None and level not in known:
                    checks.true(f"{name} at {levels[level]}, {paths} paths: not known", (method == NONE).all())
                    continue
                value, error = (np.array([[run[field][k] for k in at] for run in runs]) for field in (name, name + "_se"))
                strays = math.sqrt(np.nanmean(np.nanvar(value, axis=0, ddof=1) / np.nanmean(error**2, axis=0)))
                # A frequency that no path changed has the error of one that does.
                least = 0.5 if level is None else 0.75
                checks.true(f"{name} {level}, {paths} paths: strays {strays:.2f} errors", least < strays < 1.25)


def contributions(program, checks):
    """They add up to the expected shortfall, whatever happens to the account; what is of no position is what the venue's
    fund bears and keeps, path by path."""
    stops = [{**LONGS[0], "stop_loss": 93}, {**LONGS[1], "trailing_stop": "12%"}]
    common = {"horizon": "4 d", "step": "6 h", "maintenance": "2%", "correlation": 0.6, "paths": 6000, "confidence": LEVELS,
              "keep": "all"}
    books = {
        "plain": scenario(TWO, LONGS, 280, **common),
        "entered elsewhere": scenario(TWO, [{**LONGS[0], "entry": 97}, {**LONGS[1], "entry": 104}], 380, **common),
        "funding, slippage, fees": scenario(
            TWO, LONGS, 280, monitoring="continuous", carry={"funding": 0.002, "funding_interval": "12 h"},
            slippage={"depth": {"default": 30000}}, liquidation={"amount": "restore", "restore_to": 1.3, "fee": "0.4%"}, **common),
        "stops and reductions": scenario(TWO, stops, 280, slippage={"depth": {"default": 30000}}, **common),
        "forfeited": scenario(TWO, LONGS, 280, liquidation={"remainder": "forfeited", "fee": "1%"}, **common),
        "takeover": scenario(TWO, LONGS, 280, liquidation={"price": "bankruptcy"}, **common),
        "fee on maintenance": scenario(TWO, LONGS, 280, liquidation={"fee": "20%", "fee_base": "maintenance"}, **common),
        "antithetic": scenario(TWO, LONGS, 280, sampling={"antithetic": True}, **common)}
    for name, made in books.items():
        done = program.run(with_risk(made))
        risk = done["correlation_risk"]
        for m, mode in enumerate(("isolated", "cross")):
            shortfall = done[mode]["expected_shortfall"]
            sum_of_all = risk["expected_shortfall_contribution"][m].sum(axis=1) + risk["expected_shortfall_contribution_other"][m]
            checks.close(f"{name}, {mode}: contributions add up", sum_of_all, shortfall, 1e-9 * 280)
            kept = done[mode]["forfeited"] - done[mode]["shortfall"]
            loss = done[mode]["loss"]
            for level, a in enumerate(LEVELS):
                at = loss == done[mode]["value_at_risk"][level]
                above = loss > done[mode]["value_at_risk"][level]
                beyond = len(loss) * (1 - a)
                other = (kept[above].sum() + (beyond - above.sum()) * kept[at].mean()) / beyond
                checks.close(f"{name}, {mode}, {a}: other is what the fund kept", risk["expected_shortfall_contribution_other"][m, level],
                             other, 1e-9 * 280)


def coins(program, checks):
    """Coins that back the account lose too: their part is in no position."""
    made = scenario(TWO, [{**LONGS[0], "notional": 1}], 200, horizon="4 d", step="6 h", maintenance="1%", correlation=0.6,
                    paths=4000, modes=["cross"], confidence=LEVELS)
    made["account"]["holdings"] = [{"asset": "B", "quantity": 1.0, "haircut": "10%"}]
    done = program.run(with_risk(made))
    risk, shortfall = done["correlation_risk"], done["cross"]["expected_shortfall"]
    together = risk["expected_shortfall_contribution"][0].sum(axis=1) + risk["expected_shortfall_contribution_other"][0]
    checks.close("coins: contributions add up", together, shortfall, 1e-9 * 300)
    checks.true("coins: the loss is theirs", np.all(risk["expected_shortfall_contribution_other"][0] > 0.98 * shortfall))


def by_position(program, checks):
    """Shares and means that every path's columns give as well."""
    for antithetic in (False, True):
        made = scenario(TWO, LONGS, 280, horizon="4 d", step="6 h", maintenance="2%", correlation=0.6, paths=8192, keep="all",
                        modes=["cross", "isolated"], sampling={"antithetic": antithetic})
        done = program.run(with_risk(made))
        risk = done["correlation_risk"]
        alone = ~np.isnan(done["isolated"]["liquidation_time"])
        for m, mode in enumerate(("cross", "isolated")):
            gone, loss = ~np.isnan(done[mode]["liquidation_time"]), done[mode]["loss"]
            for i in range(2):
                share = gone[gone[:, i]].mean(axis=0)
                checks.close(f"{mode}: given {i}", risk["conditional_liquidation_frequency"][m, i], share, 1e-15)
                spread = (gone[:, i:i + 1] & gone & ~alone).mean(axis=0)
                checks.close(f"{mode}: contagion from {i}", risk["contagion_liquidation_frequency"][m, i], spread, 1e-15)
                mean = loss[gone[:, i]].mean()
                checks.close(f"{mode}: loss given {i}", risk["expected_loss_given_liquidation"][m, i], mean, 1e-9)
                rest = np.where(gone[:, i], loss - mean, 0.0)
                units = rest.reshape(-1, 2).sum(axis=1) if antithetic else rest
                error = math.sqrt((units**2).sum() * len(units) / (len(units) - 1)) / gone[:, i].sum()
                checks.close(f"{mode}: its error", risk["expected_loss_given_liquidation_se"][m, i], error, 1e-6 * error + 1e-9)
    made = scenario(TWO, LONGS, 280, horizon="4 d", step="6 h", maintenance="2%", correlation=0.6, paths=4096,
                    modes=["isolated", {"name": "apart", "isolated": ["a"]}])
    contagion = risk_of(program, made)["contagion_liquidation_frequency"]
    checks.true("nothing spreads from pool to pool", contagion[1, 0, 1] == 0.0 and contagion[1, 1, 0] == 0.0)
    made = scenario(TWO, LONGS, 280, horizon="4 d", step="1 d", maintenance="2%", paths=1024, modes=["cross"])
    checks.true("contagion is not known where nothing stands alone",
                np.isnan(risk_of(program, made)["contagion_liquidation_frequency"]).all())


def dangers(program, checks):
    """The gradient and the leading eigenvector, from the slopes that the file holds."""
    risk = risk_of(program, normal_book(paths=50000))
    for level in range(2):
        matrix = np.nan_to_num(risk["d_expected_shortfall"][0, :, :, level])
        length = math.sqrt(0.5 * (matrix**2).sum())
        checks.close("the gradient's length", risk["worst_direction_slope"][0, level], length, 1e-12 * length)
        checks.close("the gradient", risk["worst_direction"][0, level], matrix / length, 1e-12)
        values, vectors = np.linalg.eigh(matrix)
        factor = risk["common_factor"][0, level]
        checks.close("the leading eigenvector", abs(factor @ vectors[:, -1]), 1.0, 1e-9)
        checks.close("its slope", risk["common_factor_slope"][0, level], 0.5 * values[-1], 1e-9 * length)
        checks.true("its largest loading is positive", factor[np.argmax(np.abs(factor))] > 0)


def edges(program, checks):
    """Where a matrix leaves little room, or none; one asset; volatilities of zero; few paths."""
    rigid = scenario(TWO, LONGS, 280, horizon="4 d", step="1 d", maintenance="1%", correlation=1.0, paths=20000, modes=["cross"])
    risk = risk_of(program, rigid)
    checks.true("correlation 1: one-sided", risk["d_any_liquidation_frequency_method"][0, 0, 1] == ONE_SIDED)
    three = [{"name": name, "price": 100, "volatility": 0.8} for name in "ABC"]
    locked = scenario(three, LONGS, 280, horizon="4 d", step="1 d", correlation=[[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]],
                      paths=4096, modes=["cross"])
    risk = risk_of(program, locked)
    checks.true("a pair that cannot move is not known", risk["d_any_liquidation_frequency_method"][0, 0, 2] == NONE and
                np.isnan(risk["d_any_liquidation_frequency"][0, 0, 2]) and np.isnan(risk["worst_direction_slope"]).all())
    one = scenario(TWO[:1], LONGS[:1], 280, horizon="4 d", step="1 d", paths=2000)
    risk = risk_of(program, one)
    checks.true("one asset: its volatility alone", np.isnan(risk["d_any_liquidation_frequency"]).all() and
                np.isfinite(risk["d_any_liquidation_frequency_by_volatility"]).all())
    still = scenario([TWO[0], {**TWO[1], "volatility": 0.0}], LONGS, 280, horizon="4 d", step="1 d", paths=2000)
    risk = risk_of(program, still)
    checks.true("no volatility: nothing to differentiate by", np.isnan(risk["d_expected_shortfall_by_volatility"][:, 1]).all())
    few = scenario(TWO, LONGS, 280, horizon="4 d", step="1 d", paths=3)
    checks.true("three paths", risk_of(program, few)["difference_paths"] == 3)
    rare = scenario(TWO, LONGS, 100000, horizon="4 d", step="1 d", paths=4096, modes=["cross"], monitoring="continuous")
    risk = risk_of(program, rare)
    checks.true("nothing seen is not nothing: an error of one path",
                risk["d_any_liquidation_frequency"][0, 0, 1] == 0.0 and
                abs(risk["d_any_liquidation_frequency_se"][0, 0, 1] - 1 / (0.08 * risk["difference_paths"])) < 1e-12)


    rare["monitoring"] = "step"
    risk = risk_of(program, rare)
    checks.true("nor is it by a likelihood ratio", risk["d_any_liquidation_frequency_method"][0, 0, 1] == CENTRAL and
                risk["d_any_liquidation_frequency_se"][0, 0, 1] > 0.0)
    single = scenario(TWO, LONGS, 280, horizon="4 d", step="1 d", paths=100, modes=["cross"])
    risk = risk_of(program, single)
    checks.true("a tail of one path is not a tail of one loss", np.isnan(risk["d_expected_shortfall_by_volatility"][0, :, 1:]).all())
    pair = scenario(TWO, LONGS, 280, horizon="4 d", step="1 d", paths=2, sampling={"antithetic": True})
    risk = risk_of(program, pair)
    checks.true("one antithetic pair has no errors", all((risk[name] == NONE).all() for name in risk if name.endswith("_method")))


def hostile(program, checks):
    """A method that there is not."""
    path = program.run_file(with_risk(scenario(TWO, LONGS, 280, horizon="4 d", step="1 d", paths=1000)))
    for code in (4, -1, 127):
        with h5py.File(path, "r+") as file:
            file["correlation_risk/d_any_liquidation_frequency_method"][0, 0, 1] = code
        done = subprocess.run([program.binary, "show", path, "--json"], capture_output=True, text=True, check=False)
        checks.true(f"method {code} is refused", done.returncode == 65 and "method" in done.stderr)


def identity(program, checks):
    """The same bytes for any number of threads, with and without --exact, in shards and after an interruption."""
    made = with_risk(scenario(TWO, LONGS, 280, horizon="4 d", step="6 h", maintenance="1%", correlation=0.5, paths=20000,
                              monitoring="continuous"))
    path = program.write(made)
    base = program.path(".h5")
    program.call("run", path, "-o", base, "-q", "-j", "1")
    text = open(base, "rb").read()
    for options in (["-j", "2"], ["-j", "7"], ["--exact"], ["--memory", "1MB"]):
        other = program.path(".h5")
        program.call("run", path, "-o", other, "-q", *options)
        checks.true(f"the same bytes with {' '.join(options)}", open(other, "rb").read() == text)
    other = program.path(".h5")
    for shard in (2, 0, 1):
        program.call("run", path, "-o", other, "-q", "--shard", f"{shard}/3")
    checks.true("the same bytes from three shards", open(other, "rb").read() == text)
    plain = program.run({**made, "output": {**made["output"], "correlation_risk": False}})
    risky = program.run(made)
    for name in ("isolated", "cross"):
        checks.true(f"{name}: the statistics do not know of it",
                    all(np.array_equal(plain[name][k], risky[name][k], equal_nan=True) for k in plain[name] if plain[name][k].dtype.kind == "f"))


def main():
    program, checks = Program(sys.argv[1]), Checks("correlation_risk")
    for check in (known_frequency, price_ratio, normal_law, brownian_pool, five_books, all_models, dynamic_margin,
                  honest_errors, contributions, coins, by_position, dangers, edges, hostile, identity):
        check(program, checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
