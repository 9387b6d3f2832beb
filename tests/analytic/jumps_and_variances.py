"""Jump diffusions, self-exciting jumps and stochastic variances against closed forms: tails and option values of Merton
(1976), liquidation by an exact recursion, option values of Heston (1993), expected prices, moments of Hawkes counts."""
import math

import numpy as np

from riskpool_test import YEAR_HOURS, matrix


def market(model, assets, correlation=0.0, **keys):
    made = {"model": model, "assets": assets, **keys}
    if len(assets) > 1:
        made["correlation"] = matrix(correlation, len(assets))
    return made


def asset(name, price, volatility, drift=0.0, **more):
    return {"name": name, "price": price, "volatility": volatility, "drift": drift, **more}


def position(name, asset_name, notional, margin, side="long"):
    return {"name": name, "asset": asset_name, "side": side, "notional": notional, "margin": margin}


def final_prices(suite, name, made, hours, steps, paths, which="A", **more):
    """Prices at the horizon of an asset that starts at 100: a long without debt is worth them."""
    results, paths = suite.run(name, made["assets"], [position("x", which, 100.0, 100.0)], 1e6, hours, steps,
                               market=made, modes=["cross"], keep="all", paths=paths, **more)
    return 100.0 - results["cross"]["loss"]


def mean(suite, what, sample, expected, independent=False):
    suite.checks.z(what, sample.mean(), expected, sample.std() / math.sqrt(sample.size), independent)


def merton_one_step(suite):
    case = suite.cases["merton"]["one_step"]
    jumps = {"intensity": case["intensity"], "mean": case["mean"], "deviation": case["deviation"]}
    for side in ("long", "short"):
        for kind in ("common", "own"):
            name = f"Merton one step, {side}, {kind} jumps"
            one = asset("A", 100.0, case["volatility"])
            if kind == "own":
                made = market("jump-diffusion", [{**one, "own_jumps": jumps}], jumps={**jumps, "intensity": 0})
            else:
                made = market("jump-diffusion", [one], jumps=jumps)
            results, _ = suite.run(name, made["assets"], [position("a", "A", 100.0, 100.0, side)], 1e6, 24, 1,
                                   market=made, modes=["cross"])
            mode = results["cross"]
            suite.tails(name, mode, [100.0 * v for v in case[side]["value_at_risk"]],
                        [100.0 * v for v in case[side]["expected_shortfall"]], independent=0.99)
            suite.checks.z(f"{name} mean", mode["mean_loss"], 0.0, mode["mean_loss_se"])


def merton_options(suite):
    """Haug's table: a total volatility, a quarter of its square from jumps whose expected factor is one."""
    group = suite.cases["merton"]["options"]
    for case in group["cases"]:
        hours, intensity = round(case["years"] * YEAR_HOURS), case["intensity"]
        variance = group["share"] * group["volatility"]**2 / intensity
        made = market("jump-diffusion", [asset("A", 100.0, group["volatility"] * math.sqrt(1.0 - group["share"]),
                                               group["rate"])],
                      jumps={"intensity": intensity, "mean": -0.5 * variance, "deviation": math.sqrt(variance)})
        steps = 1 if intensity == 5 else 6
        name = f"Merton options {case['years']} years, {intensity} jumps a year, {steps} steps"
        final = final_prices(suite, name, made, hours, steps, 1_000_000)
        for strike, value in zip(group["strikes"], case["value"]):
            payoff = math.exp(-group["rate"] * case["years"]) * np.maximum(final - strike, 0.0)
            mean(suite, f"{name}, strike {strike}", payoff, value, strike == 100)


def merton_liquidation(suite):
    case = suite.cases["merton"]["liquidation"]
    made = market("jump-diffusion", [asset("A", 100.0, case["volatility"])],
                  jumps={"intensity": case["intensity"], "mean": case["mean"], "deviation": case["deviation"]})
    results, paths = suite.run("Merton liquidation", made["assets"], [position("a", "A", 1000.0, 100.0)], 100.0, 168, 7,
                               market=made, modes=["isolated"], maintenance=0.005, keep="all", cap=1_000_000)
    mode = results["isolated"]
    suite.frequencies("Merton", mode, paths, {"any_liquidation_frequency": case["liquidated"],
                                              "shortfall_frequency": case["bankrupt"]}, "any_liquidation_frequency")
    mean(suite, "Merton bad debt", mode["shortfall"], 1000.0 * case["bad_debt"])
    mean(suite, "Merton loss with shortfall", mode["loss"] + mode["shortfall"], 0.0)


def jump_means(suite):
    """E[P(T)] whatever the jumps: who takes part, sizes, how long they unfold, whether they excite each other."""
    own = {"intensity": 30, "mean": 0.03, "deviation": 0.08}
    pair = [asset("A", 100.0, 0.5, 0.4, jump_probability=0.6, jump_beta=1.5),
            asset("B", 100.0, 0.7, -0.6, jump_beta=-0.5, own_jumps=own)]
    jumps = {"intensity": 60, "mean": -0.05, "deviation": 0.06}
    for model, excitement in (("jump-diffusion", {}), ("hawkes", {"branching": 0.6, "half_life": "20 h"})):
        for more in ({}, {"sizes": "common"}, {"duration": "21 h"}):
            made = market(model, pair, -0.4, jumps={**jumps, **excitement, **more})
            for name, drift in (("A", 0.4), ("B", -0.6)):
                what = f"mean price, {model} {more}, {name}"
                final = final_prices(suite, f"{model} {more}", made, 876, 146, 200_000, name)
                mean(suite, what, final, 100.0 * math.exp(0.1 * drift), name == "A")


def jump_moments(suite):
    """Covariance of log prices: diffusive, and by jumps of which both assets take part."""
    jumps = {"intensity": 100, "mean": -0.05, "deviation": 0.04}
    share, beta, years = (0.6, 0.9), (1.5, -0.5), 0.1
    assets = [asset(n, 100.0, v, jump_probability=p, jump_beta=b) for n, v, p, b in zip("AB", (0.3, 0.2), share, beta)]
    square, own = 0.05**2 + 0.04**2, 0.05**2
    for sizes, product in (("own", own), ("common", square)):
        made = market("jump-diffusion", assets, 0.5, jumps={**jumps, "sizes": sizes})
        x = [np.log(final_prices(suite, f"moments {sizes}", made, 876, 3, 400_000, name) / 100.0) for name in "AB"]
        for i, v in enumerate((0.3, 0.2)):
            expected = years * (v**2 + 100 * share[i] * beta[i]**2 * square)
            mean(suite, f"jump moments, {sizes} sizes: variance {i}", (x[i] - x[i].mean())**2, expected)
        expected = years * (0.5 * 0.3 * 0.2 + 100 * share[0] * share[1] * beta[0] * beta[1] * product)
        mean(suite, f"jump moments, {sizes} sizes: covariance", (x[0] - x[0].mean()) * (x[1] - x[1].mean()), expected,
             True)


def heston_assets(case, name="A"):
    return asset(name, 100.0, math.sqrt(case["start"]), case["drift"], mean_reversion=case["reversion"],
                 long_volatility=math.sqrt(case["level"]), variance_volatility=case["volatility"],
                 variance_correlation=case["correlation"])


def heston_options(suite):
    """Option values by the characteristic function; the steps are short enough that the scheme's bias does not show."""
    for case in suite.cases["heston"]["cases"]:
        made = market("heston", [heston_assets(case)])
        name = f"Heston {case['name']}"
        final = final_prices(suite, name, made, round(case["years"] * YEAR_HOURS), case["steps"], case["paths"])
        mean(suite, f"{name} price", final, 100.0 * math.exp(case["drift"] * case["years"]))
        for i, (strike, value) in enumerate(zip(case["strikes"], case["value"])):
            payoff = math.exp(-case["rate"] * case["years"]) * np.maximum(final - strike, 0.0)
            mean(suite, f"{name}, strike {strike}", payoff, value, i == 0)
        for level, p in zip(case.get("below", ()), case.get("chance", ())):
            suite.checks.frequency(f"{name}, below {level}", (final < level).mean(), p, final.size)


def heston_correlation(suite):
    """Over a time so short that variances stay what they are, log prices are correlated as the market says when the
    variances' correlations are equal, and less when they are not."""
    for first, second in ((-0.7, -0.7), (-0.7, 0.4), (0.0, 0.0)):
        made = market("heston", [asset(n, 100.0, 0.5, mean_reversion=2, variance_volatility=0.3,
                                       variance_correlation=rho) for n, rho in (("A", first), ("B", second))], 0.6)
        x = [np.log(final_prices(suite, f"Heston pair {first} {second}", made, 10, 5, 400_000, name)) for name in "AB"]
        expected = 0.6 * (first * second + math.sqrt((1.0 - first**2) * (1.0 - second**2)))
        suite.checks.z(f"Heston correlation {first} {second}", math.atanh(np.corrcoef(x[0], x[1])[0, 1]),
                       math.atanh(expected), 1.0 / math.sqrt(x[0].size - 3), True)


def wild_asset(correlation):
    return asset("A", 100.0, 0.6, mean_reversion=6, long_volatility=0.9, variance_volatility=2.5,
                 variance_correlation=correlation)


def heston_liquidation(suite):
    """Continuous monitoring. Without correlation of price and variance the log price is a Brownian motion with drift -1/2
    in a time of its own, so P(it reaches ln b) = E[1 + P(T) / b; P(T) <= b] (Carr and Lee 2009) on every grid. With
    correlation a coarse grid is held against a fine one."""
    hours, barrier = 720, 80.0
    for steps in (5, 60, 720):
        made, name = market("heston", [wild_asset(0.0)]), f"Heston clock {steps} steps"
        final = final_prices(suite, name, made, hours, steps, 200_000)
        results, paths = suite.run(name + " watched", made["assets"], [position("a", "A", 1000.0, 200.0)], 200.0, hours,
                                   steps, market=made, modes=["isolated"], monitoring="continuous", paths=200_000)
        reached = results["isolated"]["any_liquidation_frequency"]
        sample = np.where(final <= barrier, 1.0 + final / barrier, 0.0)
        error = math.sqrt(reached * (1.0 - reached) / paths + sample.var() / paths)
        suite.checks.z(f"{name}: liquidated", reached, sample.mean(), error, True)
    for correlation in (-0.7, 0.7):
        reached = []
        for steps in (180, 2880):
            made, name = market("heston", [wild_asset(correlation)]), f"Heston {correlation} {steps} steps"
            results, paths = suite.run(name, made["assets"], [position("a", "A", 1000.0, 200.0)], 200.0, hours, steps,
                                       market=made, modes=["isolated"], monitoring="continuous", paths=100_000)
            reached.append(results["isolated"]["any_liquidation_frequency"])
        error = math.sqrt(sum(p * (1.0 - p) for p in reached) / paths)
        suite.checks.z(f"Heston {correlation:+.1f}, steps of 4 h against 15 min: liquidated", *reached, error)


GROUPS = (merton_one_step, merton_options, merton_liquidation, jump_means, jump_moments, heston_options,
          heston_correlation, heston_liquidation)
