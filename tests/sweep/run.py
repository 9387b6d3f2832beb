#!/usr/bin/python3
"""usage: run.py RISKPOOL: sweeps: every point is the run that the key alone would give, bit for bit; over the correlation
the frequencies are those known from outside, and go the way they must; crossings lie where runs say they do."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "analytic")]
import numpy as np

from closed_forms import ratio_pair
from riskpool_test import Checks, Program, read_results, scenario

ASSETS = [{"name": "A", "price": 100, "volatility": 0.8}, {"name": "B", "price": 100, "volatility": 1.0}]
# Two longs checked at seven step ends of a week: of the cross pool, of any, of both in isolated mode. The density of
# paths not liquidated yet, propagated on a grid that is refined until nothing changes in ten digits.
# Their marginal frequencies, alike at every correlation, sum to MARGINALS.
MARGINALS = 0.14287554269826552 + 0.23019393476266442
KNOWN = {-0.5: (0.01436306564, 0.3654249463, 0.007644531123), 0.0: (0.072694928, 0.3401803942, 0.03288908322),
         0.5: (0.1340956303, 0.3000914243, 0.0729780532), 0.8: (0.1670835271, 0.264254895, 0.1088145825),
         0.9: (0.1773675195, 0.2476234365, 0.125446041)}

# Two longs watched continuously for a week, 10 and 5 times their margin: both are liquidated, one of them is. Two
# correlated Brownian motions in a wedge (He, Keirstead and Rebholz 1998), by quadrature of the Bessel series.
WATCHED = {-0.9: (0.0021341100881, 0.50971785167), -0.5: (0.016578921417, 0.49527304034), 0.0: (0.049209395547, 0.46264256621),
           0.3: (0.072872003908, 0.43897995785), 0.5: (0.090194505154, 0.42165745661), 0.8: (0.11783384614, 0.39401811562),
           0.9: (0.12573080215, 0.38612115961), 0.95: (0.1279743979, 0.38387756386), 0.99: (0.12829873799, 0.38355322377)}


def two_longs(**more):
    return scenario(ASSETS, [{"name": name.lower(), "asset": name, "side": "long", "notional": 1000, "margin": 140}
                             for name in "AB"], 280, horizon="7 d", step="1 d", maintenance="0.5%", **more)


def sweep(parameter, values, *more):
    return [{"parameter": parameter, "values": list(values)}] + [{"parameter": key, "values": list(at)} for key, at in more]


def known_frequencies(program, checks):
    n = 200000
    done = program.run(two_longs(paths=n, sweep=sweep("market.correlation.A.B", KNOWN)))["sweep"]
    for k, (correlation, (cross, alone, both)) in enumerate(KNOWN.items()):
        checks.same(f"the axis at {correlation}", done["B"][k], correlation)
        checks.frequency(f"cross at {correlation}", done["any_liquidation_frequency"][1, k], cross, n)
        checks.frequency(f"isolated, any, at {correlation}", done["any_liquidation_frequency"][0, k], alone, n)
        checks.frequency(f"isolated, both, at {correlation}", done["all_liquidation_frequency"][0, k], both, n)
    marginals_stay(done, checks, n)


def marginals_stay(done, checks, n):
    """What each position does by itself does not depend on the correlation: neither how often they are liquidated, added up,
    nor what they lose together on average."""
    any_of, both = (done[f"{what}_liquidation_frequency"][0] for what in ("any", "all"))
    mean, error = done["mean_loss"][0], done["mean_loss_se"][0]
    for k, correlation in enumerate(done["B"]):
        spread = (any_of[k] - both[k] + 4 * both[k] - MARGINALS ** 2) / n  # variance of the number of them
        checks.z(f"isolated, sum of both, at {correlation}", any_of[k] + both[k], MARGINALS, np.sqrt(spread))
        checks.z(f"isolated, mean loss at {correlation}", mean[k], mean[0], np.hypot(error[k], error[0]) if k else 1.0)


def watched_always(program, checks):
    n = 60000
    positions = [{"name": name.lower(), "asset": name, "side": "long", "notional": 1000, "leverage": leverage}
                 for name, leverage in (("A", 10), ("B", 5))]
    done = program.run(scenario(ASSETS, positions, 300, horizon="7 d", step="1 h", maintenance="0.5%", paths=n, modes=["isolated"],
                                monitoring="continuous", sweep=sweep("market.correlation.A.B", WATCHED)))["sweep"]
    for k, (correlation, (both, one)) in enumerate(WATCHED.items()):
        checks.frequency(f"watched always, both, at {correlation}", done["all_liquidation_frequency"][0, k], both, n)
        checks.frequency(f"watched always, any, at {correlation}", done["any_liquidation_frequency"][0, k], one, n)


def price_ratio(program, checks):
    """A long against a short: the breach is a level of the price ratio, and the bridge is exact."""
    n, values = 60000, [round(-0.9 + 0.1 * k, 1) for k in range(19)] + [0.95]
    assets = [{"name": "A", "price": 100, "volatility": 0.6}, {"name": "B", "price": 100, "volatility": 0.8}]
    positions = [{"name": "a", "asset": "A", "quantity": 1.0, "margin": 1}, {"name": "b", "asset": "B", "quantity": -0.8, "margin": 1}]
    done = program.run(scenario(assets, positions, 20, horizon="30 d", step="6 h", maintenance="1%", paths=n, modes=["cross"],
                                monitoring="continuous", sweep=sweep("market.correlation.A.B", values)))["sweep"]
    for k, correlation in enumerate(values):
        exact = ratio_pair((1.0, 0.8), 0.01, (0.6, 0.8), correlation, 30 / 365)
        checks.frequency(f"price ratio at {correlation}", done["any_liquidation_frequency"][0, k], exact, n)


def signs(program, checks):
    """Of two longs cross falls more often with more correlation, isolated less often in one or the other and more often in
    both; of a long and a short the reverse (Slepian 1962 for isolated)."""
    n, values = 60000, (-0.6, -0.2, 0.2, 0.6)
    for side, way in (("long", 1.0), ("short", -1.0)):
        base = two_longs(paths=n, sweep=sweep("market.correlation.A.B", values))
        base["positions"][1]["side"] = side
        done = program.run(base)["sweep"]
        rises(f"{side}: cross", done["any_liquidation_frequency"][1], n, way, checks)
        rises(f"{side}: both of isolated", done["all_liquidation_frequency"][0], n, way, checks)
        rises(f"{side}: any of isolated", done["any_liquidation_frequency"][0], n, -way, checks)


def rises(what, frequency, n, way, checks):
    """From point to point by more than four standard errors; on the same numbers that of two independent ones bounds it."""
    error = np.sqrt(frequency * (1.0 - frequency) / n)
    steps = way * np.diff(frequency) / np.hypot(error[1:], error[:-1])
    checks.true(f"{what} {'rises' if way > 0 else 'falls'} with the correlation: {np.round(way * steps, 1)} errors", np.all(steps > 4.0))


def points_are_runs(program, checks):
    """Each point against a run of its own, every statistic, for keys of all kinds."""
    base = scenario(ASSETS, [{"name": "a", "asset": "A", "side": "long", "notional": 1000, "leverage": 8},
                             {"name": "b", "asset": "B", "side": "short", "notional": 900, "leverage": 8}], 400,
                    horizon="4 d", step="12 h", maintenance="1%", paths=9000, correlation=0.4, monitoring="continuous")
    keys = {"market.correlation_blend": ("0", "0.7"), "account.balance": ("300", "500"), "positions.a.leverage": ("5", "11"),
            "liquidation.maintenance": ("0.5%", "3%"), "market.assets.B.volatility": ("50%", "150%"), "step": ("6 h", "1 d")}
    for key, values in keys.items():
        swept = program.run({**base, "sweep": sweep(key, values)})
        for k, value in enumerate(values):
            alone = program.run(base, "-P", f"{key}={value}")
            for mode, name in enumerate(("isolated", "cross")):
                different = [field for field, array in swept["sweep"].items() if field in alone[name] and
                             array.ndim >= 2 and array.shape[0] == 2 and
                             not np.array_equal(array[mode, k], alone[name][field], equal_nan=True)]
                checks.true(f"{key} = {value}, {name}: the run by itself {different[:3]}", not different)
            same = np.array_equal(swept["sweep"]["mean_excess_loss"][0, k], alone["comparison"]["mean_excess_loss"][0])
            checks.true(f"{key} = {value}: the comparison too", same)


def multiples(program, checks):
    """leverage and volatility scale all positions and all deviations."""
    base = two_longs(paths=6000, sweep=sweep("leverage", (0.5, 2.0), ("volatility", (1.0, 1.5))))
    done = program.run(base)["sweep"]
    for i, leverage in enumerate((0.5, 2.0)):
        for k, volatility in enumerate((1.0, 1.5)):
            alone = two_longs(paths=6000)
            for position in alone["positions"]:
                position["notional"] *= leverage
            alone["market"]["assets"] = [{**asset, "volatility": asset["volatility"] * volatility} for asset in ASSETS]
            run = program.run(alone)
            for mode, name in enumerate(("isolated", "cross")):
                checks.close(f"leverage {leverage}, volatility {volatility}, {name}", done["mean_loss"][mode, i, k],
                             run[name]["mean_loss"], 1e-9 * 280)


def changing_sides(**more):
    """A long against a short, of which cross has the smaller tail where the prices move together."""
    return scenario([{"name": "A", "price": 100, "volatility": 0.8}, {"name": "B", "price": 100, "volatility": 0.8}],
                    [{"name": "a", "asset": "A", "side": "long", "notional": 1000, "margin": 150},
                     {"name": "b", "asset": "B", "side": "short", "notional": 1000, "margin": 150}], 400,
                    horizon="30 d", step="1 d", maintenance="1%", confidence=(0.9,), **more)


def crossings(program, checks):
    """Where two modes change sides; and a run there finds no difference beyond the error."""
    base = changing_sides(paths=30000)
    values = [round(-0.9 + 0.1 * k, 1) for k in range(19)]
    done = program.run({**base, "sweep": sweep("market.correlation.A.B", values)})["sweep"]
    difference, at = done["excess_expected_shortfall"][0, :, 0], done["crossing_expected_shortfall"][0, 0]
    changes = np.flatnonzero(difference[1:] * difference[:-1] < 0)
    checks.true("the two modes change sides once", changes.size == 1)
    k = changes[0]
    checks.true(f"the crossing lies between the points: {values[k]} < {at:.4f}", values[k] < at < values[k + 1])
    there = program.run(base, "-P", f"market.correlation.A.B={at:.6f}", "--seed", "77")["comparison"]
    change = abs(difference[k + 1] - difference[k])
    error = np.hypot(there["excess_expected_shortfall_se"][0, 0], change / 0.1 * done["crossing_expected_shortfall_se"][0, 0])
    # Between the points the line is not the curve: an eighth of the change is allowed for that.
    checks.true(f"there is no difference there: {there['excess_expected_shortfall'][0, 0]:.3f} with error {error:.3f}",
                abs(there["excess_expected_shortfall"][0, 0]) <= 4 * error + 0.125 * change)


def crossing_errors(program, checks):
    """The standard error of a crossing against the scatter of independent sweeps; with a second parameter the crossings are
    those of a sweep at each of its values, and the summary tells them."""
    values = (0.0, 0.3, 0.6, 0.9)
    runs = [program.run(changing_sides(paths=4000, seed=seed, sweep=sweep("market.correlation.A.B", values)))["sweep"]
            for seed in range(40)]
    at, error = (np.array([run["crossing_expected_shortfall" + end][0, 0] for run in runs]) for end in ("", "_se"))
    checks.true("every sweep has its crossing", np.all(np.isfinite(at)) and np.all(error > 0))
    ratio = at.std(ddof=1) / np.sqrt(np.mean(error ** 2))
    checks.true(f"crossing: scatter over error {ratio:.2f}", 0.6 < ratio < 1.5)
    balances = (400, 500)
    both = program.run(changing_sides(paths=4000, sweep=sweep("market.correlation.A.B", values, ("account.balance", balances))))["sweep"]
    for k, balance in enumerate(balances):
        path = program.run_file(changing_sides(paths=4000, sweep=sweep("market.correlation.A.B", values)), "-P",
                                f"account.balance={balance}")
        alone = read_results(path)["sweep"]
        for name in ("crossing_expected_shortfall", "crossing_expected_shortfall_se"):
            checks.same(f"{name} at balance {balance}", both[name][0, k, 0], alone[name][0, 0])
        told = program.call("show", path)
        where = alone["crossing_expected_shortfall"][0, 0]
        checks.true(f"the summary tells of {where:.4g}", f"{where:.3g}"[:4] in told if np.isfinite(where) else "keeps its sign" in told)


def paired_errors(program, checks):
    """The standard error of a difference of tails against the scatter of independent runs, where both tails vary."""
    runs = [program.run(changing_sides(paths=4000, seed=seed, correlation=0.8))["comparison"] for seed in range(40)]
    for field in ("excess_expected_shortfall", "excess_any_liquidation_frequency"):
        values = np.array([np.atleast_1d(run[field][0])[0] for run in runs])
        errors = np.array([np.atleast_1d(run[field + "_se"][0])[0] for run in runs])
        ratio = values.std(ddof=1) / np.sqrt(np.mean(errors ** 2))
        checks.true(f"{field}: scatter over error {ratio:.2f}", 0.68 < ratio < 1.36)  # chi of 39 degrees, 99.9 %


def main(binary):
    program, checks = Program(binary), Checks("sweep")
    for law in (known_frequencies, watched_always, price_ratio, signs, points_are_runs, multiples, crossings, crossing_errors,
                paired_errors):
        law(program, checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
