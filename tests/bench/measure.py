#!/usr/bin/env python3
"""Runs the benchmark: riskpool against its peers, its sweeps, its components; writes a table, a picture and the numbers.
It knows what is run and how often; scenarios.py what the scenarios say, table.py and picture.py how results look.
Ratios are of medians of commands that ran in turn. Fails when a peer's answer differs by more than chance, never by time."""
import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import namedtuple

sys.dont_write_bytecode = True

import h5py

import picture
import scenarios
import table

# What is run: `work` is the asset-steps; `file`, the results file of riskpool or None.
Case = namedtuple("Case", "name command work threads level file", defaults=[1, None, None])
Size = namedtuple("Size", "paths repeats sweep_paths sweep_repeats most_paths")
SIZES = {"tiny": Size(2_000, 1, 256, 1, 10_000), "quick": Size(20_000, 3, 10_000, 3, 100_000),
         "usual": Size(100_000, 5, 100_000, 3, 1_000_000), "long": Size(100_000, 11, 100_000, 7, 10_000_000)}
STEPS, ASSETS = 256, 8
PER_PATH = STEPS * ASSETS
BLOCK = 256  # paths that riskpool carries together


def arguments():
    parser = argparse.ArgumentParser(description="Measure riskpool against its peers; see run.sh.")
    parser.add_argument("riskpool")
    parser.add_argument("tools", help="folder of the compiled peers and components")
    parser.add_argument("output", help="folder for bench.md, bench.png and bench.json")
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--publish", metavar="README", help="page whose table and picture are to be these")
    return parser.parse_args()


class Bench:
    def __init__(self, chosen):
        self.riskpool, self.tools, self.size = os.path.abspath(chosen.riskpool), chosen.tools, SIZES[chosen.size]
        self.here = os.path.dirname(os.path.abspath(__file__))
        self.reference = os.path.join(self.here, "reference.yaml")
        self.levels = [level for level in ("v4", "v3") if self.version(level).endswith(f"x86-64-{level})")] or ["plain"]

    def version(self, level):
        return subprocess.run([self.riskpool, "--version"], env=environment(level), capture_output=True, text=True,
                              check=True).stdout.strip()

    def case(self, name, paths, scenario=None, per_path=PER_PATH, threads=1, level=None, options=()):
        """A run of riskpool."""
        level = level or self.levels[0]
        file = os.path.join(self.tools, f"results-{level}.h5")
        command = [self.riskpool, "run", scenario or self.reference, "--fresh", "-q", "-j", str(threads),
                   "-n", str(paths), "-o", file, *options]
        return Case(name, command, paths * per_path, threads, level, file)


def environment(level):
    own = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    return dict(own, RISKPOOL_ISA=level) if level else own


def run(case):
    """Seconds, peak memory in bytes, what it printed."""
    start = time.perf_counter()
    with subprocess.Popen(case.command, env=environment(case.level), stdout=subprocess.PIPE, text=True) as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"exit {process.returncode}: {' '.join(case.command)}")
    return seconds, usage.ru_maxrss * 1024, printed


def measure(title, cases, repeats):
    """Runs the cases in turn; a row each: median, range, ns an asset-step and core, the speed against the first."""
    print(f"{title} ...", file=sys.stderr, flush=True)
    rounds = [[run(case) for case in cases] for _ in range(repeats)]
    rows = []
    for at, case in enumerate(cases):
        seconds = [one[at][0] for one in rounds]
        median = statistics.median(seconds)
        rows.append({"name": case.name, "level": case.level, "threads": case.threads, "work": case.work,
                     "seconds": median, "least": min(seconds), "most": max(seconds), "file": case.file,
                     "memory": max(one[at][1] for one in rounds), "printed": rounds[-1][at][2],
                     "ns": median * 1e9 * case.threads / case.work})
    return rows


def peer_cases(bench, paths, threads=1):
    gsl = os.path.join(bench.tools, "peer_gsl")
    work = paths * PER_PATH
    yield Case("C, GSL taus2", [gsl, str(threads), str(paths), "taus2"], work, threads)
    if threads > 1:
        return
    yield Case("C, GSL mt19937", [gsl, "1", str(paths), "mt19937"], work)
    yield Case("NumPy", [sys.executable, os.path.join(bench.here, "peer_numpy.py"), bench.reference, str(paths)], work)
    quantlib = os.path.join(bench.tools, "peer_quantlib")
    if os.path.exists(quantlib):
        yield Case("QuantLib", [quantlib, str(paths)], work)


def measure_peers(bench):
    size = bench.size
    ours = [bench.case("riskpool", size.paths, level=level) for level in bench.levels]
    return measure("peers", ours + list(peer_cases(bench, size.paths)), size.repeats)


def measure_threads(bench):
    size, cases = bench.size, []
    for threads in (1, 2):
        cases += [bench.case("riskpool", size.paths, threads=threads, level=level) for level in bench.levels]
        cases += peer_cases(bench, size.paths, threads) if threads > 1 else list(peer_cases(bench, size.paths))[:1]
    return measure("threads", cases, size.repeats)


def sweep(bench, title, variants):
    """variants: (name, paths, scenario or None, asset-steps a path, options); at every instruction set."""
    cases = [bench.case(name, paths, scenario, per_path, level=level, options=options)
             for name, paths, scenario, per_path, options in variants for level in bench.levels]
    return measure(title, cases, bench.size.sweep_repeats)


def same_work(bench, per_path):
    """Paths that make the work of every point of a sweep alike."""
    return max(1, round(bench.size.sweep_paths * PER_PATH / per_path / BLOCK)) * BLOCK


def sweeps(bench):
    paths, work = bench.size.sweep_paths, bench.tools
    watched = [(name, paths, None, PER_PATH, options) for name, options in scenarios.WATCHED]
    yield "watching", sweep(bench, "watching", watched)
    holder = [("none of it", paths, None, PER_PATH, ())]
    holder += [(name, paths, None, PER_PATH, scenarios.holder_options(text)) for name, text in scenarios.HOLDER.items()]
    yield "holder", sweep(bench, "holder", holder)
    three = scenarios.write(work, "three", scenarios.with_third_mode(bench.reference))
    modes = [("isolated", None, ["--modes", "isolated"]), ("cross", None, ["--modes", "cross"]),
             ("both", None, ()), ("three", three, ())]
    yield "modes", sweep(bench, "modes", [(name, paths, file, PER_PATH, options) for name, file, options in modes])
    models = [("gbm", bench.reference)]
    models += [(name, scenarios.write(work, name, scenarios.of_model(bench.reference, name))) for name in scenarios.MODELS]
    yield "models", sweep(bench, "models", [(name, paths, file, PER_PATH, ()) for name, file in models])
    books = [(n, scenarios.write(work, f"assets-{n}", scenarios.with_assets(bench.reference, n)))
             for n in scenarios.ASSETS]
    yield "assets", sweep(bench, "assets", [(f"{n}", same_work(bench, n * STEPS), file, n * STEPS, ())
                                            for n, file in books])
    steps = [(f"{n}", same_work(bench, n * ASSETS), None, n * ASSETS, ["-P", f"step={720 / n:.10g} h"])
             for n in scenarios.STEPS]
    yield "steps", sweep(bench, "steps", steps)
    counts = [10**power for power in range(4, 8) if 10**power <= bench.size.most_paths]
    yield "paths", measure("paths", [bench.case(f"{n:,}", n, threads=n_threads) for n in counts for n_threads in (1, 2)],
                           min(bench.size.sweep_repeats, 3))
    small = ["-P", "step=30 h"]
    yield "start", measure("start", [bench.case("256 paths, 24 steps", 256, per_path=24 * ASSETS, options=small)],
                           3 * bench.size.repeats)


def components(bench):
    """One answer for each instruction set; nothing where it was not built."""
    tools = [(level, os.path.join(bench.tools, f"components_{level}")) for level in bench.levels]
    return {level: json.loads(run(Case("components", [tool, bench.reference], 1, 1, level))[2]) for level, tool in tools
            if os.path.exists(tool)}


def differences(peer, results, paths):
    """(what, riskpool's, the peer's, difference in standard errors) of every frequency."""
    ours, theirs = list(results["isolated/liquidation_frequency"]), list(peer["isolated"]["liquidation_frequency"])
    names = [f"isolated {name}" for name in results["isolated/position"].asstr()]
    ours.append(results["cross/any_liquidation_frequency"][()])
    theirs.append(peer["cross"]["any_liquidation_frequency"])
    for name, a, b in zip(names + ["cross any"], ours, theirs):
        p = (a + b) / 2
        yield name, a, b, (a - b) / math.sqrt(max(2 * p * (1 - p) / paths, 1e-300))


def compare(rows, paths):
    """The largest difference of every peer from riskpool, in standard errors."""
    answers = []
    with h5py.File(rows[0]["file"], "r") as file:
        for row in rows:
            if row["printed"]:
                found = differences(json.loads(row["printed"]), file, paths)
                what, ours, theirs, z = max(found, key=lambda difference: abs(difference[3]))
                answers.append({"name": row["name"], "what": what, "ours": ours, "theirs": theirs, "z": z})
    return answers


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in file)}
    return f"{fields.get('model name', 'unknown')} (family {fields.get('cpu family')}, model {fields.get('model')})"


def main():
    chosen = arguments()
    bench = Bench(chosen)
    peers = measure_peers(bench)
    found = {"machine": processor(), "cores": os.cpu_count(), "load": os.getloadavg()[0], "size": chosen.size,
             "version": bench.version(bench.levels[0]),
             "levels": bench.levels, "paths": bench.size.paths,
             "peers": peers, "answers": compare(peers, bench.size.paths), "components": components(bench),
             "threads": measure_threads(bench), "sweeps": dict(sweeps(bench))}
    found["memory_floor"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    os.makedirs(chosen.output, exist_ok=True)
    with open(os.path.join(chosen.output, "bench.json"), "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1, default=float)
    text = table.write(found, os.path.join(chosen.output, "bench.md"))
    picture.write(found, os.path.join(chosen.output, "bench.png"))
    print(text)
    if chosen.publish:
        table.publish(found, chosen.publish)
        picture.write(found, os.path.join(bench.here, "bench.png"))
    wrong = [answer["name"] for answer in found["answers"] if abs(answer["z"]) > 4.5]
    return f"answers differ by more than chance: {', '.join(wrong)}" if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
