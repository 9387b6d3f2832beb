"""The program against the twin: one scenario, every path, every mode, every column."""
import subprocess

import numpy as np

from .amounts import hours
from .follow import follow

MONEY = ("loss", "shortfall", "max_drawdown", "fees", "slippage", "funding", "top_up", "forfeited", "closed_notional")
COLUMNS = MONEY + ("lowest_margin_level", "rounds", "liquidation_time", "margin_peak_to_trough", "margin_largest_rise")
MONEY_ERROR = 1e-9  # of the balance
ERRORS = {"lowest_margin_level": 1e-7, "rounds": 0.0, "liquidation_time": 1e-9, "margin_peak_to_trough": 1e-9,
          "margin_largest_rise": 1e-9}


class Comparison:
    def __init__(self, program, exporter, checks):
        self.program, self.exporter, self.checks = program, exporter, checks
        self.followed = self.doubtful = 0  # paths of a mode, and those on which a decision hangs on rounding

    def lines(self, made):
        path, last = self.program.write(made), str(made["paths"] - 1)
        done = subprocess.run([self.exporter, path, "0", last], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{path}: {done.stderr}")
        return done.stdout.splitlines()

    def compare(self, name, made, columns=COLUMNS):
        """Checks one scenario; the twin's columns."""
        lines, steps = self.lines(made), round(hours(made["horizon"]) / hours(made["step"]))
        self.checks.true(f"{name}: all steps exported", len(lines) == made["paths"] * steps)
        expected, results = follow(made, lines), self.program.run(made)
        for mode, twin in expected.items():
            self.mode(f"{name}: {mode}", results[mode], twin, made["account"]["balance"],
                      [column for column in columns if column in twin])
        return expected

    def mode(self, name, program, twin, balance, columns):
        sure = twin["doubts"] == 0
        self.followed += sure.size
        self.doubtful += np.count_nonzero(~sure)
        money = MONEY_ERROR * balance
        wrong = [self.differs(column, program[column][sure], twin[column][sure], ERRORS.get(column, money))
                 for column in columns]
        wrong += [f"imbalance {np.abs(twin['imbalance']).max():.3g}"] * bool(np.abs(twin["imbalance"]).max() > money)
        wrong += self.conservation(program, twin, money)
        wrong += self.alerts(program, twin) if sure.all() else []
        self.checks.true(f"{name}: {sure.size} paths" + "".join(f"; {text}" for text in wrong if text),
                         not any(wrong))

    @staticmethod
    def differs(column, value, expected, error):
        """What is wrong with a column, or nothing."""
        with np.errstate(invalid="ignore"):
            bad = ~((np.abs(value - expected) <= error) | (value == expected) | (np.isnan(value) & np.isnan(expected)))
        if not bad.any():
            return None
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        return (f"{column} differs on {np.count_nonzero(bad)} of {bad.size}, first at {first}: "
                f"{value[first]!r}, twin {expected[first]!r}")

    @staticmethod
    def alerts(program, twin):
        """How often each was reached."""
        often = np.mean(~np.isnan(twin["alerts"]), axis=0) if twin["alerts"].size else []
        same = len(often) == 0 or np.allclose(program["alert_frequency"], often, atol=1e-12)
        return [] if same else [f"alerts {program['alert_frequency']}, twin {often}"]

    @staticmethod
    def conservation(program, twin, money):
        """Of the program's own columns, with the market's part from the twin."""
        sure = twin["doubts"] == 0
        left = (program["loss"] + twin["market_profit"] - program["fees"] - program["slippage"] - program["funding"]
                - program["forfeited"] + program["shortfall"])[sure]
        return [f"money of {np.abs(left).max():.3g} appears"] if sure.any() and np.abs(left).max() > money else []
