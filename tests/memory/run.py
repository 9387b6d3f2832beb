#!/usr/bin/env python3
"""What `validate` says that a run needs, against what the run takes: within 15 % or 10 MB, and the buffers of a spool that
need not have been filled. That ten times as many paths take no more, nor merging them. That results are the same wherever
what grows with the paths lies. And a run that needs more than there is says so before anything is written.

usage: run.py RISKPOOL [--long]      --long: up to 1e7 paths"""
import filecmp
import os
import re
import resource
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "bench"))
import scenarios

SPOOL = 34e6
UNITS = {"MB": 1e6, "GB": 1e9}
ROOT = os.path.join(here, "..", "..")
REFERENCE = os.path.join(here, "..", "bench", "reference.yaml")
THREADS = 2


def cases(folder, is_long):
    """(scenario, assignments); few steps, for memory does not depend on them."""
    few, watched = "step=60 h", "output.trajectories=true"
    fifty = scenarios.write(folder, "fifty", scenarios.with_assets(REFERENCE, 50))
    for kept in ("all", "tail", "none"):
        keep = f"output.paths={kept}"
        yield REFERENCE, ["paths=1e4", few, keep]
        yield REFERENCE, ["paths=1e6", few, keep]
        yield REFERENCE, ["paths=1e5", few, keep, watched]
        yield fifty, ["paths=2e5", few, keep]
        yield fifty, ["paths=3e4", few, keep, watched]
        yield os.path.join(ROOT, "scenarios", "three-longs.yaml"), ["paths=5e4", "step=8 h", keep]
        yield os.path.join(ROOT, "scenarios", "three-longs-crisis.yaml"), ["paths=5e5", "step=24 h", keep,
                                                                           "output.trajectories=false"]
        if is_long:
            yield REFERENCE, ["paths=1e7", few, keep]


def needed(riskpool, scenario, options):
    done = subprocess.run([riskpool, "validate", scenario, *options], capture_output=True, text=True, check=True,
                          env=dict(os.environ, OMP_NUM_THREADS=str(THREADS)))
    size, unit = re.search(r"this run needs ([\d.]+) (MB|GB) \(", done.stdout).groups()
    return float(size) * UNITS[unit]


def taken(command, codes=(0, 1)):  # 1: a limit of the scenario
    """Peak of the memory that was there; 0: less than the process that starts it had, which it is charged."""
    with subprocess.Popen(command) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        sys.exit(f"exit {process.returncode}: {' '.join(command)}")
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage.ru_maxrss * 1024 if usage.ru_maxrss > 1.05 * floor else 0


def compare(riskpool, folder, scenario, assignments):
    options = [word for assignment in assignments for word in ("-P", assignment)]
    need = needed(riskpool, scenario, options)
    took = taken([riskpool, "run", scenario, "--fresh", "-q", "-j", str(THREADS), "-o", os.path.join(folder, "m.h5"), *options])
    slack = max(10e6, 0.15 * took)
    good = -slack <= need - took <= slack + SPOOL if took else need < 60e6 + SPOOL
    print(f"{'' if good else 'WRONG '}{os.path.basename(scenario)} {' '.join(assignments)}: "
          f"needs {need / 1e6:.0f} MB, took {took / 1e6:.0f} MB")
    return good


ONE = """name: one
horizon: 1 d
step: 1 d
monitoring: step
paths: 1000000
seed: 3
market:
  model: gbm
  assets: [{name: A, price: 100, volatility: 80%}]
  correlation: [[1]]
account: {currency: EUR, balance: 1000}
positions: [{name: a, asset: A, side: long, notional: 2000, margin: 300}]
modes: [isolated, cross]
output: {paths: none, trajectories: false}
"""


def is_bounded(riskpool, folder, kept):
    """Peaks of n and 10 n paths: of a run, and of merging half of its batches, where no clock says what is in a buffer."""
    scenario, peaks = os.path.join(folder, "one.yaml"), []
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(ONE)
    for paths in ("2e6", "2e7"):
        output = os.path.join(folder, f"{kept}-{paths}.h5")
        run = [riskpool, "run", scenario, "-q", "-n", paths, "-P", f"output.paths={kept}", "--memory", "4MB"]
        whole = taken([*run, "-j", str(THREADS), "-o", output])
        taken([*run, "--shard", "0/2", "-o", output + "2"])
        merged = taken([riskpool, "merge", "--partial", "-q", "--memory", "4MB", "-o", output + "3", output + "2.part"])
        peaks.append((whole, merged))
    (run, merge), (run10, merge10) = peaks
    good = run10 <= run + SPOOL + 4e6 and merge10 <= max(merge, 40e6) + 6e6
    print(f"{'' if good else 'WRONG '}2e6 and 2e7 paths, {kept} kept: {run / 1e6:.0f} and {run10 / 1e6:.0f} MB; "
          f"merged: {merge / 1e6:.0f} and {merge10 / 1e6:.0f} MB")
    return good


def same_bytes(riskpool, folder):
    """In memory, and in files from the first byte on."""
    cases = [(name, ["paths=20000"]) for name in ("three-longs", "core-satellite", "crash-jumps")]
    cases += [("three-longs", ["paths=150000", "step=24h", "sampling.antithetic=true"]),
              ("three-longs", ["paths=150001", "step=24h", "output.trajectories=false",
                               "confidence=[1%,5%,10%,20%,30%,50%,51%,70%,80%,90%,95%,99%,99.9%,99.999%]"])]
    good = True
    for name, assignments in cases:
        for kept in ("all", "tail", "none"):
            files = []
            for memory in ("1TB", "1"):
                files.append(os.path.join(folder, f"same-{memory}.h5"))
                options = [word for text in (*assignments, f"output.paths={kept}") for word in ("-P", text)]
                taken([riskpool, "run", os.path.join(ROOT, "scenarios", name + ".yaml"), "-q", "--fresh", "-o", files[-1],
                       "--memory", memory, *options])
            if not filecmp.cmp(*files, shallow=False):
                print(f"WRONG: {name} {assignments} {kept}: other bytes with --memory 1")
                good = False
    return good


def is_refused(riskpool, folder):
    output = os.path.join(folder, "none", "large.h5")
    cases = [(["-j", "2", "-n", "1e7", "--memory", "8GB"], 1 << 30, 70,
              r"needs [\d.]+ GB \(10000000 paths, all kept; 2 threads\); [\d.]+ [MG]B are available\n.*smaller --memory"),
             (["-n", "1e8"], 1 << 30, 70, r"needs [\d.]+ GB of address space for its files; [\d.]+ [MG]B are available"),
             (["-n", "1e12"], resource.RLIM_INFINITY, 74, r"will write about [\d.]+ GB here, the disk has [\d.]+ [MG]B left")]
    good = True
    for options, limit, code, words in cases:
        done = subprocess.run([riskpool, "run", REFERENCE, "-q", "-P", "output.paths=all", "-o", output, *options],
                              capture_output=True, text=True, check=False,
                              preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        if done.returncode != code or not re.search(words, done.stderr) or os.path.exists(os.path.dirname(output)):
            print(f"WRONG: a run that is too large, {options}: exit {done.returncode}: {done.stderr}")
            good = False
    return good


def main():
    riskpool, is_long = os.path.abspath(sys.argv[1]), "--long" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        results = [compare(riskpool, folder, *case) for case in cases(folder, is_long)]
        results += [is_bounded(riskpool, folder, kept) for kept in ("none", "tail")]
        results.append(same_bytes(riskpool, folder))
        results.append(is_refused(riskpool, folder))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
