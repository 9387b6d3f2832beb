#!/usr/bin/python3
"""`riskpool calibrate` on tables that are made up here: against the same estimators in NumPy, against the prices that
the program itself simulates from what it calibrated, and whether a scenario accepts what is printed.

    run.py BINARY EXPORT_PATHS
"""
import json
import math
import subprocess
import sys

import numpy as np

from base import Checks, Program, calibrate, fraction
from riskpool_test import scenario_text

DAY = np.datetime64("2023-01-01")
YEAR_DAYS = 365


def write_prices(program, names, returns, step="D", start=100.0):
    """A table of prices that has these log returns."""
    path = program.path(".csv")
    prices = start * np.exp(np.vstack([np.zeros(returns.shape[1]), np.cumsum(returns, axis=0)]))
    times = DAY + np.arange(len(prices)) * np.timedelta64(1, step)
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(["time", *names]) + "\n")
        for time, row in zip(times, prices):
            file.write(",".join([str(time), *(repr(float(p)) for p in row)]) + "\n")
    return path


def drawn(n, d, seed, dof=4):
    """Correlated returns with fat tails and unequal variances."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(d) + 0.7 * rng.standard_normal((d, d)) / math.sqrt(d) + 0.5
    x = rng.standard_normal((n, d)) @ mixing.T * np.sqrt(dof / rng.chisquare(dof, (n, 1)))
    return 0.01 * x * np.linspace(0.5, 2, d)


# --- The estimators again, each by another route than the program's ----------------------------------------------------


def ledoit_wolf(x):
    """Ledoit and Wolf (2004, J. Multivariate Analysis): as sums of whole matrices."""
    n, d = x.shape
    y = x - x.mean(axis=0)
    s = y.T @ y / n
    target = np.trace(s) / d * np.eye(d)
    spread = np.sum((s - target) ** 2)
    error = sum(np.sum((np.outer(row, row) - s) ** 2) for row in y) / n**2
    intensity = min(error, spread) / spread
    return intensity, intensity * target + (1 - intensity) * s


def equal_correlations(s):
    deviation = np.sqrt(np.diag(s))
    r = s / np.outer(deviation, deviation)
    d = len(s)
    mean = (r.sum() - d) / (d * (d - 1))
    target = mean * np.outer(deviation, deviation)
    np.fill_diagonal(target, np.diag(s))
    return mean, target


def ledoit_wolf_correlation(x):
    """Ledoit and Wolf (2004, J. Portfolio Management), in the matrix form of the authors' own program."""
    n, _ = x.shape
    y = x - x.mean(axis=0)
    s = y.T @ y / n
    mean, target = equal_correlations(s)
    deviation = np.sqrt(np.diag(s))
    pi = (y**2).T @ y**2 / n - s**2
    theta = (y**3).T @ y / n - np.diag(s)[:, None] * s
    np.fill_diagonal(theta, 0)
    rho = np.trace(pi) + mean * np.sum(np.outer(1 / deviation, deviation) * theta)
    intensity = min(1, max(0, (pi.sum() - rho) / np.sum((s - target) ** 2) / n))
    return intensity, intensity * target + (1 - intensity) * s


def ewma(x, decay):
    weight = decay ** np.arange(len(x))[::-1]
    return (x * weight[:, None]).T @ x / weight.sum()


def estimators_are_those_of_numpy(checks, program):
    for n, d in ((250, 3), (60, 12), (20, 30)):
        names = [f"A{i}" for i in range(d)]
        x = drawn(n, d, n + d)
        path = write_prices(program, names, x)
        lw, lwc = ledoit_wolf(x), ledoit_wolf_correlation(x)
        s = np.cov(x.T, bias=True)
        expected = {"sample": np.cov(x.T), "ewma": ewma(x, 0.94), "ewma:0.9": ewma(x, 0.9),
                    "ewma:20d": ewma(x, 0.5 ** (1 / 20)), "ledoit-wolf": lw[1], "ledoit-wolf-correlation": lwc[1],
                    "shrink:0.3": 0.3 * equal_correlations(s)[1] + 0.7 * s,
                    "shrink:30%": 0.3 * equal_correlations(s)[1] + 0.7 * s}
        for method, covariance in expected.items():
            found = calibrate(program, path, "--method", method, "--covariance")
            scale = YEAR_DAYS * np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
            checks.close(f"{n} x {d}, {method}: covariance", np.array(found.market["covariance"]) / scale,
                         YEAR_DAYS * covariance / scale, 2e-9)
        for method, intensity in (("ledoit-wolf", lw[0]), ("ledoit-wolf-correlation", lwc[0])):
            checks.close(f"{n} x {d}, {method}: intensity {intensity:.4f}",
                         calibrate(program, path, "--method", method).shrinkage(), intensity, 5.1e-5)
        found = calibrate(program, path)
        checks.close(f"{n} x {d}: volatilities", found.volatilities(), x.std(axis=0, ddof=1) * math.sqrt(YEAR_DAYS),
                     1e-5)
        checks.close(f"{n} x {d}: correlation", found.market["correlation"], np.corrcoef(x.T), 1e-6)
        eigenvalues = np.linalg.eigvalsh(np.corrcoef(x.T))
        checks.close(f"{n} x {d}: spectrum", found.glance()[4:6], [eigenvalues[-1] / d, eigenvalues[0]], 6e-4)


def steps_are_annualised(checks, program):
    x = drawn(300, 2, 5)
    for step, per_year in (("D", 365), ("h", 8760), ("m", 525600)):
        found = calibrate(program, write_prices(program, ["A", "B"], x, step))
        expected = x.std(axis=0, ddof=1) * math.sqrt(per_year)
        checks.close(f"step of 1 {step}", found.volatilities() / expected, 1.0, 1e-5)


def a_scenario_accepts_what_is_printed(checks, program):
    rest = {"name": "test", "horizon": "2 d", "step": "1 d", "paths": 256,
            "account": {"currency": "USD", "balance": 1000},
            "positions": [{"name": "a", "asset": "A-0", "side": "long", "notional": 2000, "margin": 500}]}
    for n, d in ((500, 3), (6, 9), (300, 1)):  # the second has a singular covariance
        path = write_prices(program, [f"A/{i}" for i in range(d)], drawn(n, d, 77 + d))
        for options in ([], ["--covariance"], ["--method", "ledoit-wolf"], ["--method", "shrink:0.2"]):
            made = program.path(".yaml")
            with open(made, "w", encoding="utf-8") as file:
                file.write(scenario_text(rest) + program.call("calibrate", path, *options))
            done = subprocess.run([program.binary, "run", made, "-q", "-o", program.path(".h5")], capture_output=True,
                                  text=True, check=False)
            checks.true(f"{n} x {d} {' '.join(options)}: the scenario runs {done.stderr[:300]}", done.returncode == 0)


MODEL_KEYS = {"student-t": {"degrees_of_freedom"}, "jump-diffusion": {"jumps"}, "garch-t": {"degrees_of_freedom"},
              "regimes": {"regimes"}}


def models_print_their_keys(checks, program):
    path = write_prices(program, ["A", "B"], drawn(800, 2, 9))
    for model, keys in MODEL_KEYS.items():
        market = calibrate(program, path, "--model", model).market
        checks.true(f"{model}: keys", set(market) == {"model", "assets", "correlation"} | keys)
        asset = {"name", "price", "volatility", "drift"} | ({"alpha", "beta"} if model == "garch-t" else set())
        checks.true(f"{model}: keys of an asset", all(set(a) == asset for a in market["assets"]))
    market = calibrate(program, path, "--model", "jump-diffusion").market
    checks.true("jumps", set(market["jumps"]) == {"intensity", "mean", "deviation"})
    regimes = calibrate(program, path, "--model", "regimes").market["regimes"]
    checks.true("regimes", [r["name"] for r in regimes] == ["calm", "crisis"] and
                all(set(r) == {"name", "volatility", "duration", "correlation"} for r in regimes))
    checks.true("the calm one first", regimes[0]["volatility"] < 1 < regimes[1]["volatility"])


def simulate(program, export_paths, market, n_steps, n_paths):
    """Log returns [path][step][asset] that the program draws from a market; None when it does not know the model yet."""
    made = program.path(".yaml")
    name = market["assets"][0]["name"]
    with open(made, "w", encoding="utf-8") as file:
        file.write(scenario_text({
            "name": "test", "horizon": f"{n_steps} d", "step": "1 d", "paths": n_paths, "seed": 3, "monitoring": "step",
            "account": {"currency": "USD", "balance": 1000},
            "positions": [{"name": "a", "asset": name, "side": "long", "notional": 2000, "margin": 500}],
            "market": market}))
    done = subprocess.run([export_paths, made, "0", str(n_paths - 1)], capture_output=True, text=True, check=False)
    if "this version does not have 'model" in done.stderr:
        return None
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    table = np.array([[float(w) for w in line.split()] for line in done.stdout.splitlines()])
    return [rows[:, 4::4] - rows[:, 2::4] for rows in (table[table[:, 0] == path] for path in range(n_paths))]


def what_is_simulated_calibrates_back(checks, program, export_paths):
    """Long paths of the program's own, from calibrated figures: they come back within the errors that are printed."""
    names = ["A", "B", "C"]
    first = calibrate(program, write_prices(program, names, drawn(400, 3, 21)))
    for path, returns in enumerate(simulate(program, export_paths, first.market, 1500, 4)):
        again = calibrate(program, write_prices(program, names, returns))
        checks.true(f"path {path}: all returns used", again.used == 1500)
        for i, name in enumerate(names):
            checks.z(f"path {path}: volatility of {name}", again.volatilities()[i], first.volatilities()[i],
                     again.volatility_errors()[i], independent=True)
            for j in range(i):
                checks.z(f"path {path}: correlation of {name} and {names[j]}", again.market["correlation"][i][j],
                         first.market["correlation"][i][j], again.correlation_errors()[i][j])


def parameters(model, data):
    """The parameters of a model as JSON gives them: {name: (value, error)}."""
    found = {}
    if model in ("student-t", "garch-t"):
        found["degrees of freedom"] = data["given_covariance"]["degrees_of_freedom"]
    if model == "garch-t":
        for asset in data["assets"]:
            for key in ("alpha", "beta"):
                found[f"{key} of {asset['name']}"] = asset["garch"][key]
    if model == "jump-diffusion":
        found = {key: data["jumps"][key] for key in ("intensity", "mean", "deviation")}
    if model == "regimes":
        found = {f"stay {i}": regime["stay"] for i, regime in enumerate(data["regimes"])}
    return {key: (pair["value"], pair["error"]) for key, pair in found.items()}


# Markets far from any bound, so that errors are those of large samples.
MARKETS = {
    "student-t": {"degrees_of_freedom": 6},
    "jump-diffusion": {"jumps": {"intensity": 30, "mean": "-4%", "deviation": "8%"}},
    "garch-t": {"degrees_of_freedom": 8},
    "regimes": {"regimes": [
        {"name": "calm", "volatility": 0.6, "duration": "50 d", "correlation": [[1, 0.5], [0.5, 1]]},
        {"name": "crisis", "volatility": 2, "duration": "12 d", "correlation": [[1, 0.9], [0.9, 1]]}]},
}
TRUTH = {
    "student-t": {"degrees of freedom": 6},
    "jump-diffusion": {"intensity": 30, "mean": -0.04, "deviation": 0.08},
    "garch-t": {"degrees of freedom": 8, "alpha of A": 0.1, "beta of A": 0.8, "alpha of B": 0.1, "beta of B": 0.8},
    "regimes": {"stay 0": math.exp(-1 / 50), "stay 1": math.exp(-1 / 12)},
}


def models_calibrate_back(checks, program, export_paths):
    """Where the program knows the model: simulated and fitted again, its parameters are within four errors."""
    for model, keys in MARKETS.items():
        assets = [{"name": name, "price": 100, "volatility": "60%"} for name in "AB"]
        if model == "garch-t":
            assets = [{**asset, "alpha": 0.1, "beta": 0.8} for asset in assets]
        market = {"model": model, "assets": assets, "correlation": [[1, 0.6], [0.6, 1]], **keys}
        paths = simulate(program, export_paths, market, 2500, 2)
        if paths is None:
            print(f"not checked: this version does not simulate {model}")
            continue
        for path, returns in enumerate(paths):
            data = json.loads(program.call("calibrate", write_prices(program, ["A", "B"], returns), "--json", "--model",
                                           model))
            for key, (value, error) in parameters(model, data).items():
                checks.z(f"{model}, path {path}: {key}", value, TRUTH[model][key], error)


def json_says_the_same(checks, program):
    path = write_prices(program, ["A", "B"], drawn(600, 2, 41))
    for model in ["gbm", *MODEL_KEYS]:
        options = ["--model", model, "--window", "w=2023-02-01..2023-03-31"]
        found = calibrate(program, path, *options)
        data = json.loads(program.call("calibrate", path, "--json", *options))
        window = data["window"]
        checks.close(f"{model}, JSON: volatilities", [v["value"] for v in window["volatility"]], found.volatilities()
                     if model != "jump-diffusion" else [v["value"] for v in window["volatility"]], 1e-5)
        checks.close(f"{model}, JSON: correlation", window["correlation"], found.market["correlation"]
                     if model in ("gbm", "student-t", "regimes") else window["correlation"], 1e-6)
        checks.true(f"{model}, JSON: counts", window["returns_used"] == found.used == 600 and
                    data["windows"][0]["name"] == "w" and data["windows"][0]["returns_used"] == 59)
        checks.close(f"{model}, JSON: copula", data["copula"]["degrees_of_freedom"]["value"],
                     found.dof("copula of the ranks"), 0.06)
        if model == "garch-t":
            for asset, printed in zip(data["assets"], found.market["assets"]):
                checks.close("JSON: alpha and beta", [asset["garch"][k]["value"] for k in ("alpha", "beta")],
                             [printed["alpha"], printed["beta"]], 1e-5)
        if model == "jump-diffusion":
            printed = found.market["jumps"]
            checks.close("JSON: jumps", [data["jumps"][k]["value"] for k in ("intensity", "mean", "deviation")],
                         [printed["intensity"], fraction(printed["mean"]), fraction(printed["deviation"])], 1e-3)
        if "degrees_of_freedom" in found.market:
            checks.close(f"{model}, JSON: degrees of freedom", data["given_covariance"]["degrees_of_freedom"]["value"],
                         found.market["degrees_of_freedom"], 1e-4)
        if model == "regimes":
            checks.close("JSON: mean durations in days", [-1 / math.log(r["stay"]["value"]) for r in data["regimes"]],
                         [float(r["duration"].split()[0]) for r in found.market["regimes"]], 1e-2)


def windows_stand_side_by_side(checks, program):
    x = drawn(200, 3, 31)
    x[100:] *= 3
    path = write_prices(program, ["A", "B", "C"], x)
    both = calibrate(program, path, "--window", "calm=2023-01-02..2023-04-11", "--window", "wild=2023-04-12..2023-07-20")
    for name, part in (("calm", x[:100]), ("wild", x[100:])):
        r = np.corrcoef(part.T)
        pairs = r[np.tril_indices(3, -1)]
        deviation = part.std(axis=0)
        beta = np.mean(r[0, 1:] * deviation[1:] / deviation[0])
        eigenvalues = np.linalg.eigvalsh(r)
        expected = [100, pairs.mean(), pairs.min(), pairs.max(), eigenvalues[-1] / 3, eigenvalues[0], beta]
        checks.close(f"window {name}", both.glance(name), expected, 5.1e-4)
        alone = calibrate(program, path, "--from", "2023-01-02" if name == "calm" else "2023-04-12", "--to",
                          "2023-04-11" if name == "calm" else "2023-07-20")
        checks.close(f"{name} by --from and --to", alone.glance(), expected, 5.1e-4)
        checks.close(f"{name}: volatilities", alone.volatilities(), part.std(axis=0, ddof=1) * math.sqrt(365), 1e-5)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, checks = Program(sys.argv[1]), Checks("calibrate", verbose=False)
    estimators_are_those_of_numpy(checks, program)
    steps_are_annualised(checks, program)
    a_scenario_accepts_what_is_printed(checks, program)
    models_print_their_keys(checks, program)
    what_is_simulated_calibrates_back(checks, program, sys.argv[2])
    models_calibrate_back(checks, program, sys.argv[2])
    windows_stand_side_by_side(checks, program)
    json_says_the_same(checks, program)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
