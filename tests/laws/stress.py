"""Laws of stress events: a factor is another volatility, a blend another correlation, and `reverse` finds the run that
reaches its target."""
import json
import math

import numpy as np

from base import BOTH, COLUMNS, account, assets, three

MIXED = three(("long", "short", "long"))
CRISIS = [[1.0, 0.4, -0.2], [0.4, 1.0, 0.3], [-0.2, 0.3, 1.0]]


def doubled(factor):
    return assets(tuple(factor * v for v in (0.8, 1.0, 1.5)))


def a_factor_is_a_volatility(laws):
    """Over the whole horizon: bit for bit where the drift does not depend on it, but for rounding where it does."""
    for monitoring in BOTH:
        for model, tolerance in (("bachelier", 0.0), ("gbm", 1e-6)):
            plain = laws.run(MIXED, monitoring=monitoring, model=model, assets=doubled(2.0))
            event = laws.run(MIXED, monitoring=monitoring, model=model, stress=[{"at": "0 h", "volatility": 2}])
            split = laws.run(MIXED, monitoring=monitoring, model=model,
                             stress=[{"at": "0 h", "over": "80 h", "volatility": 2}, {"at": "80 h", "volatility": 4},
                                     {"at": "80 h", "volatility": 0.5}])
            for mode in ("isolated", "cross"):
                what = f"factor of 2, {model}, {monitoring}, {mode}:"
                for column in COLUMNS:
                    laws.checks.close(f"{what} {column}", event[mode][column], plain[mode][column], tolerance)
                    laws.checks.same(f"{what} in two stretches, {column}", split[mode][column], event[mode][column])
                laws.checks.true(f"{what} somebody lives and somebody dies",
                                 0.0 < float(event[mode]["any_liquidation_frequency"]) < 1.0)


def a_blend_is_a_correlation(laws):
    for monitoring in BOTH:
        for w in (0.3, 1.0):
            for toward in (None, CRISIS):
                more = {} if toward is None else {"correlation_toward": toward}
                made = account(MIXED, monitoring=monitoring)
                made["market"].update(correlation_blend=w, **more)
                plain = laws.program.run(made)
                event = laws.run(MIXED, monitoring=monitoring, stress=[{"at": "0 h", "correlation_blend": w, **more}])
                for mode in ("isolated", "cross"):
                    laws.same_columns(f"blend of {w} {'to ones' if toward is None else 'to a matrix'}, {monitoring}, {mode}",
                                      event[mode], plain[mode])


def nothing_is_nothing(laws):
    """Events that change nothing, and what comes before an event."""
    for monitoring in BOTH:
        plain = laws.run(MIXED, monitoring=monitoring)
        idle = laws.run(MIXED, monitoring=monitoring,
                        stress=[{"at": "4 h", "over": "20 h", "volatility": 1, "correlation_blend": 0}])
        late = laws.run(MIXED, monitoring=monitoring, stress=[{"at": "100 h", "volatility": 5, "correlation_blend": 0.9}])
        calm = laws.run(MIXED, monitoring=monitoring, assets=assets((0, 0, 0), (0, 0, 0)),
                        stress=[{"at": "0 h", "volatility": 5, "correlation_blend": 0.9}])
        for mode in ("isolated", "cross"):
            laws.same_columns(f"an idle event, {monitoring}, {mode}", idle[mode], plain[mode])
            laws.checks.same(f"a factor on nothing, {monitoring}, {mode}", calm[mode]["loss"], 0.0)
            before, after = plain[mode]["liquidation_time"], late[mode]["liquidation_time"]
            early = before <= 100.0
            laws.checks.same(f"before an event, {monitoring}, {mode}", after[early], before[early])
            laws.checks.true(f"before an event, {monitoring}, {mode}: none more", bool(np.all(early == (after <= 100.0))))
            laws.checks.true(f"after an event, {monitoring}, {mode}: more",
                             int(np.isfinite(after).sum()) > int(np.isfinite(before).sum()))


def exact_is_the_filter(laws):
    """The filter of cross pools starts anew where deviations change."""
    events = [{"at": "20 h", "over": "20 h", "volatility": 6}, {"at": "30 h", "over": "50 h", "correlation_blend": 0.9},
              {"at": "60 h", "over": "10 h", "volatility": 0}, {"at": "50 h", "over": "4 h", "return": {"BTC": -0.1},
                                                              "recovery": {"over": "30 h", "to": 0.02}}]
    for model in ("gbm", "bachelier"):
        made = account(MIXED, monitoring="continuous", model=model, stress=events)
        fast, exact = (laws.program.run(made, *options) for options in ((), ("--exact",)))
        for mode in ("isolated", "cross"):
            laws.same_columns(f"--exact under stress, {model}, {mode}", fast[mode], exact[mode])


def ask(laws, made, target, scale, *more):
    return json.loads(laws.program.call("reverse", laws.program.write(made), "--target", target, "--scale", scale,
                                        "--json", "-q", *more))["answers"]


def reverse_finds_the_run(laws):
    """The statistic at the multiple that it names is the one it names, in the scenario written so by hand."""
    fall = {"BTC": -0.05, "ETH": -0.08, "SOL": -0.1}
    events = [{"at": "50 h", "over": "10 h", "return": fall, "volatility": 1.5}]
    small = dict(paths=2000, trajectories=False)
    target, p = "cross.any_liquidation_frequency", 0.6

    def by_hand(scale, m):
        if scale == "volatility":
            return account(stress=[{"at": "0 h", "volatility": m}], **small)
        if scale == "leverage":
            return account([dict(held, notional=held["notional"] * m) for held in three()], **small)
        return account(stress=[{"at": "50 h", "over": "10 h", "return": {k: (1 + r)**m - 1 for k, r in fall.items()},
                                "volatility": 1.5**m}], **small)

    for scale in ("stress", "leverage", "volatility"):
        made = account(stress=events, **small) if scale == "stress" else account(**small)
        answer = ask(laws, made, f"{target}={p}", scale)[0]
        m, what = answer["multiple"], f"reverse {scale}:"
        value = float(laws.program.run(by_hand(scale, m))["cross"]["any_liquidation_frequency"])
        laws.checks.close(f"{what} the statistic at {m:.4f}", value, answer["value"], 1.5 / 2000)
        laws.checks.true(f"{what} found ({answer['value']})", answer["end"] == "found" and
                         p <= answer["value"] <= p + 0.15 * math.sqrt(p * (1 - p) / 2000))
        less = float(laws.program.run(by_hand(scale, 0.98 * m))["cross"]["any_liquidation_frequency"])
        laws.checks.true(f"{what} less of it does not reach it ({less})", less < p)
    every = ask(laws, account(**small), "any_liquidation=60%", "volatility")
    laws.checks.true("reverse: one answer a mode", [a["statistic"] for a in every] ==
                     [f"{m}.any_liquidation_frequency" for m in ("isolated", "cross")])


def error_of_the_multiple_is_right(laws):
    """40 seeds: multiples spread as their errors say."""
    multiples, errors = [], []
    for seed in range(40):
        answer = ask(laws, account(paths=1000, trajectories=False, seed=100 + seed), "cross.any_liquidation_frequency=40%",
                     "volatility", "--to", "4")[0]
        multiples.append(answer["multiple"])
        errors.append(answer["multiple_se"])
    spread, mean = np.std(multiples, ddof=1), math.sqrt(np.mean(np.square(errors)))
    laws.checks.z("reverse: spread of the multiple over seeds", spread, mean, mean / math.sqrt(2 * 39))


STRESS_LAWS = (a_factor_is_a_volatility, a_blend_is_a_correlation, nothing_is_nothing, exact_is_the_filter,
               reverse_finds_the_run, error_of_the_multiple_is_right)
