"""What the tests of market models share: scenarios about a market, and the moves that the program draws for it."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import numpy as np  # noqa: E402

from riskpool_test import Checks, Program, scenario  # noqa: E402,F401


def made_of(market, *, horizon, step="1 d", paths=1000, monitoring="step", **more):
    """A scenario with this market and one position that nothing happens to."""
    asset = market["assets"][0]
    positions = [{"name": "a", "asset": asset["name"], "side": "long", "notional": 100, "margin": 100}]
    made = scenario(market["assets"], positions, 1000.0, horizon=horizon, step=step, paths=paths,
                    monitoring=monitoring, **more)
    made["market"] = market
    if paths is None:
        del made["paths"]
    return made


def moves(program, exporter, made, first=0, last=None):
    """Changes of x [path][step][asset] of the paths first .. last, and the folder's path of the scenario."""
    path = program.write(made)
    last = made["paths"] - 1 if last is None else last
    done = subprocess.run([exporter, path, str(first), str(last)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    table = np.array([line.split() for line in done.stdout.splitlines()], float)
    n_assets = (table.shape[1] - 2) // 4
    order = np.lexsort((table[:, 1], table[:, 0]))
    table = table[order].reshape(last - first + 1, -1, 2 + 4 * n_assets)
    return table[:, :, 4::4] - table[:, :, 2::4]


def write_prices(path, names, prices, start="2024-01-01", spacing="D", skip=()):
    times = np.datetime64(start) + np.arange(len(prices)) * np.timedelta64(1, spacing)
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(["time", *names]) + "\n")
        for row, (time, values) in enumerate(zip(times, prices)):
            if row not in skip:
                file.write(",".join([str(time), *("" if np.isnan(v) else repr(float(v)) for v in values)]) + "\n")
    return path
