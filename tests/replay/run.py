#!/usr/bin/python3
"""usage: run.py RISKPOOL: a replayed path is the run's own: its columns, bit for bit, for every scenario that comes with
the program; its events explain them; and the worst path of a mode is the one that the results name."""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np

from riskpool_test import Checks, Program, read_results

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PATHS = 1500
SUMS = {"fees": "fee", "shortfall": "shortfall", "forfeited": "forfeited", "slippage": "slippage"}


def replayed(program, results, *options):
    return json.loads(program.call("replay", results, "--json", *options))


def number(value):
    return float("nan") if value is None else value


def compare(checks, what, replay, results, path):
    """Columns and times of every mode against the results."""
    for name, mode in replay["modes"].items():
        group = results[name]
        columns = [key for key in mode if key in group and np.shape(group[key]) == np.shape(group["loss"])]
        different = [key for key in columns
                     if not np.array_equal(group[key][path], number(mode[key]), equal_nan=True)]
        times = np.array([number(hour) for hour in mode["liquidation_time"].values()])
        if not np.array_equal(times, group["liquidation_time"][path], equal_nan=True):
            different.append("liquidation_time")
        checks.true(f"{what}, {name}: {len(columns)} columns and the times", not different and len(columns) > 5)


def explain(checks, what, replay, start_equity, haircuts):
    """The events add up to the columns, and the pools' equity at the end to the loss; but a pool's equity counts collateral
    after its haircut, the loss at its price."""
    for name, mode in replay["modes"].items():
        for column, amount in SUMS.items():
            total = sum(event.get(amount, 0.0) for event in mode["events"])
            checks.close(f"{what}, {name}: {column} of the events", total, mode[column], 1e-9 * start_equity)
        rounds = sum(event["event"] == "liquidation" for event in mode["events"])
        checks.same(f"{what}, {name}: as many liquidations", rounds, mode["rounds"])
        if haircuts:
            continue
        steps = mode["steps"]
        ends = [sum(series[at] for series in steps["equity"].values()) for at in (0, -1)]
        checks.close(f"{what}, {name}: equity lost between start and end", ends[0] - ends[1], mode["loss"],
                     1e-9 * (1.0 + abs(start_equity) + abs(mode["loss"])))


def every_scenario(program, checks):
    for file in sorted(glob.glob(os.path.join(ROOT, "scenarios", "*.yaml"))):
        name = os.path.basename(file)[:-5]
        path = program.path(".h5")
        program.call("run", file, "-n", str(PATHS), "-P", "output.paths=all", "-o", path, "-q")
        results = read_results(path)
        mode = [key for key in results if "loss" in results[key]][0]
        worst = int(np.argmax(results[mode]["loss"]))
        for at in (0, 255, 256, PATHS - 1, worst):
            compare(checks, f"{name}, path {at}", replayed(program, path, "--path", str(at), "--scenario", file), results, at)
        full = replayed(program, path, "--worst", mode, "--every-step", "--scenario", file)
        checks.same(f"{name}: the worst path of {mode}", full["path"], worst)
        checks.same(f"{name}: it is named in the results", results[mode]["worst_path"], worst)
        explain(checks, f"{name}, path {worst}", full, start_equity(program, file, mode),
                "haircut" in open(file, encoding="utf-8").read())
        os.unlink(path)


def start_equity(program, file, mode):
    return json.loads(program.call("inspect", file, "--json"))["modes"][mode]["equity"]


def other_ways(program, checks):
    """The path is the same whatever else the run keeps."""
    file = os.path.join(ROOT, "scenarios", "three-longs.yaml")
    texts = set()
    for options in (["-P", "output.paths=none"], ["-P", "output.paths=tail"], ["-P", "output.trajectories=false"],
                    ["-n", "4000"]):
        path = program.path(".h5")
        program.call("run", file, "-n", "2000", *options, "-o", path, "-q")
        modes = replayed(program, path, "--path", "1234", "--every-step")["modes"]
        texts.add(json.dumps([mode["loss"] for mode in modes.values()] + [mode["steps"] for mode in modes.values()]))
    checks.same("the same path with other output and other numbers of paths", len(texts), 1)


def main(binary):
    program, checks = Program(binary), Checks("replay")
    every_scenario(program, checks)
    other_ways(program, checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
