"""Liquidation, in rounds: which pool, how much of it, at which price, who keeps or bears what."""
import math

from .amounts import hours

ORDERS = {
    "largest-loss": lambda pool, leg, marks: leg.profit(marks[leg.asset]),
    "largest-maintenance": lambda pool, leg, marks: -pool.need(leg, marks),
    "largest-notional": lambda pool, leg, marks: -leg.notional(marks[leg.asset]),
}
HALVINGS = 60


class Procedure:
    def __init__(self, terms, step_hours):
        self.amount = terms.get("amount", "full")
        self.order = ORDERS[terms.get("order", "largest-loss")]
        self.takeover = terms.get("price") == "bankruptcy"
        self.limited = terms.get("limit") == "bankruptcy"
        self.forfeited = terms.get("remainder") == "forfeited"
        self.fee, self.fee_on_maintenance = terms.get("fee", 0.0), terms.get("fee_base") == "maintenance"
        self.strict = terms.get("strict", False)
        self.fraction, self.full_below = terms.get("fraction"), terms.get("full_below", 0.0)
        self.cooldown = hours(terms.get("cooldown", "0 s"))
        self.restore_to, self.tier_steps = terms.get("restore_to", 1.05), terms.get("tier_steps", 1)
        self.backstop = terms.get("backstop", 0.0)
        self.moment = 1e-9 * step_hours  # times nearer than this are one

    def waits(self, pool, hour):
        return pool.waits_until > hour + self.moment

    def breached(self, account, pool, on_surface=False):
        """On the surface a pool that is no healthier than before a round is in breach still."""
        marks = account.marks()
        equity, need = pool.equity(marks), pool.requirement(marks)
        if on_surface:
            return pool.open and equity <= (1.0 + 1e-9) * need
        account.near(equity, need, pool.size(marks))
        return pool.open and (need > 0.0 or bool(pool.debts())) and (
            equity < need if self.strict else equity <= need)

    def liquidate(self, account, pools, on_surface=False):
        """Rounds until none of the pools is in breach that may be liquidated."""
        while True:
            due = [pool for pool in pools
                   if pool.open and not self.waits(pool, account.hour) and self.breached(account, pool, on_surface)]
            if not due:
                return
            self.round(account, due[0])

    def round(self, account, pool):
        account.look(pool)
        account.rounds += 1
        marks = account.marks()
        equity, need = pool.equity(marks), pool.requirement(marks)
        everything = [(leg, 1.0) for leg in self.in_order(account, pool, marks)]
        taken = self.backstop > 0.0 and not account.at_most(self.backstop * need, equity, pool.size(marks))
        plan = everything
        if not taken and not account.at_most(equity, 0.0, pool.size(marks)):
            plan = self.plan(account, pool, everything, marks)
        whole = len(plan) == len(pool.legs) and all(share == 1.0 for _, share in plan) and not pool.debts()
        if whole and self.amount != "one-by-one":
            plan = everything
        elif plan is not everything and not self.by_whole_legs(plan) and not self.helps(account, pool, plan):
            plan = everything
        if taken:
            self.take(account, pool, plan)
        elif self.takeover and plan is everything:
            self.take_over_all(account, pool, plan)
        elif self.takeover and self.by_whole_legs(plan):
            self.take_over(account, pool, plan[0][0])
        else:
            self.book(account, pool, plan)
        if plan is everything:
            account.buy_back(pool)
        for leg, _ in plan:
            if math.isnan(account.times[leg.index]):
                account.times[leg.index] = account.hour
        if self.amount == "fraction" and plan is not everything:
            pool.reduced, pool.waits_until = True, account.hour + self.cooldown
        keeps_coins = self.takeover and plan is everything and not taken and pool.holdings
        account.settle(pool, taken or (self.forfeited and not keeps_coins))

    def by_whole_legs(self, plan):
        """One whole leg, which goes whether health rises or not."""
        return self.amount == "one-by-one" or (self.takeover and self.amount == "tier-steps" and plan[0][1] == 1.0)

    def in_order(self, account, pool, marks):
        keys = sorted((self.order(pool, leg, marks), leg.index) for leg in pool.legs.values())
        for (a, _), (b, _) in zip(keys, keys[1:]):
            account.near(a, b)
        return [pool.legs[index] for _, index in keys]

    # --- How much: [(leg, share)] ---

    def plan(self, account, pool, everything, marks):
        if not everything:
            return everything  # debts alone
        first = everything[0][0]
        if self.amount == "one-by-one":
            return [(first, 1.0)]
        if self.amount == "tier-steps":
            return [(first, self.steps_down(account, first, marks[first.asset]))]
        if self.amount == "restore":
            return [(first, self.least_share(account, pool, first))]
        if self.amount == "fraction" and not pool.reduced:
            notional = sum(leg.notional(marks[leg.asset]) for leg in pool.legs.values())
            if not account.at_most(notional, self.full_below):
                return [(leg, self.fraction) for leg, _ in everything]
        return everything

    def steps_down(self, account, leg, mark):
        """The share that leaves the upper bound of the tier that is `tier_steps` lower."""
        tiers, notional = account.rule.tiers[leg.asset], account.rule.notional(leg, mark)
        tier = tiers.number(notional)
        if tier < self.tier_steps:
            return 1.0
        return 1.0 - tiers.floors[tier - self.tier_steps + 1] / notional

    def least_share(self, account, pool, leg):
        """The least share whose closing restores health; all of the leg when none does."""
        def restores(share):
            trial, same = self.trial(account, pool, [(leg, share)])
            marks = trial.marks()
            return same.equity(marks) >= self.restore_to * same.requirement(marks)

        low, high = 0.0, 1.0
        if not restores(high):
            return 1.0
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if restores(middle) else (middle, high)
        return high

    def helps(self, account, pool, plan):
        """Does health rise? A partial close that cannot help is none."""
        marks = account.marks()
        equity, need = pool.equity(marks), pool.requirement(marks)
        trial, same = self.trial(account, pool, plan)
        after = trial.marks()
        return not account.at_most(same.equity(after) * need, equity * same.requirement(after),
                                   pool.size(marks) * need)

    def trial(self, account, pool, plan):
        """The account, and the pool in it, as a plan would leave them before any settlement."""
        trial = account.copy()
        same = trial.pools[pool.number]
        self.book(trial, same, [(same.legs[leg.index], share) for leg, share in plan])
        return trial, same

    # --- At which price ---

    def book(self, account, pool, plan):
        """At the marks, each leg at what the one before left of the price; the fees together, at last."""
        bills = []
        for leg, share in plan:
            limit = math.inf
            if self.limited:
                limit = share * max(pool.share_of_equity(leg, account.marks()), 0.0)
            notional, released = account.close(pool, leg, share, limit)
            account.columns["closed_notional"] += notional
            bills.append((leg, self.fee * (released if self.fee_on_maintenance else notional)))
        account.charge(pool, bills)

    def take_over_all(self, account, pool, plan):
        """At the bankruptcy price: the pool's equity is the fund's, for better or worse. Each leg takes what is allotted to it
        before the first goes; without a leg it is cash."""
        marks = account.marks()
        equity, need = pool.equity(marks), pool.requirement(marks)
        allotted = [pool.share_of_equity(leg, marks) if need > 0.0 else 0.0 for leg, _ in plan]
        for (leg, _), mine in zip(plan, allotted):
            self.take(account, pool, [(leg, 1.0)], mine)
        if need <= 0.0:
            pool.cash -= equity
            account.columns["forfeited"] += max(equity, 0.0)
            account.columns["shortfall"] += max(-equity, 0.0)

    def take_over(self, account, pool, leg):
        """One leg, with the equity allotted to it."""
        self.take(account, pool, [(leg, 1.0)], pool.share_of_equity(leg, account.marks()))

    def take(self, account, pool, plan, equity=0.0):
        """At the marks, without fee or slippage; by the backstop, what is left is forfeited."""
        for leg, _ in plan:
            notional, _ = account.close(pool, leg, 1.0, slips=False, equity=equity)
            account.columns["closed_notional"] += notional
