"""The statistics of a mode and of a comparison, computed again from the columns per path."""
import math

import numpy as np

from base import BOTH, three


def statistics_are_those_of_the_columns(laws):
    levels = [180, 150, 120, 100, 50]
    for monitoring in BOTH:
        results = laws.run(three(("long", "short", "long")), balance=6000.0, monitoring=monitoring, paths=6001,
                           liquidation={"fee": 0.001}, alerts={"margin_level": [f"{level}%" for level in levels]})
        for mode in ("isolated", "cross"):
            columns_agree(laws.checks, f"{mode}, {monitoring}:", results[mode])
            laws.checks.close(f"{mode}, {monitoring}: alerts", results[mode]["alert_frequency"],
                              [np.mean(results[mode]["lowest_margin_level"] <= level) for level in levels], 1e-15)
        comparison_agrees(laws.checks, f"comparison, {monitoring}:", results)


def columns_agree(checks, what, mode):
    loss, times = np.sort(mode["loss"]), mode["liquidation_time"]
    n, dead = len(loss), np.isfinite(times)
    tiny = 1e-11 * 6000.0
    checks.close(f"{what} mean loss", mode["mean_loss"], math.fsum(loss) / n, tiny)
    checks.close(f"{what} its error", mode["mean_loss_se"], loss.std(ddof=1) / math.sqrt(n), 1e-9 * 6000.0)
    for i, level in enumerate(mode["confidence"]):
        rank = math.ceil(n * level - 1e-9)
        value = loss[rank - 1]
        tail = (math.fsum(loss[rank:]) + (rank - n * level) * value) / (n * (1.0 - level))
        checks.same(f"{what} VaR {level}", mode["value_at_risk"][i], value)
        checks.close(f"{what} ES {level}", mode["expected_shortfall"][i], tail, 1e-9 * 6000.0)
    value, shortfall = mode["value_at_risk"], mode["expected_shortfall"]
    checks.true(f"{what} ES >= VaR, both grow with the level, to the largest loss at most",
                bool(np.all(shortfall >= value) and np.all(np.diff(value) >= 0) and np.all(np.diff(shortfall) >= 0)
                     and shortfall[-1] <= loss[-1]))
    joint = np.array([[np.mean(dead[:, i] & dead[:, k]) for k in range(3)] for i in range(3)])
    checks.close(f"{what} liquidation frequency", mode["liquidation_frequency"], dead.mean(axis=0), 1e-15)
    checks.close(f"{what} joint frequency", mode["joint_liquidation_frequency"], joint, 1e-15)
    checks.close(f"{what} any", mode["any_liquidation_frequency"], dead.any(axis=1).mean(), 1e-15)
    checks.close(f"{what} all", mode["all_liquidation_frequency"], dead.all(axis=1).mean(), 1e-15)
    checks.close(f"{what} counts", mode["liquidation_count_frequency"],
                 np.bincount(dead.sum(axis=1), minlength=4) / n, 1e-15)
    checks.close(f"{what} wipe-out", mode["wipeout_frequency"], np.mean(loss >= 0.99 * 6000.0), 1e-15)
    checks.close(f"{what} shortfall", mode["shortfall_frequency"], np.mean(mode["shortfall"] > 0), 1e-15)
    checks.close(f"{what} mean shortfall", mode["mean_shortfall"], mode["shortfall"].mean(), tiny)
    first = np.min(np.where(dead, times, np.inf), axis=1)
    checks.close(f"{what} survival", mode["survival"], [np.mean(first > t) for t in mode["time"]], 1e-15)
    checks.close(f"{what} histogram", mode["loss_frequency"].sum(), 1.0, 1e-12)
    for name in ("any_liquidation_frequency", "all_liquidation_frequency", "wipeout_frequency", "shortfall_frequency",
                 "liquidation_frequency", "survival"):
        low, value, high = (mode[name + end] for end in ("_low", "", "_high"))
        checks.true(f"{what} {name} lies in its interval, which is in [0, 1] and not a point",
                    bool(np.all(low <= value) and np.all(value <= high) and np.all(low >= 0) and np.all(high <= 1)
                         and np.all(low < high)))
    p = mode["liquidation_frequency"]
    checks.true(f"{what} Frechet bounds",
                bool(p.max() <= mode["any_liquidation_frequency"] <= min(1.0, p.sum())
                     and p.sum() - 2.0 - 1e-12 <= mode["all_liquidation_frequency"] <= p.min()))


def comparison_agrees(checks, what, results):
    a, b, pair = results["isolated"], results["cross"], results["comparison"]
    excess = b["loss"] - a["loss"]
    dead_a, dead_b = (np.isfinite(mode["liquidation_time"]) for mode in (a, b))
    n = len(excess)
    checks.close(f"{what} mean excess loss", pair["mean_excess_loss"][0], math.fsum(excess) / n, 1e-9 * 6000.0)
    checks.close(f"{what} its error", pair["mean_excess_loss_se"][0], excess.std(ddof=1) / math.sqrt(n),
                 1e-9 * 6000.0)
    rescued = dead_a.any(axis=1) & ~dead_b.any(axis=1)
    checks.close(f"{what} rescue", pair["rescue_frequency"][0], rescued.mean(), 1e-15)
    checks.close(f"{what} contagion", pair["contagion_frequency"][0], np.mean((dead_b & ~dead_a).any(axis=1)), 1e-15)
