#!/usr/bin/env python3
"""Nights: many scenarios in one process, killed and stopped; the same command goes on, to the same bytes, and the summary
says what is in the files.

usage: night.py RISKPOOL [--long] [TEST...]      --long: 60 rounds of kill -9 instead of 8"""
import csv
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
from riskpool_test import scenario_text
from run import CLEAN, WITHIN, scenario

VALUES = ["mean_loss", "mean_loss_se", "any_liquidation_frequency", "any_liquidation_frequency_low",
          "any_liquidation_frequency_high", "wipeout_frequency", "wipeout_frequency_low", "wipeout_frequency_high"]
TAILS = ["expected_shortfall", "expected_shortfall_se"]


class Night:
    """Scenarios in a folder, and commands over all of them."""

    def __init__(self, riskpool, folder):
        self.riskpool, self.folder = os.path.abspath(riskpool), folder
        self.checked = self.failed = 0
        self.paths = [self.write(scenario(f"n{i}", paths, "6 min", keep, **more)) for i, (paths, keep, more) in enumerate([
            (30000, "tail", {}),
            (300, "all", {"limits": {"isolated.any_liquidation_frequency": "10%"}}),
            (110000, "all", {"confidence": ["90%", "99%", "99.9%"]}),
            (30000, "none", {}),
            (90000, "tail", {"modes": ["cross"]})])]
        with open(os.path.join(folder, "crash.yaml"), "w", encoding="utf-8") as file:
            file.write("stress: [{at: 1 d, over: 6 h, return: {A: -10%, C: -20%}}]\n")
        with open(os.path.join(folder, "night.yaml"), "w", encoding="utf-8") as file:
            file.write(scenario_text({"name": "night", "books": ["n0.yaml", "n4.yaml"], "stresses": ["none", "crash.yaml"],
                                      "modes": ["isolated", "cross"], "set": {"confidence": ["95%", "99%"]}}))

    def write(self, content):
        path = os.path.join(self.folder, content["name"] + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(scenario_text(content))
        return path

    def commands(self):
        """Of every kind of night: its command without an output, the names of its results, the code of its end."""
        return {"run": (["run", *self.paths], [f"n{i}" for i in range(5)], 1),
                "batch": (["batch", os.path.join(self.folder, "night.yaml")],
                          [f"{book}+{stress}" for book in ("n0", "n4") for stress in ("none", "crash")], 0)}

    def check(self, good, what):
        self.checked += 1
        if not good:
            self.failed += 1
            print("FAILED:", what)

    def start(self, command, output, *options):
        return subprocess.Popen([self.riskpool, *command, "-o", output, "-q", "-j", "2", *options], env=CLEAN,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run(self, command, output, *options, code=0):
        process = self.start(command, output, *options)
        said = process.communicate(timeout=300)[1]
        self.check(process.returncode == code, f"exit {process.returncode}, not {code}: {said}")
        return said

    def rows(self, output):
        """The summary; CSV and JSON are the same."""
        with open(os.path.join(output, "summary.csv"), encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        with open(os.path.join(output, "summary.json"), encoding="utf-8") as file:
            objects = json.load(file)["rows"]
        same = len(table) == len(objects)
        for row, other in zip(table, objects):
            same = same and list(row) == list(other)
            for key, value in other.items():
                text = row[key]
                same = same and (text == "" if value is None else
                                 text == value if isinstance(value, str) else float(text) == value)
        self.check(same, "summary.csv and summary.json differ")
        return table

    def same(self, base, output, names, what):
        for name in names:
            with open(os.path.join(base, name + ".h5"), "rb") as a, open(os.path.join(output, name + ".h5"), "rb") as b:
                self.check(a.read() == b.read(), f"{what}: {name} has other bytes")
        self.check(not glob.glob(os.path.join(output, "*.part")), f"{what}: a spool is left")
        plain = lambda folder: [{k: v for k, v in row.items() if k not in ("status", "results")} for row in self.rows(folder)]
        self.check(plain(base) == plain(output), f"{what}: another summary")
        self.check({row["status"] for row in self.rows(output)} <= {"done", "done already"}, f"{what}: something is open")

    def base(self, kind):
        command, _, code = self.commands()[kind]
        folder = os.path.join(self.folder, f"base-{kind}")
        if not os.path.exists(folder):
            self.run(command, folder, code=code)
        return folder


def test_values(night, _):
    """Every number of the summary is that of the results file, at the highest level that all have."""
    for kind, (_, names, _) in night.commands().items():
        rows = night.rows(night.base(kind))
        expected = {(name, mode) for name in names for mode in ("isolated", "cross")} - {("n4", "isolated")}
        night.check({(row["name"], row["mode"]) for row in rows} == expected, f"{kind}: rows of {rows}")
        for row in rows:
            with h5py.File(row["results"]) as file:
                mode = file[row["mode"]]
                night.check(float(row["confidence"]) == 0.99, "not the highest common level")
                at = list(mode["confidence"][()]).index(0.99)
                night.check(all(float(row[v]) == mode[v][()] for v in VALUES), f"{row['name']}: values")
                night.check(all(float(row[v]) == mode[v][at] for v in TAILS), f"{row['name']}: tails")
                night.check(int(row["paths"]) == file.attrs["n_paths"] and int(row["seed"]) == file.attrs["seed"],
                            f"{row['name']}: paths, seed")
                night.check(float(row["start_equity"]) == 1000 and row["currency"] == "EUR", f"{row['name']}: equity")
            limited = kind == "run" and row["name"] == "n1"
            night.check(row["limits"] == str(int(limited and row["mode"] == "isolated")) == row["limits_breached"] and
                        row["exit_code"] == str(int(limited)), f"{row['name']}: limits {row}")


def test_kill(night, is_long):
    """kill -9 at any time, again and again: the same files, and a summary that is whole whenever it is there."""
    rounds, draw = 60 if is_long else 8, random.Random(7)
    for kind, (command, names, code) in night.commands().items():
        base, kills, nights = night.base(kind), 0, 0
        while kills < rounds:
            output = os.path.join(night.folder, f"kill-{kind}-{nights}")
            nights += 1
            before = kills
            while True:
                process = night.start(command, output)
                try:
                    process.communicate(timeout=draw.uniform(0.05, 1.5) if kills < rounds else 300)
                    night.check(process.returncode == code, f"{kind}: resumed: exit {process.returncode}")
                    break
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                    kills += 1
                if os.path.exists(os.path.join(output, "summary.json")):
                    night.rows(output)
            night.same(base, output, names, f"{kind}, killed {kills - before} times")


def test_stop(night, _):
    """A signal in the middle: the scenario in hand is spooled, the rest is named, and the same command goes on."""
    for kind, (command, names, code) in night.commands().items():
        base, output = night.base(kind), os.path.join(night.folder, f"stop-{kind}")
        process = night.start(command, output)
        while not glob.glob(os.path.join(output, names[2] + ".h5.part", "unit-*")) and process.poll() is None:
            time.sleep(0.005)
        sent = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = process.communicate()[1]
        night.check(process.returncode == 75, f"{kind}: stopped: exit {process.returncode} {said}")
        night.check(time.monotonic() - sent < WITHIN, f"{kind}: {time.monotonic() - sent:.1f} s after SIGTERM")
        states = {row["name"]: (row["status"], row["exit_code"]) for row in night.rows(output)}
        night.check([states[name][0] for name in names[:3]] == ["done", "done", "stopped"] and
                    all(states[name] == ("not started", "75") for name in names[3:]), f"{kind}: states {states}")
        open_names = [path.split("/")[-1].split(".")[0] for path in said.split("not started: ")[-1].split(";")[0].split(", ")]
        night.check(open_names == names[3:], f"{kind}: not named: {said}")
        night.check(not glob.glob(os.path.join(output, names[2] + ".h5")) and
                    glob.glob(os.path.join(output, names[2] + ".h5.part", "unit-*")), f"{kind}: not spooled")
        first = os.stat(os.path.join(output, names[0] + ".h5"))
        night.run(command, output, code=code)
        night.same(base, output, names, f"{kind}, stopped")
        night.check(os.stat(os.path.join(output, names[0] + ".h5")).st_mtime_ns == first.st_mtime_ns, f"{kind}: done twice")
        states = {row["name"]: row["status"] for row in night.rows(output)}
        night.check([states[name] for name in names[:3]] == ["done already", "done already", "done"], f"{kind}: {states}")


def test_time(night, _):
    """--max-time holds for the whole night, and is no mistake when all is done."""
    command, names, code = night.commands()["run"]
    output, calls = os.path.join(night.folder, "time"), 0
    while calls < 100:
        calls, begin = calls + 1, time.monotonic()
        process = night.start(command, output, "--max-time", "1.2s")
        said = process.communicate()[1]
        night.check(time.monotonic() - begin < 1.2 + WITHIN, f"--max-time 1.2s took {time.monotonic() - begin:.1f} s")
        if process.returncode != 75:
            break
        night.check("not started" in said or "stopped by the time limit" in said, f"--max-time says {said}")
    night.check(calls > 1 and process.returncode == code, f"--max-time: {calls} calls, exit {process.returncode}")
    night.same(night.base("run"), output, names, "--max-time")


def test_shards(night, _):
    """Shards of a night: whoever ends last has the whole summary."""
    command, names, code = night.commands()["run"]
    output = os.path.join(night.folder, "shards")
    night.run(command, output, "--shard", "1/2")
    night.check({row["status"] for row in night.rows(output)} <= {"shard done"}, "half of the shards: " +
                str([row["status"] for row in night.rows(output)]))
    night.run(command, output, "--shard", "0/2", code=code)
    night.same(night.base("run"), output, names, "shards")
    output = os.path.join(night.folder, "together")
    both = [night.start(command, output, "--shard", f"{i}/2") for i in range(2)]
    for process in both:
        said = process.communicate(timeout=300)[1]
        night.check(process.returncode in (0, code), f"shards: exit {process.returncode} {said}")
    night.same(night.base("run"), output, names, "shards at once")


def test_changes(night, _):
    """A scenario that changes while others run is not run as something else; one that another process ended is done."""
    folder = os.path.join(night.folder, "changes")
    os.mkdir(folder)
    paths = [shutil.copy(path, folder) for path in (night.paths[0], night.paths[3])]
    output = os.path.join(folder, "out")
    process = night.start(["run", *paths], output, "-n", "100000")
    while not os.path.exists(os.path.join(output, "n0.h5.part")) and process.poll() is None:
        time.sleep(0.005)
    with open(paths[1], "a", encoding="utf-8") as file:
        file.write("title: another\n")
    said = process.communicate()[1]
    night.check(process.returncode == 65 and "n3.yaml has changed" in said, f"changed: {process.returncode} {said}")
    night.check([row["status"] for row in night.rows(output)] == ["done"] * 2 + ["invalid"] * 2, "changed: states")
    night.check(not os.path.exists(os.path.join(output, "n3.h5")), "changed: results")


def main():
    arguments = [a for a in sys.argv[1:] if a != "--long"]
    folder = tempfile.mkdtemp(prefix="riskpool-night-")
    tests = {name[5:]: test for name, test in globals().items() if name.startswith("test_")}
    try:
        night = Night(arguments[0], folder)
        for name in arguments[1:] or tests:
            begin = time.monotonic()
            tests[name](night, "--long" in sys.argv)
            print(f"{name}: {time.monotonic() - begin:.1f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{night.checked} checks, {night.failed} failed")
    return night.failed > 0


if __name__ == "__main__":
    sys.exit(main())
