"""A pool: cash, the holdings and legs that it backs, and what it is worth against what is asked of it."""
import copy
import math


class Pool:
    def __init__(self, number, cash, holdings, legs, requirement):
        self.number, self.cash = number, cash  # number 0: the wallet pool
        self.holdings = holdings
        self.legs = {leg.index: leg for leg in legs}  # those that are open
        self.rule = requirement
        self.assets = {item.asset for item in [*legs, *holdings]}  # all that it can ever be about
        self.settles_in = {leg.asset for leg in legs if leg.kind == "inverse"}  # coins
        self.curved = any(leg.kind == "rate" and leg.convexity != 0.0 for leg in legs)  # at the start, hence for good
        self.reduced = False  # by a share, on its way to all
        self.waits_until = -math.inf  # hour: a liquidation's next look
        self.top_up_due = None  # hour
        self.topped_up = 0.0
        self.alerted = set()  # which reductions it has had

    def copy(self):
        other = copy.copy(self)
        other.holdings = [holding.copy() for holding in self.holdings]
        other.legs = {index: leg.copy() for index, leg in self.legs.items()}
        other.alerted = set(self.alerted)
        return other

    @property
    def open(self):
        return bool(self.legs or self.debts())

    def debts(self):
        return [holding for holding in self.holdings if holding.quantity < 0.0]

    def profits(self, marks):
        return [leg.profit(marks[leg.asset]) for leg in self.legs.values()]

    def equity(self, marks):
        """What backs the pool, holdings after their haircut."""
        return math.fsum([self.cash, *self.profits(marks), *(h.collateral(marks[h.asset]) for h in self.holdings)])

    def worth(self, marks):
        """What it is worth to its owner: holdings at their price."""
        return math.fsum([self.cash, *self.profits(marks), *(h.value(marks[h.asset]) for h in self.holdings)])

    def need(self, leg, marks):
        return self.rule.need(leg, marks[leg.asset])

    def requirement(self, marks):
        return math.fsum(self.need(leg, marks) for leg in self.legs.values())

    def excess(self, marks):
        return self.equity(marks) - self.requirement(marks)

    def size(self, marks):
        """The money that rounding errors of the pool are relative to."""
        return abs(self.cash) + sum(leg.notional(marks[leg.asset]) for leg in self.legs.values())

    def used_margin(self):
        return math.fsum(leg.used_margin() for leg in self.legs.values())

    def level(self, marks):
        """Margin level in percent."""
        return 100.0 * self.equity(marks) / self.used_margin()

    def share_of_equity(self, leg, marks):
        """The equity allotted to a leg: in proportion to maintenance."""
        return self.equity(marks) * self.need(leg, marks) / self.requirement(marks)

    def slopes(self, marks):
        """(asset, d excess / d price) of everything in it."""
        legs = [(leg.asset, leg.slope(marks[leg.asset]) - self.rule.slope(leg, marks[leg.asset]))
                for leg in self.legs.values()]
        return legs + [(h.asset, h.slope(marks[h.asset])) for h in self.holdings]

    def sides(self, marks):
        """The excess as the difference of two positive sums: what gains with its price against what loses, each at its
        tangent, and the constant where it belongs."""
        values = [slope * marks[asset] for asset, slope in self.slopes(marks)]
        positive = math.fsum(value for value in values if value > 0.0)
        negative = math.fsum(-value for value in values if value < 0.0)
        constant = math.fsum([self.excess(marks), -positive, negative])
        return (positive + constant, negative) if constant > 0.0 else (positive, negative - constant)
