#!/usr/bin/python3
"""The twin on its own: laws that any margin engine obeys, closed forms, and published numbers of venues. It needs neither
the program nor its paths."""
import math
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from riskpool_test import Checks  # noqa: E402

from twin import generate  # noqa: E402
from twin.account import Account  # noqa: E402
from twin.amounts import Tiers, hours  # noqa: E402
from twin.engine import Path  # noqa: E402
from twin.impact import Impact  # noqa: E402
from twin.inside import Bridge, Law  # noqa: E402

PROCEDURES = ({"amount": "full"}, {"amount": "one-by-one"}, {"amount": "tier-steps"}, {"amount": "restore"},
              {"amount": "fraction", "fraction": 0.3, "cooldown": "8 h"})


def drawn_paths(made, count, seed):
    """Driftless geometric Brownian motion: for each path its steps (start, end, final, bridge normals). No gaps."""
    draw = np.random.default_rng(seed)
    law = Law(made["market"], hours(made["step"]))
    steps = round(hours(made["horizon"]) / hours(made["step"]))
    root = np.linalg.cholesky(law.correlation)
    for _ in range(count):
        moves = draw.standard_normal((steps, len(law.initial))) @ root.T * law.deviation - 0.5 * law.deviation ** 2
        x = np.vstack([np.zeros(len(law.initial)), np.cumsum(moves, axis=0)])
        normals = draw.standard_normal(moves.shape) @ root.T
        yield [(x[i].tolist(), x[i + 1].tolist(), x[i + 1].tolist(), normals[i].tolist()) for i in range(steps)]


def walk(made, mode, steps, after=None):
    """One path; `after` looks at every step end."""
    path = Path(made, mode)
    for number, prices in enumerate(steps):
        path.step(number, *prices)
        if after:
            after(path, (number + 1) * path.hours)
    return path.outcome()


def book(positions, balance, monitoring="step", procedure=None, **more):
    made = {"horizon": "6 d", "step": "4 h", "monitoring": monitoring, "stress": [],
            "market": {"model": "gbm", "assets": generate.ASSETS, "correlation": generate.CORRELATION},
            "account": {"balance": balance}, "positions": positions,
            "liquidation": {"tiers": generate.TIERS, **(procedure or {})}}
    made.update(more)
    return made


THREE = [{"name": name.lower(), "asset": name, "side": side, "notional": 24000.0, "margin": 2000.0}
         for name, side in (("BTC", "long"), ("ETH", "short"), ("SOL", "long"))]


def conservation(checks):
    """Money of every feature: what leaves the account is named. A partial procedure leaves no pool in breach."""
    for number, feature in enumerate(generate.FEATURES):
        made = generate.draft([feature], number, 6)
        made["stress"] = [event for event in made["stress"] if "return" not in event]
        left = []

        def look(path, hour, left=left):
            account = path.account
            if not (path.stress.outage(hour) or path.dynamic.on):
                left += [pool for pool in account.pools
                         if pool.open and path.procedure.breached(account, pool) and not path.procedure.waits(pool, hour)]

        worst = max(abs(walk(made, mode, steps, look)["imbalance"])
                    for steps in drawn_paths(made, 6, number) for mode in made["modes"])
        checks.true(f"{feature}: money is conserved to {worst:.1e}", worst <= 1e-9 * made["account"]["balance"])
        checks.true(f"{feature}: no pool is left in breach", not left)


def more_margin(checks):
    """More margin in an isolated pool never brings its first liquidation to an earlier step. Alone: after a partial close
    the step's rest is looked at only at its end, in other pools too."""
    for procedure in PROCEDURES:
        for slippage in ({}, {"slippage": {"depth": 2e5, "half_life": "1 d"}}):
            earlier = 0
            for number, steps in enumerate(drawn_paths(book(THREE, 6000.0), 30, 5)):
                times = [walk(book([{**THREE[number % 3], "margin": margin}], 9000.0, "continuous",
                                   {**procedure, "fee": 0.001}, **slippage), "isolated", steps)["liquidation_time"][0]
                         for margin in (2000.0, 2100.0, 2600.0)]
                last = [math.inf if math.isnan(time) else math.ceil(time / 4.0) for time in times]
                earlier += last != sorted(last)
            checks.true(f"{procedure['amount']}{', slippage' if slippage else ''}: more margin, never earlier", earlier == 0)


def optional_stopping(checks):
    """Without drift and costs no rule of closing earns anything: what the trader loses, the fund bears or keeps."""
    for procedure in PROCEDURES:
        for monitoring, mode in (("step", "cross"), ("continuous", "isolated"), ("step", "isolated")):
            made = book(THREE, 6600.0, monitoring, procedure)
            sums = [outcome["loss"] + outcome["shortfall"] - outcome["forfeited"]
                    for outcome in (walk(made, mode, steps) for steps in drawn_paths(made, 120, 7))]
            checks.z(f"{procedure['amount']}, {mode}, {monitoring}: loss and shortfall", np.mean(sums), 0.0,
                     np.std(sums) / math.sqrt(len(sums)))


def one_account(market, positions, balance, rule, **more):
    assets = [{"name": name, "price": price, "volatility": 0.5} for name, price in market.items()]
    made = {"market": {"model": "gbm", "assets": assets, "correlation": np.eye(len(assets)).tolist()},
            "account": {"balance": balance, **more}, "positions": positions, "liquidation": rule}
    return made


def liquidation_price(made, mode, position, side):
    """All other prices as they are."""
    account = Account(made, mode)
    pool = next(pool for pool in account.pools if position in pool.legs)
    zero = [0.0] * len(account.market)
    bridge = Bridge(account, Law(made["market"], 1.0), zero, zero, zero)
    return bridge.barrier(pool, pool.legs[position].asset, side)


def published(checks):
    """Liquidation prices that venues, or the tests of open systems, have published."""
    def single(price, quantity, margin, rule, **terms):
        position = {"name": "a", "asset": "A", "quantity": quantity, "margin": margin, **terms}
        return one_account({"A": price}, [position], margin, rule)

    def flat(rate, floor, cum):
        """One tier of a venue's table, by a tier below it that makes its maintenance amount."""
        return [{"from": 0.0, "rate": rate - cum / floor}, {"from": floor, "rate": rate}]

    # Binance USD-M, two positions, cross (help page; also freqtrade's tests).
    binance = one_account(
        {"ETH": 1335.18, "BTC": 31967.27},
        [{"name": "eth", "asset": "ETH", "quantity": 3683.979, "entry": 1456.84, "leverage": 10},
         {"name": "btc", "asset": "BTC", "quantity": 109.488, "entry": 32481.98, "leverage": 10}], 1535443.01,
        {"tiers": {"ETH": flat(0.1, 2e6, 135365.0), "BTC": flat(0.025, 1e6, 16300.0)}})
    checks.close("Binance, cross, ETH", liquidation_price(binance, "cross", 0, -1.0), 1153.26, 0.005)
    checks.close("Binance, cross, BTC", liquidation_price(binance, "cross", 1, -1.0), 26316.89, 0.005)
    short = single(3000.0, -3.0, 1000.0, {"maintenance": 0.05})
    checks.close("dYdX, isolated short", liquidation_price(short, "isolated", 0, 1.0), 3174.60, 0.005)
    cross = one_account({"ETH": 3000.0, "STRK": 1.75},
                        [{"name": "eth", "asset": "ETH", "quantity": -1.5, "leverage": 10},
                         {"name": "strk", "asset": "STRK", "quantity": 1000.0, "leverage": 10}], 1000.0,
                        {"maintenance": {"ETH": 0.05, "STRK": 0.1}})
    checks.close("dYdX, cross", liquidation_price(cross, "cross", 0, 1.0), 3380.95, 0.005)
    with_fee = {"maintenance": 0.01, "fee": 0.0006, "fee_in_maintenance": True}
    for what, rule, quantity, margin, side, price in (
            ("OKX: fee in maintenance, long", with_fee, 1.0, 10.0 / 3.0, -1.0, 6.738090425173506),
            ("BitMEX, maintenance at entry", {"maintenance": 0.01, "maintenance_base": "entry"}, 1.0, 0.4, -1.0, 9.7)):
        checks.close(what, liquidation_price(single(10.0, quantity, margin, rule), "isolated", 0, side), price, 1e-9)
    gate = single(1680.05, 0.5423, 182.81, {"maintenance": 0.005})
    checks.close("Gate, a real trade", liquidation_price(gate, "isolated", 0, -1.0), 1349.70, 0.005)
    # Kraken, inverse: 1000 contracts of a dollar at 8000, 0.01 coins.
    coins = one_account({"BTC": 8000.0},
                        [{"name": "a", "asset": "BTC", "contract": "inverse", "quantity": 1000.0, "margin": 0.01}], 1.0,
                        {"maintenance": 0.01}, holdings=[{"asset": "BTC", "quantity": 0.01}])
    checks.close("Kraken, inverse", liquidation_price(coins, "isolated", 0, -1.0), 7481.48, 0.005)
    checks.close("Binance 2020: bracket", Tiers([{"from": 0, "rate": 0.004}, {"from": 50000, "rate": 0.005}]).of(50001.0),
                 200.005, 1e-9)
    checks.close("Bybit: four brackets", Tiers([{"from": 1000.0 * k, "rate": r}
                                                for k, r in enumerate((0.02, 0.025, 0.03, 0.035))]).of(3500.0), 92.5, 1e-9)


def closed_forms(checks):
    # What restoring closes: E - f s n = r m (1 - s) n at E = m n.
    maintenance, fee, restore = 0.02, 0.001, 1.2
    position = {"name": "a", "asset": "BTC", "side": "long", "notional": 20000.0, "margin": 2000.0}
    made = book([position], 2000.0, "continuous",
                {"tiers": [{"from": 0, "rate": maintenance}], "amount": "restore", "restore_to": restore, "fee": fee})
    path = Path(made, "isolated")
    path.step(0, [0.0] * 3, [-0.085, 0.0, 0.0], [-0.085, 0.0, 0.0], [0.0] * 3)
    leg = path.account.pools[1].legs[0]
    share = maintenance * (restore - 1.0) / (restore * maintenance - fee)
    checks.close("restore: the share at the surface", 1.0 - leg.remaining, share, 1e-12)
    for shape in ("linear", "square-root"):
        impact = Impact({"depth": 1e6, "shape": shape}, ["A"], [100.0])
        for start, sold in ((0.0, 5e4), (2e4, -7e4), (-3e3, 2e-3), (1e7, 3e7)):
            impact.volume = [start]
            mark, n = 90.0, 200000
            volumes = start + sold * (np.arange(n) + 0.5) / n
            prices = [math.exp(-impact.displacement(0, volume) + impact.displacement(0)) for volume in volumes]
            expected = sold * mark * (1.0 - math.fsum(prices) / n)
            checks.close(f"{shape}: cost of selling {sold:g} from {start:g}", impact.cost(0, mark, sold), expected,
                         2e-6 * abs(expected) + 1e-9)


def main():
    checks = Checks("twin's laws", verbose=False)
    for law in (conservation, more_margin, optional_stopping, published, closed_forms):
        law(checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
