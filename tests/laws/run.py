#!/usr/bin/python3
"""Laws that relate runs to each other: no expected number, only that two results must agree, bit for bit where the law
says so, or never order the other way.

    run.py BINARY [--only LAW,...]
"""
import argparse
import copy
import math
import os
import sys

import numpy as np

from base import BALANCE, BOTH, COLUMNS, CORRELATION, MONEY, NAMES, Laws, account, assets, held, three
from columns import statistics_are_those_of_the_columns
from holder import HOLDER_LAWS
from procedures import PROCEDURE_LAWS
from riskpool_test import normal_cdf
from sampling import errors_of_pairs_are_right, pairs_hold_the_plain_paths, single_is_double_but_for_rounding
from stress import STRESS_LAWS


def one_position_is_every_mode(laws):
    for monitoring in BOTH:
        for side in ("long", "short"):
            results = laws.run([held("btc", "BTC", BALANCE, 80000.0, side)], monitoring=monitoring)
            laws.same_columns(f"one position, {side}, {monitoring}: isolated = cross", results["isolated"],
                              results["cross"])


def hybrids_meet_the_modes(laws):
    names = [n.lower() for n in NAMES]
    modes = ["isolated", "cross", {"name": "listed", "isolated": names},
             {"name": "singles", "pools": [{"name": n, "positions": [n], "cash": 2000} for n in names]},
             {"name": "together", "pools": [{"name": "all", "positions": names, "cash": BALANCE}]}]
    for monitoring in BOTH:
        for model in ("gbm", "bachelier"):
            results = laws.run(three(("long", "short", "long")), modes=modes, monitoring=monitoring, model=model)
            what = f"{model}, {monitoring}:"
            laws.same_columns(f"{what} hybrid by list = isolated", results["listed"], results["isolated"])
            laws.same_columns(f"{what} hybrid of single pools = isolated", results["singles"], results["isolated"])
            laws.same_columns(f"{what} hybrid of one pool = cross", results["together"], results["cross"])
            laws.checks.true(f"{what} the modes differ",
                             bool(np.any(results["isolated"]["loss"] != results["cross"]["loss"])))


def no_jumps_are_gbm(laws):
    """Jumps draw at addresses of their own, so that a rate of 0 leaves every number as it was."""
    never = {"intensity": 0, "mean": -0.1, "deviation": 0.1}
    market = {"model": "jump-diffusion", "correlation": CORRELATION, "jumps": never,
              "assets": [{**asset, "own_jumps": never} for asset in assets()]}
    for monitoring in BOTH:
        plain = laws.run(monitoring=monitoring)
        for mode in ("isolated", "cross"):
            laws.same_columns(f"jumps at rate 0, {mode}, {monitoring}",
                              laws.run(monitoring=monitoring, market=market)[mode], plain[mode])
        market["jumps"] = {**never, "intensity": 50}
        results = laws.run(monitoring=monitoring, market=market)
        laws.checks.true("jumps change something", bool(np.any(results["cross"]["loss"] != plain["cross"]["loss"])))
        market["jumps"] = never


def tails_meet_each_other(laws):
    """Variances that do not move leave student-t; so many degrees of freedom that no tail is left leave gbm; own degrees
    of freedom that are the market's change nothing. All on the same normals."""
    def market(model, of_market=None, of_asset=None):
        return {"model": model, "correlation": CORRELATION, "assets": [{**a, **(of_asset or {})} for a in assets()],
                **(of_market or {})}

    still = {"alpha": 0, "beta": 0}
    for monitoring in BOTH:
        plain = laws.run(monitoring=monitoring)
        t = laws.run(monitoring=monitoring, market=market("student-t", {"degrees_of_freedom": 4}))
        for name, other in (("garch-t that stands still", market("garch-t", {"degrees_of_freedom": 4}, still)),
                            ("garch-t from its mean", market("garch-t", {"degrees_of_freedom": 4},
                                                             {"alpha": 0, "beta": 0.9})),
                            ("tails of its own", market("student-t", {"degrees_of_freedom": 4},
                                                        {"degrees_of_freedom": 4}))):
            results = laws.run(monitoring=monitoring, market=other)
            for mode in ("isolated", "cross"):
                laws.same_columns(f"{name}, {mode}, {monitoring}", results[mode], t[mode])
        laws.checks.true("tails change something", bool(np.any(t["cross"]["loss"] != plain["cross"]["loss"])))
        for name, other, share in (("1e7 degrees of freedom", market("student-t", {"degrees_of_freedom": 1e7}), 0.01),
                                   ("normal garch that stands still", market("garch-t", None, still), 0.0)):
            results = laws.run(monitoring=monitoring, market=other)
            for mode in ("isolated", "cross"):
                a, b = results[mode]["liquidation_time"], plain[mode]["liquidation_time"]
                other_end = np.any(np.isnan(a) != np.isnan(b), axis=1)
                laws.checks.true(f"{name}, {mode}, {monitoring}: {int(other_end.sum())} other ends",
                                 other_end.mean() <= share)
                far = np.abs(results[mode]["loss"] - plain[mode]["loss"]) > (30.0 if share else 1e-6)
                laws.checks.true(f"{name}, {mode}, {monitoring}: {int(far.sum())} other losses", far.mean() <= share)


def tails_and_modes(laws):
    """What holds of every mode holds of t moves and clusters too: one position is every mode, singles are isolated, no
    volatility moves nothing."""
    names = [n.lower() for n in NAMES]
    modes = ["isolated", "cross", {"name": "singles", "pools": [{"name": n, "positions": [n], "cash": 2000} for n in names]}]
    for model, own in (("student-t", {}), ("garch-t", {"alpha": 0.2, "beta": 0.7})):
        made = {"model": model, "degrees_of_freedom": 3, "correlation": CORRELATION,
                "assets": [{**a, **own} for a in assets()]}
        flat = {**made, "assets": [{**a, **own} for a in assets((0, 0, 0), (0, 0, 0))]}
        for monitoring in BOTH:
            results = laws.run(three(("long", "short", "long")), modes=modes, monitoring=monitoring, market=made)
            laws.same_columns(f"{model}, {monitoring}: single pools = isolated", results["singles"], results["isolated"])
            results = laws.run([held("btc", "BTC", BALANCE, 80000.0, "short")], monitoring=monitoring, market=made)
            laws.same_columns(f"{model}, {monitoring}: one position", results["isolated"], results["cross"])
            results = laws.run(monitoring=monitoring, market=flat)
            laws.checks.same(f"{model}, {monitoring}: no volatility", results["cross"]["loss"], 0.0)
            laws.checks.close(f"{model}, {monitoring}: what stands still has a mean", results["cross"]["mean_loss"], 0.0, 0.0)


def losses_end_at_what_backs(laws):
    crash = [{"at": "100 h", "return": {"BTC": -0.3, "ETH": -0.4, "SOL": -0.5}}]
    for monitoring in BOTH:
        results = laws.run([held("btc", "BTC", 2000.0)], monitoring=monitoring, stress=crash)
        loss = results["isolated"]["loss"]
        laws.checks.true(f"isolated loss <= margin, {monitoring}", bool(np.all(loss <= 2000.0)))
        laws.checks.true(f"isolated loss reaches the margin, {monitoring}", bool(np.any(loss == 2000.0)))
        results = laws.run(three(("long", "short", "long")), monitoring=monitoring, stress=crash, balance=6000.0)
        for mode in ("isolated", "cross"):
            laws.checks.true(f"{mode} loss <= equity, {monitoring}", bool(np.all(results[mode]["loss"] <= 6000.0)))
            laws.checks.true(f"{mode} shortfall >= 0, {monitoring}", bool(np.all(results[mode]["shortfall"] >= 0.0)))
        laws.checks.true(f"cross loss reaches the equity, {monitoring}",
                         bool(np.any(results["cross"]["loss"] == 6000.0)))


def cash_is_conserved(laws):
    """Where nothing is liquidated the loss is the sum of what the positions lose; where all are closed, fees are the
    only difference between a run with them and one without."""
    parts = 0.0
    for name in NAMES:
        alone = laws.run([held("x", name, 20000.0)], balance=1e9, modes=["cross"])
        parts = parts + alone["cross"]["loss"]
    together = laws.run()
    for mode in ("isolated", "cross"):
        alive = np.all(np.isnan(together[mode]["liquidation_time"]), axis=1)
        laws.checks.close(f"{mode} without liquidation: the loss is the sum of the positions'",
                          together[mode]["loss"][alive], parts[alive], 1e-6)  # the parts are differences from 1e9
        laws.checks.true(f"{mode}: some survive, some do not", 0 < alive.sum() < alive.size)
    both = [together[mode] for mode in ("isolated", "cross")]
    alive = np.all([np.all(np.isnan(mode["liquidation_time"]), axis=1) for mode in both], axis=0)
    laws.checks.close("no liquidation in either mode: equal losses", both[0]["loss"][alive], both[1]["loss"][alive],
                      1e-12 * BALANCE)
    for monitoring in BOTH:
        free = laws.run(monitoring=monitoring, balance=6000.0)
        paid = laws.run(monitoring=monitoring, balance=6000.0, liquidation={"fee": 0.002})
        for mode in ("isolated", "cross"):
            difference = paid[mode]["loss"] - free[mode]["loss"]
            what = f"fees, {mode}, {monitoring}:"
            laws.same_columns(f"{what} what happens", paid[mode], free[mode], ("liquidation_time", "shortfall"))
            laws.checks.close(f"{what} the mean loss grows by them", difference.mean(), paid[mode]["mean_fees"],
                              1e-9 * BALANCE)
            dead = np.any(np.isfinite(paid[mode]["liquidation_time"]), axis=1)
            laws.checks.true(f"{what} paid only at a liquidation", bool(np.all(difference[~dead] == 0.0)))
            laws.checks.true(f"{what} paid at most on the notional",
                             bool(np.all(difference >= -1e-9) and np.all(difference <= 0.002 * 3 * 40000.0)))


def more_margin_never_earlier(laws):
    for monitoring, step in (("step", None), ("continuous", 2.0)):
        for sides in (("long",) * 3, ("short",) * 3):
            runs = [laws.run(three(sides, margin), monitoring=monitoring, modes=["isolated"])["isolated"]
                    for margin in (1500.0, 2000.0, 3000.0)]
            for less, more in zip(runs, runs[1:]):
                laws.never_earlier(f"more margin never earlier, {sides[0]}, {monitoring}", more["liquidation_time"],
                                   less["liquidation_time"], step)
        runs = [laws.run(balance=balance, monitoring=monitoring, modes=["cross"])["cross"]
                for balance in (6000.0, 8000.0, 10000.0)]
        for less, more in zip(runs, runs[1:]):
            laws.never_earlier(f"more balance never earlier, cross, {monitoring}", more["liquidation_time"],
                               less["liquidation_time"], step)


def harsher_rules_never_later(laws):
    for monitoring, step in (("step", None), ("continuous", 2.0)):
        for mode in ("isolated", "cross"):
            runs = [laws.run(maintenance=rate, monitoring=monitoring, modes=[mode], balance=6000.0)[mode]
                    for rate in (0.02, 0.005, 0.0)]
            for harsh, mild in zip(runs, runs[1:]):
                laws.never_earlier(f"lower maintenance never earlier, {mode}, {monitoring}", mild["liquidation_time"],
                                   harsh["liquidation_time"], step)
        tiers = [{"from": 0, "rate": 0.005}, {"from": 21000, "rate": 0.05}]
        flat, tiered = (laws.run(three(("short",) * 3), monitoring=monitoring, modes=["isolated"],
                                 liquidation=rule)["isolated"] for rule in ({}, {"maintenance": tiers}))
        laws.never_earlier(f"a tier above never makes it later, {monitoring}", flat["liquidation_time"],
                           tiered["liquidation_time"], step)


def perfect_hedge(laws):
    """Equity never moves; maintenance, 0.5 % of 40,000 at the start, reaches the 300 of cash when the price has grown
    by one half: a first passage of one log price, upwards."""
    pair = [held("up", "BTC", 100.0, 20000.0, "long"), held("down", "BTC", 100.0, 20000.0, "short")]
    volatility, years = 2.0, 7 / 365
    for monitoring in BOTH:
        results = laws.run(pair, balance=300.0, monitoring=monitoring, modes=["cross"], paths=200000,
                           assets=[{"name": "BTC", "price": 60000.0, "volatility": volatility, "drift": 0.0}],
                           correlation=None, trajectories=False)
        mode = results["cross"]
        laws.checks.same(f"perfect hedge, {monitoring}: loss", mode["loss"], 0.0)
        laws.checks.same(f"perfect hedge, {monitoring}: no shortfall", mode["shortfall"], 0.0)
        if monitoring == "continuous":
            s, b, m = volatility * math.sqrt(years), math.log(1.5), 0.5 * volatility**2 * years
            p = normal_cdf((-b - m) / s) + math.exp(-2.0 * b * m / s**2) * normal_cdf((-b + m) / s)
            laws.checks.frequency("perfect hedge, continuous: maintenance outgrows the cash",
                                  mode["any_liquidation_frequency"], p, 200000)
        else:
            laws.checks.true("perfect hedge, step: maintenance outgrows the cash",
                             mode["any_liquidation_frequency"] > 0.0)


def equal_assets_are_one(laws):
    """Two assets of equal volatility and correlation one: two positions of one side behave as one position, opposite
    ones as nothing while each alone is often liquidated."""
    twins = assets((0.9, 0.9, 1.5), (0.1, 0.1, 0.0))
    correlation = [[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]]
    for monitoring in BOTH:
        for side in ("long", "short"):
            more = {"assets": twins, "correlation": correlation, "monitoring": monitoring, "modes": ["cross"],
                    "balance": 6000.0}
            two = laws.run([held("a", "BTC", 1000.0, 25000.0, side), held("b", "ETH", 1000.0, 15000.0, side)],
                           **more)["cross"]
            one = laws.run([held("a", "BTC", 1000.0, 40000.0, side)], **more)["cross"]
            what = f"twins, {side}, {monitoring}:"
            for column in MONEY:
                laws.checks.close(f"{what} {column}", two[column], one[column], 1e-9 * 6000.0)
            for i in (0, 1):
                laws.checks.close(f"{what} time {i}", two["liquidation_time"][:, i], one["liquidation_time"][:, 0],
                                  1e-6)
        results = laws.run([held("a", "BTC", 2000.0), held("b", "ETH", 2000.0, 20000.0, "short")], assets=twins,
                           correlation=correlation, monitoring=monitoring)
        laws.checks.close(f"twins hedged, {monitoring}: cross loses nothing", results["cross"]["loss"], 0.0,
                          1e-9 * BALANCE)
        laws.checks.same(f"twins hedged, {monitoring}: cross never liquidated", results["cross"]["liquidation_time"],
                         math.nan)
        laws.checks.true(f"twins hedged, {monitoring}: isolated is",
                         results["isolated"]["any_liquidation_frequency"] > 0.3)


TIERS = [{"from": 0, "rate": 0.004}, {"from": 20000, "rate": 0.01}, {"from": 24000, "rate": 0.05}]


def scaling(laws):
    crash = [{"at": "100 h", "return": {"ETH": -0.2}}]

    def scaled(factor, monitoring):
        tiers = [{"from": t["from"] * factor, "rate": t["rate"]} for t in TIERS]
        positions = [held(n.lower(), n, 2000.0 * factor, 20000.0 * factor, s)
                     for n, s in zip(NAMES, ("long", "short", "long"))]
        return laws.run(positions, balance=BALANCE * factor, monitoring=monitoring, stress=crash,
                        modes=["isolated", "cross", {"name": "mixed", "isolated": ["sol"]}],
                        liquidation={"maintenance": tiers, "fee": 0.001})

    for monitoring in BOTH:
        one, two, eight = (scaled(factor, monitoring) for factor in (1, 2, 8))
        for factor, run in ((2, two), (8, eight)):
            for mode in ("isolated", "cross", "mixed"):
                what = f"scaled by {factor}, {mode}, {monitoring}:"
                for column in COLUMNS:
                    scale = factor if column in MONEY else 1
                    laws.checks.same(f"{what} {column}", run[mode][column], scale * one[mode][column])
                for statistic in ("mean_loss", "value_at_risk", "expected_shortfall", "mean_fees", "mean_shortfall"):
                    laws.checks.same(f"{what} {statistic}", run[mode][statistic], factor * one[mode][statistic])


def price_units(laws):
    """A price quoted in other units of the asset, quantities in proportion: nothing changes."""
    def quoted(c, monitoring):
        positions = [{"name": n.lower(), "asset": n, "quantity": q / c, "margin": 2000.0}
                     for n, q in zip(NAMES, (0.3, -6.0, 130.0))]
        market = assets(price=(60000.0 * c, 3000.0 * c, 150.0 * c))
        return laws.run(positions, assets=market, monitoring=monitoring)

    for monitoring in BOTH:
        a, b = quoted(1.0, monitoring), quoted(1024.0, monitoring)
        for mode in ("isolated", "cross"):
            laws.same_columns(f"price units, {mode}, {monitoring}", a[mode], b[mode])


def permuting(laws):
    positions = three(("long", "short", "long"))
    order = [2, 0, 1]
    for monitoring in BOTH:
        a = laws.run(positions, monitoring=monitoring, liquidation={"fee": 0.001})
        b = laws.run([positions[i] for i in order], monitoring=monitoring, liquidation={"fee": 0.001})
        for mode in ("isolated", "cross"):
            what = f"permuted positions, {mode}, {monitoring}:"
            for column in MONEY:
                laws.checks.close(f"{what} {column}", a[mode][column], b[mode][column], 1e-12 * BALANCE)
            laws.checks.close(f"{what} times", a[mode]["liquidation_time"][:, order], b[mode]["liquidation_time"], 1e-9)


def splitting(laws):
    """One position in two equal halves with half the margin each."""
    for monitoring in BOTH:
        for side in ("long", "short"):
            whole = laws.run([held("w", "BTC", 2000.0, 20000.0, side)], balance=2000.0, monitoring=monitoring)
            halves = laws.run([held("a", "BTC", 1000.0, 10000.0, side), held("b", "BTC", 1000.0, 10000.0, side)],
                              balance=2000.0, monitoring=monitoring)
            for mode in ("isolated", "cross"):
                what = f"two halves, {mode}, {side}, {monitoring}:"
                for i in (0, 1):
                    laws.checks.same(f"{what} time", halves[mode]["liquidation_time"][:, i],
                                     whole[mode]["liquidation_time"][:, 0])
                laws.checks.close(f"{what} loss", halves[mode]["loss"], whole[mode]["loss"], 1e-12 * 2000.0)


def market_is_independent(laws):
    """Prices know nothing of books, modes, watching, kept columns, threads, or the number of paths."""
    book = three(("long", "short", "long"))
    for monitoring in BOTH:
        alone = laws.run([book[0]], monitoring=monitoring, modes=["isolated"])["isolated"]["liquidation_time"][:, 0]
        among = laws.run(book, monitoring=monitoring)["isolated"]["liquidation_time"]
        more = [{"name": "x", "isolated": ["eth"]}, {"name": "y", "pools": [{"name": "z", "positions": ["btc", "sol"],
                                                                             "cash": 5000}]}, "cross", "isolated"]
        other = laws.run(book, monitoring=monitoring, modes=more, trajectories=False)["isolated"]["liquidation_time"]
        laws.checks.same(f"a position alone or among others, {monitoring}", among[:, 0], alone)
        laws.checks.same(f"other modes beside it, {monitoring}", other, among)
        made = account(book, monitoring=monitoring)
        files = []
        for threads in (1, 2, 3, 7):
            path = laws.program.run_file(made, "-j", str(threads))
            with open(path, "rb") as file:
                files.append(file.read())
            os.unlink(path)
        laws.checks.true(f"1, 2, 3 and 7 threads, {monitoring}: the same bytes", all(f == files[0] for f in files))
        few, many = (laws.run(book, monitoring=monitoring, paths=paths) for paths in (5000, 10000))
        for mode in ("isolated", "cross"):
            for column in COLUMNS:
                laws.checks.same(f"first half of twice the paths, {mode}, {monitoring}: {column}", few[mode][column],
                                 many[mode][column][:5000])
        seeds = laws.run(book, monitoring=monitoring, seed=8)
        laws.checks.true(f"another seed, {monitoring}: other losses",
                         bool(np.mean(seeds["cross"]["loss"][:5000] == few["cross"]["loss"]) < 0.5))


def kept_columns_change_nothing(laws):
    """What is written down, and what is looked at on the way, is no part of what happens."""
    for monitoring in BOTH:
        whole = laws.run(monitoring=monitoring, paths=120000, trajectories=False)
        tail = laws.run(monitoring=monitoring, paths=120000, trajectories=False, keep="tail")
        none = laws.run(monitoring=monitoring, paths=120000, trajectories=True, keep="none")
        for mode in ("isolated", "cross"):
            what = f"{mode}, {monitoring}:"
            kept = tail[mode]["path"]
            worst = np.sort(whole[mode]["loss"])[-1200:]
            laws.checks.true(f"{what} the tail has the worst 1 %", len(kept) >= 1200 and len(set(kept)) == len(kept)
                             and bool(np.all(np.sort(tail[mode]["loss"])[-1200:] == worst)))
            for column in ("loss", "shortfall", "liquidation_time"):
                laws.checks.same(f"{what} tail of {column}", tail[mode][column], whole[mode][column][kept])
            laws.checks.true(f"{what} nothing per path is kept", "loss" not in none[mode])
            laws.checks.true(f"{what} no trajectories, no drawdown",
                             "max_drawdown" not in whole[mode] or bool(np.all(np.isnan(whole[mode]["max_drawdown"]))))
            for statistic in ("mean_loss", "value_at_risk", "expected_shortfall", "expected_shortfall_se", "survival",
                              "joint_liquidation_frequency", "mean_shortfall"):
                for other in (tail, none):
                    laws.checks.same(f"{what} {statistic}", other[mode][statistic], whole[mode][statistic])


def said_differently(laws):
    """The same account and market in other words."""
    volatility = [0.8, 1.0, 1.5]
    book = three(("long", "short", "long"))
    for monitoring in BOTH:
        plain = laws.run(book, monitoring=monitoring)
        words = [{"name": "btc", "asset": "BTC", "quantity": 20000.0 / 60000.0, "leverage": 10},
                 {"name": "eth", "asset": "ETH", "side": "short", "quantity": 20000.0 / 3000.0, "margin": "2e3"},
                 {"name": "sol", "asset": "SOL", "side": "long", "notional": "20000", "leverage": 10.0, "entry": 150}]
        other = laws.run(words, monitoring=monitoring, step="120 min", horizon="168 h", maintenance="0.5%")
        covariance = account(book, monitoring=monitoring)
        covariance["market"]["covariance"] = (np.outer(volatility, volatility) * CORRELATION).tolist()
        del covariance["market"]["correlation"]
        for one in covariance["market"]["assets"]:
            del one["volatility"]
        blended = account(book, monitoring=monitoring)
        blended["market"]["correlation_blend"] = 0.25
        by_hand = laws.run(book, monitoring=monitoring, correlation=0.75 * np.array(CORRELATION) + 0.25)
        for what, a, b in (("other words", other, plain), ("covariance", laws.program.run(covariance), plain),
                           ("blend", laws.program.run(blended), by_hand)):
            for mode in ("isolated", "cross"):
                for column in COLUMNS:
                    laws.checks.close(f"{what}, {mode}, {monitoring}: {column}", a[mode][column], b[mode][column],
                                      1e-9 * BALANCE)


def longer_horizon(laws):
    for monitoring in BOTH:
        short, long = (laws.run(monitoring=monitoring, horizon=h) for h in ("4 d", "8 d"))
        for mode in ("isolated", "cross"):
            times = long[mode]["liquidation_time"]
            laws.checks.same(f"twice the horizon, same beginning, {mode}, {monitoring}",
                             short[mode]["liquidation_time"], np.where(times <= 96.0, times, np.nan))


def watching_closer(laws):
    """On the same paths, what the step ends see the continuous watch has seen by then."""
    step, continuous = (laws.run(monitoring=monitoring, balance=6000.0) for monitoring in BOTH)
    for mode in ("isolated", "cross"):
        laws.never_earlier(f"continuous never later than step, {mode}", step[mode]["liquidation_time"],
                           continuous[mode]["liquidation_time"])


def cross_needs_a_breach(laws):
    """With the isolated margins as its balance, cross is liquidated only when some isolated position is or was."""
    for sides in (("long",) * 3, ("long", "short", "long")):
        results = laws.run(three(sides), balance=6000.0)
        first = np.nanmin(np.column_stack([results["isolated"]["liquidation_time"], np.full(6000, np.inf)]), axis=1)
        cross = results["cross"]["liquidation_time"][:, 0]
        dead = np.isfinite(cross)
        laws.checks.true(f"cross only after an isolated liquidation, {sides[1]}",
                         bool(np.all(first[dead] <= cross[dead])))
        laws.checks.true("and some are", bool(np.any(dead)))


def correlation_moves_joint_events_only(laws):
    more = {"paths": 100000, "keep": "none", "trajectories": False, "step": "6 h", "balance": 6000.0,
            "assets": assets(drift=(0, 0, 0))}
    runs = [laws.run(correlation=rho, **more) for rho in (0.0, 0.3, 0.6, 0.9)]
    for low, high in zip(runs, runs[1:]):
        a, b = low["isolated"], high["isolated"]
        p, q = a["liquidation_frequency"], b["liquidation_frequency"]
        laws.checks.true("correlation leaves each frequency as it is",
                         bool(np.all(np.abs(p - q) <= 4.0 * np.sqrt(2.0 * p * (1 - p) / 100000))))
        laws.checks.true("correlation up: any less often",
                         a["any_liquidation_frequency"] > b["any_liquidation_frequency"])
        laws.checks.true("correlation up: all more often",
                         a["all_liquidation_frequency"] < b["all_liquidation_frequency"])
        laws.checks.true("correlation up: cross more often",
                         low["cross"]["any_liquidation_frequency"] < high["cross"]["any_liquidation_frequency"])
    free = runs[0]["isolated"]
    p = free["liquidation_frequency"]
    for i, k in ((0, 1), (0, 2), (1, 2)):
        laws.checks.z(f"correlation zero: {i} and {k} multiply", free["joint_liquidation_frequency"][i, k], p[i] * p[k],
                      math.sqrt(p[i] * p[k] * (1 - p[i]) * (1 - p[k]) / 100000))
    none = float(np.prod(1.0 - p))
    laws.checks.frequency("correlation zero: survivals multiply", 1.0 - free["any_liquidation_frequency"], none, 100000)


def reflection(laws):
    """Arithmetic prices, maintenance of the entry, correlation -1: a long of the one is a short of the other. And a
    long with a short at correlation r is a long with a long at -r, in law."""
    mirror = assets((0.8, 0.8, 1.5), (0.0, 0.0, 0.0), (1000.0, 1000.0, 1000.0))
    entry = {"maintenance_base": "entry"}
    for monitoring in BOTH:
        results = laws.run([held("a", "BTC", 2000.0), held("b", "ETH", 2000.0, 20000.0, "short")], model="bachelier",
                           assets=mirror, correlation=[[1, -1, 0], [-1, 1, 0], [0, 0, 1]], monitoring=monitoring,
                           modes=["isolated"], liquidation=entry)
        times = results["isolated"]["liquidation_time"]
        laws.checks.close(f"mirrored prices, {monitoring}: long = short", times[:, 0], times[:, 1], 1e-6)
        laws.checks.true(f"mirrored prices, {monitoring}: some are liquidated", bool(np.any(np.isfinite(times))))
        more = {"model": "bachelier", "monitoring": monitoring, "liquidation": entry, "paths": 100000, "keep": "none",
                "trajectories": False, "step": "6 h", "balance": 4000.0}
        a = laws.run([held("a", "BTC", 2000.0), held("b", "ETH", 2000.0, 20000.0, "short")], assets=mirror,
                     correlation=[[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], seed=11, **more)
        b = laws.run([held("a", "BTC", 2000.0), held("b", "ETH", 2000.0)], assets=mirror,
                     correlation=[[1, -0.6, 0], [-0.6, 1, 0], [0, 0, 1]], seed=12, **more)
        for mode in ("isolated", "cross"):
            for statistic in ("any_liquidation_frequency", "all_liquidation_frequency"):
                p, q = float(a[mode][statistic]), float(b[mode][statistic])
                laws.checks.z(f"long short at r, long long at -r, {monitoring}: {mode} {statistic}", p, q,
                              math.sqrt((p * (1 - p) + q * (1 - q)) / 100000))


def nothing_moves(laws):
    """Without volatility, drift and stress nothing happens; with drift alone the liquidation is where it must be."""
    for monitoring in BOTH:
        for model in ("gbm", "bachelier"):
            results = laws.run(assets=assets((0, 0, 0), (0, 0, 0)), monitoring=monitoring, model=model)
            for mode in ("isolated", "cross"):
                what = f"no volatility, {model}, {mode}, {monitoring}:"
                laws.checks.same(f"{what} loss", results[mode]["loss"], 0.0)
                laws.checks.same(f"{what} drawdown", results[mode]["max_drawdown"], 0.0)
                laws.checks.same(f"{what} time", results[mode]["liquidation_time"], math.nan)
                level = 100.0 * (2000.0 if mode == "isolated" else BALANCE) / (2000.0 if mode == "isolated" else 6000.0)
                laws.checks.close(f"{what} margin level", results[mode]["lowest_margin_level"], level, 1e-12 * level)
        drift = -6.0
        falling = laws.run([held("btc", "BTC", 2000.0)], assets=assets((0, 0, 0), (drift, 0, 0)),
                           monitoring=monitoring, horizon="14 d")["isolated"]
        hours = math.log((1.0 - 0.005) / 0.9) / -drift * 8760.0
        expected = hours if monitoring == "continuous" else 2.0 * math.ceil(hours / 2.0)
        laws.checks.close(f"drift alone, {monitoring}: liquidation time", falling["liquidation_time"][:, 0], expected,
                          1e-8)


def liquidation_leaves_maintenance(laws):
    """Watched continuously, maintenance fixed at entry, no costs: whoever is liquidated loses all but the maintenance;
    if the rest is forfeited, all."""
    for model in ("gbm", "bachelier"):
        mode = laws.run(balance=6000.0, model=model, monitoring="continuous", modes=["cross"],
                        liquidation={"maintenance_base": "entry"})["cross"]
        dead = np.isfinite(mode["liquidation_time"][:, 0])
        laws.checks.close(f"{model}: loss at liquidation", mode["loss"][dead], 6000.0 - 300.0, 1e-9 * 6000.0)
        laws.checks.true(f"{model}: some are liquidated", bool(0 < dead.sum() < dead.size))
        mode = laws.run([held("btc", "BTC", 2000.0)], monitoring="continuous", modes=["isolated"], model=model,
                        liquidation={"remainder": "forfeited"})["isolated"]
        dead = np.isfinite(mode["liquidation_time"][:, 0])
        laws.checks.close(f"{model}: a forfeited rest leaves nothing", mode["loss"][dead], 2000.0, 1e-12 * BALANCE)


def idle_asset_and_repair(laws):
    """An asset that nobody holds, and a repair that finds nothing to repair, change no result."""
    for monitoring in BOTH:
        book = three(("long", "short", "long"))
        base = account(book, monitoring=monitoring)
        repaired = copy.deepcopy(base)
        repaired["market"]["repair"] = "nearest"
        extended = copy.deepcopy(base)
        extended["market"]["assets"].append({"name": "IDLE", "price": 1.0, "volatility": 0.7})
        extended["market"]["correlation"] = [r + [0.3] for r in base["market"]["correlation"]] + [[0.3, 0.3, 0.3, 1.0]]
        a, b, c = (laws.program.run(made) for made in (base, repaired, extended))
        for mode in ("isolated", "cross"):
            laws.same_columns(f"repair of a valid matrix, {mode}, {monitoring}", b[mode], a[mode])
            laws.same_columns(f"an idle asset, {mode}, {monitoring}", c[mode], a[mode])
        laws.checks.true("a valid matrix is not reported as repaired", "correlation_requested" not in b["market"])


LAWS = (one_position_is_every_mode, hybrids_meet_the_modes, losses_end_at_what_backs, no_jumps_are_gbm,
        tails_meet_each_other, tails_and_modes, cash_is_conserved, more_margin_never_earlier,
        harsher_rules_never_later, perfect_hedge, equal_assets_are_one, scaling, price_units, permuting,
        splitting, market_is_independent, kept_columns_change_nothing, said_differently, longer_horizon,
        watching_closer, cross_needs_a_breach, correlation_moves_joint_events_only, reflection, nothing_moves,
        liquidation_leaves_maintenance, idle_asset_and_repair, statistics_are_those_of_the_columns,
        pairs_hold_the_plain_paths, single_is_double_but_for_rounding, errors_of_pairs_are_right,
        *STRESS_LAWS, *PROCEDURE_LAWS, *HOLDER_LAWS)


def main():
    parser = argparse.ArgumentParser(description="laws between runs")
    parser.add_argument("binary")
    parser.add_argument("--only", help="names of laws, separated by commas")
    options = parser.parse_args()
    laws = Laws(options.binary)
    for law in LAWS:
        if not options.only or law.__name__ in options.only.split(","):
            law(laws)
    return laws.checks.finish()


if __name__ == "__main__":
    sys.exit(main())
