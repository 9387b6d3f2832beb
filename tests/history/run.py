#!/usr/bin/python3
"""Every file of scenarios/history laid over two books: it runs. And the prices that it dictates: without volatility every
asset that it names is where it says at the low and at the end; with volatility the mean price is.

    run.py BINARY EXPORT_PATHS
"""
import argparse
import glob
import math
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from riskpool_test import Checks, Program, scenario  # noqa: E402
import yaml  # noqa: E402

SCENARIOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scenarios")
CRASHES = ("black-thursday-2020 china-flush-2021 saturday-flash-2021 terra-2022 celsius-3ac-2022 ftx-2022 svb-usdc-2023 "
           "aug17-2023 yen-unwind-2024 tariff-2025 nov-grind-2025 feb-2026 nov-2018").split()
# What the source says of Bitcoin: percent at the low and at the end (None: not known there).
BITCOIN = {"black-thursday-2020": (-52, -30), "china-flush-2021": (-30, -14), "saturday-flash-2021": (-24, -15),
           "terra-2022": (-26, -15), "celsius-3ac-2022": (-42, -37), "ftx-2022": (-27, -25), "svb-usdc-2023": (-12, -8),
           "aug17-2023": (-12, -7), "yen-unwind-2024": (-19, None), "tariff-2025": (-16, -8),
           "nov-grind-2025": (-23, -19), "feb-2026": (-33, -25), "nov-2018": (-43, -40)}


def hours(text):
    number, unit = str(text).split()
    return round(float(number) * {"h": 1, "d": 24}[unit])


def fraction(text):
    return float(str(text).rstrip("%")) / (100.0 if str(text).endswith("%") else 1.0)


def level(entries, event, name):
    """Where an event takes an asset: its entry, else by beta, else the default; None: nowhere."""
    if name in entries:
        return 1.0 + fraction(entries[name])
    beta = event.get("beta", {}).get(name, event.get("beta", {}).get("default"))
    if beta is not None:
        return (1.0 + fraction(entries[event["beta_to"]]))**beta
    return 1.0 + fraction(entries["default"]) if "default" in entries else None


def points(events, name):
    """{hour: level} at the low and at the end of every event that moves the asset."""
    found = {}
    for event in (e for e in events if "return" in e):
        low = level(event["return"], event, name)
        if low is None:
            continue
        found[hours(event["at"]) + hours(event["over"])] = low
        if "recovery" in event:
            to = level(event["recovery"]["to"], event, name)
            end = hours(event["at"]) + hours(event["over"]) + hours(event["recovery"]["over"])
            found[end] = low if to is None else to
    return found


def end_of(events):
    return max(hours(e["at"]) + hours(e.get("over", "1 h")) + hours(e.get("recovery", {}).get("over", "0 h"))
               for e in events)


def prices(program, exporter, file, events, names, volatility, paths, correlation=0.0):
    """[path, step, asset] at step ends, starting at 1."""
    made = scenario([{"name": n, "price": 1.0, "volatility": volatility} for n in names],
                    [{"name": "a", "asset": names[0], "quantity": 1.0, "leverage": 1}], 10.0,
                    horizon=f"{end_of(events)} h", step="1 h", paths=paths, correlation=correlation)
    done = subprocess.run([exporter, program.write(made), "0", str(paths - 1), f"stress+={file}"], capture_output=True,
                          text=True, check=True)
    table = np.loadtxt(done.stdout.splitlines(), ndmin=2)
    steps, n = end_of(events), len(names)
    order = np.lexsort((table[:, 1], table[:, 0]))
    return np.exp(table[order][:, 4::4]).reshape(paths, steps, n)


def check_levels(program, exporter, checks, file, events):
    names = sorted({n for e in events for key in ("return", "beta") for n in e.get(key, {}) if n != "default"} | {"X"})
    path = prices(program, exporter, file, events, names, 0.0, 1)[0]
    for i, name in enumerate(names):
        for hour, expected in points(events, name).items():
            checks.close(f"{os.path.basename(file)} {name} after {hour} h: {100 * expected - 100:.4g} %",
                         path[hour - 1, i], expected, 1e-12)
        checks.true(f"{os.path.basename(file)} {name}: never lower than the low",
                    bool(np.min(path[:, i]) >= min([1.0, *points(events, name).values()]) - 1e-12))


def check_mean(program, exporter, checks, file, events):
    """With volatility, and with the factor on it, the expected price is still the one dictated."""
    path = prices(program, exporter, file, events, ["BTC"], 0.6, 4096)[:, :, 0]
    for hour, expected in points(events, "BTC").items():
        at = path[:, hour - 1]
        checks.z(f"{os.path.basename(file)} mean price of BTC after {hour} h", at.mean(), expected,
                 at.std() / math.sqrt(at.size))
    factors = [e["volatility"] for e in events if "volatility" in e and hours(e["at"]) == 0]
    low = hours(events[0]["over"])
    spread = np.log(path[:, low - 1]).std()
    expected = 0.6 * math.sqrt(low / 8760.0) * math.prod(factors)
    checks.z(f"{os.path.basename(file)} deviation at the low", spread, expected, expected / math.sqrt(2 * 4096))


def check_books(program, checks, file, events):
    for book in ("three-longs", "book-of-eleven"):
        results = program.path(".h5")
        done = subprocess.run([program.binary, "run", os.path.join(SCENARIOS, book + ".yaml"), "-n", "256", "-q", "-o",
                               results, "-P", f"horizon={max(end_of(events), 168)} h", "--stress", file],
                              capture_output=True, text=True, check=False)
        checks.true(f"{os.path.basename(file)} over {book}: exit {done.returncode} {done.stderr if done.returncode else ''}",
                    done.returncode == 0 and os.path.exists(results) and
                    all("warning: assets that the scenario does not have are skipped" in line
                        for line in done.stderr.splitlines()))


def main():
    parser = argparse.ArgumentParser(description="the library of stress scenarios")
    parser.add_argument("binary")
    parser.add_argument("exporter")
    options = parser.parse_args()
    program, checks = Program(options.binary), Checks("history")
    files = sorted(glob.glob(os.path.join(SCENARIOS, "history", "*.yaml")))
    checks.true("all crashes are there", {f"{c}.yaml" for c in CRASHES} <= {os.path.basename(f) for f in files})
    with open(os.path.join(SCENARIOS, "history", "README.md"), encoding="utf-8") as stream:
        table = stream.read()
    for file in files:
        with open(file, encoding="utf-8") as stream:
            read = yaml.safe_load(stream)
        name = os.path.basename(file)[:-5]
        checks.true(f"{name}: a title, events and nothing else", list(read) == ["title", "stress"])
        checks.true(f"{name} is in the table", f"| `{name}` |" in table)
        check_levels(program, options.exporter, checks, file, read["stress"])
        check_books(program, checks, file, read["stress"])
        if name in BITCOIN:
            moves = list(points(read["stress"], "BTC").values())
            low, end = BITCOIN[name]
            checks.close(f"{name}: Bitcoin as in the source", [100 * m - 100 for m in moves[:1 if end is None else 2]],
                         [low] if end is None else [low, end], 1e-9)
    for name in ("tariff-2025", "china-flush-2021", "feb-2026"):
        file = os.path.join(SCENARIOS, "history", name + ".yaml")
        with open(file, encoding="utf-8") as stream:
            check_mean(program, options.exporter, checks, file, yaml.safe_load(stream)["stress"])
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
