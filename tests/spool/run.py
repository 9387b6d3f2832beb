#!/usr/bin/env python3
"""Runs that are killed, stopped, spread, damaged: what is left resumes, and ends in the same bytes as a run that nothing
happened to.

usage: run.py RISKPOOL [--long] [TEST...]      --long: 200 rounds of kill -9 instead of 20"""
import fcntl
import glob
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import h5py
from riskpool_test import scenario_text

LAUNCHERS = ("SLURM_", "OMPI_", "PMI_", "PMIX_")
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith(LAUNCHERS)}
WITHIN = 2.0  # seconds from a signal to the end


def scenario(name, paths, step, keep="tail", trajectories=True, **more):
    assets = [("A", 100, "80%"), ("B", 50, "60%"), ("C", 10, "120%")]
    return {
        "name": name, "horizon": "7 d", "step": step, "paths": paths, "seed": 5, "monitoring": "step",
        "market": {"model": "gbm", "assets": [{"name": n, "price": p, "volatility": v} for n, p, v in assets],
                   "correlation": [[1, .6, .5], [.6, 1, .4], [.5, .4, 1]]},
        "account": {"currency": "EUR", "balance": 1000},
        "positions": [{"name": "a", "asset": "A", "side": "long", "notional": 2000, "margin": 250},
                      {"name": "b", "asset": "B", "side": "short", "notional": 1500, "margin": 250},
                      {"name": "c", "asset": "C", "side": "long", "notional": 800, "margin": 250}],
        "modes": ["isolated", "cross"],
        "liquidation": {"maintenance": "1%", "fee": "0.5%"},
        "alerts": {"margin_level": ["150%"]},
        "confidence": ["95%", "99%"],
        "output": {"paths": keep, "trajectories": trajectories},
        **more,
    }


class Place:
    """A folder with scenarios, and the program run in it."""

    def __init__(self, riskpool):
        self.riskpool = os.path.abspath(riskpool)
        self.folder = tempfile.mkdtemp(prefix="riskpool-spool-")
        self.failed = 0
        self.checked = 0

    def write(self, content):
        path = self.path(content["name"] + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(scenario_text(content))
        return path

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, path, output, *options):
        return [self.riskpool, "run", path, "-o", output, "--log-level", "warning", "-j", "2", *options]

    def start(self, path, output, *options, env=None):
        return subprocess.Popen(self.command(path, output, *options), env={**CLEAN, **(env or {})},
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run(self, path, output, *options, env=None, code=0, says=None):
        process = self.start(path, output, *options, env=env)
        said = process.communicate(timeout=300)[1]
        self.check(process.returncode == code, f"exit {process.returncode}, not {code}: {options} {said}")
        if says:
            self.check(re.search(says, said), f"says '{said.strip()}', not '{says}'")
        return said

    def merge(self, *arguments, code=0, says=None):
        done = subprocess.run([self.riskpool, "merge", "-q", *arguments], capture_output=True, text=True, check=False)
        self.check(done.returncode == code, f"merge: exit {done.returncode}, not {code}: {done.stderr}")
        if says:
            self.check(re.search(says, done.stderr), f"merge says '{done.stderr.strip()}', not '{says}'")

    def check(self, good, what):
        self.checked += 1
        if not good:
            self.failed += 1
            print("FAILED:", what, flush=True)

    def same(self, a, b, what):
        with open(a, "rb") as first, open(b, "rb") as second:
            self.check(first.read() == second.read(), f"{what}: other bytes")
        self.check(not os.path.exists(b + ".part"), f"{what}: the spool is still there")

    def has_units(self, output):
        return bool(glob.glob(glob.escape(output) + ".part/unit-*.bin"))

    def until_saved(self, process, output, n=1):
        while len(glob.glob(glob.escape(output) + ".part/unit-*.bin")) < n and process.poll() is None:
            time.sleep(0.01)

    def holding(self, path, output, *options):
        """A process that works in the spool, and is halted there."""
        sessions = lambda: len(glob.glob(glob.escape(output) + ".part/session-*"))
        before, process = sessions(), self.start(path, output, *options)
        while sessions() == before and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        return process

    def interrupted(self, path, output, *options, n=1):
        """A spool with at least n files, of a process that was killed."""
        process = self.start(path, output, *options)
        self.until_saved(process, output, n)
        process.kill()
        process.communicate()
        self.check(self.has_units(output) and not os.path.exists(output), "interrupted too late for this test")
        with open(output + ".part/manifest.json", encoding="utf-8") as file:
            self.check(json.load(file)["scenario_path"] == os.path.realpath(path), "the manifest names another scenario")


def test_kill(place, is_long):
    """kill -9 at any time of a run, again and again, however slow the machine is."""
    rounds, draw = 200 if is_long else 20, random.Random(20)
    kinds = ["tail", "all"]
    path, base = {}, {}
    for kind in kinds:
        path[kind] = place.write(scenario(f"kill-{kind}", 80000, "6 min", kind))
        base[kind] = place.path(f"kill-{kind}-base.h5")
        begin = time.monotonic()
        place.run(path[kind], base[kind])
    longest = max(1.5, 0.7 * (time.monotonic() - begin))
    kills = runs = 0
    while kills < rounds:
        kind = kinds[runs % 2]
        output = place.path(f"kill{runs}.h5")
        before = kills
        while not os.path.exists(output):
            process = place.start(path[kind], output)
            try:
                process.communicate(timeout=draw.uniform(0.05, longest) if kills < rounds else 300)
                place.check(process.returncode == 0, f"resumed: exit {process.returncode}")
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
        while os.path.exists(output + ".part"):  # killed between the results and the end of the spool
            place.run(path[kind], output)
        place.same(base[kind], output, f"killed {kills - before} times ({kind})")
        runs += 1
        os.remove(output)
    print(f"  {kills} kills, {runs} runs")


def test_shards(place, _):
    """Shards in any order, at once, by any launcher, with one killed; other numbers of threads."""
    launchers = [lambda i, n: {"OMPI_COMM_WORLD_RANK": str(i), "OMPI_COMM_WORLD_SIZE": str(n)},
                 lambda i, n: {"PMI_RANK": str(i), "PMI_SIZE": str(n)},
                 lambda i, n: {"SLURM_PROCID": str(i), "SLURM_NTASKS": str(n)},
                 lambda i, n: {"SLURM_ARRAY_TASK_ID": str(5 + 2 * i), "SLURM_ARRAY_TASK_COUNT": str(n),
                               "SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_STEP": "2"},
                 lambda i, n: {"SLURM_ARRAY_TASK_ID": str(i // 2), "SLURM_ARRAY_TASK_COUNT": str(n // 2),
                               "SLURM_ARRAY_TASK_MIN": "0", "SLURM_PROCID": str(i % 2), "SLURM_NTASKS": "2"}]
    orders = [(0, 1, 2), (2, 0, 1), (1, 2, 0)]
    for kind, order in zip(("all", "tail", "none"), orders):
        path = place.write(scenario(f"shards-{kind}", 40001, "6 h", kind))
        base, output = place.path(f"{kind}.h5"), place.path(f"{kind}-shards.h5")
        place.run(path, base, "-j", "1")
        for i in order:
            place.check(not os.path.exists(output), "assembled before the last shard")
            place.run(path, output, "--shard", f"{i}/3")
        place.same(base, output, f"shards in order {order} ({kind})")
        for number, env in enumerate(launchers if kind == "tail" else launchers[:1]):
            output = place.path(f"{kind}-{number}.h5")
            ranks = [place.start(path, output, "--shard", "auto", "-j", "1", env=env(i, 4)) for i in range(4)]
            codes = [(rank.communicate()[1], rank.returncode)[1] for rank in ranks]
            place.check(codes == [0] * 4, f"four at once: exits {codes}")
            place.same(base, output, f"four at once, launcher {number} ({kind})")
            with open(output + ".log.json", encoding="utf-8") as file:
                log = json.load(file)
            place.check(log["interruptions"] == 0 and len(log["sessions"]) == 4, f"log: {log['sessions']}")
    path = place.write(scenario("killed-shard", 250000, "6 min", "tail"))
    base, output = place.path("ks.h5"), place.path("ks-shards.h5")
    place.run(path, base)
    one, two = (place.start(path, output, "--shard", f"{i}/2") for i in range(2))
    time.sleep(1.5)
    two.kill()
    two.communicate()
    place.check(one.wait() == 0 and not os.path.exists(output), "one of two shards is not the whole")
    place.run(path, output, "--shard", "1/2")
    place.same(base, output, "a killed shard started again")
    if not shutil.which("mpirun"):
        print("  no mpirun: shards that it starts are not looked at")
    else:
        output = place.path("mpirun.h5")
        subprocess.run(["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "4",
                        *place.command(path, output, "--shard", "auto")], env=CLEAN, check=True, stderr=subprocess.DEVNULL)
        place.same(base, output, "mpirun")
    for text in ("3/3", "1", "-1/2", "0/0", "a/b", "1/2x", "", "0/3 "):
        place.run(path, output, "--shard", text, code=64, says="I/N")
    place.run(path, output, "--shard", "auto", code=64, says="SLURM_ARRAY_TASK_ID")
    place.run(path, output, "--shard", "0/2", "--fresh", code=64)
    place.run(path, output, "--shard", "0/2", "--target-error", "0.1", code=64)
    uneven = {"SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "1"}
    place.run(path, output, "--shard", "auto", env=uneven, code=64, says="evenly")


def damage(path, how, draw):
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if how == "flip":
            for _ in range(20):
                at = draw.randrange(size)
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ (1 << draw.randrange(8))]))
        elif how == "cut":
            file.truncate(draw.randrange(size))


def test_damage(place, _):
    """Damaged files are found, said, and computed again."""
    path = place.write(scenario("damage", 60000, "2 min", "tail"))
    base, output = place.path("damage.h5"), place.path("damage-r.h5")
    place.run(path, base)
    draw = random.Random(3)
    place.interrupted(path, output)
    shutil.copytree(output + ".part", place.path("kept"))
    for how in ("flip", "cut", "foreign"):
        shutil.rmtree(output + ".part", ignore_errors=True)
        shutil.copytree(place.path("kept"), output + ".part")
        units = sorted(glob.glob(output + ".part/unit-*.bin"))
        if how == "foreign":
            with open(output + ".part/unit-0.bin", "wb") as file:
                file.write(os.urandom(5000))
        else:
            damage(draw.choice(units), how, draw)
        place.run(path, output, says="damaged")
        place.same(base, output, how)
        os.remove(output)
    shutil.copytree(place.path("kept"), output + ".part")
    with open(output + ".part/manifest.json", "w", encoding="utf-8") as file:
        file.write('{"filetype": ')
    place.run(path, output, code=73, says="manifest.json: is damaged")
    place.run(path, output, "--fresh")
    place.same(base, output, "--fresh over a damaged manifest")


def test_refusal(place, _):
    """A spool of another run is refused, and what differs is named; --fresh discards it."""
    path = place.write(scenario("refuse", 60000, "2 min", "tail"))
    base, output = place.path("refuse.h5"), place.path("refuse-r.h5")
    place.run(path, base)
    place.interrupted(path, output)
    manifest = output + ".part/manifest.json"
    kept = open(manifest, encoding="utf-8").read()
    place.run(path, output, "--seed", "6", code=73, says=r"the seed differs \(there: 5; now: 6\)")
    place.run(path, output, "-n", "90000", code=73, says=r"number of paths differs \(there: 60000; now: 90000\)")
    place.run(path, output, "-P", "positions.b.notional=1600", code=73, says=r"scenario differs.*-30,.*-32,")
    place.run(path, output, "--target-error", "0.1", code=73, says="--target-error differs")
    for old, new, what in (('"riskpool": "', '"riskpool": "0.0.', "the version differs"),
                           ('"batch_size": 4096', '"batch_size": 8192', "the batch size differs"),
                           ('"format": 1', '"format": 2', "the format differs")):
        with open(manifest, "w", encoding="utf-8") as file:
            file.write(kept.replace(old, new))
        place.run(path, output, code=73, says=what)
    with open(manifest, "w", encoding="utf-8") as file:
        file.write(kept)
    process = place.holding(path, output)
    place.run(path, output, code=73, says="another process works on this run")
    place.run(path, output, "--shard", "0/2", code=73, says="another process works on this run")
    place.run(path, output, "--fresh", code=73, says="another process works on this run")
    process.send_signal(signal.SIGCONT)
    place.check(process.wait() == 0, "the one that works ends well")
    place.same(base, output, "with others refused")
    other = place.path("other-set.h5")
    process = place.holding(path, other, "--shard", "0/2")
    place.run(path, other, "--shard", "0/2", code=73, says="another process works on shard 0/2")
    place.run(path, other, "--shard", "1/3", code=73, says="shards of a set of 2 work here, not of 3")
    process.kill()
    process.wait()
    place.run(path, other, "--fresh", "--seed", "6")
    place.check(not os.path.exists(other + ".part"), "--fresh left the spool")
    mine = place.path("mine.h5")
    os.makedirs(mine + ".part")
    with open(mine + ".part/thesis.tex", "w", encoding="utf-8") as file:
        file.write("x")
    place.run(path, mine, "-n", "5000", code=73, says="is not a spool; it holds thesis.tex")
    place.run(path, mine, "-n", "5000", "--fresh", code=73, says="thesis.tex")
    place.check(os.path.exists(mine + ".part/thesis.tex"), "a file of somebody else was deleted")


def test_merge(place, _):
    """What is there, assembled; without what is missing only when asked, and marked."""
    for kind in ("all", "tail"):
        path = place.write(scenario(f"merge-{kind}", 50000, "1 h", kind))
        base, output = place.path(f"m-{kind}.h5"), place.path(f"m-{kind}-r.h5")
        place.run(path, base)
        place.run(path, output, "--shard", "1/3")
        place.merge(output + ".part", code=75, says=r"4 of 13 batches.*paths 0-4095, 8192-16383, .*45056-49999")
        place.merge(output + ".part", "--partial", says="missing")
        with h5py.File(output) as part, h5py.File(base) as whole:
            n = 4 * 4096
            place.check(part.attrs["complete"] == 0 and part.attrs["n_paths"] == n, "partial results are not marked")
            place.check(whole.attrs["complete"] == 1, "complete results are not marked")
            number = part["cross/path"][()].astype(int)
            place.check(set(number // 4096) <= {1, 4, 7, 10}, "paths that are not there")
            if kind == "all":
                losses = whole["cross/loss"][()][number]
                place.check(len(number) == n and np.array_equal(part["cross/loss"][()], losses), "other losses")
                place.check(np.array_equal(part["cross/liquidation_time"][()], whole["cross/liquidation_time"][()][number],
                                           equal_nan=True), "other times")
                place.check(abs(part["cross/mean_loss"][()] - losses.mean()) < 1e-9 * losses.std(), "other mean")
                worst = np.sort(losses)[-n // 100:]
                place.check(abs(part["cross/expected_shortfall"][1] / worst.mean() - 1) < 1e-2, "other shortfall")
                ever = np.isfinite(whole["cross/liquidation_time"][()][number]).mean(axis=0)
                place.check(np.allclose(part["cross/liquidation_frequency"][()], ever, rtol=1e-12), "other frequencies")
                fan = part["cross/equity_quantile"][()]
                place.check(np.isfinite(fan).all() and abs(fan[0] - 1000).max() < 1e-9, "a fan that does not start there")
        place.run(path, output)
        place.same(base, output, "completed after a partial merge")
    a, b = place.path("a.h5"), place.path("b.h5")
    place.run(path, a, "--shard", "0/2")
    place.run(path, b, "--shard", "1/2")
    for unit in glob.glob(b + ".part/unit-*.bin"):
        shutil.copy(unit, a + ".part")
    place.merge(a + ".part/")
    place.same(base, a, "merged")
    place.merge(b + ".part", "-o", place.path("c.h5"), "--partial")
    place.check(os.path.exists(place.path("c.h5")) and os.path.exists(b + ".part"), "--output, --partial")
    place.merge(b + ".part", "-o", place.path("m-all.h5"), code=73, says="another run")
    leftover = place.path("left.h5")
    shutil.copy(base, leftover)
    shutil.copytree(b + ".part", leftover + ".part")
    place.run(path, leftover)
    place.same(base, leftover, "what a process that died at its very end left")
    place.merge(place.folder, code=64, says="does not end in .part")
    place.merge(place.path("absent.part"), code=66, says="is not a spool")


def test_elsewhere(place, _):
    """A spool is merged from any folder: of files named on the command line, and beside a link to the scenario."""
    here, there = place.path("here"), place.path("there")
    os.makedirs(here)
    os.makedirs(there)
    content = scenario("elsewhere", 20000, "6 h", "tail")
    content["market"]["correlation"] = {"file": "matrix.csv"}
    os.symlink(place.write(content), os.path.join(here, "link.yaml"))
    for name, text in (("matrix.csv", "1,0.6,0.5\n0.6,1,0.4\n0.5,0.4,1\n"),
                       ("crash.yaml", "stress: [{at: 1 d, over: 6 h, return: {A: -10%, C: -20%}}]\n")):
        with open(os.path.join(here, name), "w", encoding="utf-8") as file:
            file.write(text)

    def command(folder, *arguments):
        done = subprocess.run([place.riskpool, *arguments, "-q"], cwd=folder, capture_output=True, text=True, check=False)
        place.check(done.returncode == 0, f"in {folder}, {arguments}: exit {done.returncode} {done.stderr}")

    run = ["run", "link.yaml", "--stress", "crash.yaml"]
    command(here, *run, "-o", "base.h5")
    for shard in ("0/2", "1/2"):
        command(here, *run, "-o", f"{shard[0]}.h5", "--shard", shard)
    for unit in glob.glob(os.path.join(here, "1.h5.part/unit-*.bin")):
        shutil.copy(unit, os.path.join(here, "0.h5.part"))
    command(there, "merge", "../here/0.h5.part")
    place.same(os.path.join(here, "base.h5"), os.path.join(here, "0.h5"), "merged from another folder")
    command(there, "run", "../here/link.yaml", "--stress", "../here/crash.yaml", "-o", "../here/1.h5")
    place.same(os.path.join(here, "base.h5"), os.path.join(here, "1.h5"), "resumed from another folder")


def test_signals(place, _):
    """Any signal that asks ends the run within two seconds, with code 75; also when a batch takes longer than that."""
    path = place.write(scenario("signals", 200000, "6 min", "tail"))
    assets = [{"name": f"X{i}", "price": 100, "volatility": "50%"} for i in range(50)]
    positions = [{"name": f"x{i}", "asset": f"X{i}", "side": "long", "notional": 100, "margin": 20} for i in range(50)]
    slow = {"name": "slow", "horizon": "365 d", "step": "1 h", "paths": 40000, "account": {"balance": 2000},
            "market": {"model": "gbm", "assets": assets,
                       "correlation": [[1 if i == j else 0.5 for j in range(50)] for i in range(50)]},
            "positions": positions, "modes": ["isolated", "cross"]}
    slow = place.write(slow)
    for path, number, wait in ((path, signal.SIGINT, 1.5), (path, signal.SIGTERM, 0.5), (path, signal.SIGUSR1, 1.2),
                               (slow, signal.SIGTERM, 1.0)):
        output = place.path(f"signal-{number}.h5")
        process = place.start(path, output)
        time.sleep(wait)
        process.send_signal(number)
        begin = time.monotonic()
        said = process.communicate()[1]
        took = time.monotonic() - begin
        place.check(process.returncode == 75, f"signal {number}: exit {process.returncode}")
        place.check(took < WITHIN, f"signal {number}: {took:.1f} s")
        place.check(f"stopped by {signal.Signals(number).name}" in said, f"signal {number}: says '{said}'")
        place.check(not os.path.exists(output), "results of a run that was stopped")
    process = subprocess.Popen([place.riskpool, "reverse", slow, "-q", "--scale", "volatility", "--target",
                                "cross.any_liquidation_frequency=10%"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(1.0)
    process.terminate()
    begin = time.monotonic()
    said = process.communicate()[1].decode()
    place.check(process.returncode == 75 and time.monotonic() - begin < WITHIN, f"reverse: exit {process.returncode}")
    place.check("stopped early" in said, f"reverse says '{said}'")
    if not shutil.which("mpirun"):
        print("  no mpirun: its signals are not looked at")
    else:
        output = place.path("mpirun-stopped.h5")
        command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "4",
                   *place.command(place.path("signals.yaml"), output, "--shard", "auto", "-j", "1")]
        process = subprocess.Popen(command, env=CLEAN, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while len(glob.glob(output + ".part/session-*")) < 4 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGUSR1)
        begin = time.monotonic()
        place.check(process.wait() == 75, f"mpirun: exit {process.returncode}")
        place.check(time.monotonic() - begin < WITHIN, f"mpirun: {time.monotonic() - begin:.1f} s")
    process = place.start(slow, place.path("twice.h5"))
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    process.communicate()
    place.check(process.returncode == 130 and time.monotonic() - begin < 0.5, f"second SIGINT: exit {process.returncode}")


def test_sweep(place, _):
    """A sweep stops like any run, within two seconds, also when its batches take longer; the paths before it are saved."""
    points = {"parameter": "market.correlation_blend", "values": [i / 32 for i in range(32)]}
    plain = scenario("unswept", 8192, "3 min", "tail")
    plain["horizon"] = "30 d"
    begin = time.monotonic()
    place.run(place.write(plain), place.path("unswept.h5"))
    took = time.monotonic() - begin
    path, output = place.write({**plain, "name": "swept", "sweep": [points]}), place.path("swept.h5")
    process = place.start(path, output)
    time.sleep(2 * took + 1)
    process.terminate()
    begin = time.monotonic()
    said = process.communicate()[1]
    place.check(time.monotonic() - begin < WITHIN, f"a sweep stops after {time.monotonic() - begin:.1f} s")
    place.check(process.returncode == 75 and "after 8192 of 8192 paths; the same command goes on" in said,
                f"a sweep that is stopped: exit {process.returncode}, says '{said}'")
    place.check(place.has_units(output) and not os.path.exists(output), "a sweep that is stopped: its paths are not saved")
    points["values"] = points["values"][::16]
    path = place.write({**scenario("swept-short", 60000, "30 min", "tail"), "sweep": [points]})
    base, output = place.path("swept-base.h5"), place.path("swept-short.h5")
    place.run(path, base)
    place.run(path, output, "--max-time", "0.1 s", code=75)
    place.interrupted(path, output, "--shard", "0/1")
    place.run(path, output)
    place.same(base, output, "a sweep that was interrupted")


def test_time(place, _):
    """--max-time, again and again, is the run; and the log tells the story."""
    path = place.write(scenario("timed", 300000, "6 min", "all"))
    base, output = place.path("timed.h5"), place.path("timed-r.h5")
    place.run(path, base)
    stops = 0
    while not os.path.exists(output) and stops < 50:
        begin = time.monotonic()
        process = place.start(path, output, "--max-time", "1.2 s")
        said = process.communicate()[1]
        if process.returncode == 75:
            stops += 1
            place.check(time.monotonic() - begin < 1.2 + WITHIN, "--max-time takes longer")
            place.check("stopped by the time limit" in said, f"--max-time says '{said}'")
    place.check(stops > 0, "--max-time never stopped it")
    place.same(base, output, f"stopped by the time {stops} times")
    with open(output + ".log.json", encoding="utf-8") as file:
        log = json.load(file)
    place.check(log["interruptions"] == stops and len(log["sessions"]) == stops + 1, f"log: {log['sessions']}")
    place.check(log["sessions"][0]["how"] == "the time limit" and log["sessions"][-1]["how"] == "finished", "log: how")
    place.check(log["batches"]["all"] == 74 and log["batches"]["resumed"] > 0, f"log: {log['batches']}")
    place.check({"hdf5", "libyaml", "gsl"} <= set(log["libraries"]), "log: libraries")
    place.check(log["started"] == log["sessions"][0]["started"] <= log["finished"], "log: times")
    again = place.path("timed-again.h5")
    place.run(path, again, "--shard", "0/300")
    place.run(path, again, "--max-time", "0.000001 s", code=75, says="goes on from")
    place.run(path, output, "--max-time", "soon", code=64, says="takes a duration")
    place.run(path, output, "--max-time", "0", code=64, says="takes a duration")


def test_target(place, _):
    """Paths that were added for a target error are resumed too."""
    path = place.write(scenario("target", 8000, "8 min", "tail"))
    base, output = place.path("target.h5"), place.path("target-r.h5")
    options = ("--target-error", "0.005")
    place.run(path, base, *options)
    with h5py.File(base) as file:
        place.check(file.attrs["n_paths"] > 20000, f"only {file.attrs['n_paths']} paths")
    process = place.start(path, output, *options)
    place.until_saved(process, output)
    process.kill()
    process.communicate()
    place.check(place.has_units(output), "interrupted too late for this test")
    place.merge(output + ".part", code=75, says="only the same run command")
    place.merge(output + ".part", "--partial", "-o", place.path("target-p.h5"))
    place.run(path, output, *options)
    place.same(base, output, "to a target error")


def test_deleted(place, _):
    """The spool deleted under the program costs nothing but its safety."""
    path = place.write(scenario("deleted", 80000, "4 min", "tail"))
    base, output = place.path("deleted.h5"), place.path("deleted-r.h5")
    place.run(path, base)
    process = place.start(path, output)
    place.until_saved(process, output)
    shutil.rmtree(output + ".part", ignore_errors=True)
    said = process.communicate()[1]
    place.check(process.returncode == 0, f"spool deleted: exit {process.returncode} {said}")
    place.same(base, output, "spool deleted")


def test_leftovers(place, _):
    """What a process leaves that is killed while it writes the results goes with the next run of the same output; what
    somebody else writes there at the moment, or has called alike, stays."""
    path = place.write(scenario("leftovers", 300000, "6 h", "all"))
    base, output = place.path("leftovers.h5"), place.path("leftovers-r.h5")
    place.run(path, base)
    process = place.start(path, output)
    while not glob.glob(output + ".tmp-*") and process.poll() is None:
        pass
    process.kill()
    process.communicate()
    place.check(len(glob.glob(output + ".tmp-*")) == 1 and not os.path.exists(output), "killed too late for this test")
    others = [output + ".tmp-x-0", output + ".tmp-1-", output + ".tmp-1-0.txt", base + ".tmp-1-0"]
    for other in others:
        open(other, "w", encoding="utf-8").close()
    with open(output + ".tmp-1-0", "w", encoding="utf-8") as written:
        fcntl.flock(written, fcntl.LOCK_EX)
        place.run(path, output)
        place.same(base, output, "killed while it wrote the results")
        left = sorted(glob.glob(output + ".tmp-*"))
        place.check(left == sorted([output + ".tmp-1-0", *others[:3]]), f"left: {left}")
    place.run(path, output)
    place.check(sorted(glob.glob(output + ".tmp-*")) == sorted(others[:3]), "what nobody writes any more stays")
    place.check(os.path.exists(others[3]), "a file of another output was deleted")


def test_log(place, _):
    """The log beside the results says who worked, where, how long, with what; levels say more and more on stderr."""
    path = place.write(scenario("log", 20000, "6 h", "none"))
    output, said = place.path("log.h5"), {}
    for level in ("error", "warning", "info", "debug"):
        said[level] = place.run(path, output, "--fresh", "--log-level", level).splitlines()
    place.check(said["error"] == said["warning"] == [], f"says without need: {said['warning']}")
    place.check(any("20000 paths in" in line for line in said["info"]), f"info: {said['info']}")
    place.check(not any(line.startswith("debug:") for line in said["info"]), f"info: {said['info']}")
    debug = [line for line in said["debug"] if line.startswith("debug: ")]
    place.check(len(debug) == 4 and len(said["debug"]) == len(said["info"]) + 4, f"debug: {said['debug']}")
    for wanted in (r"riskpool \d+\.\d+\.\d+ \(.+\) on .+, process \d+, 2 threads$", r"20000 paths of 28 steps, seed 5",
                   r"0 of 5 batches are there$", r"0 batches taken, 0 saved, 0 places damaged$"):
        place.check(any(re.search(wanted, line) for line in debug), f"debug: no {wanted} in {debug}")
    with open(output + ".log.json", encoding="utf-8") as file:
        log = json.load(file)
    place.check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", log["started"]), f"started: {log['started']}")
    place.check(log["started"] <= log["finished"] and log["host"] == os.uname().nodename, "log: times or host")
    place.check(log["seconds"] > 0 and log["threads"] == 2 and log["paths_per_second"] > 0, "log: speed")
    place.check(log["nanoseconds_per_asset_step_and_thread"] > 0, "log: speed of a thread")
    place.check(log["interruptions"] == 0 and len(log["sessions"]) == 1, f"log: {log['sessions']}")
    place.check(log["batches"] == {"all": 5, "resumed": 0, "saved": 0, "damaged": 0}, f"log: {log['batches']}")
    place.check(all(log[key] for key in ("riskpool", "instruction_set", "compiler", "scenario", "results")), "log: versions")
    place.check(set(log["libraries"]) == {"hdf5", "libyaml", "gsl", "jansson"}, f"log: {log['libraries']}")


def test_disk(place, _):
    """A disk that is too small is seen before; one that fills up ends the run with 74 and keeps what is saved."""
    disk = place.path("disk")
    os.makedirs(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", disk], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        print("  skipped: no tmpfs can be mounted")
        return
    try:
        output = os.path.join(disk, "d.h5")
        large = place.write(scenario("large", 2000000, "30 min", "none", False))
        place.run(large, output, code=74, says=r"will write about 32.0 MB here, the disk has 2\.\d MB left")
        place.check(os.listdir(disk) == [], f"left behind: {os.listdir(disk)}")
        everything = place.write(scenario("everything", 2000000, "6 h", "all"))
        place.run(everything, output, code=74, says="will write about")
        path = place.write(scenario("fills", 60000, "1.5 min", "none", False))
        base = place.path("fills.h5")
        place.run(path, base)
        process = place.start(path, output)
        place.until_saved(process, output)
        with open(os.path.join(disk, "other"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        said = process.communicate()[1]
        place.check(process.returncode == 74, f"full disk: exit {process.returncode} {said}")
        place.check("No space left" in said, f"full disk: says '{said}'")
        place.check(not os.path.exists(output) and place.has_units(output), "full disk: results, or nothing saved")
        os.remove(os.path.join(disk, "other"))
        place.run(path, output)
        place.same(base, output, "after the disk was full")
        with open(output + ".log.json", encoding="utf-8") as file:
            place.check(json.load(file)["batches"]["resumed"] > 0, "nothing was resumed")
    finally:
        subprocess.run(["umount", disk], check=True)


def main():
    arguments = [a for a in sys.argv[1:] if a != "--long"]
    place = Place(arguments[0])
    tests = {name[5:]: test for name, test in globals().items() if name.startswith("test_")}
    try:
        for name in arguments[1:] or tests:
            begin = time.monotonic()
            tests[name](place, "--long" in sys.argv)
            print(f"{name}: {time.monotonic() - begin:.1f} s")
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    print(f"{place.checked} checks, {place.failed} failed")
    return place.failed > 0


if __name__ == "__main__":
    sys.exit(main())
