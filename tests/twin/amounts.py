"""Amounts by marginal tiers (maintenance of a notional, haircut of a value), durations, values by asset."""


class Tiers:
    """Each rate on the part of an amount that lies inside its tier: continuous, convex."""

    def __init__(self, terms):
        terms = terms if isinstance(terms, list) else [{"from": 0.0, "rate": terms}]
        self.floors = [tier["from"] for tier in terms]
        self.rates = [tier["rate"] for tier in terms]

    def of(self, amount):
        above = self.floors[1:] + [float("inf")]
        return sum(rate * (min(amount, top) - floor)
                   for rate, floor, top in zip(self.rates, self.floors, above) if amount > floor)

    def rate(self, amount):
        """The marginal rate."""
        return max([self.rates[0]] + [rate for rate, floor in zip(self.rates, self.floors) if amount > floor])

    def number(self, amount):
        """Which tier, from 0. An amount on a bound, but for rounding, is in the tier below it."""
        return max([0] + [k for k, floor in enumerate(self.floors) if amount > floor * (1.0 + 1e-9)])


def hours(duration):
    number, unit = str(duration).split()
    return float(number) * {"s": 1.0 / 3600.0, "min": 1.0 / 60.0, "h": 1.0, "d": 24.0, "y": 8760.0}[unit]


def of_asset(terms, name, otherwise=None):
    """A value for all assets, or a map by asset with a default."""
    if isinstance(terms, dict):
        return terms.get(name, terms.get("default", otherwise))
    return otherwise if terms is None else terms
