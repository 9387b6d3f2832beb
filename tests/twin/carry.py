"""What holding costs: funding of perpetual contracts at its times, interest on what is borrowed at every step end."""
import csv
import math

from .amounts import hours, of_asset


class Carry:
    def __init__(self, terms, assets, step_hours):
        terms, names = terms or {}, [asset["name"] for asset in assets]
        rates = terms.get("funding", 0.0)
        self.every = round(hours(terms.get("funding_interval", "8 h")) / step_hours)  # steps
        self.rates = [[0.0 if "of" in asset and (not isinstance(rates, dict) or asset["name"] not in rates)
                       else of_asset(rates, asset["name"], 0.0) for asset in assets]]  # what expires pays none
        if isinstance(rates, dict) and "file" in rates:
            with open(rates["file"], encoding="utf-8") as file:
                self.rates = [[float(row.get(name) or 0.0) for name in names] for row in csv.DictReader(file)]
        self.growth = math.expm1(terms.get("borrow", 0.0) * step_hours / 8760.0)

    def book(self, account, step):
        """At the end of a step, from 0."""
        self.interest(account)
        if (step + 1) % self.every == 0:
            self.funding(account, self.rates[((step + 1) // self.every - 1) if len(self.rates) > 1 else 0])
        for pool in account.pools:
            account.cover(pool)

    def funding(self, account, rates):
        marks = account.marks()
        for pool in account.pools:
            for leg in pool.legs.values():
                if leg.perpetual:
                    value = leg.open * (1.0 if leg.kind == "inverse" else marks[leg.asset])
                    self.pay(account, pool, leg, rates[leg.asset] * value)

    def interest(self, account):
        """On what was owed in the step."""
        for pool in account.pools:
            borrowed = max(-pool.cash, 0.0) + sum(leg.loan() for leg in pool.legs.values())
            pool.cash -= borrowed * self.growth
            account.columns["funding"] += borrowed * self.growth

    def pay(self, account, pool, leg, money):
        account.credit(pool, leg, -money)
        account.columns["funding"] += money
