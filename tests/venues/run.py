#!/usr/bin/python3
"""Venues: published numbers, and the files with the rules of venues.

    run.py BINARY

The published numbers are in published.py, each with its source. The files are compared with a second reading of them, and
accounts under their rules with what ledgers.py has worked out by hand."""
import os
import re
import subprocess
import sys

import yaml

sys.path.insert(0, os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")))
from riskpool_test import Checks, Program, scenario
from ledgers import LEDGERS, OKX_TIERS
import published

VENUES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scenarios", "venues"))
COMPARED = ("binance", "bybit", "okx", "hyperliquid", "dydx", "bitmex")
PROCEDURE = ("strict", "maintenance_base", "amount", "fraction", "cooldown", "full_below", "restore_to", "tier_steps",
             "price", "limit", "remainder", "fee", "fee_base", "fee_in_maintenance", "backstop")


def account(positions, balance, tiers=None, liquidation=None, leverage=None):
    """A scenario of one pool; positions are (asset, quantity, entry, price), each named as its asset."""
    rules = dict(liquidation or {})
    if tiers:
        rules["tiers"] = {asset: [{"from": start, "rate": rate, "amount": amount} for start, rate, amount in tiers[asset]]
                          for asset, *_ in positions}
    assets = [{"name": name, "price": price, "volatility": 0.5} for name, _, _, price in positions]
    terms = {"leverage": leverage} if leverage else {"margin": 0.5 * balance / len(positions)}
    held = [{"name": name, "asset": name, "quantity": quantity, "entry": entry, **terms}
            for name, quantity, entry, _ in positions]
    made = scenario(assets, held, balance, horizon="1 h", step="1 h", modes=["cross"])
    made["liquidation"] = rules
    return made


def unit(text):
    """One unit of the last digit of a number as published; without a point it is exact, but for rounding."""
    exact = 1e-11 * abs(float(text))
    return max(exact, 10.0 ** -len(text.partition(".")[2])) if "." in text else exact


def published_numbers(program, checks):
    for what, source, terms, said in published.INSPECTED:
        pool = program.inspect(account(**terms))["modes"]["cross"]["pools"][0]
        rows = {p["name"]: p for p in pool["positions"]}
        rows["wallet"] = pool
        for name, fields in said.items():
            check_said(checks, what, source, rows[name], fields)


def check_said(checks, what, source, found, said):
    for field, number in said.items():
        text = f"{what}: {field} of {found['name']} is {number} [{source}]"
        if number is None:
            checks.true(text, found[field] is None)
        else:
            checks.close(text, found[field], float(number), unit(number))


def inverse_contracts(program, checks):
    """Where the program has them."""
    if not re.search(r"^ *(# )?contract:", program.call("template"), re.M):
        return
    for what, source, quantity, entry, margin, rate, said in published.INVERSE:
        made = account([("BTC", quantity, entry, entry)], 1.0, liquidation={"maintenance": rate})
        made["account"]["holdings"] = [{"asset": "BTC", "quantity": margin}]
        made["positions"][0].update(contract="inverse", margin=margin)
        made["modes"] = ["isolated"]
        pools = program.inspect(made)["modes"]["isolated"]["pools"]
        check_said(checks, f"inverse, {what}", source, [p for pool in pools for p in pool["positions"]][0], said)


def published_breaches(program, checks):
    """An account in breach at the start is refused by a run, and by `validate`."""
    for what, source, terms, safe in published.breach_rows():
        done = subprocess.run([program.binary, "validate", program.write(account(**terms))], capture_output=True,
                              text=True, check=False)
        refused = done.returncode == 65 and "starts in breach" in done.stderr
        checks.true(f"{what}: safe is {safe} [{source}]", done.returncode == 0 if safe else refused)


def requirement(schedule, notional):
    """The sum over the slices of a notional, each at its own rate."""
    rows = schedule if isinstance(schedule, list) else [{"from": 0, "rate": schedule}]
    total = 0.0
    for row, after in zip(rows, rows[1:] + [{"from": float("inf")}]):
        total += fraction(row["rate"]) * max(0.0, min(notional, float(after["from"])) - float(row["from"]))
    return total


def fraction(text):
    return float(text[:-1]) / 100.0 if str(text).endswith("%") else float(text)


def of_venue(name, asset, notional):
    """A long position of an asset at a venue, with all of its notional as margin."""
    made = account([(asset, notional / 100.0, 100.0, 100.0)], 1.01 * notional)
    made["venue"] = name
    return {key: value for key, value in made.items() if key != "liquidation"}


def files_of_venues(program, checks):
    seen = {}
    for file in sorted(file for file in os.listdir(VENUES) if file.endswith(".yaml")):
        name = file[:-len(".yaml")]
        with open(os.path.join(VENUES, file), encoding="utf-8") as text:
            rules = yaml.safe_load(text)
        checks.true(f"{name}: the file has its name", rules["venue"]["name"] == name)
        liquidation = rules["liquidation"]
        rates = liquidation.get("tiers", {"BTC": liquidation["maintenance"]} if "maintenance" in liquidation else {})
        covered = fraction(liquidation["fee"]) if liquidation.get("fee_in_maintenance") else 0.0
        for asset, schedule in rates.items():
            for notional in (1000.0, 300000.0, 750000.0, 12345678.0, 4e8):
                found = program.inspect(of_venue(name, asset, notional))
                held = found["modes"]["cross"]["pools"][0]["positions"][0]
                checks.close(f"{name}: requirement of {notional:,.0f} in {asset}", held["maintenance_margin"],
                             requirement(schedule, notional) + covered * notional, 1e-12 * notional)
                checks.true(f"{name}: inspect names it", found["venue"] ==
                            {"name": name, "date": str(rules["venue"].get("date")) if "date" in rules["venue"] else None,
                             "own": None})
        made = {**of_venue(name, "BTC", 1000.0), "liquidation": {"maintenance": 0.01}}
        resolved = yaml.safe_load(program.call("validate", "--resolved", program.write(made)))
        checks.true(f"{name}: the resolved scenario stands for itself", "venue" not in resolved and
                    "venue" not in resolved["liquidation"])
        seen[name] = tuple(str(resolved["liquidation"].get(key)) for key in PROCEDURE)
    checks.true("the procedures of the venues compared differ", len({seen[name] for name in COMPARED}) == len(COMPARED))


def dictated(venue, quantity, entry, balance, prices):
    """One position, nothing but the gaps: from price to price at the ends of the hours."""
    before = [entry] + prices[:-1]
    stress = [{"at": f"{60 * i + 30} min", "return": {"BTC": now / then - 1.0}}
              for i, (then, now) in enumerate(zip(before, prices))]
    made = scenario([{"name": "BTC", "price": entry, "volatility": 0.0}],
                    [{"name": "btc", "asset": "BTC", "quantity": quantity, "margin": balance}], balance,
                    horizon=f"{len(prices)} h", step="1 h", model="bachelier", paths=256, keep="all", stress=stress)
    made["venue"] = venue
    made["liquidation"] = {"tiers": OKX_TIERS} if venue == "okx" else {}
    return made


def ledgers(program, checks):
    for venue, what, (quantity, entry, balance), prices, money in LEDGERS:
        results = program.run(dictated(venue, quantity, entry, balance, prices))
        for name in ("isolated", "cross"):
            mode = results[name]
            kept = {"kept": mode["mean_fees"] + mode["mean_forfeited"]}
            for column, amount in money.items():
                found = kept.get(column, mode.get(f"mean_{column}"))
                checks.close(f"{venue}, {what}, {name}: {column}", found, amount, 1e-9 * max(balance, abs(amount)))


def no_free_lunch(program, checks):
    """Prices without drift: the mean loss is what the venue takes, less what its fund pays (optional stopping)."""
    with open(os.path.join(VENUES, "..", "venue-comparison.yaml"), encoding="utf-8") as text:
        made = yaml.safe_load(text)
    made.update(paths=20000, output={"paths": "none", "trajectories": False})
    for venue in COMPARED + ("generic", "kraken", "deribit"):
        made["venue"] = venue
        made["liquidation"] = {"tiers": OKX_TIERS} if venue == "okx" else {}
        for name, mode in program.run(made).items():
            if name in ("isolated", "cross"):
                taken = mode["mean_fees"] + mode["mean_forfeited"] - mode["mean_shortfall"]
                checks.z(f"{venue}, {name}: mean loss", mode["mean_loss"], taken, mode["mean_loss_se"])


def main(arguments):
    program = Program(arguments[0])
    checks = Checks("venues", verbose=False)
    for part in (published_numbers, inverse_contracts, published_breaches, files_of_venues, ledgers, no_free_lunch):
        part(program, checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
