"""One path of one mode: the order of events in a step."""
import math

from .account import Account
from .amounts import hours
from .carry import Carry
from .dynamic import Dynamic
from .inside import Bridge, Law
from .orders import Orders
from .procedure import Procedure


class Stress:
    """Of the events of a scenario those that are not in the prices: outages and the depth of the book."""

    def __init__(self, events, step_hours):
        self.moment = 1e-9 * step_hours
        self.stretches = [(hours(event["at"]), hours(event["over"]) if "over" in event else math.inf, event)
                          for event in events]

    def holds(self, key, hour):
        """The events that hold until an hour: in (at, at + over]."""
        return [event for at, over, event in self.stretches
                if key in event and at + self.moment < hour <= at + over + self.moment]

    def depth(self, hour, now=False):
        """The factor before an hour; `now`: at it, when what lasts to the horizon has begun."""
        begins = [event for at, over, event in self.stretches
                  if now and "depth" in event and math.isinf(over) and abs(at - hour) <= self.moment]
        return math.prod(event["depth"] for event in self.holds("depth", hour) + begins)

    def outage(self, hour):
        return any(event["outage"] for event in self.holds("outage", hour))


class Path:
    def __init__(self, made, mode):
        self.hours = hours(made["step"])
        market, rule = made["market"], made["liquidation"]
        self.law = Law(market, self.hours)
        self.inside = made["monitoring"] == "continuous"
        self.stress = Stress(made.get("stress", []), self.hours)
        self.procedure = Procedure(rule, self.hours)
        self.account = Account(made, mode)
        self.orders = Orders(made["account"], self.law, self.hours)
        self.carry = Carry(made.get("carry"), market["assets"], self.hours)
        self.used = {leg.asset for pool in self.account.pools for leg in pool.legs.values()}
        self.dynamic = Dynamic(rule.get("dynamic"), self.law.volatility, self.hours)
        if self.dynamic.on:
            self.account.rule.multiplier = self.dynamic.held[0]

    def step(self, number, start, end, final, normals):
        account, hour, end_hour = self.account, number * self.hours, (number + 1) * self.hours
        outage = self.stress.outage(end_hour)
        account.impact.set_depth(self.stress.depth(end_hour))
        before = account.marks()
        market = list(account.market)
        if self.inside and not outage:
            self.between(hour, start, end, normals)
        at_end = self.seen_at_end(end_hour, end)
        account.move(end_hour, self.law.prices(final))
        account.impact.set_depth(self.stress.depth(end_hour, now=True))
        account.forget_traces()
        self.carry.book(account, number)
        if not outage:
            self.orders.stops(account, before, at_end, self.inside)
            self.orders.top_up(account)
            self.orders.reduce(account)
            self.procedure.liquidate(account, account.pools)
        self.write_down()
        if self.dynamic.on:
            account.rule.multiplier = self.dynamic.update(market, account.market)

    def between(self, hour, start, end, normals):
        """Inside the step: what is reached, the earliest first, until something is left half done."""
        account, impact = self.account, self.account.impact
        x0 = [x - impact.displacement(j) for j, x in enumerate(start)]
        x1 = [x - impact.displacement(j, volume) for (j, x), volume in zip(enumerate(end), impact.after(self.hours))]
        bridge = Bridge(account, self.law, x0, x1, normals)
        while True:
            found = bridge.events(lambda pool: self.procedure.waits(pool, hour))
            if not found:
                return
            theta, prices, pool, leg = min(found, key=lambda event: (event[0], event[3] is None))
            for other in found:
                account.near(other[0], theta)
            account.see(hour + theta * self.hours, prices)
            cost = account.columns["slippage"]
            if leg:
                self.orders.close(account, pool, [(leg, 1.0)])
            else:
                self.procedure.round(account, pool)
            if leg or pool.open or account.columns["slippage"] > cost:
                self.procedure.liquidate(account, [pool], on_surface=leg is None)
                return

    def seen_at_end(self, hour, end):
        """The prices that the account sees after the diffusive move."""
        impact = self.account.impact
        volumes = impact.after(hour - self.account.hour)
        return [price * math.exp(-impact.displacement(j, volume))
                for (j, price), volume in zip(enumerate(self.law.prices(end)), volumes)]

    def write_down(self):
        account, marks = self.account, self.account.marks()
        account.record()
        for pool in account.pools:
            for leg in pool.legs.values():
                leg.best = max(leg.best, marks[leg.asset]) if leg.quantity > 0.0 else min(leg.best, marks[leg.asset])

    def outcome(self):
        dynamic = self.dynamic.outcome(self.used) if self.dynamic.on else {}
        return {**self.account.outcome(), **dynamic, "imbalance": self.account.imbalance(),
                "doubts": self.account.doubts, "market_profit": self.account.market_profit}
