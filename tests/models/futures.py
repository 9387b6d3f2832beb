#!/usr/bin/python3
"""usage: futures.py RISKPOOL EXPORT_PATHS: futures with a basis: the basis has the mean, the variance and the correlations of
its Ornstein-Uhlenbeck process at every step, the underlying does not notice, and a future without a basis of its own is
its underlying."""
import math
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."), os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "analytic")]
import numpy as np

from closed_forms import isolated
from riskpool_test import Checks, Program, scenario, scenario_text
import subprocess

PATHS, STEPS, DT = 8192, 40, 1 / 365
REVERSION, VOLATILITY, MEAN = 25.0, 0.15, 0.01
SPOT, FUTURE = 100.0, 103.0
CORRELATION = [[1, 0.3, 0.8], [0.3, 1, -0.2], [0.8, -0.2, 1]]


def market(**basis):
    assets = [{"name": "S", "price": SPOT, "volatility": 0.6, "drift": 0.1},
              {"name": "F", "price": FUTURE, "of": "S", "volatility": VOLATILITY, "basis_reversion": REVERSION,
               "basis_mean": MEAN, **basis}, {"name": "E", "price": 50, "volatility": 0.8}]
    return scenario(assets, [{"name": "f", "asset": "F", "side": "long", "notional": 100, "leverage": 10}], 100,
                    horizon=f"{STEPS} d", step="1 d", correlation=CORRELATION, paths=PATHS, monitoring="continuous")


def drawn(program, exporter, made):
    """x of every asset at the end of every step: (path, step, asset)."""
    done = subprocess.run([exporter, program.write(made), "0", str(PATHS - 1)], capture_output=True, text=True, check=True)
    rows = np.array([[float(number) for number in line.split()] for line in done.stdout.splitlines()])
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    n = (rows.shape[1] - 2) // 4
    return rows[:, [2 + 4 * j + 1 for j in range(n)]].reshape(PATHS, STEPS, n)


def moments(checks, x):
    start = math.log(FUTURE / SPOT)
    basis = start + x[:, :, 1] - x[:, :, 0]
    for step in (1, 5, 40):
        t = step * DT
        kept = math.exp(-REVERSION * t)
        variance = VOLATILITY ** 2 * (1 - kept ** 2) / (2 * REVERSION)
        now = basis[:, step - 1]
        checks.z(f"mean of the basis after {step} steps", now.mean(), MEAN + (start - MEAN) * kept, math.sqrt(variance / PATHS))
        checks.z(f"variance after {step} steps", now.var(ddof=1), variance, variance * math.sqrt(2 / (PATHS - 1)))
    shocks = basis[:, 1:] - MEAN - (basis[:, :-1] - MEAN) * math.exp(-REVERSION * DT)
    moves = np.diff(x, axis=1)
    for other, expected in ((0, 0.3), (2, -0.2)):
        found = np.corrcoef(shocks.ravel(), moves[:, :, other].ravel())[0, 1]
        checks.z(f"correlation of the basis' shocks with asset {other}", found, expected,
                 (1 - expected ** 2) / math.sqrt(shocks.size))


def main(binary, exporter):
    program, checks = Program(binary), Checks("futures")
    x = drawn(program, exporter, market())
    moments(checks, x)
    plain = market()
    plain["market"]["assets"][1] = {"name": "F", "price": FUTURE, "volatility": 0.6}
    alone = drawn(program, exporter, plain)
    checks.same("the underlying does not notice", x[:, :, 0], alone[:, :, 0])
    still = drawn(program, exporter, market(volatility=0, basis_reversion=0))
    checks.close("without shocks and pull the future is its underlying", still[:, :, 1], still[:, :, 0], 1e-12)
    # Its liquidation then has the law of one log-normal price, watched continuously.
    years, n = STEPS * DT, 60000
    held = market(volatility=0, basis_reversion=0)
    held["paths"], held["liquidation"] = n, {"maintenance": 0.005}
    held["market"]["assets"][0]["drift"] = 0.0
    done = program.run(held)["isolated"]
    checks.frequency("liquidation of such a future", done["any_liquidation_frequency"], isolated("long", 10, 0.005, 0.6, 0.0, years), n)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.path.abspath(sys.argv[2])))
