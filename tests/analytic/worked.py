"""Worked examples with exact answers: no volatility, gaps that are dictated, accounts that can be followed by hand.
Prices, quantities and gaps of the first are dyadic, so that even a breach by equality is exact."""
from riskpool_test import scenario

STILL = {"volatility": 0.0, "drift": 0.0}


def still(names, price):
    return [{"name": name, "price": price, **STILL} for name in names]


def gaps(*steps):
    """A stress list: {asset: return} at the end of hour 1, 2, ..."""
    return [{"at": f"{60 * i + 30} min", "return": returns} for i, returns in enumerate(steps)]


def three_longs(model, *steps):
    positions = [{"name": name.lower(), "asset": name, "side": "long", "notional": 16000, "margin": 2000}
                 for name in ("BTC", "ETH", "SOL")]
    return scenario(still(("BTC", "ETH", "SOL"), 128.0), positions, 10000, horizon="4 h", step="1 h", model=model,
                    paths=256, keep="all", trajectories=True, stress=gaps(*steps))


def equity(mode, start=10000.0):
    return start - mode["loss"][0]


def liquidated(mode):
    return [bool(t == t) for t in mode["liquidation_time"][0]]


def three_longs_fall(program, checks):
    """10,000, three longs of 2,000 margin, open profits -2,000, -1,500, -1,000: equity 5,500 in both modes."""
    fall = {"BTC": -0.125, "ETH": -0.09375, "SOL": -0.0625}
    for model in ("gbm", "bachelier"):
        # where prices are exponentials the equality may be missed by a rounding: go beyond it by a hair
        first = dict(fall, BTC=fall["BTC"] - (1e-9 if model == "gbm" else 0.0))
        results = program.run(three_longs(model, first))
        for mode, gone in (("isolated", [True, False, False]), ("cross", [False, False, False])):
            checks.true(f"three longs {model} {mode} liquidates {gone}", liquidated(results[mode]) == gone)
            checks.close(f"three longs {model} {mode} equity 5,500", equity(results[mode]), 5500.0, 1e-4)
        checks.close(f"three longs {model} liquidation at the end of the first hour",
                     results["isolated"]["liquidation_time"][0], [1.0, float("nan"), float("nan")], 1e-12)
        for further in (1000.0, 2000.0, 3000.0, 4000.0, 5000.0, 5499.9, 5500.1, 6000.0):
            price = 112.0 - 128e-9 * (model == "gbm")
            second = {"BTC": (112.0 - further / 125.0) / price - 1.0}
            results = program.run(three_longs(model, first, second))
            text = f"three longs {model}, BTC further by {further:,.1f}:"
            checks.close(f"{text} isolated keeps 5,500", equity(results["isolated"]), 5500.0, 1e-4)
            checks.close(f"{text} cross is left with {max(0.0, 5500 - further):,.1f}", equity(results["cross"]),
                         max(0.0, 5500.0 - further), 1e-4)
            checks.close(f"{text} shortfall of cross", results["cross"]["shortfall"][0], max(0.0, further - 5500.0),
                         1e-4)
            checks.true(f"{text} cross liquidated: {further > 5500.0}",
                        liquidated(results["cross"]) == [further > 5500.0] * 3)


def equality_is_safe_where_strict(program, checks):
    """A venue with the strict form leaves a position whose equity equals its requirement."""
    for strict in (True, False):
        made = three_longs("bachelier", {"BTC": -0.125})
        made["liquidation"]["strict"] = strict
        results = program.run(made)
        checks.true(f"equity equal to the requirement, strict {strict}",
                    liquidated(results["isolated"]) == [not strict, False, False])
        checks.same(f"equity equal to the requirement, strict {strict}: equity", equity(results["isolated"]), 8000.0)
        made = scenario(still("A", 64.0), [{"name": n, "asset": "A", "side": "long", "notional": 4000, "margin": 500}
                                           for n in ("a", "b")], 1000, horizon="2 h", step="1 h", model="bachelier",
                        paths=256, keep="all", stress=gaps({"A": -0.125}), liquidation={"strict": strict})
        for mode in ("isolated", "cross"):
            checks.true(f"two positions at equality, strict {strict}, {mode}",
                        liquidated(program.run(made)[mode]) == [not strict] * 2)


def one_of_15000(program, checks):
    """15,000, one long of 5,000 margin at 10x: isolated loses at most 5,000, cross carries three times the move."""
    for fall, alone, shared in ((-0.099, 4950.0, 4950.0), (-0.101, 5000.0, 5050.0), (-0.299, 5000.0, 14950.0),
                                (-0.301, 5000.0, 15000.0), (-0.6, 5000.0, 15000.0)):
        made = scenario(still(["BTC"], 60000.0), [{"name": "btc", "asset": "BTC", "side": "long", "notional": 50000,
                                                   "margin": 5000}], 15000, horizon="2 h", step="1 h", paths=256,
                        keep="all", stress=gaps({"BTC": fall}))
        results = program.run(made)
        for mode, loss, backing in (("isolated", alone, 0.1), ("cross", shared, 0.3)):
            text = f"15,000 account, fall of {-fall:.1%}: {mode}"
            checks.close(f"{text} loses {loss:,.0f}", results[mode]["loss"][0], loss, 1e-6)
            checks.true(f"{text} liquidated {-fall > backing}", liquidated(results[mode]) == [-fall > backing])
            checks.close(f"{text} shortfall", results[mode]["shortfall"][0], max(0.0, -fall - backing) * 50000.0, 1e-6)


def liquidation_prices(program, checks):
    """(1 - backing / notional) / (1 - maintenance) of the entry for a long, with plus signs for a short."""
    for leverage, maintenance in ((10, 0.0), (10, 0.005), (20, 0.01), (5, 0.005)):
        for side, sign in (("long", -1.0), ("short", 1.0)):
            notional = 5000.0 * leverage
            positions = [{"name": "btc", "asset": "BTC", "side": side, "notional": notional, "margin": 5000}]
            made = scenario(still(["BTC"], 60000.0), positions, 15000, horizon="1 h", step="1 h",
                            maintenance=maintenance)
            modes = program.inspect(made)["modes"]
            for mode, backing in (("isolated", 5000.0), ("cross", 15000.0)):
                held = [p for pool in modes[mode]["pools"] for p in pool["positions"]][0]
                bankrupt = 60000.0 * (1.0 + sign * backing / notional)
                text = f"{leverage}x {side}, maintenance {maintenance:.1%}, {mode}:"
                checks.close(f"{text} bankruptcy price", held["bankruptcy_price"], bankrupt, 1e-12 * bankrupt)
                checks.close(f"{text} liquidation price", held["liquidation_price"],
                             bankrupt / (1.0 + sign * maintenance), 1e-12 * bankrupt)


def slide(program, checks):
    """A return spread over six hours ends where a gap of the same size does."""
    for model in ("gbm", "bachelier"):
        for side, sign in (("long", 1.0), ("short", -1.0)):
            positions = [{"name": "a", "asset": "A", "side": side, "notional": 1000, "margin": 1000}]
            made = scenario(still(["A"], 200.0), positions, 2000, horizon="12 h", step="1 h", model=model, paths=256,
                            keep="all", stress=[{"at": "2 h", "over": "6 h", "return": {"A": -0.3}}])
            results = program.run(made)
            for mode in ("isolated", "cross"):
                checks.close(f"slide of -30 % over six hours, {model}, {side}, {mode}", results[mode]["loss"],
                             sign * 300.0, 1e-9)


def two_trades(program, checks):
    """1,000, two trades of 200 margin with profits -300 and +250: isolated ends with 1,050, cross with 950."""
    positions = [{"name": name.lower(), "asset": name, "side": "long", "notional": 1600, "margin": 200}
                 for name in "AB"]
    made = scenario(still("AB", 64.0), positions, 1000, horizon="1 h", step="1 h", model="bachelier", paths=256,
                    keep="all", stress=gaps({"A": -0.1875, "B": 0.15625}))
    results = program.run(made)
    for mode, left, gone in (("isolated", 1050.0, [True, False]), ("cross", 950.0, [False, False])):
        checks.close(f"two trades {mode} equity {left:,.0f}", equity(results[mode], 1000.0), left, 1e-9)
        checks.true(f"two trades {mode} liquidates {gone}", liquidated(results[mode]) == gone)


def ledger(program, checks):
    """Closing with a fee of 0.1 %, by hand: 1,000 with 100 margin on 1,000 notional at 64, price to 60: profit -62.5,
    equity of the pool 37.5, maintenance 4 % of 937.5 is 37.5, so it is closed by equality; fee 0.9375."""
    held = [{"name": "a", "asset": "A", "side": "long", "notional": 1000, "margin": 100}]
    for remainder, loss in (("returned", 62.5 + 0.9375), ("forfeited", 100.0)):
        made = scenario(still("A", 64.0), held, 1000, horizon="1 h", step="1 h", model="bachelier", paths=256,
                        keep="all", maintenance=0.04 + 1e-12, modes=["isolated"],
                        liquidation={"fee": 0.001, "remainder": remainder}, stress=gaps({"A": -0.0625}))
        mode = program.run(made)["isolated"]
        checks.close(f"ledger {remainder}: loss {loss}", mode["loss"][0], loss, 1e-9)
        checks.close(f"ledger {remainder}: fee", mode["mean_fees"], 0.9375, 1e-9)
        checks.close(f"ledger {remainder}: no shortfall", mode["shortfall"][0], 0.0, 0.0)
    # taken over at the bankruptcy price 57.6 while the mark is 56: the fund bears the difference, the trader the margin
    made = scenario(still("A", 64.0), held, 1000, horizon="1 h", step="1 h", model="bachelier", paths=256, keep="all",
                    maintenance=0.04, liquidation={"price": "bankruptcy"}, modes=["isolated"],
                    stress=gaps({"A": -0.125}))
    mode = program.run(made)["isolated"]
    checks.close("ledger takeover: loss 100", mode["loss"][0], 100.0, 1e-9)
    checks.close("ledger takeover: the fund bears 25", mode["shortfall"][0], 25.0, 1e-9)


def run(program, checks):
    for example in (three_longs_fall, equality_is_safe_where_strict, one_of_15000, liquidation_prices, slide,
                    two_trades, ledger):
        example(program, checks)
