"""Stress against closed forms: tails of one step under factors, blends and returns; and the multiples that `reverse`
must find, by the reflection principle and for a dictated fall."""
import json
import math
import zlib

import numpy as np

from closed_forms import isolated, liquidation_ratio, normal_tail
from riskpool_test import YEAR_HOURS, matrix, normal_quantile, scenario

LEVELS = (0.95, 0.99, 0.999)
DAY = 24 / YEAR_HOURS


def asset(name, price, volatility):
    return {"name": name, "price": price, "volatility": volatility, "drift": 0.0}


def tails_of_a_step(suite):
    """Three assets, one day: deviations times three, a correlation that is blended, and a fall of them all. The third
    is moved by its beta: a log return."""
    deviations, weights = np.array([0.03, 0.045, 0.06]), np.array([40.0, 35.0, -75.0])
    crisis = [[1, 0.2, 0.9], [0.2, 1, 0.1], [0.9, 0.1, 1]]
    fall = {"A": -0.05, "B": 0.02}
    for w, toward in ((0.0, None), (0.6, None), (0.6, crisis)):
        blended = (1 - w) * np.array(matrix(0.3, 3)) + w * (np.ones((3, 3)) if toward is None else np.array(toward))
        np.fill_diagonal(blended, 1.0)
        scaled = 3.0 * weights * deviations
        deviation = math.sqrt(scaled @ blended @ scaled)
        mean = -weights @ np.array([-0.05, 0.02, 0.95**1.5 - 1.0])
        event = {"at": "0 h", "over": "24 h", "return": fall, "beta_to": "A", "beta": {"C": 1.5}, "volatility": 3}
        event.update({"correlation_blend": w} if w else {}, **({"correlation_toward": toward} if toward else {}))
        name = f"stressed step {w} {'ones' if toward is None else 'crisis'}"
        results, _ = suite.run(name, [asset(n, 10.0, d / math.sqrt(DAY)) for n, d in zip("ABC", deviations)],
                               [{"name": n.lower(), "asset": n, "quantity": q / 10.0, "leverage": 1}
                                for n, q in zip("ABC", weights)], 1000.0, 24, 1, model="bachelier", modes=["cross"],
                               correlation=0.3, stress=[event])
        exact = [normal_tail(deviation, level) for level in LEVELS]
        suite.tails(name, results["cross"], [mean + v for v, _ in exact], [mean + s for _, s in exact], independent=0.99)
    sigma = 0.04
    name = "stressed log step"
    results, paths = suite.run(name, [asset("A", 10.0, sigma / math.sqrt(DAY))],
                               [{"name": "a", "asset": "A", "quantity": 10.0, "leverage": 1}], 1000.0, 24, 1,
                               modes=["cross"], stress=[{"at": "0 h", "over": "24 h", "return": {"A": -0.1},
                                                         "volatility": 2.5}])
    s = 2.5 * sigma
    exact = [100.0 * (1.0 - 0.9 * math.exp(-0.5 * s * s + s * normal_quantile(1.0 - level))) for level in LEVELS]
    mode = results["cross"]
    for i, level in enumerate(LEVELS):
        width = (mode["value_at_risk_high"][i] - mode["value_at_risk_low"][i]) / (2.0 * 1.959964)
        suite.checks.z(f"{name} VaR {level}", mode["value_at_risk"][i], exact[i], width, level == 0.99)
    suite.checks.z(f"{name} mean", mode["mean_loss"], 10.0, 100.0 * 0.9 * math.sqrt(math.expm1(s * s) / paths))


def root(function, low, high):
    """Where an increasing function is zero."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if function(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def ask(suite, name, scale, p, notional, volatility, **more):
    made = scenario([asset("A", 100.0, volatility)],
                    [{"name": "a", "asset": "A", "side": "long", "notional": notional, "margin": 200.0}], 200.0,
                    paths=suite.paths(7, 400_000), seed=zlib.crc32(name.encode()), maintenance=0.005, modes=["isolated"],
                    **more)
    return json.loads(suite.program.call("reverse", suite.program.write(made), "--scale", scale, "--json", "-q",
                                         "--target", f"any_liquidation={p}", "--to", "40"))["answers"][0]


def multiples(suite):
    """One isolated long of margin 200, watched continuously; and one that a fall takes to its barrier in a step."""
    volatility, hours = 0.8, 168
    for p in (0.1, 0.5, 0.7):
        exact = root(lambda m: isolated("long", 2.0 * m, 0.005, volatility, 0.0, hours / YEAR_HOURS) - p, 0.51, 50.0)
        name = f"reverse leverage {p}"
        answer = ask(suite, name, "leverage", p, 400.0, volatility, horizon="168 h", step="24 h", monitoring="continuous")
        suite.checks.z(name, answer["multiple"], exact, answer["multiple_se"], True)
        exact = root(lambda m: isolated("long", 4.0, 0.005, m * volatility, 0.0, hours / YEAR_HOURS) - p, 0.01, 50.0)
        name = f"reverse volatility {p}"
        answer = ask(suite, name, "volatility", p, 800.0, volatility, horizon="168 h", step="24 h",
                     monitoring="continuous")
        suite.checks.z(name, answer["multiple"], exact, answer["multiple_se"], True)
        s = volatility * math.sqrt(DAY)
        barrier = math.log(liquidation_ratio("long", 4.0, 0.005))
        exact = (barrier + 0.5 * s * s - s * normal_quantile(p)) / math.log(0.9)
        name = f"reverse stress {p}"
        answer = ask(suite, name, "stress", p, 800.0, volatility, horizon="24 h", step="24 h", monitoring="step",
                     stress=[{"at": "0 h", "over": "24 h", "return": {"A": -0.1}}])
        suite.checks.z(name, answer["multiple"], exact, answer["multiple_se"], True)
    # Without volatility all paths die at once: the multiple is that of the barrier.
    exact = math.log(liquidation_ratio("long", 4.0, 0.005)) / math.log(0.9)
    answer = ask(suite, "reverse stress alone", "stress", 0.5, 800.0, 0.0, horizon="24 h", step="1 h",
                 stress=[{"at": "3 h", "return": {"A": -0.1}}])
    suite.checks.close("reverse stress alone", answer["multiple"], exact, 2e-6 * exact)
    suite.checks.true("reverse stress alone: not before", answer["multiple"] >= exact * (1 - 1e-12))


def stressed(suite):
    tails_of_a_step(suite)
    multiples(suite)
