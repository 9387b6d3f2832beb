"""What the holder has ordered for step ends: stops, top-ups from the wallet, reductions at an alert. Stops inside a step
are in inside.py."""
import math

from .amounts import hours


class Orders:
    def __init__(self, terms, law, step_hours):
        """terms: the scenario's `account`."""
        self.x = law.x
        self.top_up_terms = terms.get("top_up")
        self.delay = hours(self.top_up_terms.get("delay", "0 h")) if self.top_up_terms else 0.0
        self.reductions = terms.get("reduce", [])
        self.moment = 1e-9 * step_hours

    # --- Stops ---

    def stops(self, account, before, at_end, inside):
        """Closes the legs whose stop was crossed: by the diffusive move at the stop, by a gap at the final price. before,
        at_end: what the account saw at the step's start and sees after its diffusive move; inside: pools are watched inside
        steps too; else one that reached its liquidation before a stop leaves that stop alone."""
        while found := self.first_met(account, before, at_end, inside):
            _, _, pool, leg, price = found
            self.close_at(account, pool, leg, price)

    def first_met(self, account, before, at_end, inside):
        """Of what is open now: what one stop sells may set off the next."""
        final, found = account.marks(), []
        for pool in account.pools:
            for leg in pool.legs.values():
                met = self.met(account, leg, before[leg.asset], at_end[leg.asset], final[leg.asset])
                if met and (inside or not self.too_late(account, pool, met[0], before, final)):
                    found.append((met[0], leg.index, pool, leg, met[1]))
        return min(found, key=lambda f: f[:2], default=None)

    def met(self, account, leg, before, at_end, final):
        """(fraction of the step, price) at which a leg's stop was met, or None. At 1, at the price that there is then: by
        a gap, or met already at the start when nobody could act."""
        stop = leg.stop()
        if stop is None:
            return None

        def crossed(price):
            account.near(price, stop)
            return price <= stop if leg.quantity > 0.0 else price >= stop

        if crossed(before):
            return 1.0, final
        if crossed(at_end):
            here = self.x(leg.asset, before)
            return (self.x(leg.asset, stop) - here) / (self.x(leg.asset, at_end) - here), stop
        return (1.0, final) if crossed(final) else None

    def too_late(self, account, pool, theta, before, final):
        if theta == 1.0:
            return False
        start, end = pool.excess(before), pool.excess(final)
        if not start > 0.0 >= end:
            return False
        theirs = start / (start - end)
        account.near(theirs, theta)
        return theirs < theta

    def close_at(self, account, pool, leg, price):
        """At a price that the account saw on the way to the present one."""
        market = account.market
        marks = account.marks()
        marks[leg.asset] = price
        account.see(account.hour, marks)
        self.close(account, pool, [(leg, 1.0)])
        account.move(account.hour, market)

    def close(self, account, pool, plan):
        account.look(pool)
        for leg, share in plan:
            account.close(pool, leg, share)
        account.settle(pool)

    # --- Top-ups ---

    def top_up(self, account):
        if not self.top_up_terms:
            return
        below, to = self.top_up_terms["below"], self.top_up_terms.get("to", self.top_up_terms["below"])
        for pool in account.pools[1:]:
            marks = account.marks()
            equity, need = pool.equity(marks), pool.requirement(marks)
            if not pool.legs or need <= 0.0:
                continue
            if pool.top_up_due is None and account.at_most(equity, below * need, pool.size(marks)):
                pool.top_up_due = account.hour + self.delay
            if pool.top_up_due is not None and pool.top_up_due <= account.hour + self.moment:
                pool.top_up_due = None
                self.draw(account, pool, to * need - equity, marks)

    def draw(self, account, pool, missing, marks):
        """From the wallet: no more than it can spare, and than the cap leaves."""
        wallet = account.pools[0]
        spare = min(wallet.cash, (1.0 - 1e-9) * wallet.excess(marks)) if wallet.open else wallet.cash
        money = min(missing, spare, self.top_up_terms.get("cap", math.inf) - pool.topped_up)
        if money > 0.0:
            account.look(pool)
            wallet.cash -= money
            pool.cash += money
            pool.topped_up += money
            account.columns["top_up"] += money

    # --- Reductions ---

    def reduce(self, account):
        for pool in account.pools:
            for number, terms in enumerate(self.reductions):
                if pool.legs and number not in pool.alerted and self.alarmed(account, pool, terms):
                    pool.alerted.add(number)
                    self.close(account, pool, [(leg, terms["share"]) for leg in list(pool.legs.values())])

    def alarmed(self, account, pool, terms):
        marks = account.marks()
        equity = pool.equity(marks)
        if "margin_level" in terms:
            return account.at_most(equity, terms["margin_level"] * pool.used_margin(), pool.size(marks))
        need = pool.requirement(marks)
        return account.at_most(terms["utilisation"] * equity, need, pool.size(marks))
