#!/usr/bin/python3
"""Random accounts with and without the filter: `--exact` evaluates everything at every step, and must give the same
bytes. Assets, correlations (up to singular ones), tiers, leverage, gaps, modes, both monitorings, the procedure of a
liquidation, slippage, contracts and holdings vary.

    run.py BINARY [ACCOUNTS [SEED]]
"""
import os
import random
import subprocess
import sys
import tempfile

import numpy as np
import yaml

HORIZON = {"1 h": "3 d", "4 h": "10 d", "1 d": "60 d", "7 d": "70 d"}


def correlation(chance, n):
    columns = chance.choice([1, n + 1])
    factors = np.array([[chance.gauss(0, 1) for _ in range(columns)] for _ in range(n)])
    matrix = factors @ factors.T
    deviation = np.sqrt(np.diag(matrix))
    matrix = 0.999 * matrix / np.outer(deviation, deviation)
    np.fill_diagonal(matrix, 1)
    return np.round(matrix, 9).tolist()


def tiers(chance):
    start, rate, steps = 0.0, 0.005, [{"from": 0, "rate": 0.005}]
    for _ in range(chance.randint(0, 4)):
        start = start * chance.uniform(2, 6) + np.exp(chance.uniform(5, 10))
        rate += chance.uniform(0.002, 0.05)
        steps.append({"from": round(float(start)), "rate": round(rate, 5)})
    return steps


def procedure(chance):
    """How a pool is liquidated: half of them whole, at the mark."""
    if chance.random() < 0.5:
        return {}
    amount = chance.choice(["full", "one-by-one", "tier-steps", "fraction", "restore"])
    keys = {"amount": amount, "order": chance.choice(["largest-loss", "largest-maintenance", "largest-notional"]),
            "fee": chance.choice([0, 0.0005, 0.02]), "fee_base": chance.choice(["notional", "maintenance"]),
            "remainder": chance.choice(["returned", "forfeited"]), "backstop": chance.choice([0, 0.6]),
            "strict": chance.random() < 0.3}
    if amount == "fraction":
        keys.update(fraction=chance.choice([0.2, 0.9]), cooldown=chance.choice(["0 s", "30 s", "5 h", "9 d"]),
                    full_below=chance.choice([0, 5000]))
    if amount == "tier-steps":
        keys["tier_steps"] = chance.choice([1, 2])
    if amount == "restore":
        keys["restore_to"] = chance.choice([1.05, 2])
    if chance.random() < 0.3:
        keys["price"] = "bankruptcy"
    elif chance.random() < 0.4:
        keys["limit"] = "bankruptcy"
    return keys


def slippage(chance, names):
    return {"depth": {name: round(float(np.exp(chance.uniform(9, 14)))) for name in names},
            "shape": chance.choice(["linear", "square-root"]), "half_life": chance.choice(["2 min", "3 h", "5 d"])}


def haircut(chance):
    return chance.choice([{}, {"haircut": "8%"}, {"haircut": [{"from": 0, "rate": 0}, {"from": 3000, "rate": 0.2},
                                                              {"from": 60000, "rate": 0.7}]}])


def add_contracts(chance, scenario):
    """Coins behind the account, debts, and contracts that settle in coins or are convex, in half of the accounts."""
    if chance.random() < 0.5:
        return
    price = {asset["name"]: asset["price"] for asset in scenario["market"]["assets"]}
    coins = chance.sample(list(price), chance.randint(1, len(price)))
    debts = {name for name in coins if chance.random() < 0.25}
    taken = dict.fromkeys(coins, 0.0)
    for position in scenario["positions"]:
        asset, kind = position["asset"], chance.random()
        if asset in taken and asset not in debts and kind < 0.5:
            position["contract"] = "inverse"
            position["margin"] = round(position["margin"] / price[asset], 9)
            taken[asset] += position["margin"]
        elif kind > 0.85:
            convexity = chance.choice([0, 0, chance.uniform(-1, 3) / price[asset]])
            position.update(contract="rate", dollar_duration=round(chance.uniform(0.2, 2), 3), convexity=convexity)
        elif kind > 0.8:
            position["contract"] = "spot"
    scenario["account"]["holdings"] = [
        {"asset": name, "quantity": -float(np.exp(chance.uniform(2, 8))) / price[name]} if name in debts else
        {"asset": name, "quantity": taken[name] * chance.uniform(1, 2) + float(np.exp(chance.uniform(-5, 10))) / price[name],
         **haircut(chance)} for name in coins]
    if chance.random() < 0.3:
        scenario["liquidation"]["maintenance_base"] = "entry"


def account(chance, number):
    n, step = chance.randint(1, 6), chance.choice(list(HORIZON))
    names = [f"A{i}" for i in range(n)]
    assets = [{"name": name, "price": float(np.exp(chance.uniform(-2, 11))), "drift": round(chance.uniform(-0.5, 0.5), 3),
               "volatility": round(chance.choice([0.05, 0.4, 0.9, 3.0]) * chance.uniform(0.5, 1.5), 4)} for name in names]
    positions = []
    for i in range(chance.randint(1, 8)):
        notional = round(float(np.exp(chance.uniform(4, 12))), 2)
        positions.append({"name": f"p{i}", "asset": chance.choice(names), "side": chance.choice(["long", "short"]),
                          "notional": notional, "margin": round(notional / chance.choice([1.5, 3, 5, 10, 20]), 2)})
    balance = round(sum(p["margin"] for p in positions) * chance.uniform(1.0, 1.6) + 0.05, 2)
    alone = [p["name"] for p in chance.sample(positions, chance.randint(1, len(positions)))]
    scenario = {
        "name": f"account-{number}", "horizon": HORIZON[step], "step": step, "paths": 1500, "seed": number,
        "monitoring": chance.choice(["continuous", "step"]),
        "market": {"model": "gbm", "assets": assets, "correlation": correlation(chance, n)},
        "account": {"currency": "USD", "balance": balance}, "positions": positions,
        "modes": ["isolated", "cross", {"name": "mixed", "isolated": alone}],
        "liquidation": chance.choice([{"tiers": tiers(chance)}, {"maintenance": "0.5%"}, {"maintenance": 0}]),
        "alerts": {"margin_level": ["150%", "110%"], "utilisation": ["70%"]},
        "output": {"paths": "all", "trajectories": chance.random() < 0.5}}
    scenario["liquidation"].update(procedure(chance))
    if chance.random() < 0.3:
        scenario["slippage"] = slippage(chance, names)
    if chance.random() < 0.4:
        scenario["stress"] = [{"at": step, "return": {chance.choice(names): chance.choice([-0.3, -0.1, 0.2])}}]
        if "slippage" in scenario:
            scenario["stress"][0]["depth"] = 0.2
    add_contracts(chance, scenario)
    add_time(chance, scenario, step)
    return scenario


def add_time(chance, scenario, step):
    """Carry, orders of the holder, outages and margin that follows volatility, each in some of the accounts."""
    if chance.random() < 0.3:
        scenario["carry"] = {"funding": chance.choice([0.0005, -0.001, 0.01]), "borrow": chance.choice([0, 0.2, 5]),
                             "funding_interval": f"{int(step.split()[0]) * chance.choice([1, 3])} {step.split()[1]}"}
    price = {asset["name"]: asset["price"] for asset in scenario["market"]["assets"]}
    for position in scenario["positions"]:
        side = 1 if position["side"] == "short" else -1
        if chance.random() < 0.2:
            position["stop_loss"] = price[position["asset"]] * (1 + side * chance.uniform(0.02, 0.2))
        if chance.random() < 0.15:
            position["trailing_stop"] = round(chance.uniform(0.02, 0.3), 3)
    if chance.random() < 0.3 and scenario["account"]["balance"] > sum(p["margin"] for p in scenario["positions"]):
        below = round(chance.uniform(1.1, 6.0), 2)
        scenario["account"]["top_up"] = {"below": below, "to": below * chance.choice([1, 2]),
                                         "delay": chance.choice([0, step])}
    if chance.random() < 0.3:
        scenario["account"]["reduce"] = [chance.choice([
            {"margin_level": round(chance.uniform(0.2, 0.9), 2), "share": 0.5},
            {"utilisation": round(chance.uniform(0.05, 0.9), 2), "share": chance.choice([0.3, 1])}])]
    if chance.random() < 0.3:
        scenario.setdefault("stress", []).append({"at": step, "over": step, "outage": True})
    if chance.random() < 0.3:
        scenario["liquidation"] = {"maintenance": 0.01, "dynamic": {
            "half_life": "2 d", "notice": chance.choice([0, step]), "cap": chance.choice([1.5, 10]),
            "floor": chance.choice([0.5, 1])}}


def results(binary, scenario, output, *options):
    """The bytes of the results, or None where the account cannot be opened (it starts in breach)."""
    done = subprocess.run([binary, "run", scenario, "-q", "--fresh", "-o", output, *options], capture_output=True,
                          text=True, check=False)
    if done.returncode not in (0, 65):
        sys.exit(f"{scenario}: exit {done.returncode}\n{done.stderr}")
    if done.returncode:
        return None
    with open(output, "rb") as file:
        return file.read()


def main():
    binary, accounts = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    ran = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(accounts):
            scenario = os.path.join(folder, "scenario.yaml")
            with open(scenario, "w", encoding="utf-8") as file:
                yaml.safe_dump(account(chance, number), file, sort_keys=False)
            output = os.path.join(folder, "results.h5")
            filtered, exact = results(binary, scenario, output), results(binary, scenario, output, "--exact")
            ran += filtered is not None
            if filtered != exact:
                wrong += 1
                with open(scenario, encoding="utf-8") as file:
                    print(f"--exact gives other bytes:\n{file.read()}")
    print(f"exact: {ran} of {accounts} accounts ran, {wrong} differ")
    return 1 if wrong or ran < accounts / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
