"""What the tests in Python share: run the program on a scenario given as a dict, read its results, and judge numbers
in standard errors. It knows the command line and the names of the results file, nothing of margins or markets.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(f"{sys.argv[0]}: {error}; needs numpy and h5py", file=sys.stderr)
    sys.exit(77)  # skipped

YEAR_HOURS = 8760.0


def yaml_text(value):
    """A value as YAML flow text; strings are written plain, numbers with all their digits."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {yaml_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ", ".join(yaml_text(item) for item in value) + "]"
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return str(value)


def scenario_text(scenario):
    return "".join(f"{key}: {yaml_text(value)}\n" for key, value in scenario.items())


class Program:
    """The program under test, with a folder of its own for scenarios and results."""

    def __init__(self, binary):
        self.binary = os.path.abspath(binary)
        self.folder = tempfile.TemporaryDirectory(prefix="riskpool-test-")
        self.runs = 0

    def path(self, suffix):
        self.runs += 1
        return os.path.join(self.folder.name, f"{self.runs}{suffix}")

    def write(self, scenario):
        path = self.path(".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(scenario_text(scenario))
        return path

    def call(self, *arguments):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"riskpool {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def run_file(self, scenario, *options):
        """Runs the scenario; the path of its results file, which the caller removes."""
        results = self.path(".h5")
        self.call("run", self.write(scenario), "-o", results, "-q", *options)
        return results

    def run(self, scenario, *options):
        """Runs the scenario; {group: {variable: value}}, arrays in the file's order."""
        path = self.run_file(scenario, *options)
        results = read_results(path)
        os.unlink(path)
        return results

    def inspect(self, scenario):
        return json.loads(self.call("inspect", self.write(scenario), "--json"))


def read_results(path):
    with h5py.File(path, "r") as file:
        return {name: {key: item[()] for key, item in group.items()} for name, group in file.items()}


def scenario(assets, positions, balance, *, horizon, step, modes=("isolated", "cross"), maintenance=0.0, paths=10000,
             seed=1, monitoring="step", model="gbm", correlation=None, keep="none", trajectories=False,
             confidence=(0.95, 0.99, 0.999), liquidation=None, market_terms=None, **more):
    """A scenario with what these tests vary in view; `more` adds or replaces top-level keys."""
    market = {"model": model, "assets": assets}
    n = len(assets)
    market.update(market_terms or {})
    market["correlation"] = np.eye(n).tolist() if correlation is None else matrix(correlation, n)
    made = {"name": "test", "horizon": horizon, "step": step, "monitoring": monitoring, "paths": paths, "seed": seed,
            "market": market, "account": {"currency": "USD", "balance": balance}, "positions": positions,
            "modes": list(modes), "liquidation": {"maintenance": maintenance, **(liquidation or {})},
            "confidence": list(confidence), "output": {"paths": keep, "trajectories": trajectories}}
    made.update(more)
    return made


def matrix(correlation, n):
    """A correlation matrix as rows; a number stands for the same entry everywhere off the diagonal."""
    if np.ndim(correlation) == 0:
        return (np.full((n, n), correlation) + (1.0 - correlation) * np.eye(n)).tolist()
    return np.asarray(correlation).tolist()


def normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def normal_pdf(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def normal_quantile(p):
    low, high = -40.0, 40.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if normal_cdf(middle) < p else (low, middle)
    return 0.5 * (low + high)


def gamma_cdf(a, x):
    """Regularised lower incomplete gamma function P(a, x) by its power series."""
    if x <= 0.0 or x > a + 60.0 * math.sqrt(a) + 60.0:
        return float(x > 0.0)
    term = total = 1.0 / a
    n = a
    while term > total * 1e-17:
        n += 1.0
        term *= x / n
        total += term
    return total * math.exp(-x + a * math.log(x) - math.lgamma(a))


class Checks:
    """Judges one number after the other, prints each, and in the end the whole family."""

    LIMIT = 4.0
    TAIL = 0.5e-4  # of the chi-square on either side: the central 99.99 %

    def __init__(self, name, verbose=True):
        self.name = name
        self.verbose = verbose
        self.passed = self.failed = 0
        self.squares = []

    def record(self, ok, text):
        self.passed += bool(ok)
        self.failed += not ok
        if self.verbose or not ok:
            print(f"{'ok  ' if ok else 'FAIL'} {text}", flush=True)
        return bool(ok)

    def true(self, what, ok):
        return self.record(ok, what)

    def z(self, what, value, expected, error, independent=False):
        """|value - expected| within four standard errors; an `independent` one counts in the chi-square."""
        value = float(value)
        z = (value - expected) / error
        if independent:
            self.squares.append(z * z)
        return self.record(abs(z) <= self.LIMIT, f"{what}: {value:.8g}, expected {expected:.8g}, z {z:+.2f}")

    def frequency(self, what, value, p, paths, independent=False):
        return self.z(what, value, p, math.sqrt(p * (1.0 - p) / paths), independent)

    def close(self, what, value, expected, tolerance):
        """Equal within an absolute tolerance everywhere; NaN only where NaN is expected."""
        value, expected = np.broadcast_arrays(np.asarray(value, float), np.asarray(expected, float))
        both_nan = np.isnan(value) & np.isnan(expected)
        same = both_nan | (value == expected)
        with np.errstate(invalid="ignore"):
            ok = same | (np.abs(value - expected) <= tolerance)
        text = what if ok.all() else f"{what}: {worst(value, expected, ok)}"
        return self.record(bool(ok.all()), text)

    def same(self, what, value, expected):
        """Equal bit for bit (NaN equals NaN)."""
        return self.close(what, value, expected, 0.0)

    def finish(self):
        if self.squares:
            n, total = len(self.squares), sum(self.squares)
            tail = gamma_cdf(0.5 * n, 0.5 * total)
            self.record(self.TAIL <= tail <= 1.0 - self.TAIL,
                        f"sum of z^2 over {n} independent checks: {total:.2f}, chi-square probability {tail:.5f}")
        print(f"{self.name}: {self.passed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


def worst(value, expected, ok):
    bad = np.argwhere(~ok)
    first = tuple(bad[0])
    where = list(map(int, first))
    return f"{len(bad)} of {ok.size} differ, first at {where}: {value[first]!r}, expected {expected[first]!r}"
