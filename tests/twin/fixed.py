"""Fixed scenarios: every model whose steps the twin can follow inside, every monitoring, the plain procedure in full."""
from riskpool_test import scenario

from .generate import ASSETS, CORRELATION

TIERS = [{"from": 0, "rate": 0.004}, {"from": 18000, "rate": 0.01}, {"from": 22000, "rate": 0.03}]
MODES = ["isolated", "cross", {"name": "core", "isolated": ["sol"]},
         {"name": "books", "isolated": ["eth"], "pools": [{"name": "pair", "positions": ["btc", "sol"], "cash": 4500}]}]


def scenarios(paths):
    base = {"horizon": "7 d", "step": "4 h", "modes": MODES, "correlation": CORRELATION, "paths": paths, "keep": "all",
            "trajectories": True}
    longs = [{"name": n.lower(), "asset": n, "side": s, "notional": 20000.0, "margin": 2000.0}
             for n, s in zip(("BTC", "ETH", "SOL"), ("long", "long", "long"))]
    mixed = [dict(p, side=s) for p, s in zip(longs, ("long", "short", "long"))]
    doubled = mixed + [{"name": "hedge", "asset": "BTC", "quantity": -0.2, "leverage": 10, "entry": 61000.0}]
    gap = [{"at": "50 h", "return": {"BTC": -0.06, "SOL": -0.15}}]
    slide = [{"at": "40 h", "over": "20 h", "return": {"ETH": 0.1}},
             {"at": "100 h", "return": {"SOL": -0.1, "BTC": 0.05}}]
    yield "longs, continuous, tiers, fee, gap", scenario(
        ASSETS, longs, 7500.0, seed=1, monitoring="continuous", stress=gap,
        liquidation={"maintenance": TIERS, "fee": 0.002}, **base)
    yield "mixed, step ends, rates by asset, forfeited, gap", scenario(
        ASSETS, mixed, 7000.0, seed=2, monitoring="step", stress=gap,
        liquidation={"maintenance": {"BTC": 0.01, "default": 0.02}, "remainder": "forfeited"}, **base)
    yield "mixed and doubled, continuous, tiers, forfeited, slide and gap", scenario(
        ASSETS, doubled, 8000.0, seed=3, monitoring="continuous", stress=slide,
        liquidation={"maintenance": TIERS, "fee": 0.001, "remainder": "forfeited"}, **base)
    yield "arithmetic, continuous, entry maintenance, takeover", scenario(
        ASSETS, doubled, 8000.0, seed=4, monitoring="continuous", model="bachelier", stress=slide,
        liquidation={"maintenance": TIERS, "maintenance_base": "entry", "price": "bankruptcy"}, **base)
    yield "arithmetic, continuous, mark maintenance, fee", scenario(
        ASSETS, mixed, 8000.0, seed=5, monitoring="continuous", model="bachelier",
        liquidation={"maintenance": 0.01, "fee": 0.003}, **base)
    for model, own in (("student-t", {}), ("garch-t", {"alpha": 0.2, "beta": 0.7})):
        yield f"{model}, step ends, gap, forfeited", scenario(
            ASSETS, mixed, 8000.0, seed=7, monitoring="step", stress=gap,
            liquidation={"maintenance": TIERS, "fee": 0.001, "remainder": "forfeited"},
            market={"model": model, "degrees_of_freedom": 2.5, "assets": [{**a, **own} for a in ASSETS],
                    "correlation": CORRELATION}, **base)
    jumps = {"intensity": 300, "mean": -0.02, "deviation": 0.04, "branching": 0.5, "half_life": "20 h"}
    yield "self-exciting jumps, continuous, tiers, fee", scenario(
        ASSETS, mixed, 8000.0, seed=6, monitoring="continuous", liquidation={"maintenance": TIERS, "fee": 0.002},
        market={"model": "hawkes", "assets": ASSETS, "correlation": CORRELATION, "jumps": jumps}, **base)
