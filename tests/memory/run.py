#!/usr/bin/env python3
"""What `validate` says that a run needs, against what the run takes: within 15 % or 10 MB. And a run that needs more than
there is says so before anything is written.

usage: run.py RISKPOOL [--long]      --long: up to 1e7 paths"""
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


def taken(riskpool, scenario, options, output):
    """Peak of the memory that was there; 0: less than the process that starts it had, which it is charged."""
    command = [riskpool, "run", scenario, "--fresh", "-q", "-j", str(THREADS), "-o", output, *options]
    with subprocess.Popen(command) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: a limit of the scenario
        sys.exit(f"exit {process.returncode}: {' '.join(command)}")
    os.remove(output)  # the next run would look at it
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage.ru_maxrss * 1024 if usage.ru_maxrss > 1.05 * floor else 0


def compare(riskpool, folder, scenario, assignments):
    options = [word for assignment in assignments for word in ("-P", assignment)]
    need = needed(riskpool, scenario, options)
    took = taken(riskpool, scenario, options, os.path.join(folder, "m.h5"))
    good = abs(need - took) <= max(10e6, 0.15 * took) if took else need < 60e6
    print(f"{'' if good else 'WRONG '}{os.path.basename(scenario)} {' '.join(assignments)}: "
          f"needs {need / 1e6:.0f} MB, took {took / 1e6:.0f} MB")
    return good


def is_refused(riskpool, folder):
    output = os.path.join(folder, "none", "large.h5")
    limit = 1 << 30
    done = subprocess.run([riskpool, "run", REFERENCE, "-q", "-j", "2", "-n", "1e9", "-P", "output.paths=tail", "-o", output],
                          capture_output=True, text=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    words = r"needs [\d.]+ GB \(1000000000 paths, the worst 1 % kept; 2 threads\); [\d.]+ [MG]B are available\n.*output.paths: none"
    good = done.returncode == 70 and re.search(words, done.stderr) and not os.path.exists(os.path.dirname(output))
    if not good:
        print(f"WRONG: a run that is too large: exit {done.returncode}: {done.stderr}")
    return good


def main():
    riskpool, is_long = os.path.abspath(sys.argv[1]), "--long" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        results = [compare(riskpool, folder, *case) for case in cases(folder, is_long)]
        results.append(is_refused(riskpool, folder))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
