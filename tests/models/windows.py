#!/usr/bin/python3
"""Crashes as they were, replayed on a book of eleven with the exchange's own brackets: which positions die when, in every
mode, from every hour of two days as the start; each path checked by the second engine (tests/twin). The prices
(Binance, closes in USDT) and brackets are not part of the project; where they are absent the test is skipped.

    windows.py BINARY EXPORT_PATHS SCENARIOS FOLDER
"""
import csv
import math
import os
import subprocess
import sys

import numpy as np

from drawn import Checks, Program

import twin  # noqa: E402  (beside riskpool_test)

try:
    import yaml
except ImportError as error:
    print(f"{sys.argv[0]}: {error}; needs yaml", file=sys.stderr)
    sys.exit(77)  # skipped

COLUMNS = ("loss", "shortfall", "max_drawdown", "lowest_margin_level", "liquidation_time")

# Name, prices, brackets in force (the oldest there are for 2020 and 2021), first start, last row, horizon, step, starts.
WINDOWS = [
    ("2020-03", "crash-hourly-2020-03-close", "2022-04-16", "2020-03-11T00:00Z", "2020-03-16", "3 d", "1 h"),
    ("2021-05", "crash-hourly-2021-05-close", "2022-04-16", "2021-05-18T00:00Z", "2021-05-23", "3 d", "1 h"),
    ("2022-11", "crash-hourly-2022-11-close", "2022-09-27", "2022-11-07T00:00Z", "2022-11-12", "3 d", "1 h"),
    ("2025-10", "crash-hourly-2025-10-perp-close", "2025-10-09", "2025-10-09T00:00Z", "2025-10-14", "3 d", "1 h"),
    ("2025-10, 5 min", "crash-5m-2025-10-spot-close", "2025-10-09", "2025-10-10T18:00Z", "2025-10-11T06:30Z", "6 h",
     "5 min"),
]


def brackets(folder, vintage, assets):
    tiers = {asset: [] for asset in assets}
    with open(os.path.join(folder, f"margin-tiers-binance-{vintage}.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file):
            asset = row["symbol"].removesuffix("USDT")
            if asset in tiers:
                tiers[asset].append({"from": float(row["notional_floor"]),
                                     "rate": float(row["maintenance_margin_rate"])})
    return tiers


def price_at(path, when):
    """The columns that have a price in the row of an instant."""
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if np.datetime64(row["time_utc"].rstrip("Z")) == np.datetime64(when.rstrip("Z")):
                return {name: float(value) for name, value in row.items() if name != "time_utc" and value}
    raise RuntimeError(f"{path}: no row at {when}")


def replayed(book, folder, window):
    """The book of eleven without the assets that the file lacks."""
    _, file, vintage, start, last, horizon, step = window
    path = os.path.join(folder, f"{file}.csv")
    price = price_at(path, start)
    names = [asset["name"] for asset in book["market"]["assets"] if asset["name"] in price]
    positions = [p for p in book["positions"] if p["asset"] in names]
    modes = ["isolated", "cross"] + [mode for mode in book["modes"] if isinstance(mode, dict)]
    made = {"name": "window", "horizon": horizon, "step": step, "monitoring": "step",
            "market": {"model": "replay", "prices": {"file": path, "from": start, "to": last},
                       "assets": [{"name": name, "price": price[name]} for name in names]},
            "account": book["account"], "positions": positions, "modes": modes,
            "liquidation": {"tiers": brackets(folder, vintage, names), "fee": 0.0005},
            "output": {"paths": "all", "trajectories": True}}
    return made


def exported(exporter, path, n_paths):
    done = subprocess.run([exporter, path, "0", str(n_paths - 1)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def for_the_twin(made, n_paths):
    """It knows tiers by the key `maintenance`, and wants a law inside the steps that it does not look at."""
    n = len(made["market"]["assets"])
    assets = [{**asset, "volatility": 0.0} for asset in made["market"]["assets"]]
    market = {"model": "gbm", "assets": assets, "correlation": np.eye(n).tolist()}
    rule = {"maintenance": made["liquidation"]["tiers"], "fee": made["liquidation"]["fee"]}
    return {**made, "market": market, "liquidation": rule, "paths": n_paths}


def show(window, made, results, modes):
    """When each position dies on the path of the first start."""
    print(f"\n{window[0]}: hours from {window[3]} to each liquidation, by hour; '-' survives")
    print(f"{'position':10}" + "".join(f"{mode:>18}" for mode in modes))
    for i, position in enumerate(made["positions"]):
        times = [results[mode]["liquidation_time"][0][i] for mode in modes]
        print(f"{position['side']:6}{position['asset']:4}" + "".join(f"{'-' if math.isnan(t) else f'{t:.2f}':>18}"
                                                                    for t in times))
    for what, key in (("loss", "loss"), ("shortfall", "shortfall"), ("lowest %", "lowest_margin_level")):
        print(f"{what:10}" + "".join(f"{results[mode][key][0]:18.2f}" for mode in modes))
    print(f"{'starts':10}" + "".join(f"{np.isfinite(results[mode]['liquidation_time']).any(axis=1).sum():>9} of"
                                     f"{len(results[mode]['loss']):6}" for mode in modes)
          + "   with a liquidation")


def check_window(checks, program, exporter, book, folder, window):
    made = replayed(book, folder, window)
    results = program.run(made)
    modes = [mode if isinstance(mode, str) else mode["name"] for mode in made["modes"]]
    n_paths = len(results["cross"]["loss"])
    lines = exported(exporter, program.write(made), n_paths)
    expected = twin.follow(for_the_twin(made, n_paths), lines)
    show(window, made, results, modes)
    for mode in modes:
        for column in COLUMNS:
            scale = {"lowest_margin_level": 1e-7, "liquidation_time": 1e-9}.get(column, 1e-9 * 100000)
            checks.close(f"{window[0]}: {mode} {column}, {n_paths} paths as the second engine has them",
                         results[mode][column], expected[mode][column], scale)
    died = np.isfinite(results["isolated"]["liquidation_time"])
    checks.true(f"{window[0]}: some positions die, some do not", 0 < died.sum() < died.size)


def a_gap_is_refused(checks, program, book, folder):
    made = replayed(book, folder, WINDOWS[0])
    made["market"]["prices"]["from"] = "2020-03-01"
    done = subprocess.run([program.binary, "validate", program.write(made)], capture_output=True, text=True,
                          check=False)
    checks.true("a missing hour in 2020-03 is refused", done.returncode != 0 and "has no price at" in done.stderr)


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    binary, exporter, scenarios, folder = sys.argv[1:]
    if not os.path.isdir(folder):
        print(f"windows: skipped, real prices are not there ({folder})")
        return 77
    with open(os.path.join(scenarios, "book-of-eleven.yaml"), encoding="utf-8") as file:
        book = yaml.safe_load(file)
    program, checks = Program(binary), Checks("windows", verbose=False)
    for window in WINDOWS:
        check_window(checks, program, exporter, book, os.path.abspath(folder), window)
    a_gap_is_refused(checks, program, book, os.path.abspath(folder))
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
