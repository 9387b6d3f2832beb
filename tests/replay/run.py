#!/usr/bin/python3
"""usage: run.py RISKPOOL: a replayed path is the run's own: its columns, bit for bit, for every scenario that comes with
the program; its events explain them; and the worst path of a mode is the one that the results name."""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np

from riskpool_test import Checks, Program, read_results, scenario

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PATHS = 1500
SUMS = {"fees": "fee", "shortfall": "shortfall", "forfeited": "forfeited", "slippage": "slippage"}
CASH = {"funding": (("funding", "interest"), -1.0), "top_up": (("top-up",), 1.0)}  # by kind of event


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
        for column, (kinds, sign) in CASH.items():
            total = sign * sum(event["cash"] for event in mode["events"] if event["event"] in kinds)
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


def everything_happens(program, checks):
    """A book with all that can happen: every kind of event is told, and the events add up."""
    positions = [{"name": "linear", "asset": "BTC", "side": "long", "notional": 20000, "margin": 2000, "stop_loss": 55500},
                 {"name": "spot", "asset": "ETH", "contract": "spot", "side": "long", "notional": 20000, "margin": 2000},
                 {"name": "coin", "asset": "BTC", "contract": "inverse", "side": "short", "notional": 9000, "leverage": 9,
                  "trailing_stop": 0.09}]
    made = scenario([{"name": "BTC", "price": 60000, "volatility": 0.9}, {"name": "ETH", "price": 3000, "volatility": 1.1}],
                    positions, 6000, horizon="4 d", step="2 h", correlation=0.6, paths=400, keep="all", trajectories=True,
                    carry={"funding": 0.0005, "borrow": 0.2}, slippage={"depth": 300000}, maintenance=0.02,
                    stress=[{"at": "40 h", "return": {"ETH": -0.22, "BTC": -0.1}}],
                    liquidation={"fee": 0.002, "amount": "one-by-one"})
    made["account"].update(holdings=[{"asset": "BTC", "quantity": 0.03}, {"asset": "ETH", "quantity": 0.4}],
                           top_up={"below": 4, "to": 6, "cap": 500}, reduce=[{"utilisation": 0.4, "share": 0.3}])
    made["alerts"] = {"margin_level": [0.5], "utilisation": [0.6]}
    path, seen = program.run_file(made), set()
    for at in range(40):
        replay = replayed(program, path, "--path", str(at), "--every-step")
        explain(checks, f"everything, path {at}", replay, made["account"]["balance"], False)
        seen |= {event["event"] for mode in replay["modes"].values() for event in mode["events"]}
    checks.true(f"every kind of event: {sorted(seen)}", seen == {"liquidation", "closing", "stop", "reduction", "top-up",
                                                                 "funding", "interest", "sale", "alert"})


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
    everything_happens(program, checks)
    every_scenario(program, checks)
    other_ways(program, checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
