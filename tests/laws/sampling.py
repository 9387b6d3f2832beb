"""Laws of the options of `sampling`: what the draws of two runs have to do with each other, and that errors of
antithetic pairs are what estimates really do from seed to seed."""
import math

import numpy as np

from base import BOTH, COLUMNS, three

PAIRS = {"antithetic": True}


def pairs_hold_the_plain_paths(laws):
    """The even paths of an antithetic run are those of a plain one; and both halves have one law."""
    for monitoring in BOTH:
        for shocks in ("single", "double"):
            more = {"monitoring": monitoring, "trajectories": True}
            plain = laws.run(three(("long", "short", "long")), paths=5000, sampling={"shocks": shocks}, **more)
            paired = laws.run(three(("long", "short", "long")), paths=10000, sampling={"shocks": shocks, **PAIRS}, **more)
            for mode in ("isolated", "cross"):
                what = f"{shocks}, {monitoring}, {mode}:"
                for column in COLUMNS:
                    laws.checks.same(f"{what} even paths, {column}", paired[mode][column][::2], plain[mode][column])
                even, odd = paired[mode]["loss"][::2], paired[mode]["loss"][1::2]
                error = math.sqrt((even.var() + odd.var() - 2.0 * np.cov(even, odd)[0, 1]) / 5000)
                laws.checks.z(f"{what} mean of the odd paths", odd.mean(), even.mean(), error)
                dead = np.isfinite(paired[mode]["liquidation_time"])
                both = np.sqrt(np.maximum((dead[::2] != dead[1::2]).mean(axis=0), 1e-3) / 5000)
                for i in range(3):
                    laws.checks.z(f"{what} liquidations of odd paths, {i}", dead[1::2, i].mean(), dead[::2, i].mean(),
                                  both[i])


def single_is_double_but_for_rounding(laws):
    """A normal is off by some 1e-7 of its size; over 84 steps and 60,000 of notional at 150 % a year that is a cent or two."""
    for monitoring in BOTH:
        double, single = (laws.run(monitoring=monitoring, sampling={"shocks": s}) for s in ("double", "single"))
        for mode in ("isolated", "cross"):
            a, b = double[mode], single[mode]
            same = np.all(np.nan_to_num(a["liquidation_time"], nan=-1.0).round(2) ==
                          np.nan_to_num(b["liquidation_time"], nan=-1.0).round(2), axis=1)
            laws.checks.true(f"single, {mode}, {monitoring}: liquidations are the same ({int((~same).sum())} paths are not)",
                             bool(np.mean(same) > 0.99))
            alive = same & np.all(np.isnan(a["liquidation_time"]), axis=1)
            laws.checks.close(f"single, {mode}, {monitoring}: losses", b["loss"][alive], a["loss"][alive], 0.02)
            laws.checks.true(f"single, {mode}, {monitoring}: not the same bits", bool(np.any(a["loss"] != b["loss"])))


def claims(mode):
    """Of one run: (estimate, error) of what has an error, (estimate, low, high) of what has an interval."""
    errors = [(float(mode["mean_loss"]), float(mode["mean_loss_se"]))]
    errors += [(mode["expected_shortfall"][i], mode["expected_shortfall_se"][i]) for i in range(2)]
    bounds = [(mode[n], mode[n + "_low"], mode[n + "_high"]) for n in ("any_liquidation_frequency",)]
    bounds += [tuple(mode["value_at_risk" + s][i] for s in ("", "_low", "_high")) for i in range(2)]
    return np.array(errors, float), np.array(bounds, float)


def errors_of_pairs_are_right(laws):
    """200 seeds: estimates must spread as their errors say, and intervals hold the truth; for a book of longs, which
    mirrored paths serve well, and a mixed one. The errors of longs must be below those of plain paths."""
    runs, names = 200, ("mean loss", "ES 75 %", "ES 95 %", "any liquidation", "VaR 75 %", "VaR 95 %")
    more = {"paths": 2000, "keep": "none", "trajectories": False, "step": "1 d", "balance": 30000.0,
            "confidence": (0.75, 0.95), "modes": ["cross", {"name": "one", "isolated": ["btc"]}]}
    for sides in (("long",) * 3, ("long", "short", "long")):
        found = [laws.run(three(sides), seed=seed, sampling=PAIRS, **more) for seed in range(runs)]
        plain = [laws.run(three(sides), seed=seed, **more) for seed in range(1000, 1020)]
        truth = laws.run(three(sides), seed=99, **{**more, "paths": 1000000})
        for mode in ("cross", "one"):
            errors, bounds = (np.array(x) for x in zip(*(claims(r[mode]) for r in found)))
            plain_errors, plain_bounds = (np.array(x) for x in zip(*(claims(r[mode]) for r in plain)))
            _, true_bounds = claims(truth[mode])
            what = f"pairs, {sides[1]}, {mode}:"
            for i in range(3):
                ratio = errors[:, i, 0].std(ddof=1) / math.sqrt((errors[:, i, 1] ** 2).mean())
                laws.checks.z(f"{what} spread over error of {names[i]}", ratio, 1.0, math.sqrt(0.5 / runs))
                if sides[1] == "long":
                    laws.checks.true(f"{what} {names[i]} is better than with plain paths",
                                     errors[:, i, 1].mean() < plain_errors[:, i, 1].mean())
            for i in range(3):
                low, high = bounds[:, i, 1], bounds[:, i, 2]
                held = int(np.sum((low <= true_bounds[i, 0]) & (true_bounds[i, 0] <= high)))
                laws.checks.true(f"{what} intervals of {names[3 + i]} hold the truth {held} times of {runs}",
                                 held >= 0.95 * runs - 4.0 * math.sqrt(0.95 * 0.05 * runs))
                plain_width = np.mean(plain_bounds[:, i, 2] - plain_bounds[:, i, 1])
                if sides[1] == "long" and i < 2 and not (mode == "cross" and i == 0):
                    laws.checks.true(f"{what} the interval of {names[3 + i]} is narrower than with plain paths",
                                     np.mean(high - low) < plain_width)
