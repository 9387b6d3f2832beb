#!/usr/bin/python3
"""Collateral and contracts: prices and values that venues publish, closed forms, laws between runs, conservation of
money, and what is refused.

    run.py BINARY [--only CHECK,...]
"""
import argparse
import copy
import math
import os
import random
import subprocess
import sys

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, ".."))
sys.path.insert(0, os.path.join(FOLDER, "..", "analytic"))
from closed_forms import passage  # noqa: E402
from riskpool_test import Checks, Program, scenario  # noqa: E402

COLUMNS = ("loss", "shortfall", "max_drawdown", "lowest_margin_level", "liquidation_time", "fees", "forfeited",
           "slippage", "closed_notional", "rounds")
MONEY = ("loss", "shortfall", "max_drawdown", "fees", "forfeited", "slippage", "closed_notional")
BOTH = ("step", "continuous")
NAMES = ("BTC", "ETH", "USDC")


def asset(name, price, volatility=0.8, drift=0.0):
    return {"name": name, "price": price, "volatility": volatility, "drift": drift}


def inverse(name, coin, notional, side="long", **more):
    return {"name": name, "asset": coin, "contract": "inverse", "side": side, "notional": notional, **more}


def account(positions, holdings, assets=None, balance=0.0, **more):
    base = {"horizon": "7 d", "step": "2 h", "maintenance": 0.005, "paths": 6000, "seed": 7, "keep": "all",
            "trajectories": True}
    base.update(more)
    made = scenario(assets or [asset("BTC", 60000.0)], positions, balance, **base)
    made["account"]["holdings"] = holdings
    return made


class Suite:
    def __init__(self, binary):
        self.program = Program(binary)
        self.checks = Checks("contracts")

    def look(self, mode, *arguments, **named):
        named.setdefault("modes", [mode])
        stated = self.program.inspect(account(*arguments, **named))["modes"][mode]
        return stated, stated["pools"][-1] if mode == "isolated" else stated["pools"][0]

    def same_columns(self, what, a, b, columns=COLUMNS):
        for column in columns:
            self.checks.same(f"{what}: {column}", a[column], b[column])


# --- What is published ---------------------------------------------------------------------------------------------


def kraken(suite):
    """1,000 USD at 8,000, margin 0.01 BTC, MM 1 % of the face: liquidation at 1010 / 0.135, limit at 1000 / 0.135."""
    for mode in ("isolated", "cross"):
        stated, pool = suite.look(mode, [inverse("p", "BTC", 1000, margin=0.01)], [{"asset": "BTC", "quantity": 0.01}],
                                  [asset("BTC", 8000.0)], maintenance=0.01)
        suite.checks.close(f"Kraken, {mode}: liquidation", pool["positions"][0]["liquidation_price"], 1010 / 0.135, 1e-9)
        suite.checks.close(f"Kraken, {mode}: bankruptcy", pool["positions"][0]["bankruptcy_price"], 1000 / 0.135, 1e-9)
        suite.checks.close(f"Kraken, {mode}: equity in both currencies",
                           [stated["equity"], pool["holdings"][-1]["pool_equity_coins"]], [80.0, 0.01], 1e-12)


def bybit(suite):
    """Maintenance fixed in coins at the entry; the fee of closing, 0.075 % of 10,000 USD, as a debt."""
    fixed = {"liquidation": {"maintenance_base": "entry"}}
    dollar = [asset("BTC", 8000.0), asset("USD", 1.0, 0.0)]
    _, pool = suite.look("cross", [inverse("p", "BTC", 10000, leverage=50)],
                         [{"asset": "BTC", "quantity": 0.5}, {"asset": "USD", "quantity": -7.5}], dollar, **fixed)
    p = pool["positions"][0]
    suite.checks.close("Bybit, cross long: bankruptcy", round(p["bankruptcy_price"], 2), 5718.57, 0)
    suite.checks.close("Bybit, cross long: liquidation, to the next 0.5", math.ceil(2 * p["liquidation_price"]) / 2, 5739.5,
                       0)
    _, pool = suite.look("isolated", [inverse("p", "BTC", 7890.08, leverage=50)], [{"asset": "BTC", "quantity": 1}],
                         [asset("BTC", 7890.08)], **fixed)
    p = pool["positions"][0]
    suite.checks.close("Bybit, isolated long: bankruptcy", round(p["bankruptcy_price"], 3), 7735.373, 0)
    suite.checks.close("Bybit, isolated long: liquidation, to the next 0.5", math.ceil(2 * p["liquidation_price"]) / 2,
                       7773.5, 0)
    _, pool = suite.look("isolated", [inverse("p", "BTC", 60000, "short", leverage=10)],
                         [{"asset": "BTC", "quantity": 1}], [asset("BTC", 50000.0)], **fixed)
    p = pool["positions"][0]
    suite.checks.close("Bybit, short: liquidation", round(p["liquidation_price"], 1), 55248.6, 0)
    suite.checks.close("Bybit, short: initial and maintenance margin in coins",
                       [p["initial_margin_coins"], p["maintenance_margin_coins"]], [0.12, 0.006], 1e-15)
    _, pool = suite.look("cross", [inverse("p", "BTC", 12000, leverage=50)], [{"asset": "BTC", "quantity": 1}],
                         [asset("BTC", 8000.0)])
    suite.checks.close("Bybit: initial margin of 12,000 USD", pool["positions"][0]["initial_margin_coins"], 0.03, 1e-15)
    _, pool = suite.look("isolated", [inverse("p", "BTC", 8125, "short", leverage=50)],
                         [{"asset": "BTC", "quantity": 1}], [asset("BTC", 8125.0)], **fixed)
    suite.checks.close("BTCMEX, short: liquidation", round(pool["positions"][0]["liquidation_price"], 2), 8248.73, 0)


def collateral_values(suite):
    """Bybit's ratios by amount of BTC (0.98, 0.95, 0.90, 0.85, 0.80 from 0, 10, 20, 30, 40), as haircuts by value."""
    price = 10000.0
    rates = [(0, 0.02), (10, 0.05), (20, 0.10), (30, 0.15), (40, 0.20)]
    schedule = [{"from": amount * price, "rate": rate} for amount, rate in rates]
    for amount, worth in ((5, 4.9), (10, 9.8), (15, 14.55), (35, 32.55), (45, 40.8)):
        stated, pool = suite.look("cross", [inverse("p", "BTC", 1000, leverage=5)],
                                  [{"asset": "BTC", "quantity": amount, "haircut": schedule}], [asset("BTC", price)])
        suite.checks.close(f"Bybit: what {amount} BTC count for", pool["equity"], worth * price, 1e-9)
        suite.checks.close(f"{amount} BTC at the market", stated["equity"], amount * price, 1e-9)
    _, pool = suite.look("cross", [{"name": "p", "asset": "BTC", "side": "long", "notional": 1000, "leverage": 25}],
                         [{"asset": "BTC", "quantity": 0.5}], [asset("BTC", 16000.0)])
    suite.checks.close("Lean: value of 0.5 BTC", pool["holdings"][0]["collateral_value"], 8000.0, 0)
    _, pool = suite.look("cross", [{"name": "p", "asset": "BTC", "side": "long", "notional": 1000, "leverage": 25}],
                         [{"asset": "BTC", "quantity": -0.5}], [asset("BTC", 16000.0)], balance=20000.0)
    suite.checks.close("a debt counts in full", pool["equity"], 12000.0, 0)


# --- Closed forms --------------------------------------------------------------------------------------------------


def inverse_first_passage(suite):
    """An inverse position and coins: G = (coins + q / E) P - q - MM is zero at one price."""
    price, volatility, coins, face = 60000.0, 0.9, 1.0, 80000.0
    for side, drift in (("long", 0.1), ("short", -0.2)):
        sign = 1.0 if side == "long" else -1.0
        for base, made in (("mark", None), ("entry", {"maintenance_base": "entry"})):
            held = coins if side == "long" else 0.4
            q, need = sign * face / price, 0.01 * face
            per_coin = need / price if base == "entry" else 0.0
            barrier = (sign * face + (need if base == "mark" else 0.0)) / (held + q - per_coin)
            years, paths = 14 / 365, 60000
            results = suite.program.run(account(
                [inverse("p", "BTC", face, side, margin=held)], [{"asset": "BTC", "quantity": held}],
                [asset("BTC", price, volatility, drift)], horizon="14 d", step="1 d", maintenance=0.01, paths=paths,
                liquidation=made, monitoring="continuous", trajectories=False))
            distance = abs(math.log(barrier / price))
            p = passage(distance, sign * (drift - 0.5 * volatility**2), volatility, years)
            for mode in ("isolated", "cross"):
                suite.checks.frequency(f"inverse {side}, base {base}, {mode}: P(liquidated)",
                                       results[mode]["any_liquidation_frequency"], p, paths, mode == "cross")
                # What is left on the surface is the requirement; the coins are then worth it.
                left = need if base == "mark" else per_coin * barrier
                hit = np.isfinite(results[mode]["liquidation_time"][:, 0])
                suite.checks.true(f"inverse {side}, base {base}, {mode}: no shortfall inside",
                                  float(np.max(results[mode]["shortfall"])) == 0.0 and 0.0 < left and hit.any())


def convex_gains(suite):
    """A bond on a log-normal yield that cannot be liquidated: E[(y - E)^2] = E^2 (e^(s^2 T) - 1)."""
    y, volatility, paths, q, duration, convexity = 0.04, 0.5, 40000, 1e6, 8.0, 80.0
    bond = {"name": "bond", "asset": "Y", "contract": "rate", "quantity": q, "dollar_duration": duration,
            "convexity": convexity, "margin": 1000.0}
    results = suite.program.run(account([bond], [], [asset("Y", y, volatility)], balance=1e9, maintenance=0.1,
                                        horizon="365 d", step="73 d", paths=paths, modes=["cross"]))
    expected = -q * 0.5 * convexity * y**2 * (math.exp(volatility**2) - 1.0)
    mode = results["cross"]
    suite.checks.z("a convex bond gains by its convexity", mode["mean_loss"], expected, float(mode["mean_loss_se"]))
    bond["convexity"] = 0
    flat = suite.program.run(account([bond], [], [asset("Y", y, volatility)], balance=1e9, maintenance=0.1,
                                     horizon="365 d", step="73 d", paths=paths, modes=["cross"]))["cross"]
    moved = flat["loss"] / (q * duration)  # y - E on every path
    suite.checks.close("its loss is that of the linear one less q K dy^2 / 2, path by path", mode["loss"],
                       flat["loss"] - 0.5 * q * convexity * moved**2, 1e-6)


# --- Laws ----------------------------------------------------------------------------------------------------------


def a_hedge_stays(suite):
    """x coins without haircut beside a short of x: the account is worth the same at every price."""
    short = {"name": "short", "asset": "BTC", "side": "short", "quantity": 0.5, "margin": 5000.0}
    for monitoring in BOTH:
        results = suite.program.run(account([short], [{"asset": "BTC", "quantity": 0.5}], balance=1000.0,
                                            monitoring=monitoring, modes=["cross"]))["cross"]
        suite.checks.close(f"hedge, {monitoring}: loss", results["loss"], 0.0, 1e-9)
        suite.checks.close(f"hedge, {monitoring}: drawdown", results["max_drawdown"], 0.0, 1e-9)
    _, pool = suite.look("cross", [short], [{"asset": "BTC", "quantity": 0.5}], balance=1000.0)
    suite.checks.close("hedge: it dies of its maintenance alone", pool["positions"][0]["liquidation_price"],
                       31000.0 / (0.5 * 0.005), 1e-6)
    coins = suite.program.run(account([inverse("p", "BTC", 30000, "short", margin=0.5)],
                                      [{"asset": "BTC", "quantity": 0.5}], modes=["cross"]))["cross"]
    suite.checks.close("a synthetic dollar: 1x short in coins", coins["loss"], 0.0, 1e-9)


def one_position_is_every_mode(suite):
    for monitoring in BOTH:
        for side in ("long", "short"):
            for terms in ({}, {"remainder": "forfeited", "fee": 0.002}, {"price": "bankruptcy"}, {"fee": 0.001}):
                results = suite.program.run(account([inverse("p", "BTC", 40000, side, margin=0.1)],
                                                    [{"asset": "BTC", "quantity": 0.1}], monitoring=monitoring,
                                                    liquidation=terms))
                suite.same_columns(f"inverse {side}, {monitoring}, {terms}: isolated = cross", results["isolated"],
                                   results["cross"])
                lost = float(np.max(results["isolated"]["loss"]))
                suite.checks.true(f"inverse {side}, {monitoring}, {terms}: somebody dies, nobody owes",
                                  0 < float(results["cross"]["any_liquidation_frequency"]) < 1 and lost <= 6000.0)


def book(scale=1.0):
    """Three assets, coins of two, a debt, and contracts of all kinds."""
    assets = [asset("BTC", 60000.0), asset("ETH", 3000.0, 1.1), asset("USDC", 1.0, 0.05)]
    positions = [inverse("a", "BTC", 90000 * scale, margin=0.2 * scale),
                 inverse("b", "ETH", 20000 * scale, "short", margin=1.0 * scale),
                 {"name": "c", "asset": "BTC", "side": "long", "notional": 30000 * scale, "margin": 3000 * scale},
                 {"name": "d", "asset": "ETH", "side": "short", "notional": 15000 * scale, "margin": 2000 * scale,
                  "contract": "spot"}]
    tiers = [{"from": 0, "rate": 0.0}, {"from": 2000 * scale, "rate": 0.1}, {"from": 9000 * scale, "rate": 0.4}]
    holdings = [{"asset": "USDC", "quantity": -3000 * scale}, {"asset": "ETH", "quantity": 2.0 * scale, "haircut": tiers},
                {"asset": "BTC", "quantity": 0.3 * scale, "haircut": 0.05}]
    return positions, holdings, assets


def mixed(scale=1.0, **more):
    positions, holdings, assets = book(scale)
    tiers = [{"from": 0, "rate": 0.005}, {"from": 40000 * scale, "rate": 0.02}]
    terms = {"tiers": tiers, "fee": 0.0005, **more.pop("terms", {})}
    made = account(positions, holdings, assets, 9000 * scale,
                   modes=["isolated", "cross", {"name": "mixed", "isolated": ["a", "c"]}], correlation=0.6, **more)
    made["liquidation"] = terms
    return made


PROCEDURES = ({}, {"amount": "one-by-one"}, {"amount": "tier-steps"}, {"amount": "restore"},
              {"amount": "fraction", "fraction": 0.5, "cooldown": "4 h"}, {"price": "bankruptcy"},
              {"remainder": "forfeited", "backstop": 0.5})


def hybrids_meet_the_modes(suite):
    singles = {"name": "singles", "pools": [{"name": n, "positions": [n]} for n in "abcd"]}
    for monitoring in BOTH:
        made = mixed(monitoring=monitoring)
        made["modes"] = ["isolated", "cross", singles]
        results = suite.program.run(made)
        suite.same_columns(f"{monitoring}: hybrid of single pools = isolated", results["singles"], results["isolated"])
        made = account([inverse("a", "BTC", 90000, margin=0.25), inverse("b", "BTC", 20000, "short", margin=0.125)],
                       [{"asset": "BTC", "quantity": 0.375, "haircut": 0.1}], monitoring=monitoring,
                       modes=["cross", {"name": "together", "pools": [{"name": "all", "positions": ["a", "b"]}]}])
        results = suite.program.run(made)
        suite.same_columns(f"{monitoring}: hybrid of one pool = cross", results["together"], results["cross"])


def twice_is_twice(suite):
    for monitoring in BOTH:
        for terms in PROCEDURES:
            once = suite.program.run(mixed(1.0, monitoring=monitoring, terms=terms, paths=3000))
            twice = suite.program.run(mixed(2.0, monitoring=monitoring, terms=terms, paths=3000))
            for mode in ("isolated", "cross", "mixed"):
                for column in COLUMNS:
                    factor = 2.0 if column in MONEY else 1.0
                    suite.checks.same(f"twice, {monitoring}, {terms}, {mode}: {column}", twice[mode][column],
                                      factor * once[mode][column])
            suite.checks.true(f"twice, {monitoring}, {terms}: somebody dies in every mode",
                              all(np.any(once[mode]["rounds"] > 0) for mode in ("isolated", "cross", "mixed")))


def order_is_nothing(suite):
    for monitoring in BOTH:
        made = mixed(monitoring=monitoring)
        other = copy.deepcopy(made)
        other["positions"] = [made["positions"][i] for i in (2, 0, 3, 1)]
        one, two = suite.program.run(made), suite.program.run(other)
        for mode in ("isolated", "cross", "mixed"):
            for column in ("loss", "shortfall", "fees", "max_drawdown"):
                suite.checks.close(f"another order, {monitoring}, {mode}: {column}", two[mode][column],
                                   one[mode][column], 1e-8)


def a_straight_rate_is_linear(suite):
    """K = 0: a linear position of -q D whose maintenance rate is that of the notional over D."""
    y, q, duration = 0.04, 2e6, 8.0
    for monitoring in BOTH:
        rate = {"name": "p", "asset": "Y", "contract": "rate", "quantity": q, "dollar_duration": duration, "margin": 30000.0}
        line = {"name": "p", "asset": "Y", "quantity": -q * duration, "margin": 30000.0}
        yields = [asset("Y", y, 0.9)]
        a, b = (suite.program.run(account([p], [], yields, balance=40000.0, maintenance=need, monitoring=monitoring,
                                          horizon="30 d"))
                for p, need in ((rate, 0.08), (line, 0.01)))
        for mode in ("isolated", "cross"):
            for column in ("loss", "shortfall", "liquidation_time", "max_drawdown", "lowest_margin_level"):
                suite.checks.close(f"straight rate, {monitoring}, {mode}: {column}", a[mode][column], b[mode][column],
                                   1e-7)
            suite.checks.true("somebody dies", 0.02 < float(a[mode]["any_liquidation_frequency"]) < 0.98)


def hardly_convex_is_straight(suite):
    """At step ends a convexity of nearly nothing changes nearly nothing: other code, the same law."""
    made = {}
    for convexity in (0.0, 1e-12):
        rate = {"name": "p", "asset": "Y", "contract": "rate", "quantity": 2e6, "dollar_duration": 8.0, "margin": 30000.0,
                "convexity": convexity}
        other = {"name": "o", "asset": "BTC", "side": "long", "notional": 50000.0, "margin": 5000.0}
        made[convexity] = suite.program.run(account([rate, other], [{"asset": "BTC", "quantity": 0.1, "haircut": 0.1}],
                                                    [asset("Y", 0.04, 0.9), asset("BTC", 60000.0)], balance=40000.0,
                                                    maintenance=0.03, horizon="30 d"))
    for mode in ("isolated", "cross"):
        for column in COLUMNS:
            suite.checks.close(f"hardly convex, {mode}: {column}", made[1e-12][mode][column], made[0.0][mode][column], 1e-6)


def instruction_sets_agree(suite):
    made = mixed(monitoring="continuous", terms={"amount": "one-by-one"}, paths=5000,
                 slippage={"depth": {"BTC": 3e5, "ETH": 2e5, "USDC": 1e6}})
    path = suite.program.write(made)
    digests = set()
    for isa, threads in (("v2", 1), ("v3", 2), ("v4", 2), ("v4", 1)):
        out = suite.program.path(".h5")
        subprocess.run([suite.program.binary, "run", path, "-q", "-o", out, "-j", str(threads)], check=True,
                       env={**os.environ, "RISKPOOL_ISA": isa})
        with open(out, "rb") as file:
            digests.add(file.read())
    suite.checks.true("the same bytes on every instruction set and number of threads", len(digests) == 1)


# --- Conservation --------------------------------------------------------------------------------------------------


def conservation(suite):
    """One path without volatility and one gap: market profit is known, so everything else must add up."""
    chance = random.Random(5)
    died = short = 0
    for number in range(60):
        positions, holdings, assets = book()
        for a in assets:
            a["volatility"] = 0.0
        for p in positions:
            p["notional"] *= chance.uniform(0.3, 3.0)
        move = {name: chance.uniform(-0.6, 0.5) for name in ("BTC", "ETH")}
        move["USDC"] = chance.uniform(-0.1, 0.02)
        made = account(positions, holdings, assets, 9000.0, paths=1, horizon="10 d", step="2 h",
                       modes=["isolated", "cross", {"name": "mixed", "isolated": ["a", "c"]}],
                       stress=[{"at": "4 h", "return": move}], monitoring=chance.choice(BOTH),
                       liquidation={"fee": chance.choice([0, 0.01]), **chance.choice(PROCEDURES),
                                    "maintenance_base": chance.choice(["mark", "entry"])})
        try:
            results = suite.program.run(made)
        except RuntimeError as error:
            if "starts in breach" in str(error):
                continue
            raise
        price = {a["name"]: a["price"] for a in assets}
        gain = sum(h["quantity"] * price[h["asset"]] * move[h["asset"]] for h in holdings)
        for p in positions:
            gain += (1 if p["side"] == "long" else -1) * p["notional"] * move[p["asset"]]
        for mode in ("isolated", "cross", "mixed"):
            c = {name: float(results[mode][name][0]) for name in ("loss", "fees", "slippage", "forfeited", "shortfall",
                                                                  "rounds")}
            out = gain + c["loss"] - c["fees"] - c["slippage"] - c["forfeited"] + c["shortfall"]
            suite.checks.close(f"conservation {number}, {mode}", out, 0.0, 1e-7)
            died += c["rounds"] > 0
            short += c["shortfall"] > 0
    suite.checks.true(f"conservation is put to a test ({died} liquidations, {short} shortfalls)", died > 40 and short > 10)


def a_depeg_by_hand(suite):
    """10,000 USDC at a haircut of 10 % behind a long of 30,000 that loses 4,000; USDC then trades at 0.88."""
    long = {"name": "p", "asset": "BTC", "side": "long", "notional": 30000.0, "margin": 5000.0}
    made = account([long], [{"asset": "USDC", "quantity": 10000.0, "haircut": 0.1}],
                   [asset("BTC", 60000.0, 0.0), asset("USDC", 1.0, 0.0)], modes=["cross"], paths=1, maintenance=0.2,
                   stress=[{"at": "4 h", "return": {"BTC": -2 / 15, "USDC": -0.12}}])
    results = suite.program.run(made)["cross"]
    # Equity 0.9 * 8,800 - 4,000 = 3,920 is below 20 % of 26,000; closed, 4,000 are paid with USDC at 0.88.
    suite.checks.close("depeg: loss", results["loss"], 1200.0 + 4000.0, 1e-9)
    suite.checks.close("depeg: liquidated", results["rounds"], 1.0, 0)
    made["liquidation"]["price"] = "bankruptcy"
    results = suite.program.run(made)["cross"]
    suite.checks.close("depeg, takeover: the haircut is what remains", results["loss"], 10000.0 - 880.0, 1e-9)
    suite.checks.close("depeg, takeover: forfeited", results["forfeited"], 3920.0, 1e-9)
    made["stress"][0]["return"] = {"BTC": -0.5, "USDC": -0.12}
    made["liquidation"]["price"] = "mark"
    results = suite.program.run(made)["cross"]
    suite.checks.close("depeg, deeper: everything is sold", results["loss"], 10000.0, 1e-9)
    suite.checks.close("depeg, deeper: the rest is the fund's", results["shortfall"], 15000.0 - 8800.0, 1e-9)


def a_takeover_by_hand(suite):
    """10 BTC of an inverse long on 2 BTC with a haircut of 10 %, a fall by 20 %: the fund bears 5,600, and the tenth of the coins that
    the haircut left out is the holder's, in coins, whose price comes back; nothing was sold in a market on the way."""
    for amount in ("full", "one-by-one", "tier-steps"):
        for mode in ("isolated", "cross"):
            made = account([inverse("p", "BTC", 100000, margin=2)], [{"asset": "BTC", "quantity": 2, "haircut": 0.1}],
                           [asset("BTC", 10000.0, 0.0)], modes=[mode], paths=1, maintenance=0.01, slippage={"depth": 1e5},
                           liquidation={"price": "bankruptcy", "amount": amount},
                           stress=[{"at": "4 h", "return": {"BTC": -0.2}}, {"at": "8 h", "return": {"BTC": 0.25}}])
            results = suite.program.run(made)[mode]
            for column, money in (("shortfall", 5600.0), ("slippage", 0.0), ("forfeited", 0.0), ("loss", 20000.0 - 0.2 * 10000.0)):
                suite.checks.close(f"takeover, {amount}, {mode}: {column}", results[column], money, 1e-8)


def what_is_owed_stays(suite):
    """A long that costs 600, beside a debt of 5 coins at 100 that then rise by 10 %: who closes no more than it takes leaves the debt,
    who closes everything buys it back."""
    for amount, owed in (("full", 0.0), ("one-by-one", 50.0), ("tier-steps", 50.0), ("restore", 50.0)):
        made = account([{"name": "p", "asset": "BTC", "side": "long", "notional": 10000, "margin": 900}],
                       [{"asset": "SOL", "quantity": -5}], [asset("BTC", 1000.0, 0.0), asset("SOL", 100.0, 0.0)], balance=1500.0,
                       modes=["cross"], paths=1, maintenance=0.05, liquidation={"amount": amount, **({"restore_to": 100} if amount == "restore" else {})},
                       stress=[{"at": "4 h", "return": {"BTC": -0.06}}, {"at": "8 h", "return": {"SOL": 0.1}}])
        results = suite.program.run(made)["cross"]
        suite.checks.close(f"a debt, {amount}: loss", results["loss"], 600.0 + owed, 1e-9)


# --- What is refused -----------------------------------------------------------------------------------------------


def refusals(suite):
    coin = [{"asset": "BTC", "quantity": 0.01}]
    long = [inverse("p", "BTC", 100, margin=0.005)]
    rate = {"name": "p", "asset": "BTC", "contract": "rate", "quantity": 1.0, "margin": 5.0}
    cases = {
        "unknown asset 'BTX'": (long, [{"asset": "BTX", "quantity": 1}], {}),
        "'haircut': '1' is outside the allowed range": (long, [{**coin[0], "haircut": 1}], {}),
        "'haircut': '-0.1' is outside": (long, [{**coin[0], "haircut": -0.1}], {}),
        "the rate of this tier is 0.1": (long, [{**coin[0], "haircut": [{"from": 0, "rate": 0.2},
                                                                         {"from": 5, "rate": 0.1}]}], {}),
        "this tier starts at 5, the one before it at 5": (long, [{**coin[0], "haircut": [
            {"from": 0, "rate": 0.1}, {"from": 5, "rate": 0.2}, {"from": 5, "rate": 0.3}]}], {}),
        "a debt has no haircut": (long, [{"asset": "BTC", "quantity": -1, "haircut": 0.1}], {}),
        "'quantity' is 0: nothing is held": (long, [{"asset": "BTC", "quantity": 0}], {}),
        "the holding of 'BTC' is listed twice": (long, coin + coin, {}),
        "takes 0.02 BTC as margin, but 0.01 are held": ([inverse("p", "BTC", 100, margin=0.02)], coin, {}),
        "no 'BTC' is held": (long, [], {"balance": 100.0}),
        "prices above 0, which model 'bachelier'": (long, coin, {"model": "bachelier"}),
        "the required key 'dollar_duration' is missing": ([rate], coin, {"balance": 10.0}),
        "'convexity' is a key of rate contracts": ([{**long[0], "convexity": 1}], coin, {}),
        "'balance' is 0, and there are no holdings": ([{"name": "p", "asset": "BTC", "side": "long", "notional": 1,
                                                        "margin": 1}], [], {}),
    }
    for message, (positions, holdings, more) in cases.items():
        path = suite.program.write(account(positions, holdings, **more))
        done = subprocess.run([suite.program.binary, "validate", path], capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        suite.checks.true(f"refused: {message}" + ("" if message in said else f"; said:\n{said}"),
                          done.returncode == 65 and message in said)


CHECKS = [kraken, bybit, collateral_values, inverse_first_passage, convex_gains, a_hedge_stays,
          one_position_is_every_mode, hybrids_meet_the_modes, twice_is_twice, order_is_nothing,
          a_straight_rate_is_linear, hardly_convex_is_straight, instruction_sets_agree, conservation, a_depeg_by_hand,
          a_takeover_by_hand, what_is_owed_stays, refusals]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--only")
    options = parser.parse_args()
    suite = Suite(options.binary)
    for check in CHECKS:
        if not options.only or check.__name__ in options.only.split(","):
            check(suite)
    return suite.checks.finish()


if __name__ == "__main__":
    sys.exit(main())
