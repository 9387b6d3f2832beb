"""Maintenance that follows realised volatility: a multiplier by asset, announced at step ends, in force after a notice."""
import math

from .amounts import hours


class Dynamic:
    def __init__(self, terms, volatility, step_hours):
        self.on = terms is not None
        terms = terms or {}
        self.step_hours = step_hours
        self.keep = 2.0 ** (-step_hours / hours(terms.get("half_life", "10 d")))
        self.floor, self.cap = terms.get("floor", 1.0), terms.get("cap", 3.0)
        self.rise = 1.0 + terms.get("rate_limit", 0.5) * step_hours / 24.0
        self.notice = hours(terms.get("notice", "1 d"))
        self.sigma = volatility
        self.variance = [sigma * sigma for sigma in self.sigma]  # a year
        self.announced = [[self.clamp(1.0) for _ in self.sigma]]  # by step end, from 0
        self.held = [self.announced[0]]

    def clamp(self, multiplier):
        return min(max(multiplier, self.floor), self.cap)

    def update(self, start, final):
        """At a step end: what holds in the next step."""
        dt = self.step_hours / 8760.0
        for asset, (a, b) in enumerate(zip(start, final)):
            squared = math.log(b / a) ** 2 / dt
            self.variance[asset] = self.keep * self.variance[asset] + (1.0 - self.keep) * squared
        self.announced.append([min(self.target(asset), before * self.rise)
                               for asset, before in enumerate(self.announced[-1])])
        ago = math.ceil(self.notice / self.step_hours - 1e-9)
        self.held.append(self.announced[max(len(self.announced) - 1 - ago, 0)])
        return self.held[-1]

    def target(self, asset):
        sigma = self.sigma[asset]
        return self.clamp(math.sqrt(self.variance[asset]) / sigma if sigma > 0.0 else 1.0)

    def outcome(self, assets):
        """How procyclical: largest over smallest multiplier, largest rise within five days, of the worst asset."""
        window = math.floor(120.0 / self.step_hours + 1e-9)
        trough = rise = 0.0
        for held in ([row[asset] for row in self.held] for asset in assets):
            trough = max(trough, max(held) / min(held))
            rise = max([rise] + [b / a - 1.0 for i, a in enumerate(held) for b in held[i:i + window + 1]])
        return {"margin_peak_to_trough": trough, "margin_largest_rise": rise}
