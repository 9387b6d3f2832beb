#!/usr/bin/python3
"""Ledgers of liquidations: one path without volatility, whose price a gap takes to where a venue's rules are known, and
every amount that then changes hands.

    run.py BINARY
"""
import json
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from riskpool_test import Checks, Program, scenario

BARELY = 1.0 + 1e-12  # the least health that a restoring close may aim at
COLUMNS = ("loss", "fees", "slippage", "shortfall", "forfeited", "closed_notional", "rounds")


def made(positions, balance, gaps, liquidation, step="1 h", **more):
    """Positions are (asset, quantity, entry); gaps {hour: {asset: price}} in one cross pool."""
    prices = {asset: entry for asset, _, entry in positions}
    assets = [{"name": asset, "price": price, "volatility": 0} for asset, price in prices.items()]
    held = [{"name": asset, "asset": asset, "quantity": quantity, "margin": 1e-3 * balance}
            for asset, quantity, _ in positions]
    stress, now = [], dict(prices)
    for hour, target in gaps.items():
        stress.append({"at": f"{hour} h", "return": {asset: price / now[asset] - 1 for asset, price in target.items()},
                       **more.pop("event", {})})
        now.update(target)
    return scenario(assets, held, balance, horizon="10 h", step=step, modes=["cross"], paths=1, keep="all",
                    liquidation={"maintenance": 0, **liquidation}, stress=stress, **more)


class Ledgers:
    def __init__(self, binary):
        self.program, self.checks = Program(binary), Checks("ledgers")

    def holds(self, what, scenario_made, **expected):
        """Every column is what is expected of it; those that are not named are zero."""
        mode = self.program.run(scenario_made)["cross"]
        for column in COLUMNS:
            if column == "loss" and column not in expected:
                continue
            amount = expected.get(column, 0.0)
            self.checks.close(f"{what}: {column} {amount:.10g}", float(mode[column][0]), amount,
                              1e-9 * max(1.0, abs(amount), scenario_made["account"]["balance"]))


def dydx_fund(ledgers):
    """dYdX v4, protocol/x/liquidations: what the insurance fund gains or pays when 0.1 BTC are closed, with the quote
    balance and the price of a fill per BTC; the fee is capped at a share of the fill and at what is left."""
    for quantity, entry, quote, rows in (
            (0.1, 60000.0, -5100.0, ((56100.0, {0.005: 28.05, 0.025: 140.25, 1.0 - 1e-12: 510.0}), (51051.0, {0.005: 5.1, 0.025: 5.1}),
                                     (51000.0, {0.005: 0.0}), (50490.0, {0.005: -51.0, 0.025: -51.0}))),
            (-0.1, 40000.0, 4900.0, ((44100.0, {0.005: 22.05, 0.025: 110.25, 1.0 - 1e-12: 490.0}), (48951.0, {0.005: 4.9}),
                                     (49000.0, {0.025: 0.0}), (49490.0, {0.005: -49.0})))):
        balance = quote + quantity * entry  # 900
        for price, deltas in rows:
            for cap, delta in deltas.items():
                equity = quote + quantity * price
                ledgers.holds(f"dYdX fund, {quantity} BTC at {price:g}, cap {cap:.3g}",
                              made([("BTC", quantity, entry)], balance, {2: {"BTC": price}},
                                   {"maintenance": 0.12, "strict": True, "fee": cap}),
                              fees=max(delta, 0.0), shortfall=max(-delta, 0.0), closed_notional=0.1 * price, rounds=1,
                              loss=balance - max(equity, 0.0) + max(delta, 0.0))


def dydx_two_positions(ledgers):
    """The same suite: bankruptcy quote balances of the ETH leg of an account with two, 294 and -306: what the fund keeps
    of it is the leg's value less that."""
    for btc, eth, quote, bankruptcy in ((0.004, 0.1, -490.0, 294.0), (-0.004, -0.1, 510.0, -306.0), (0.004, -0.1, 110.0, -306.0)):
        calm = {"BTC": 50000.0 * (1.3 if btc > 0 else 0.7), "ETH": 3000.0 * (1.3 if eth > 0 else 0.7)}
        balance = quote + btc * calm["BTC"] + eth * calm["ETH"]
        final = {"BTC": 50000.0, "ETH": 3000.0}
        account = made([("BTC", btc, calm["BTC"]), ("ETH", eth, calm["ETH"])], balance, {2: final},
                       {"maintenance": 0.1, "strict": True, "amount": "one-by-one", "order": "largest-notional",
                        "price": "bankruptcy"})
        results = ledgers.program.run_file(account)
        replay = json.loads(ledgers.program.call("replay", results, "--path", "0", "--json"))
        first = [event for event in replay["modes"]["cross"]["events"] if event["event"] == "liquidation"][0]
        ledgers.checks.close(f"dYdX, {btc} BTC and {eth} ETH: {bankruptcy} for ETH", eth * 3000.0 - first["forfeited"], bankruptcy, 1e-9)
        ledgers.holds(f"dYdX, {btc} BTC and {eth} ETH", account, forfeited=10.0, closed_notional=500.0, rounds=2, loss=balance)


def hyperliquid(ledgers):
    """20 % first, 30 s, then all; below two thirds of the requirement the vault takes everything. 10,000 behind 200,000
    of BTC at 1.25 %, at steps of 15 s."""
    rules = {"maintenance": 0.0125, "strict": True, "amount": "fraction", "fraction": 0.2, "cooldown": "30 s",
             "full_below": 100000, "backstop": "66.66666666666667%"}

    def gap(price, later=None, size=200000.0):
        gaps = {0.5: {"BTC": price}, **(later or {})}
        account = made([("BTC", size / 100.0, 100.0)], size / 20.0, gaps, rules, step="15 s")
        return {**account, "horizon": "1 h"}

    ledgers.holds("Hyperliquid, -4 %: a fifth is enough", gap(96.0), closed_notional=38400.0, rounds=1, loss=8000.0)
    ledgers.holds("Hyperliquid, -4.05 %: all of it after the cooldown", gap(95.95),
                  closed_notional=191900.0, rounds=2, loss=8100.0)
    after = 0.5 + 30 / 3600
    ledgers.holds("Hyperliquid: recovered within the cooldown", gap(95.95, {after: {"BTC": 97.0}}),
                  closed_notional=38380.0, rounds=1, loss=8100.0 - 0.8 * 2000.0 * 1.05)
    ledgers.holds("Hyperliquid: fallen within the cooldown", gap(95.95, {after - 15 / 3600: {"BTC": 95.9}}),
                  closed_notional=38380.0 + 1600 * 95.9, rounds=2, loss=8100.0 + 1600 * 0.05)
    ledgers.holds("Hyperliquid, -4.3 %: the vault", gap(95.7), closed_notional=191400.0, forfeited=1400.0, rounds=1, loss=10000.0)
    ledgers.holds("Hyperliquid, -6 %: below zero", gap(94.0), closed_notional=188000.0, shortfall=2000.0, rounds=1, loss=10000.0)
    ledgers.holds("Hyperliquid, small: all of it", gap(96.0, size=100000.0), closed_notional=96000.0, rounds=1, loss=4000.0)


def okx(ledgers):
    """Two tiers at a time from the third up; the rest is taken over. Four tiers of 1, 2, 3 and 5 %."""
    tiers = [{"from": 0, "rate": 0.01}, {"from": 50000, "rate": 0.02}, {"from": 100000, "rate": 0.03}, {"from": 200000, "rate": 0.05}]
    rules = {"amount": "tier-steps", "tier_steps": 2, "price": "bankruptcy", "remainder": "forfeited", "tiers": tiers}

    def fall(price, balance, **more):
        account = made([("BTC", 2500.0, 100.0)], balance, {2: {"BTC": price}}, {**rules, **more})
        del account["liquidation"]["maintenance"]
        return account

    # 2,500 at 98: 245,000, MM 0.05 * 245,000 - 5,500 = 6,750; equity 11,500 - 5,000 = 6,500. Down to 100,000: MM 1,500.
    ledgers.holds("OKX: two tiers down", fall(98.0, 11500.0), closed_notional=145000.0, rounds=1, loss=5000.0)
    # With a quarter of the rates an equity of 370 is in breach at 100,000 too (MM 375): in the second tier, it is taken over.
    quarter = [t["rate"] / 4 for t in tiers]
    account = fall(98.0, 5370.0, tiers=[{**t, "rate": rate} for t, rate in zip(tiers, quarter)], fee=0.0001)
    ledgers.holds("OKX: then taken over", account, closed_notional=245000.0, fees=14.5, forfeited=355.5, rounds=2, loss=5370.0)
    ledgers.holds("OKX: the same by rule", account, **okx_ledger(5370.0, 98.0, quarter, 0.0001))
    ledgers.holds("OKX: gap below zero", fall(94.0, 14000.0), closed_notional=235000.0, shortfall=1000.0, rounds=1, loss=14000.0)


def okx_ledger(balance, price, rates, fee):
    """The rules once more, by hand."""
    floors = (0.0, 50000.0, 100000.0, 200000.0)

    def need(n):
        return sum((rate - before) * max(n - floor, 0.0) for rate, before, floor in zip(rates, (0.0, *rates), floors))

    notional, equity, closed, fees, rounds = 2500.0 * price, balance - 2500.0 * (100.0 - price), 0.0, 0.0, 0
    while notional > 0.0 and equity <= need(notional):
        tier = max(k for k, floor in enumerate(floors) if floor < notional * (1 - 1e-9) or k == 0)
        rounds += 1
        if tier < 2:
            return {"closed_notional": closed + notional, "fees": fees, "rounds": rounds, "forfeited": equity, "loss": balance}
        sold = notional - floors[tier - 1]
        notional, closed = floors[tier - 1], closed + sold
        fees, equity = fees + fee * sold, equity - fee * sold
    return {"closed_notional": closed, "fees": fees, "rounds": rounds, "loss": balance - equity}


def drift(ledgers):
    """Drift v2, programs/drift/src/math/liquidation/tests.rs at 0ae3e3b1: the base that makes up for a shortage of 10, of a
    position in maintenance of 10 %; its price in quote units, its fees together."""
    for quote, fee, base in ((1.0, 0.0, 1.0), (0.99, 0.0, 1.010101010), (1.01, 0.0, 0.990099009), (1.0, 0.01, 1.1111), (1.0, 0.02, 1.25)):
        price = 100.0 * quote
        equity = 0.1 * 5.0 * price - 10.0
        account = made([("SOL", 5.0, 110.0)], equity + 5.0 * (110.0 - price), {2: {"SOL": price}},
                       {"maintenance": 0.1, "amount": "restore", "restore_to": BARELY, "fee": fee})
        mode = ledgers.program.run(account)["cross"]
        published = f"{base:.10g}"
        unit = 10.0 ** -len(published.partition(".")[2]) if "." in published else 1e-9
        ledgers.checks.close(f"Drift, quote {quote:g}, fee {fee:g}: base {base}", float(mode["closed_notional"][0]) / price, base, unit)


def just_enough(ledgers):
    """bt, pull request 557: equity E and a requirement of R of the notional leave E / R of a position."""
    for equity, notional, rate, left in ((1000.0, 1500.0, 0.8, "1250"), (1000.0, 3000.0, 0.5, "2000"), (700.0, 1200.0, 0.6, "1166.67")):
        account = made([("A", notional, 2.0)], equity + notional, {2: {"A": 1.0}},
                       {"maintenance": rate, "amount": "restore", "restore_to": BARELY})
        closed = float(ledgers.program.run(account)["cross"]["closed_notional"][0])
        ledgers.checks.close(f"{equity:g} at {rate:g} keep {left}", notional - closed, float(left), 0.01 if "." in left else 1e-6)


def taken_over(ledgers):
    """BitMEX's isolated example: 100 at 100 with a margin of 4 goes at 97, and costs the margin. dYdX's deleveraging: a short of
    500 at 1 with 100 ends at nothing where the price is 2."""
    rules = {"maintenance_base": "entry", "price": "bankruptcy", "remainder": "forfeited"}
    ledgers.holds("BitMEX, isolated", made([("XBT", 1.0, 100.0)], 4.0, {2: {"XBT": 97.0 - 1e-12}}, {"maintenance": 0.01, **rules}),
                  closed_notional=97.0, forfeited=1.0, rounds=1, loss=4.0)
    ledgers.holds("dYdX, deleveraging", made([("A", -500.0, 1.0)], 100.0, {2: {"A": 2.0}}, {"maintenance": 0.03, "price": "bankruptcy"}),
                  closed_notional=1000.0, shortfall=400.0, rounds=1, loss=100.0)


def slippage(ledgers):
    """1,000 units at 100 sold into a book that 10,000 of notional moves by 1 %: the area under the curve; a thin book at
    the very moment of the gap; and half of the displacement back after a half-life."""
    rules = {"maintenance": 0.02}
    for factor in (1.0, 0.25):
        k = 0.01 * 100.0 / (1e5 * factor)
        cash = 92.0 * -math.expm1(-k * 500.0) / k
        account = made([("BTC", 500.0, 100.0)], 4900.0, {2: {"BTC": 92.0}}, rules, slippage={"depth": 1e5, "half_life": "2 h"},
                       event={"depth": factor})
        cost, equity = 46000.0 - cash, 4900.0 - 4000.0
        ledgers.holds(f"slippage, depth times {factor:g}", account, slippage=cost, closed_notional=46000.0, rounds=1,
                      shortfall=max(cost - equity, 0.0), loss=4900.0 - max(equity - cost, 0.0))
    # 20 % of two shares of the same coin; what stays is worth the displaced mark, of which half the way is back in 2 h.
    account = made([("BTC", 500.0, 100.0)], 4900.0, {6: {"BTC": 92.0}}, {**rules, "amount": "fraction", "fraction": 0.4, "cooldown": "1 d"},
                   slippage={"depth": 1e5, "half_life": "2 h"})
    k = 0.01 * 100.0 / 1e5
    cost = 200.0 * 92.0 - 92.0 * -math.expm1(-k * 200.0) / k
    mark = 92.0 * math.exp(-k * 200.0 / 4.0)
    ledgers.holds("slippage: half comes back in a half-life", account, slippage=cost, closed_notional=18400.0, rounds=1,
                  loss=200.0 * 8.0 + cost + 300.0 * (100.0 - mark))


def main(arguments):
    ledgers = Ledgers(arguments[0])
    for part in (dydx_fund, dydx_two_positions, hyperliquid, okx, drift, just_enough, taken_over, slippage):
        part(ledgers)
    return ledgers.checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
