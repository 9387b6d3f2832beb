#!/usr/bin/env python3
"""usage: measure.py RISKPOOL PEER SCENARIO FOLDER: runs both alternately on one thread and on two, prints medians of
wall time in ns per asset-step and core, and the ratio; fails when their answers differ by more than chance."""
import json
import math
import os
import statistics
import subprocess
import sys
import time

import h5py

PATHS, STEPS, ASSETS, REPEATS = 100_000, 256, 8, 5


def timed(command):
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, done.stdout


def differences(peer, results):
    """(what, riskpool's, peer's, difference in standard errors) of every frequency."""
    ours, theirs = list(results["isolated/liquidation_frequency"]), list(peer["isolated"]["liquidation_frequency"])
    names = [f"isolated {name}" for name in results["isolated/position"].asstr()]
    ours.append(results["cross/any_liquidation_frequency"][()])
    theirs.append(peer["cross"]["any_liquidation_frequency"])
    for name, a, b in zip(names + ["cross any"], ours, theirs):
        p = (a + b) / 2
        yield name, a, b, (a - b) / math.sqrt(2 * p * (1 - p) / PATHS)


def tails(peer, results):
    for mode in ("isolated", "cross"):
        for name in ("value_at_risk", "expected_shortfall"):
            yield f"{mode} {name}", list(results[f"{mode}/{name}"]), peer[mode][name]


def main():
    riskpool, peer, scenario, folder = sys.argv[1:]
    results = os.path.join(folder, "reference.h5")
    for threads in (1, 2):
        times = {"riskpool": [], "C + GSL": []}
        for _ in range(REPEATS):
            times["riskpool"].append(timed([riskpool, "run", scenario, "--fresh", "-q", "-j", str(threads),
                                            "-n", str(PATHS), "-o", results])[0])
            seconds, answer = timed([peer, str(threads), str(PATHS)])
            times["C + GSL"].append(seconds)
        median = {who: statistics.median(values) for who, values in times.items()}
        for who, seconds in median.items():
            spread = f"{min(times[who]):.3f} .. {max(times[who]):.3f} s"
            print(f"{threads} thread{'s'[:threads - 1]}  {who:9} {seconds * 1e9 * threads / (PATHS * STEPS * ASSETS):7.2f} "
                  f"ns per asset-step and core   {seconds:.3f} s ({spread})")
        print(f"{threads} thread{'s'[:threads - 1]}  ratio     {median['C + GSL'] / median['riskpool']:7.2f}")
    answer, failed = json.loads(answer), 0
    with h5py.File(results, "r") as file:
        for name, ours, theirs, z in differences(answer, file):
            failed += abs(z) > 4
            print(f"{name:12} {ours:.5f} {theirs:.5f}  z = {z:+.2f}{'  DIFFERENT' if abs(z) > 4 else ''}")
        for name, ours, theirs in tails(answer, file):
            print(f"{name:28}", " ".join(f"{x:.0f}" for x in ours), " | ", " ".join(f"{x:.0f}" for x in theirs))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
