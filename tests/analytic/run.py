#!/usr/bin/python3
"""The program against closed forms and exact recursions.

    run.py BINARY [--long] [--only GROUP,...]

Every check is a difference in standard errors, at most four; the squares of the independent ones (one a run, every run
has its own seed) must sum to the central 99.99 % of their chi-square. `--long` uses two million paths everywhere.
"""
import argparse
import json
import math
import os
import sys
import zlib

import numpy as np

from closed_forms import defaults, isolated, normal_tail, normal_tail_error, passage, ratio_pair
from closed_forms_t import log_t_tail, t_both, t_cdf, t_expectation, t_passage, t_quantile
from riskpool_test import YEAR_HOURS, Checks, Program, matrix, normal_cdf, normal_quantile, scenario
import jumps_and_variances
from stressed import stressed
import worked

PATHS = 2_000_000
WORK = 40_000_000  # path-steps a run, where it is not the long suite
LEVELS = (0.95, 0.99, 0.999)


class Suite:
    def __init__(self, binary, long):
        self.program = Program(binary)
        self.checks = Checks("analytic")
        self.long = long
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json"), encoding="utf-8") as file:
            self.cases = json.load(file)

    def paths(self, steps, cap=PATHS):
        return cap if self.long else min(cap, max(50_000, WORK // steps))

    def run(self, name, assets, positions, balance, hours, steps, **more):
        """Runs a case with the seed of its name; the results, and the number of paths."""
        step = f"{60 * hours // steps} min"
        paths = more.pop("paths", None) or self.paths(steps, more.pop("cap", PATHS))
        made = scenario(assets, positions, balance, horizon=f"{hours} h", step=step, paths=paths,
                        seed=zlib.crc32(name.encode()), **more)
        return self.program.run(made), paths

    def frequencies(self, name, mode, paths, expected, independent=None):
        """Checks frequencies {variable: p} of a mode; the one named `independent` counts in the chi-square."""
        for key, p in expected.items():
            self.checks.frequency(f"{name} {key}", mode[key], p, paths, key == independent)

    def tails(self, name, mode, value_at_risk, expected_shortfall, independent=None):
        """Checks both tail measures against their own reported errors."""
        for i, level in enumerate(LEVELS):
            if value_at_risk[i] is None:
                continue
            width = (mode["value_at_risk_high"][i] - mode["value_at_risk_low"][i]) / (2.0 * 1.959964)
            self.checks.z(f"{name} VaR {level}", mode["value_at_risk"][i], value_at_risk[i], width)
            if expected_shortfall[i] is not None:
                self.checks.z(f"{name} ES {level}", mode["expected_shortfall"][i], expected_shortfall[i],
                              mode["expected_shortfall_se"][i], level == independent)


def asset(name, price, volatility, drift=0.0):
    return {"name": name, "price": price, "volatility": volatility, "drift": drift}


def position(name, asset_name, notional, margin, side="long"):
    return {"name": name, "asset": asset_name, "side": side, "notional": notional, "margin": margin}


def one_position(suite):
    """One isolated position, both kinds of monitoring; the bridge is exact on any grid."""
    for case in suite.cases["isolated"]["cases"]:
        hours, steps, leverage = case["hours"], case["steps"], case["leverage"]
        book = ([asset("A", 100.0, case["volatility"], case["drift"])],
                [position("a", "A", 1000.0, 1000.0 / leverage, case["side"])], 1000.0)
        exact = isolated(case["side"], leverage, case["maintenance"], case["volatility"], case["drift"],
                         hours / YEAR_HOURS)
        for monitoring, n, p in (("step", steps, case["discrete"]), ("continuous", steps, exact),
                                 ("continuous", 3 if steps % 3 == 0 else 1, exact)):
            name = f"{case['name']} {monitoring} {n} steps"
            results, paths = suite.run(name, *book, hours, n, monitoring=monitoring, modes=["isolated"],
                                       maintenance=case["maintenance"])
            suite.frequencies(name, results["isolated"], paths, {"any_liquidation_frequency": p},
                              "any_liquidation_frequency")


def leverages(suite):
    """Longs and shorts at three leverages, one book, so six correlated answers; on a daily and an hourly grid."""
    hours, held = 720, [(side, leverage) for side in ("long", "short") for leverage in (5, 10, 20)]
    for volatility in (0.4, 0.8):
        for steps in (30, 720):
            name = f"leverages {volatility} continuous {steps} steps"
            positions = [position(f"{s}{l}", "A", 1000.0, 1000.0 / l, s) for s, l in held]
            results, paths = suite.run(name, [asset("A", 100.0, volatility)], positions, 1000.0, hours, steps,
                                       monitoring="continuous", modes=["isolated"], maintenance=0.005)
            for i, (side, leverage) in enumerate(held):
                suite.checks.frequency(f"{name} {side} {leverage}x",
                                       results["isolated"]["liquidation_frequency"][i],
                                       isolated(side, leverage, 0.005, volatility, 0.0, hours / YEAR_HOURS), paths,
                                       (side, leverage) == ("long", 10))


def joint(suite):
    """Two isolated longs, watched continuously. Each one's frequency is exact on any grid; the joint one is not,
    because the two bridges share one normal each and not their whole paths. Measured with two million paths: with one
    step of 168 hours -9 % of it at correlation -0.5 and +1.5 % at 0.5; from seven steps on nothing above the error."""
    hours, steps = 168, 28
    first, second = (isolated("long", 10, 0.005, 0.8, 0.0, hours / YEAR_HOURS),
                     isolated("long", 5, 0.005, 1.0, 0.0, hours / YEAR_HOURS))
    for case in suite.cases["two_isolated"]["cases"]:
        name = f"two isolated {case['correlation']:+.2f}"
        results, paths = suite.run(name, [asset("A", 100.0, 0.8), asset("B", 50.0, 1.0)],
                                   [position("a", "A", 1000.0, 100.0), position("b", "B", 1000.0, 200.0)], 300.0, hours,
                                   steps, monitoring="continuous", modes=["isolated"], maintenance=0.005,
                                   correlation=case["correlation"])
        mode = results["isolated"]
        suite.checks.frequency(f"{name} a", mode["liquidation_frequency"][0], first, paths, True)
        suite.checks.frequency(f"{name} b", mode["liquidation_frequency"][1], second, paths)
        suite.checks.frequency(f"{name} both", mode["joint_liquidation_frequency"][0, 1], case["both"], paths)
        suite.frequencies(name, mode, paths, {"any_liquidation_frequency": case["any"],
                                              "all_liquidation_frequency": case["both"]})


def default_correlation(suite):
    """Two firms that default where a Brownian motion first falls by so many of its yearly deviations: two isolated longs
    on arithmetic prices. The table's default correlation gives the joint frequency."""
    group = suite.cases["default_correlation"]
    steps = 60
    for case in group["cases"]:
        distances, years = case["distances"], case["years"]
        name = f"default correlation {distances[0]:g} {distances[1]:g} {years} years"
        results, paths = suite.run(name, [asset("A", 100.0, 0.01), asset("B", 100.0, 0.01)],
                                   [position("a", "A", 100.0, distances[0]), position("b", "B", 100.0, distances[1])],
                                   sum(distances), int(years * YEAR_HOURS), steps * years, monitoring="continuous",
                                   model="bachelier", modes=["isolated"], correlation=group["correlation"])
        first, second = (2.0 * normal_cdf(-distance / math.sqrt(years)) for distance in distances)
        spread = math.sqrt(first * (1.0 - first) * second * (1.0 - second))
        mode = results["isolated"]
        suite.checks.frequency(f"{name} a", mode["liquidation_frequency"][0], first, paths)
        suite.checks.frequency(f"{name} both", mode["joint_liquidation_frequency"][0, 1],
                               first * second + case["default_correlation"] * spread, paths, True)


def sensitivity(suite):
    """dP(cross is liquidated) / d(correlation), as a central difference on the same random numbers."""
    group, half = suite.cases["sensitivity"], 0.05
    hit = []
    for correlation in (group["correlation"] - half, group["correlation"] + half):
        results, paths = suite.run("sensitivity", [asset("A", 100.0, 0.8), asset("B", 20.0, 1.0)],
                                   [position("a", "A", 1000.0, 140.0), position("b", "B", 1000.0, 140.0)], 280.0, 168,
                                   7, modes=["cross"], maintenance=0.005, correlation=correlation, keep="all",
                                   paths=1_000_000)
        hit.append(np.isfinite(results["cross"]["liquidation_time"][:, 0]).astype(float))
    difference = (hit[1] - hit[0]) / (2.0 * half)
    suite.checks.z("sensitivity d_cross", difference.mean(), group["d_cross"], difference.std() / math.sqrt(paths), True)


def pool_book(group, case, balance):
    price, deviation = group["price"], group["deviation"]
    assets = [asset(name, p, d / p) for name, p, d in zip("ABC", price, deviation)]
    positions = [{"name": name.lower(), "asset": name, "quantity": q, "leverage": 10}
                 for name, q in zip("ABC", case["quantity"])]
    return assets, positions, balance


def pools(suite):
    """A cross pool on arithmetic Brownian prices with maintenance fixed at entry: its equity is a Brownian motion.
    Tails are those of the loss that no bankruptcy clips: the same trigger in an account that holds more cash."""
    group = suite.cases["pool"]
    notional = sum(abs(q) * p for q, p in zip(group["cases"][0]["quantity"], group["price"]))
    for case in group["cases"]:
        trigger = case["balance"] - group["maintenance"] * notional
        weights = np.array(case["quantity"]) * np.array(group["deviation"])
        deviation = math.sqrt(weights @ np.array(matrix(case["correlation"], 3)) @ weights)
        exact = passage(trigger, 0.0, deviation, group["hours"] / YEAR_HOURS)
        rules = {"model": "bachelier", "modes": ["cross"], "correlation": case["correlation"]}
        for steps in (7, 168):
            expected = case[f"N{steps}"]
            name = f"pool {case['book']} {case['correlation']} {steps} steps"
            pool_clipped(suite, name, pool_book(group, case, case["balance"]), steps, group, expected, rules)
            if steps == 7:
                pool_unclipped(suite, name, pool_book(group, case, 10000.0), (10000.0 - trigger) / notional, group,
                               expected, rules)
        for steps in (1, 7):
            name = f"pool {case['book']} {case['correlation']} continuous {steps} steps"
            results, paths = suite.run(name, *pool_book(group, case, case["balance"]), group["hours"], steps,
                                       monitoring="continuous", maintenance=group["maintenance"],
                                       liquidation={"maintenance_base": "entry"}, **rules)
            mode = results["cross"]
            suite.frequencies(name, mode, paths, {"any_liquidation_frequency": exact}, "any_liquidation_frequency")
            suite.checks.z(f"{name} mean loss", mode["mean_loss"], 0.0, mode["mean_loss_se"])
            if exact > 0.06:  # then 95 % lies in the atom: whoever is liquidated loses the trigger
                suite.checks.close(f"{name} VaR 0.95", mode["value_at_risk"][0], trigger, 1e-6)


def pool_clipped(suite, name, book, steps, group, expected, rules):
    keep = "bankrupt" in expected and steps == 7
    results, paths = suite.run(name, *book, group["hours"], steps, maintenance=group["maintenance"],
                               liquidation={"maintenance_base": "entry"}, keep="all" if keep else "none",
                               cap=500_000 if keep else PATHS, **rules)
    mode = results["cross"]
    suite.frequencies(name, mode, paths, {"any_liquidation_frequency": expected["liquidated"]},
                      "any_liquidation_frequency")
    if "bankrupt" in expected:
        suite.frequencies(name, mode, paths, {"shortfall_frequency": expected["bankrupt"]})
    if keep:
        borne = mode["shortfall"]
        suite.checks.z(f"{name} bad debt", borne.mean(), expected["bad_debt"], borne.std() / math.sqrt(paths))
        total = mode["loss"] + borne  # stopped martingale: what the fund pays is the trader's gain
        suite.checks.z(f"{name} loss with shortfall", total.mean(), 0.0, total.std() / math.sqrt(paths))


def pool_unclipped(suite, name, book, maintenance, group, expected, rules):
    name += " unclipped"
    results, paths = suite.run(name, *book, group["hours"], 7, maintenance=maintenance,
                               liquidation={"maintenance_base": "entry"}, **rules)
    mode = results["cross"]
    suite.frequencies(name, mode, paths, {"any_liquidation_frequency": expected["liquidated"]})
    suite.tails(name, mode, expected["value_at_risk"], expected["expected_shortfall"], independent=0.99)
    suite.checks.z(f"{name} mean loss", mode["mean_loss"], 0.0, mode["mean_loss_se"])


def pool_of_one(suite):
    """One number: equity 100, maintenance 20, deviation 100 a root year; with a drift, and with one step."""
    rules = {"model": "bachelier", "modes": ["cross"], "liquidation": {"maintenance_base": "entry"}}
    for case in suite.cases["pool_of_one"]["cases"]:
        hours, steps = case["hours"], case["steps"]
        steps = steps if hours * 60 % steps == 0 else 1
        exact = passage(80.0, 100.0 * case["drift"], 100.0, hours / YEAR_HOURS)
        # the same pool on a price of 1000, so that the account can hold more cash than the fall
        small = ([asset("A", 100.0, 1.0, case["drift"])], [position("a", "A", 100.0, 10.0)], 100.0)
        large = ([asset("A", 1000.0, 0.1, case["drift"] / 10.0)], [position("a", "A", 1000.0, 100.0)], 500.0)
        name = f"{case['name']} continuous"
        results, paths = suite.run(name, *small, hours, 1, monitoring="continuous", maintenance=0.2, **rules)
        suite.frequencies(name, results["cross"], paths, {"any_liquidation_frequency": exact},
                          "any_liquidation_frequency")
        if steps != case["steps"]:
            continue
        name = f"{case['name']} step"
        results, paths = suite.run(name, *large, hours, steps, maintenance=0.42, **rules)
        mode = results["cross"]
        suite.frequencies(name, mode, paths, {"any_liquidation_frequency": case["liquidated"]},
                          "any_liquidation_frequency")
        suite.tails(name, mode, case["value_at_risk"], case["expected_shortfall"])


def uneven_pools(suite):
    """Pools whose three assets, weights and correlations all differ: exchanged assets or a transposed factor show."""
    correlation = np.array([[1.0, 0.8, -0.3], [0.8, 1.0, 0.1], [-0.3, 0.1, 1.0]])
    hours, volatility = 168, np.array([0.4, 0.8, 1.3])
    for notional in ((2000.0, 500.0, 300.0), (400.0, -900.0, 700.0)):
        weights = np.array(notional) * volatility
        deviation = math.sqrt(weights @ correlation @ weights)
        balance = 0.12 * deviation + 0.01 * sum(map(abs, notional))
        exact = passage(0.12 * deviation, 0.0, deviation, hours / YEAR_HOURS)
        assets = [asset(name, 100.0, v) for name, v in zip("ABC", volatility)]
        positions = [{"name": name.lower(), "asset": name, "quantity": n / 100.0, "leverage": 10}
                     for name, n in zip("ABC", notional)]
        for steps in (1, 24):
            name = f"uneven pool {notional} {steps} steps"
            results, paths = suite.run(name, assets, positions, balance, hours, steps, monitoring="continuous",
                                       model="bachelier", modes=["cross"], correlation=correlation, maintenance=0.01,
                                       liquidation={"maintenance_base": "entry"})
            suite.frequencies(name, results["cross"], paths, {"any_liquidation_frequency": exact},
                              "any_liquidation_frequency")


def below_zero(suite):
    """Arithmetic prices of a pool without leverage: it is in breach only where prices are far below zero."""
    assets, balance, hours = [asset("A", 1.0, 3.0), asset("B", 1.0, 2.0)], 3.0, 8760
    positions = [{"name": n.lower(), "asset": n, "quantity": 1.0, "leverage": 1} for n in "AB"]
    deviation = math.sqrt(3.0**2 + 2.0**2 + 2.0 * 0.3 * 3.0 * 2.0)
    for monitoring, exact in (("step", normal_cdf(-balance / deviation)),
                              ("continuous", passage(balance, 0.0, deviation, 1.0))):
        name = f"below zero {monitoring}"
        results, paths = suite.run(name, assets, positions, balance, hours, 1, monitoring=monitoring, model="bachelier",
                                   modes=["cross"], correlation=0.3)
        suite.frequencies(name, results["cross"], paths, {"any_liquidation_frequency": exact},
                          "any_liquidation_frequency")


def two_assets(suite):
    """Both modes side by side on log-normal prices with daily checks. With the isolated margins as the cross balance no
    path that cross liquidates is free of isolated liquidations, so the rescued share is the difference."""
    hours, steps = 168, 7
    for case in suite.cases["two_assets"]["cases"]:
        name = f"two assets {case['correlation']:+.1f}"
        results, paths = suite.run(name, [asset("A", 100.0, 0.8), asset("B", 20.0, 1.0)],
                                   [position("a", "A", 1000.0, 140.0), position("b", "B", 1000.0, 140.0)], 280.0,
                                   hours, steps, maintenance=0.005, correlation=case["correlation"])
        alone, cross, pair = results["isolated"], results["cross"], results["comparison"]
        suite.checks.frequency(f"{name} a", alone["liquidation_frequency"][0], case["first"], paths)
        suite.checks.frequency(f"{name} b", alone["liquidation_frequency"][1], case["second"], paths)
        suite.frequencies(name, alone, paths, {"any_liquidation_frequency": case["any"],
                                               "all_liquidation_frequency": case["both"]})
        suite.frequencies(f"{name} cross", cross, paths, {"any_liquidation_frequency": case["cross"]},
                          "any_liquidation_frequency")
        suite.checks.frequency(f"{name} rescue", pair["rescue_frequency"][0], case["any"] - case["cross"], paths)


def price_ratio(suite):
    """A long against a short whose breach is a level of the price ratio: the bridge is exact on any grid."""
    hours, years = 720, 720 / YEAR_HOURS
    assets = [asset("A", 100.0, 0.6), asset("B", 100.0, 0.8)]
    positions = [{"name": "a", "asset": "A", "quantity": 1.0, "leverage": 10},
                 {"name": "b", "asset": "B", "quantity": -0.8, "leverage": 10}]
    for correlation in (-0.5, 0.0, 0.5, 0.9):
        exact = ratio_pair((1.0, 0.8), 0.01, (0.6, 0.8), correlation, years)
        for steps in (1, 30, 720):
            name = f"price ratio {correlation:+.1f} {steps} steps"
            results, paths = suite.run(name, assets, positions, 20.0, hours, steps, monitoring="continuous",
                                       modes=["cross"], correlation=correlation, maintenance=0.01)
            suite.frequencies(name, results["cross"], paths, {"any_liquidation_frequency": exact},
                              "any_liquidation_frequency")


def one_step(suite):
    """Terminal laws after one step: normal and log-normal losses, and the errors that the program reports for them."""
    root = math.sqrt(24 / YEAR_HOURS)
    deviations = np.array([0.03, 0.045, 0.06])
    for weights in ((40.0, 35.0, 25.0), (40.0, 35.0, -75.0)):
        for correlation in (-0.3, 0.0, 0.5, 0.8, 0.95):
            scaled = np.array(weights) * deviations
            deviation = math.sqrt(scaled @ np.array(matrix(correlation, 3)) @ scaled)
            name = f"one step {weights} {correlation}"
            results, paths = suite.run(name, [asset(n, 10.0, d / root) for n, d in zip("ABC", deviations)],
                                       [{"name": n.lower(), "asset": n, "quantity": w / 10.0, "leverage": 1}
                                        for n, w in zip("ABC", weights)], 1000.0, 24, 1, model="bachelier",
                                       modes=["cross"], correlation=correlation)
            mode = results["cross"]
            exact = [normal_tail(deviation, level) for level in LEVELS]
            suite.tails(name, mode, [v for v, _ in exact], [s for _, s in exact], independent=0.99)
            suite.checks.z(f"{name} deviation", mode["loss_std"], deviation, deviation / math.sqrt(2.0 * paths))
            for i, level in enumerate(LEVELS):
                error = normal_tail_error(deviation, level, paths)
                # the fourth moment of the tail: relative error of the estimated error about 1.4 / sqrt(tail paths)
                suite.checks.z(f"{name} reported error of ES {level}", mode["expected_shortfall_se"][i], error,
                               1.4 * error / math.sqrt(paths * (1.0 - level)))
    for case in suite.cases["lognormal"]["cases"]:
        name = f"one log step {case['notional']} {case['correlation']}"
        annual = [0.05 / root, 0.08 / root]
        results, _ = suite.run(name, [asset(n, 10.0, v, 0.5 * v * v) for n, v in zip("AB", annual)],
                               [{"name": n.lower(), "asset": n, "quantity": w / 10.0, "leverage": 1}
                                for n, w in zip("AB", case["notional"])], 1000.0, 24, 1, modes=["cross"],
                               correlation=case["correlation"])
        suite.tails(name, results["cross"], case["value_at_risk"], case["expected_shortfall"], independent=0.99)


def one_step_sampling(suite):
    """The same laws drawn in single precision, in pairs, and both. Of a mirrored pair only one half is in a tail, so the
    error of the expected shortfall loses the square of the mean of its influence function, ES - VaR."""
    root, sigma = math.sqrt(24 / YEAR_HOURS), 0.04
    for shocks in ("double", "single"):
        for antithetic in (False, True):
            name = f"one step {shocks} {antithetic}"
            results, paths = suite.run(name, [asset("A", 10.0, sigma / root)],
                                       [{"name": "a", "asset": "A", "quantity": 10.0, "leverage": 1}], 1000.0, 24, 1,
                                       model="bachelier", modes=["cross"],
                                       sampling={"shocks": shocks, "antithetic": antithetic})
            mode, deviation = results["cross"], 100.0 * sigma
            exact = [normal_tail(deviation, level) for level in LEVELS]
            suite.tails(name, mode, [v for v, _ in exact], [s for _, s in exact], independent=0.99)
            suite.checks.z(f"{name} deviation", mode["loss_std"], deviation,
                           deviation * math.sqrt((2.0 if antithetic else 1.0) / (2.0 * paths)))
            if antithetic:
                suite.checks.close(f"{name} mean", mode["mean_loss"], 0.0, 1e-9)
                suite.checks.close(f"{name} error of the mean", mode["mean_loss_se"], 0.0, 1e-9)
            for i, (level, (value, shortfall)) in enumerate(zip(LEVELS, exact)):
                error = math.sqrt(normal_tail_error(deviation, level, paths) ** 2
                                  - antithetic * (shortfall - value) ** 2 / paths)
                suite.checks.z(f"{name} reported error of ES {level}", mode["expected_shortfall_se"][i], error,
                               1.4 * error / math.sqrt(paths * (1.0 - level)))


def one_step_t(suite):
    """Terminal laws after one step of student-t: a long, a short whose loss ends at the account's cash, two assets; and
    which means there are. Volatility is the standard deviation, so the scale is sqrt((nu - 2) / nu) of it."""
    root, hours = math.sqrt(24 / YEAR_HOURS), 24
    for nu in (3.0, 4.0, 6.2):
        for side, sign in (("long", 1.0), ("short", -1.0)):
            name, volatility = f"one t step {nu} {side}", 0.05 / root
            results, paths = suite.run(name, [asset("A", 10.0, volatility, 0.5 * volatility**2)],
                                       [position("a", "A", 100.0, 100.0, side)], 150.0, hours, 1, modes=["cross"],
                                       market_terms={"model": "student-t", "degrees_of_freedom": nu})
            mode = results["cross"]
            exact = [log_t_tail(sign * 100.0, 0.05, nu, level, 150.0) for level in LEVELS]
            suite.tails(name, mode, [v for v, _ in exact], [s for _, s in exact], independent=0.99)
            scale = 0.05 * math.sqrt((nu - 2.0) / nu)
            bankrupt = t_cdf(-math.log(2.5) / scale, nu) if side == "short" else 0.0
            suite.checks.z(f"{name} shortfall", mode["shortfall_frequency"], bankrupt,
                           math.sqrt(max(bankrupt, 1e-12) / paths))
            if side == "long":
                suite.checks.true(f"{name} no mean", np.isnan([mode[key] for key in ("mean_loss", "mean_loss_se",
                                                                                     "loss_std")]).all())
                suite.checks.close(f"{name} the fund bears nothing", mode["mean_shortfall"], 0.0, 0.0)
            else:
                mean = t_expectation(lambda x: np.minimum(100.0 * np.expm1(np.minimum(scale * x, 700.0)), 150.0), nu,
                                     -math.inf, math.inf)
                suite.checks.z(f"{name} mean", mode["mean_loss"], mean, mode["mean_loss_se"])
                suite.checks.true(f"{name} no mean of what the fund bears", np.isnan(mode["mean_shortfall"]))
    for case in suite.cases["log_t"]["cases"]:
        name = f"one log-t step {case['notional']} {case['correlation']}"
        annual = [v * math.sqrt(2.0) / root for v in (0.05, 0.08)]  # scales to deviations, four degrees of freedom
        results, _ = suite.run(name, [asset(n, 10.0, v, 0.5 * v * v) for n, v in zip("AB", annual)],
                               [{"name": n.lower(), "asset": n, "quantity": w / 10.0, "leverage": 1}
                                for n, w in zip("AB", case["notional"])], 1000.0, hours, 1, modes=["cross"],
                               correlation=case["correlation"],
                               market_terms={"model": "student-t", "degrees_of_freedom": 4})
        suite.tails(name, results["cross"], case["value_at_risk"], case["expected_shortfall"], independent=0.99)


def joint_t(suite):
    """Two isolated longs, each liquidated in a step below its quantile p: both at once as often as a t copula has it, also
    where the assets have tails of their own; at p = 1/2 the orthant 1/4 + asin(rho) / 2 pi of every elliptical law. At
    0.1 % the share of both is near the limit 2 t(-sqrt((nu + 1) (1 - rho) / (1 + rho))), nu + 1 degrees of freedom."""
    root = math.sqrt(24 / YEAR_HOURS)
    for nu, own, correlation, p in ((4.0, None, 0.5, 0.01), (4.0, None, 0.8, 0.001), (4.0, (3.0, 9.0), 0.5, 0.01),
                                    (3.0, (2.5, None), 0.0, 0.05), (2.5, None, -0.4, 0.5), (10.0, None, 0.95, 0.001)):
        name = f"joint t {nu} {own} {correlation} {p}"
        assets, held = [], []
        for i, label in enumerate("AB"):
            tail = own[i] if own and own[i] else nu
            deviation = 0.05 + 0.02 * i
            drift = 0.5 * deviation**2 - 0.03 if p == 0.5 else 0.5 * deviation**2
            move = t_quantile(p, tail) * deviation * math.sqrt((tail - 2.0) / tail) - (0.03 if p == 0.5 else 0.0)
            terms = {"degrees_of_freedom": tail} if own and own[i] else {}
            assets.append({**asset(label, 100.0, deviation / root, drift / root**2), **terms})
            held.append(position(label.lower(), label, 1000.0, -1000.0 * math.expm1(move)))
        results, paths = suite.run(name, assets, held, 3000.0, 24, 1, modes=["isolated"], correlation=correlation,
                                   market_terms={"model": "student-t", "degrees_of_freedom": nu})
        mode, both = results["isolated"], t_both(nu, correlation, p)
        if p == 0.5:
            suite.checks.close(f"{name} orthant", both, 0.25 + math.asin(correlation) / (2.0 * math.pi), 1e-7)
        if p == 0.001:
            limit = 2.0 * t_cdf(-math.sqrt((nu + 1.0) * (1.0 - correlation) / (1.0 + correlation)), nu + 1.0)
            suite.checks.true(f"{name} near the limit {limit:.4f}", limit < both / p < 1.12 * limit)
        suite.checks.frequency(f"{name} a", mode["liquidation_frequency"][0], p, paths)
        suite.checks.frequency(f"{name} b", mode["liquidation_frequency"][1], p, paths)
        suite.checks.frequency(f"{name} both", mode["joint_liquidation_frequency"][0, 1], both, paths, True)


def passage_t(suite):
    """One isolated long over seven t steps, at step ends and watched inside them; and garch-t whose variance never moves,
    alpha = 0, where four steps share a day's tails."""
    deviation, margin = 0.04, 0.1
    volatility = deviation / math.sqrt(24 / YEAR_HOURS)
    for nu in (3.0, 5.0):
        for monitoring in ("step", "continuous"):
            exact = t_passage(-math.log1p(-margin), deviation, nu, 7, monitoring == "continuous")
            for model, steps in (("student-t", 7), ("garch-t", 28)):
                if model == "garch-t" and monitoring == "step":
                    continue
                name = f"passage {model} {nu} {monitoring}"
                terms = {"model": model, "degrees_of_freedom": nu, **({"garch_step": "1 d"} if steps == 28 else {})}
                own = {"alpha": 0, "beta": 0.5} if model == "garch-t" else {}
                results, paths = suite.run(name, [{**asset("A", 100.0, volatility, 0.5 * volatility**2), **own}],
                                           [position("a", "A", 1000.0, 1000.0 * margin)], 1000.0, 168, steps,
                                           modes=["isolated"], monitoring=monitoring, cap=500_000, market_terms=terms)
                suite.frequencies(name, results["isolated"], paths, {"any_liquidation_frequency": exact},
                                  "any_liquidation_frequency")


def counts(suite):
    """Ten equicorrelated isolated positions, one step, each liquidated with probability 5 %."""
    n, p = 10, 0.05
    step_deviation = math.sqrt(24 / YEAR_HOURS)
    margin = 1.0 - math.exp(normal_quantile(p) * step_deviation - 0.5 * step_deviation**2)
    names = "ABCDEFGHIJ"
    for correlation in (0.0, 0.3, 0.6, 0.9):
        name = f"counts {correlation}"
        results, paths = suite.run(name, [asset(a, 100.0, 1.0) for a in names],
                                   [position(a.lower(), a, 1000.0, 1000.0 * margin) for a in names], 10000.0, 24, 1,
                                   modes=["isolated"], correlation=correlation, cap=1_000_000)
        mode = results["isolated"]
        exact = defaults(n, p, correlation)
        for k, q in enumerate(exact):
            if q * paths >= 20.0:
                suite.checks.frequency(f"{name} {k} liquidated", mode["liquidation_count_frequency"][k], q, paths,
                                       k == 0)
        suite.checks.frequency(f"{name} pair", mode["joint_liquidation_frequency"][2, 7],
                               defaults(2, p, correlation)[2], paths)


def means(suite):
    """The mean price, the moments of the joint law, and stopped martingales in both modes."""
    drift, volatility, hours = (0.4, -0.6), (0.5, 0.9), 4380
    years, correlation = hours / YEAR_HOURS, -0.4
    assets = [asset(n, 100.0, v, m) for n, v, m in zip("AB", volatility, drift)]
    for model in ("gbm", "bachelier"):
        loss = []
        for name in "AB":
            # one seed and one market for both books: the same paths
            results, paths = suite.run(f"means {model}", assets, [position("x", name, 100.0, 100.0)], 100000.0, hours,
                                       6, model=model, modes=["cross"], correlation=correlation, keep="all",
                                       cap=500_000)
            loss.append(results["cross"]["loss"])
            growth = drift["AB".index(name)] * years
            growth = math.exp(growth) if model == "gbm" else 1.0 + growth
            suite.checks.z(f"means {model} E[P(T)] of {name}", results["cross"]["mean_loss"], 100.0 - 100.0 * growth,
                           results["cross"]["mean_loss_se"], name == "A")
        x = [np.log1p(-row / 100.0) if model == "gbm" else -row / 100.0 for row in loss]
        sample = np.corrcoef(x[0], x[1])[0, 1]
        suite.checks.z(f"means {model} correlation", math.atanh(sample), math.atanh(correlation),
                       1.0 / math.sqrt(paths - 3))
        for row, v in zip(x, volatility):
            suite.checks.z(f"means {model} volatility", row.std(), v * math.sqrt(years),
                           v * math.sqrt(years) / math.sqrt(2.0 * paths))
    for monitoring in ("step", "continuous"):
        name = f"stopped martingale {monitoring}"
        results, paths = suite.run(name, [asset("A", 100.0, 0.8), asset("B", 100.0, 1.2)],
                                   [position("a", "A", 1000.0, 150.0), position("b", "B", 600.0, 120.0, "short")],
                                   300.0, 240, 20, correlation=0.5, maintenance=0.01, keep="all", cap=500_000,
                                   monitoring=monitoring)
        for mode in ("isolated", "cross"):
            total = results[mode]["loss"] + results[mode]["shortfall"]
            suite.checks.z(f"{name} {mode}", total.mean(), 0.0, total.std() / math.sqrt(paths), mode == "cross")


def coverage(suite):
    """Only in the long suite: of 1,000 seeds, intervals of 95 % must hold the truth 931 to 967 times (99 % of
    binomials)."""
    if not suite.long:
        return
    runs, paths, deviation, p = 1000, 20000, 3.0, 0.2
    trigger = -deviation * normal_quantile(p)
    tails = [normal_tail(deviation, level) for level in LEVELS]
    names = ["mean loss", "liquidation frequency", "VaR 0.95", "ES 0.95", "VaR 0.99", "ES 0.99"]
    held = np.zeros(len(names), int)
    volatility = 0.01 * deviation / math.sqrt(24 / YEAR_HOURS)
    for seed in range(runs):
        results, _ = suite.run(f"coverage {seed}", [asset("A", 10.0, volatility)], [position("a", "A", 100.0, 100.0)],
                               100.0, 24, 1, paths=paths, model="bachelier", modes=["cross"],
                               maintenance=1.0 - trigger / 100.0, liquidation={"maintenance_base": "entry"})
        mode = results["cross"]
        inside = [abs(mode["mean_loss"]) <= 1.959964 * mode["mean_loss_se"],
                  mode["any_liquidation_frequency_low"] <= p <= mode["any_liquidation_frequency_high"]]
        for i in range(2):
            value, shortfall = tails[i]
            inside.append(mode["value_at_risk_low"][i] <= value <= mode["value_at_risk_high"][i])
            inside.append(abs(mode["expected_shortfall"][i] - shortfall) <= 1.959964 * mode["expected_shortfall_se"][i])
        held += np.array(inside, int)
    for name, n in zip(names, held):
        suite.checks.true(f"coverage of the interval of {name}: {n} of {runs}", 931 <= n <= 967)


def examples(suite):
    worked.run(suite.program, suite.checks)


GROUPS = (examples, one_position, leverages, joint, default_correlation, pools, pool_of_one, uneven_pools, below_zero,
          two_assets, sensitivity, price_ratio, one_step, one_step_sampling, one_step_t, joint_t, passage_t,
          counts, means, coverage, stressed, *jumps_and_variances.GROUPS)


def main():
    parser = argparse.ArgumentParser(description="closed forms and exact recursions")
    parser.add_argument("binary")
    parser.add_argument("--long", action="store_true", help="two million paths in every run")
    parser.add_argument("--only", help="names of groups, separated by commas")
    options = parser.parse_args()
    suite = Suite(options.binary, options.long)
    for group in GROUPS:
        if not options.only or group.__name__ in options.only.split(","):
            group(suite)
    return suite.checks.finish()


if __name__ == "__main__":
    sys.exit(main())
