"""The scenarios of the sweeps, made from the reference workload: more assets, another mode, what is watched."""
import copy
import os

import yaml

ASSETS = [8, 16, 50]
STEPS = [24, 96, 256, 720, 1440]  # over the 720 hours of the reference
# Three tiers of 0.5 %, 0.6 % and 0.7 %, whole and in steps; and books that closings move.
TIERS = ["-P", "liquidation.tiers=[{from: 0, rate: 0.5%}, {from: 5000, rate: 0.6%}, {from: 10000, rate: 0.7%}]"]
STEPS_DOWN, SLIPPAGE = [*TIERS, "-P", "liquidation.amount=tier-steps"], ["-P", "slippage.depth=1000000"]
TRAJECTORIES, CONTINUOUS = ["-P", "output.trajectories=true"], ["-P", "monitoring=continuous"]
# Two coins behind the cash, and two positions that settle in them.
COINS = ["-P", "account.holdings=[{asset: A, quantity: 0.0625, haircut: 5%}, {asset: B, quantity: 1.25, haircut: 10%}]"]
INVERSE = ["-P", "account.balance=12000",
           "-P", "account.holdings=[{asset: A, quantity: 0.1}, {asset: B, quantity: 1.5}]",
           "-P", "positions.a.contract=inverse", "-P", "positions.a.margin=0.1",
           "-P", "positions.b.contract=inverse", "-P", "positions.b.margin=1.5"]
# Other ways to close, on the flat rate.
AMOUNTS = {"one-by-one": ["one-by-one"], "restore": ["restore"], "a fraction, then all": ["fraction", "fraction=20%", "cooldown=2.8125 h"]}
# A future on the first asset instead of the last, and a convex bond on that.
FUTURE = ["-P", "market.assets.H.of=A", "-P", "market.assets.H.price=61000", "-P", "market.assets.H.volatility=6%",
          "-P", "market.assets.H.basis_reversion=8"]
BOND = ["-P", "positions.h.contract=rate", "-P", "positions.h.dollar_duration=1", "-P", "positions.h.convexity=0.5"]
JUMPS = {"jump-diffusion": {}, "hawkes": {"branching": "60%", "half_life": "1 d"}}
MODELS = ["student-t", "garch-t", "regimes", *JUMPS, "heston"]

def closing(amount, *more):
    return [option for term in (f"amount={amount}", *more) for option in ("-P", f"liquidation.{term}")]


WATCHED = [("as it is", []), ("everything evaluated", ["--exact"]), ("trajectories", TRAJECTORIES),
           ("continuous", CONTINUOUS), ("continuous, trajectories", CONTINUOUS + TRAJECTORIES),
           ("tiers", TIERS), ("tier-steps", STEPS_DOWN), ("slippage", SLIPPAGE),
           ("tier-steps, slippage", STEPS_DOWN + SLIPPAGE),
           *((name, closing(*terms)) for name, terms in AMOUNTS.items()), ("taken over", ["-P", "liquidation.price=bankruptcy"]),
           ("collateral with haircuts", COINS),
           ("inverse contracts", INVERSE), ("a dated future", FUTURE), ("a convex bond", BOND),
           ("all paths kept", ["-P", "output.paths=all"])]

# What only some scenarios have, in the reference.
HOLDER = {"funding every 4 steps": "carry={funding: 0.01%, funding_interval: 11.25 h}", "interest": "carry={borrow: 8%}",
          "three stops": "positions.0.stop_loss=45000 positions.1.stop_loss=2500 positions.2.trailing_stop=20%",
          "top-ups": "account.top_up={below: 200%}", "reductions": "account.reduce=[{margin_level: 50%, share: 50%}]",
          "dynamic margin": "liquidation.dynamic={}",
          "an outage": "stress=[{at: 90 h, over: 11.25 h, outage: true}]"}


def holder_options(text):
    """The assignments of an entry of HOLDER as options."""
    parts = [text] if "{" in text else text.split()
    return [option for part in parts for option in ("-P", part)]


def of_model(reference, model):
    """The reference under a model with typical parameters."""
    scenario = read(reference)
    market = scenario["market"]
    market["model"] = model
    if model == "regimes":
        crisis = [[1.0 if i == j else 0.9 for j in range(ASSETS[0])] for i in range(ASSETS[0])]
        market["regimes"] = [{"name": "calm", "volatility": 0.8, "duration": "60 d"},
                             {"name": "crisis", "volatility": 2.5, "duration": "10 d", "correlation": crisis}]
    if model in JUMPS:
        market["jumps"] = {"intensity": 50, "mean": "-4%", "deviation": "3%", **JUMPS[model]}
    if model == "heston":
        for asset in market["assets"]:
            asset.update(mean_reversion=4, variance_volatility=1.5, variance_correlation="-30%")
    if model in ("student-t", "garch-t"):
        market["degrees_of_freedom"] = 4
    if model == "garch-t":
        for asset in market["assets"]:
            asset.update(alpha=0.05, beta=0.9)
    return scenario


def read(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def write(folder, name, scenario):
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(scenario, file, sort_keys=False, default_flow_style=None, width=1000)
    return path


def with_third_mode(reference):
    """A third mode: three positions on their own, the others share the rest."""
    scenario = read(reference)
    scenario["modes"] = [*scenario["modes"], {"name": "core-and-three", "isolated": ["c", "d", "g"]}]
    return scenario


def spread(low, high, n):
    return [low + (high - low) * i / (n - 1) for i in range(n)]


def with_assets(reference, n):
    """n assets with volatilities over the range of the reference, correlated by one common factor (hence a valid
    matrix), every fourth position short, as much leverage and balance a position as there."""
    scenario = copy.deepcopy(read(reference))
    loading = spread(0.95, 0.45, n)
    scenario["market"]["assets"] = [{"name": f"A{i}", "price": 100, "volatility": sigma, "drift": 0}
                                    for i, sigma in enumerate(spread(0.42, 1.10, n))]
    scenario["market"]["correlation"] = [[1.0 if i == j else round(loading[i] * loading[j], 6) for j in range(n)]
                                         for i in range(n)]
    scenario["positions"] = [{"name": f"p{i}", "asset": f"A{i}", "side": "short" if i % 4 == 3 else "long",
                              "notional": 12000, "margin": 2700} for i in range(n)]
    scenario["account"]["balance"] = 2800 * n
    return scenario
