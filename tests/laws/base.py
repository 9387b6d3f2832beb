"""The account that the laws vary, and how two results are held against each other."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from riskpool_test import Checks, Program, scenario  # noqa: E402

BALANCE = 10000.0
NAMES = ("BTC", "ETH", "SOL")
CORRELATION = [[1.0, 0.83, 0.62], [0.83, 1.0, 0.55], [0.62, 0.55, 1.0]]
COLUMNS = ("loss", "shortfall", "max_drawdown", "lowest_margin_level", "liquidation_time")
MONEY = ("loss", "shortfall", "max_drawdown")
BOTH = ("step", "continuous")


def assets(volatility=(0.8, 1.0, 1.5), drift=(0.0, 0.3, -0.5), price=(60000.0, 3000.0, 150.0)):
    return [{"name": n, "price": p, "volatility": v, "drift": m} for n, p, v, m in zip(NAMES, price, volatility, drift)]


def held(name, asset, margin, notional=20000.0, side="long"):
    return {"name": name, "asset": asset, "side": side, "notional": notional, "margin": margin}


def three(sides=("long", "long", "long"), margin=2000.0):
    return [held(n.lower(), n, margin, 20000.0, s) for n, s in zip(NAMES, sides)]


def account(positions=None, balance=BALANCE, **more):
    """A week of three leveraged positions that are often liquidated, every column kept; 6,000 paths end mid-batch."""
    base = {"horizon": "7 d", "step": "2 h", "correlation": CORRELATION, "maintenance": 0.005, "paths": 6000, "seed": 7,
            "keep": "all", "trajectories": True}
    base.update(more)
    market = base.pop("assets", None) or assets()
    return scenario(market, positions or three(), balance, **base)


class Laws:
    def __init__(self, binary):
        self.program = Program(binary)
        self.checks = Checks("laws")

    def run(self, *arguments, **named):
        return self.program.run(account(*arguments, **named))

    def same_columns(self, what, a, b, columns=COLUMNS):
        for column in columns:
            self.checks.same(f"{what}: {column}", a[column], b[column])

    def never_earlier(self, what, later, earlier, step=None):
        """Every time of `later` is at or after that of `earlier` (NaN: never); with `step` hours, by step number."""
        a, b = (np.where(np.isnan(t), np.inf, t) for t in (later, earlier))
        if step:
            a, b = (np.where(np.isinf(t), np.inf, np.ceil(t / step - 1e-9)) for t in (a, b))
        self.checks.true(f"{what} ({int(np.sum(a < b))} of {a.size} the wrong way)", bool(np.all(a >= b)))
        self.checks.true(f"{what}: the law is put to a test", bool(np.any(np.isfinite(b)) and np.any(a > b)))
