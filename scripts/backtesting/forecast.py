"""Forecasts of one day of an equal-weight book by `riskpool calibrate` and `riskpool run`: every block of days has a market
calibrated on the days before it, and the models that have a state start each day from today's."""
import os
import subprocess
import tempfile

import h5py
import numpy as np
import yaml

from . import states
from .table import DAY

EQUITY = 100.0
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the quick one where there is one


class Failed(Exception):
    """The program refused; the text is what it said."""


class Plan:
    """What is forecast and from what: a table, the confidences, days a block, the most days and the fewest returns of a
    window."""

    def __init__(self, program, table, confidences, every=30, window=730, least=250, paths=20000, seed=1):
        self.program, self.table = program, table
        self.confidences = sorted(confidences)  # as the results file has them
        self.every, self.window, self.least, self.paths, self.seed = every, window, least, paths, seed

    def blocks(self, first, last):
        """(window, days) as slices of the table's returns, for the days that a long enough window precedes."""
        dates = self.table.date
        days = self.table.between(first, last)
        at = days.start
        while at < days.stop:
            window = self.table.between(dates[at] - self.window * DAY, dates[at] - DAY)
            end = at + 1
            if window.stop - window.start >= self.least:
                end = min(days.stop, self.table.between(dates[at], dates[at] + (self.every - 1) * DAY).stop)
                yield window, slice(at, end)
            at = end


def call(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(done.stderr.strip())
    return done.stdout


def calibrated(model):
    def market(plan, window):
        dates, names = plan.table.date[window], ",".join(plan.table.names)
        text = call(plan.program, "calibrate", plan.table.path, "--columns", names, "--from", str(dates[0]),
                    "--to", str(dates[-1]), "--model", model)
        return yaml.safe_load(text)["market"]
    return market


def from_file(**terms):
    def market(plan, window):
        dates, names = plan.table.date[window], plan.table.names
        prices = {"file": os.path.abspath(plan.table.path), "from": str(dates[0] - DAY), "to": str(dates[-1]),
                  "columns": {name: name for name in names}}
        return {"model": "bootstrap", "prices": prices, "block": "1 d", **terms,
                "assets": [{"name": name, "price": 1} for name in names]}
    return market


def same_every_day(plan, market, window, block):
    return [market] * (block.stop - block.start)


def with_variances(plan, market, window, block):
    known = slice(window.start, block.stop - 1)
    mean = plan.table.log[window].mean(axis=0)
    h = states.garch(market, mean, plan.table.log[known], plan.table.fresh[known])
    return [{**market, "assets": [{**asset, "start_volatility": float(np.sqrt(variance * states.YEAR))}
                                  for asset, variance in zip(market["assets"], h[day - window.start])]}
            for day in range(block.start, block.stop)]


def with_probabilities(plan, market, window, block):
    mean = plan.table.log[window].mean(axis=0)
    crisis = states.regimes(market, mean, plan.table.log[window.start:block.stop - 1])
    return [states.starting_with(market, crisis[day - window.start]) for day in range(block.start, block.stop)]


def until_yesterday(plan, market, window, block):
    dates, length = plan.table.date, window.stop - window.start
    return [{**market, "prices": {**market["prices"], "from": str(dates[day - length] - DAY), "to": str(dates[day - 1])}}
            for day in range(block.start, block.stop)]


# Name: the market of a block, and its markets of every day.
MODELS = {
    "gbm": (calibrated("gbm"), same_every_day),
    "student-t": (calibrated("student-t"), same_every_day),
    "jump-diffusion": (calibrated("jump-diffusion"), same_every_day),
    "bootstrap": (from_file(), same_every_day),
    "regimes": (calibrated("regimes"), with_probabilities),
    "garch-t": (calibrated("garch-t"), with_variances),
    "bootstrap-ewma": (from_file(filter="ewma"), until_yesterday),
}


def scenario(plan, market, number):
    """One day of a book without borrowed money, in per cent of its value."""
    share = EQUITY / len(plan.table.names)
    return {"name": str(number), "horizon": "1 d", "step": "1 d", "monitoring": "step", "paths": plan.paths,
            "seed": plan.seed + number, "market": market, "account": {"currency": "USD", "balance": EQUITY},
            "positions": [{"name": name, "asset": name, "side": "long", "notional": share, "margin": share}
                          for name in plan.table.names],
            "modes": ["cross"], "liquidation": {"maintenance": 0}, "confidence": list(plan.confidences),
            "output": {"paths": "none", "trajectories": False}}


def simulate(plan, markets, first):
    """Value at risk and expected shortfall as fractions of the book, [day][2][confidence]; equal neighbours are run once."""
    with tempfile.TemporaryDirectory(prefix="riskpool-backtest-") as folder:
        days = [day for day in range(len(markets)) if day == 0 or markets[day] is not markets[day - 1]]
        paths = [os.path.join(folder, f"{day}.yaml") for day in days]
        for day, path in zip(days, paths):
            with open(path, "w", encoding="utf-8") as file:
                yaml.dump(scenario(plan, markets[day], first + day), file, Dumper=DUMPER, sort_keys=False)
        for path in paths:
            call(plan.program, "run", path, "-o", path + ".h5", "-q", "-j", "1")
        found = [measures(path + ".h5") for path in paths]
    return np.repeat(found, np.diff(days + [len(markets)]), axis=0)


def measures(path):
    with h5py.File(path, "r") as file:
        return np.array([file["cross"]["value_at_risk"][()], file["cross"]["expected_shortfall"][()]]) / EQUITY


def forecast(plan, model, blocks, tell=lambda text: None):
    """Value at risk and expected shortfall of the days of all blocks, [day][2][confidence], and what went wrong. A block
    that cannot be calibrated keeps the market of the one before; NaN where there is no forecast."""
    calibrate, every_day = MODELS[model]
    market, found, faults = None, [], []
    for window, block in blocks:
        here = np.full((block.stop - block.start, 2, len(plan.confidences)), np.nan)
        found.append(here)
        try:
            market = calibrate(plan, window)
        except Failed as reason:
            faults.append(f"{plan.table.date[block.start]}: not calibrated: {reason}")
        try:
            if market is not None:
                here[:] = simulate(plan, every_day(plan, market, window, block), block.start)
        except Failed as reason:
            faults.append(f"{plan.table.date[block.start]}: no forecast: {reason}")
        tell(f"{model} {plan.table.date[block.start]}")
    return np.concatenate(found), faults
