"""What is held. A leg is an open position: value, notional and their slopes by contract; a holding is a coin that backs a
pool. Money is in the reporting currency; a leg speaks of the part of it that is still open."""
import copy

from .amounts import Tiers


class Leg:
    """A position: linear q (P - E); inverse q (P/E - 1), q in contract currency; rate q (-D dy + K dy^2/2); spot as linear."""

    def __init__(self, index, terms, asset, price):
        self.index, self.asset = index, asset
        self.kind = terms.get("contract", "linear")
        self.entry = terms.get("entry", price)
        if "quantity" in terms:
            quantity = terms["quantity"]
        else:
            quantity = terms["notional"] / (1.0 if self.kind == "inverse" else self.entry)
        self.quantity = -quantity if terms.get("side") == "short" else quantity
        at_entry = abs(self.quantity) / self.entry if self.kind == "inverse" else abs(self.quantity) * self.entry
        self.margin = terms.get("margin") or at_entry / terms["leverage"]  # of an inverse one in coins
        self.duration, self.convexity = terms.get("dollar_duration", 0.0), terms.get("convexity", 0.0)
        self.stop_loss, self.trailing = terms.get("stop_loss"), terms.get("trailing_stop")
        self.best = price
        self.remaining = 1.0

    copy = copy.copy

    @property
    def open(self):
        return self.remaining * self.quantity

    @property
    def perpetual(self):
        return self.kind in ("linear", "inverse")

    def profit(self, price):
        if self.kind == "inverse":
            return self.open * (price / self.entry - 1.0)
        move = price - self.entry
        if self.kind == "rate":
            return self.open * (-self.duration * move + 0.5 * self.convexity * move * move)
        return self.open * move

    def slope(self, price):
        """d profit / d price."""
        if self.kind == "inverse":
            return self.open / self.entry
        if self.kind == "rate":
            return self.open * (-self.duration + self.convexity * (price - self.entry))
        return self.open

    def notional(self, price):
        return abs(self.open) * (1.0 if self.kind == "inverse" else price)

    def units(self, price):
        """What closing it sells (bought: negative), in units of the asset; a rate has no market of its own here."""
        if self.kind == "rate":
            return 0.0
        return self.open / price if self.kind == "inverse" else self.open

    def used_margin(self):
        """Of an inverse leg at the entry price."""
        return self.remaining * self.margin * (self.entry if self.kind == "inverse" else 1.0)

    def loan(self):
        """What was borrowed to buy it: spot alone."""
        bought = self.remaining * max(abs(self.quantity) * self.entry - self.margin, 0.0)
        return bought if self.kind == "spot" else 0.0

    def stop(self):
        """The price at which the holder wants out, or None; of two the one that comes first."""
        side = 1.0 if self.quantity > 0.0 else -1.0
        stops = [] if self.stop_loss is None else [self.stop_loss]
        if self.trailing is not None:
            stops.append(self.best * (1.0 - side * self.trailing))
        return side * max(side * stop for stop in stops) if stops else None


class Holding:
    """A quantity of a coin; negative: a debt. Its haircut is marginal in its value; a debt has none."""

    def __init__(self, asset, quantity, haircut):
        self.asset, self.quantity, self.haircut = asset, quantity, haircut

    @classmethod
    def of(cls, terms, asset):
        return cls(asset, terms["quantity"], Tiers(terms.get("haircut", 0.0)))

    copy = copy.copy

    def value(self, price):
        return self.quantity * price

    def collateral(self, price):
        value = self.value(price)
        return value - self.haircut.of(value) if value > 0.0 else value

    def slope(self, price):
        """d collateral / d price."""
        value = self.value(price)
        return self.quantity * (1.0 - (self.haircut.rate(value) if value > 0.0 else 0.0))
