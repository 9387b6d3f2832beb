"""What the venue asks of a leg: its maintenance, by tiers of its notional, times what volatility makes of it."""
from .amounts import Tiers, of_asset


class Requirement:
    def __init__(self, terms, names):
        rates = terms.get("tiers", terms.get("maintenance", 0.005))
        self.tiers = [Tiers(of_asset(rates, name)) for name in names]
        self.on_entry = terms.get("maintenance_base") == "entry"
        self.extra = terms.get("fee", 0.0) if terms.get("fee_in_maintenance") else 0.0
        self.multiplier = [1.0] * len(names)

    def notional(self, leg, price):
        """The notional that the tiers are about."""
        return leg.notional(leg.entry if self.on_entry else price)

    def need(self, leg, price):
        """Fixed at entry, that of an inverse leg is a number of coins."""
        notional = self.notional(leg, price)
        need = self.multiplier[leg.asset] * (self.tiers[leg.asset].of(notional) + self.extra * notional)
        return need * price / leg.entry if self.on_entry and leg.kind == "inverse" else need

    def slope(self, leg, price):
        """d need / d price."""
        if leg.kind == "inverse":
            return self.need(leg, price) / price if self.on_entry else 0.0
        if self.on_entry:
            return 0.0
        rate = self.tiers[leg.asset].rate(self.notional(leg, price)) + self.extra
        return self.multiplier[leg.asset] * rate * abs(leg.open)
