"""Laws of liquidation procedures and of slippage: what holds however much is closed, in whichever order, at what cost."""
import json

import numpy as np

from base import BALANCE, BOTH, account, assets, held, three

TIERS = [{"from": 0, "rate": 0.01}, {"from": 8000, "rate": 0.02}, {"from": 15000, "rate": 0.04}, {"from": 25000, "rate": 0.06}]
COOLDOWN = 6.0  # hours
PROCEDURES = {
    "full": {"amount": "full"},
    "one-by-one": {"amount": "one-by-one", "order": "largest-notional"},
    "tier-steps": {"amount": "tier-steps"},
    "two tiers": {"amount": "tier-steps", "tier_steps": 2, "order": "largest-maintenance"},
    "fraction": {"amount": "fraction", "fraction": 0.2, "cooldown": f"{COOLDOWN} h"},
    "at once": {"amount": "fraction", "fraction": 0.4, "full_below": 9000},
    "restore": {"amount": "restore", "restore_to": 1.3},
    "taken whole": {"price": "bankruptcy"},
    "taken one by one": {"amount": "one-by-one", "price": "bankruptcy"},
    "takeover": {"amount": "tier-steps", "price": "bankruptcy", "remainder": "forfeited", "backstop": 0.5}}
SLIPPAGE = {"depth": {"BTC": 2e5, "ETH": 1e5, "SOL": 1e5}, "shape": "square-root", "half_life": "3 h"}
CRASH = [{"at": "60 h", "return": {"BTC": -0.1, "ETH": -0.15, "SOL": -0.2}}]


def rules(procedure, **more):
    return {"liquidation": {"maintenance": TIERS, **PROCEDURES[procedure], **more}}


def more_margin_never_earlier_by_procedure(laws):
    """The first liquidation of a position on its own, whatever comes after it."""
    for procedure in PROCEDURES:
        for extra in ({}, {"slippage": SLIPPAGE}):
            runs = [laws.run(three(margin=margin), modes=["isolated"], monitoring="continuous", stress=CRASH, paths=2000,
                             **rules(procedure, fee=0.001), **extra)["isolated"]["liquidation_time"] for margin in (1500.0, 2500.0)]
            laws.never_earlier(f"{procedure}{' with slippage' if extra else ''}: more margin never earlier", runs[1], runs[0], 2.0)


def never_left_in_breach(laws):
    """At the end of every step, of every pool with something open: equity above its requirement, or a cooldown."""
    for procedure in PROCEDURES:
        for extra in ({}, {"slippage": SLIPPAGE}):
            results = laws.program.run_file(made_for_replay(procedure, extra))
            liquidated = waited = bad = 0
            for path in range(12):
                replay = json.loads(laws.program.call("replay", results, "--json", "--every-step", "--path", str(path)))
                for mode in replay["modes"].values():
                    n, breaches, waits = breaches_of(mode)
                    liquidated, bad, waited = liquidated + n, bad + breaches, waited + waits
            what = f"{procedure}{' with slippage' if extra else ''}"
            laws.checks.true(f"{what}: {bad} step ends in breach, after {liquidated} rounds", bad == 0 and liquidated > 20)
            laws.checks.true(f"{what}: {waited} step ends in breach within a cooldown", procedure == "fraction" or waited == 0)


def made_for_replay(procedure, extra):
    return account(three(("long", "long", "short")), monitoring="continuous", stress=CRASH, paths=64, balance=6500.0, seed=11,
                   **rules(procedure), **extra)


def breaches_of(mode):
    """Rounds, step ends in breach, and those of them within a cooldown, over the pools of a replayed mode."""
    steps, rounds, bad, waits = mode["steps"], 0, 0, 0
    hours = np.asarray(steps["time"], float)
    for pool, equity in steps["equity"].items():
        closed = [e["time"] for e in mode["events"] if e["event"] == "liquidation" and e["pool"] == pool]
        rounds += len(closed)
        need = np.asarray(steps["requirement"][pool], float)
        for hour in hours[(need > 0) & (np.asarray(equity, float) <= need * (1 - 1e-12))]:
            if any(t <= hour < t + COOLDOWN for t in closed):
                waits += 1
            else:
                bad += 1
    return rounds, bad, waits


def what_is_won_is_what_is_not_owed(laws):
    """Optional stopping: prices without drift, no costs; a trader wins on average what the fund pays less what it keeps."""
    for procedure in PROCEDURES:
        for monitoring in BOTH:
            results = laws.run(three(("long", "short", "long")), assets=assets(drift=(0, 0, 0)), monitoring=monitoring, balance=6500.0,
                               paths=100000, trajectories=False, **rules(procedure))
            for mode in ("isolated", "cross"):
                r = results[mode]
                left = r["loss"] + r["shortfall"] - r["forfeited"]
                error = left.std(ddof=1) / np.sqrt(left.size)
                laws.checks.z(f"{procedure}, {monitoring}, {mode}: mean profit is mean shortfall", left.mean(), 0.0, error)


def scaled(scenario, factor):
    account, liquidation = scenario["account"], scenario["liquidation"]
    account["balance"] *= factor
    for position in scenario["positions"]:
        position["notional"] *= factor
        position["margin"] *= factor
    liquidation["maintenance"] = [{"from": t["from"] * factor, "rate": t["rate"]} for t in liquidation["maintenance"]]
    if "full_below" in liquidation:
        liquidation["full_below"] *= factor
    scenario["slippage"]["depth"] = {name: depth * factor for name, depth in scenario["slippage"]["depth"].items()}
    return scenario


def twice_everything_is_twice_the_money(laws):
    for procedure in PROCEDURES:
        for shape in ("linear", "square-root"):
            made = [scaled(account(three(("long", "short", "long")), monitoring="continuous", stress=CRASH, paths=1500,
                                   slippage={**SLIPPAGE, "depth": dict(SLIPPAGE["depth"]), "shape": shape},
                                   **rules(procedure, fee=0.002, limit="none")), factor) for factor in (1.0, 2.0)]
            one, two = (laws.program.run(scenario) for scenario in made)
            for mode in ("isolated", "cross"):
                what = f"{procedure}, {shape}, {mode}: twice everything"
                for column in ("loss", "shortfall", "max_drawdown", "fees", "slippage", "forfeited", "closed_notional"):
                    laws.checks.same(f"{what}: {column}", two[mode][column], 2.0 * one[mode][column])
                for column in ("liquidation_time", "lowest_margin_level", "rounds"):
                    laws.checks.same(f"{what}: {column}", two[mode][column], one[mode][column])
                laws.checks.true(f"{what}: slippage is paid, but not where the venue takes all",
                                 bool(np.any(one[mode]["slippage"] > 0.0)) != procedure.startswith("taken"))


def a_deep_book_has_no_slippage(laws):
    """Columns go to those without slippage as depth grows; in a thin one less is left."""
    for procedure in PROCEDURES:
        for monitoring in BOTH:
            more = {"monitoring": monitoring, "stress": CRASH, "paths": 1500, **rules(procedure, fee=0.001)}
            plain, deep, thin = (laws.run(three(("long", "long", "short")), **more, **extra) for extra in
                                 ({}, {"slippage": {"depth": 1e16}}, {"slippage": SLIPPAGE}))
            for mode in ("isolated", "cross"):
                what = f"{procedure}, {monitoring}, {mode}:"
                laws.checks.close(f"{what} a deep book", deep[mode]["slippage"], 0.0, 1e-6 * BALANCE)
                if procedure in ("full", "at once"):  # others leave what the last bit of a price may decide
                    same = np.abs(deep[mode]["loss"] - plain[mode]["loss"]) < 1e-5 * BALANCE
                    laws.checks.true(f"{what} a deep book, loss", same.mean() > 0.9)
                laws.checks.true(f"{what} slippage >= 0, paid by liquidations alone",
                                 bool(np.all(thin[mode]["slippage"] >= 0.0)
                                      and np.all(thin[mode]["slippage"][thin[mode]["rounds"] == 0] == 0.0)))


def procedures_of_one_position_are_full(laws):
    """A pool of one position has nothing to go through one by one; a fraction of 1 is all; below the lowest bound a tier
    step is all."""
    low = {"maintenance": [{"from": 0, "rate": 0.02}, {"from": 1e9, "rate": 0.03}]}
    for monitoring in BOTH:
        runs = [laws.run([held("btc", "BTC", BALANCE, 80000.0)], monitoring=monitoring, stress=CRASH,
                         liquidation={**low, "fee": 0.001, **keys})["isolated"]
                for keys in ({}, {"amount": "one-by-one"}, {"amount": "fraction", "fraction": 1}, {"amount": "tier-steps"})]
        for name, run in zip(("one-by-one", "fraction of 1", "the lowest tier"), runs[1:]):
            laws.same_columns(f"{name} = full, {monitoring}", run, runs[0])
            laws.same_columns(f"{name} = full, {monitoring}", run, runs[0], ("fees", "rounds", "closed_notional"))


PROCEDURE_LAWS = (more_margin_never_earlier_by_procedure, never_left_in_breach, what_is_won_is_what_is_not_owed,
                  twice_everything_is_twice_the_money, a_deep_book_has_no_slippage, procedures_of_one_position_are_full)
