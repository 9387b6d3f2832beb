#!/usr/bin/python3
"""The advice against runs of the program with the modes written out, on the same paths: the partition that is best of
all, every number and every error of what was judged; what is left out, budgets, frontiers, books on which nothing
matters; the walk over more than twelve positions; and the largest leverage of one position for which a limit holds.

    run.py BINARY
"""
import itertools
import json
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "analytic")]
from closed_forms import isolated  # noqa: E402
from riskpool_test import Program, np, scenario  # noqa: E402

import yaml  # noqa: E402

failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def near(a, b, what, relative=1e-9, absolute=1e-9):
    check(a is not None and math.isclose(a, b, rel_tol=relative, abs_tol=absolute), f"{what}: {a}, expected {b}")


def advise(program, book, *options):
    return json.loads(program.call("advise", program.write(book), "--json", "-q", *options))


def run_modes(program, book, modes, **more):
    """Statistics of these modes, which are named anew in order, and of the rest against the first."""
    named = [m if isinstance(m, str) else {**m, "name": f"m{i}"} for i, m in enumerate(modes)]
    return program.run({**book, "modes": named, **more}), [m if isinstance(m, str) else m["name"] for m in named]


def subsets(names):
    return [set(s) for n in range(len(names) + 1) for s in itertools.combinations(names, n)]


def mode_of(alone, names):
    return "cross" if not alone else "isolated" if len(alone) == len(names) else {"isolated": sorted(alone)}


def shipped(name, paths):
    with open(os.path.join(HERE, "../../scenarios", name + ".yaml"), encoding="utf-8") as file:
        book = yaml.safe_load(file)
    return {**book, "paths": paths, "modes": ["cross"], "output": {"paths": "none", "trajectories": False}}


def hedged(**more):
    """A pair that hedges itself, and a satellite: the pair belongs together, the satellite alone."""
    assets = [{"name": "A", "price": 100, "volatility": 0.8}, {"name": "B", "price": 50, "volatility": 0.8},
              {"name": "C", "price": 10, "volatility": 1.6}]
    correlation = [[1, 0.97, 0.3], [0.97, 1, 0.3], [0.3, 0.3, 1]]
    positions = [{"name": "long", "asset": "A", "side": "long", "notional": 20000, "margin": 2000},
                 {"name": "short", "asset": "B", "side": "short", "notional": 20000, "margin": 2000},
                 {"name": "satellite", "asset": "C", "side": "long", "notional": 8000, "margin": 1000}]
    made = scenario(assets, positions, 8000, horizon="14 d", step="4 h", maintenance=0.01, paths=8000, seed=5,
                    correlation=correlation, monitoring="continuous", liquidation={"fee": 0.0005})
    return {**made, **more}


def exhaustive(program, book, objective, statistic, level):
    """The best partition by hand, on the paths that choose."""
    names = [p["name"] for p in book["positions"]]
    told = advise(program, book, "--objective", objective)
    all_sets = subsets(names)
    results, modes = run_modes(program, {**book, "seed": told["method"]["choose_seed"], "confidence": [level]},
                               [mode_of(s, names) for s in all_sets])
    values = [float(np.ravel(results[m][statistic])[0]) for m in modes]
    best = told["rows"][told["best_partition"]]
    check(told["method"]["exhaustive"] and told["method"]["partitions"] == 2 ** len(names), f"{objective}: not all")
    least = [alone for alone, value in zip(all_sets, values) if value == min(values)]
    check(set(best["isolated"]) in least, f"{book['name']} {objective}: {best['isolated']}, by hand {least}")
    hybrids(program, book, told, all_sets, values, (objective, statistic, level))
    return told


def hybrids(program, book, told, all_sets, values, asked):
    """The best partition that is neither isolated nor cross, by hand on the paths that choose, is one of those that are
    judged; and of these the first is the best by hand on the paths that judge."""
    objective, statistic, level = asked
    names = [p["name"] for p in book["positions"]]
    mixed = [(value, sorted(alone)) for value, alone in zip(values, all_sets) if 0 < len(alone) < len(names)]
    rows = [sorted(row["isolated"]) for row in told["rows"] if row["is_partition"] and 0 < len(row["isolated"]) < len(names)]
    least = [alone for value, alone in mixed if value == min(mixed)[0]]
    if len(least) > 1:
        return  # of equals none is the best
    check(least[0] in rows, f"{book['name']} {objective}: of hybrids {rows}, by hand {least[0]}")
    results, modes = run_modes(program, {**book, "confidence": [level]}, [mode_of(set(alone), names) for _, alone in mixed])
    judged_by_hand = [(float(np.ravel(results[mode][statistic])[0]), alone) for mode, (_, alone) in zip(modes, mixed)]
    check(rows[0] == min(judged_by_hand)[1], f"{book['name']} {objective}: first of hybrids {rows[0]}, by hand {min(judged_by_hand)}")


def judged(program, book, told, antithetic=False):
    """Every row with the scenario's leverage and others again, as a mode of a run against isolated and cross."""
    for leverage in sorted({row["leverage_multiple"] for row in told["rows"]}):
        rows = [row for row in told["rows"] if row["leverage_multiple"] == leverage]
        scaled = {**book, "positions": [{**p, "notional": p["notional"] * leverage, "margin":
                                         p.get("margin", p["notional"] / p.get("leverage", 1))}
                                        for p in book["positions"]], "confidence": [0.99]}
        for position in scaled["positions"]:
            position.pop("leverage", None)
        for plain in ("isolated", "cross"):
            modes = [plain] + [{**row["mode"]} if isinstance(row["mode"], dict) else row["mode"] for row in rows]
            modes = [m for i, m in enumerate(modes) if i == 0 or m != plain]
            results, names = run_modes(program, scaled, modes)
            compared = [row for row in rows if row["mode"] != plain]
            for k, (row, name) in enumerate(zip(compared, names[1:])):
                check_row(row, results[name], f"{book['name']} {row['words']}")
                if leverage == 1.0:
                    check_difference(row["minus_" + plain], results["comparison"], k, f"{row['words']} - {plain}",
                                     book["paths"], antithetic)


def check_row(row, group, what):
    near(row["of"]["expected_shortfall"]["value"], group["expected_shortfall"][0], what + " es")
    near(row["of"]["expected_shortfall"]["se"], group["expected_shortfall_se"][0], what + " es error", 1e-6, 1e-6)
    near(row["of"]["mean_loss"]["value"], group["mean_loss"], what + " mean", absolute=1e-6)
    near(row["of"]["mean_loss"]["se"], group["mean_loss_se"], what + " mean error")
    for name in ("any_liquidation_frequency", "wipeout_frequency"):
        near(row["of"][name]["value"], group[name], what + name)
        near(row["of"][name]["high"], group[name + "_high"], what + name + " high")


def check_difference(told, group, k, what, n_paths, antithetic):
    near(told["expected_shortfall"]["value"], group["excess_expected_shortfall"][k][0], what + " es", 1e-9, 1e-6)
    near(told["expected_shortfall"]["se"], group["excess_expected_shortfall_se"][k][0], what + " es error", 1e-6, 1e-6)
    near(told["mean_loss"]["value"], group["mean_excess_loss"][k], what + " mean", 1e-6, 1e-6)
    near(told["mean_loss"]["se"], group["mean_excess_loss_se"][k], what + " mean error", 1e-6, 1e-6)
    near(told["any_liquidation_frequency"]["value"], group["excess_any_liquidation_frequency"][k], what + " any")
    error, bound = told["any_liquidation_frequency"]["se"], group["excess_any_liquidation_frequency_se"][k]
    if antithetic:  # the results have a bound
        check(0.4 * bound <= error <= bound * 1.0001, f"{what} any error {error}, bound {bound}")
    else:
        near(error, bound * math.sqrt(n_paths / (n_paths - 1)), what + " any error")


def wipeouts(program):
    """The paired difference of wipeouts, from the losses of every path."""
    book = hedged()
    told = advise(program, book, "--objective", "wipeout", "--leverages", "1")
    for row in told["rows"]:
        if row["mode"] in ("isolated", "cross"):
            continue
        results, names = run_modes(program, book, ["isolated", row["mode"]], output={"paths": "all"})
        out = [results[name]["loss"] >= 0.99 * 8000 * (1 - 1e-9) for name in names]
        difference = out[1].astype(float) - out[0]
        figure = row["minus_isolated"]["wipeout_frequency"]
        near(figure["value"], difference.mean(), row["words"] + " wipeout")
        near(figure["se"], difference.std(ddof=1) / math.sqrt(len(difference)), row["words"] + " wipeout error")


def frontier(told, axis):
    rows = [told["rows"][i] for i in told["frontier"]]
    check(len(rows) >= 2, "a frontier of two rows at least")
    objective = told["objective"]

    def numbers(row):
        return (-row["leverage_multiple"], row["capital"] if axis == "capital" else row["of"][axis]["value"],
                row["of"][objective]["value"])
    for a, b in itertools.permutations(rows, 2):
        x, y = numbers(a), numbers(b)
        check(not (all(p <= q for p, q in zip(x, y)) and x != y), f"{a['words']} dominates {b['words']}")


def nothing_matters(program):
    """Positions of a hundredth of the balance: no pool is ever in danger, so that all modes are the same."""
    book = hedged()
    book["account"]["balance"] = 4000000
    for position in book["positions"]:
        position["margin"] = position["notional"]
    for objective in ("es99", "any_liquidation", "wipeout"):
        told = advise(program, book, "--objective", objective, "--margins", "1")
        check("Nothing here matters" in told["verdict"], f"{objective}: {told['verdict']}")
        check(told["rows"][told["best"]]["mode"] == "cross", f"{objective}: of equals the plainest")
        check(told["rows"][0]["noise_to_cross"] and told["rows"][0]["noise_to_isolated"], "equal is noise")
    check("Nothing" not in advise(program, hedged())["verdict"], "something matters")


def budgets(program):
    book = hedged()
    told = advise(program, book, "--budget", "4000", "--objective", "any_liquidation")
    check(all(row["capital"] <= 4000 * (1 + 1e-9) for row in told["rows"]), "a budget is kept")
    check(told["plain"]["isolated"]["capital"] == 5000 and told["plain"]["cross"]["capital"] == 8000, "plain capital")
    skipped = {entry["reason"]: entry for entry in told["skipped"]}
    check("takes more cash than the budget" in skipped, "isolated margins beyond the budget are left out")
    judged(program, book, told)
    rich = {**hedged(), "account": {"currency": "USD", "balance": 4900}}  # isolated needs 5000
    told = advise(program, rich, "--margins", "1")
    check(told["plain"]["isolated"]["fault"] == "takes more cash than the budget", "isolated cannot be run")
    check(told["rows"][0]["minus_isolated"]["expected_shortfall"]["value"] is None, "nor be compared with")
    breach = hedged()
    breach["liquidation"] = {"maintenance": {"default": 0.01, "C": 0.2}}  # 1600 of 1000
    told = advise(program, breach)
    check(any("breach" in entry["reason"] for entry in told["skipped"]), "breaches are left out")
    check(all("satellite" not in row["isolated"] or row["margin_multiple"] > 1.6 for row in told["rows"]
              if row["leverage_multiple"] == 1), "no satellite alone on too little")
    topped = hedged(modes=["cross"])
    topped["account"] = {"currency": "USD", "balance": 5000, "top_up": {"below": 1.5, "to": 2.0}}
    told = advise(program, topped, "--margins", "1")
    check(any("wallet" in entry["reason"] for entry in told["skipped"]), "a top-up needs a wallet")


def holdings(program):
    """Coins: with the wallet, or, as margins of inverse positions, with these."""
    book = shipped("coin-margined", 2000)
    told = advise(program, book, "--leverages", "1")
    results, names = run_modes(program, {**book, "confidence": [0.99]},
                               ["cross"] + [row["mode"] for row in told["rows"] if row["mode"] != "cross"])
    rows = [row for row in told["rows"] if row["mode"] != "cross"]
    for k, (row, name) in enumerate(zip(rows, names[1:])):
        check_row(row, results[name], row["words"])
        check_difference(row["minus_cross"], results["comparison"], k, row["words"], book["paths"], False)
    alone = shipped("stablecoin-depeg", 500)
    check("Nothing" not in advise(program, alone, "--leverages", "1", "--margins", "1")["verdict"],
          "one that can be run is no comparison")


def walk(program):
    """Fourteen positions: no partition one flip away is better on the paths that chose."""
    chance = np.random.default_rng(3)
    assets = [{"name": f"A{i}", "price": 10, "volatility": round(0.5 + 1.5 * chance.random(), 3)} for i in range(14)]
    positions = [{"name": f"p{i}", "asset": f"A{i}", "side": chance.choice(["long", "short"]), "notional": 1000,
                  "margin": round(50 + 200 * chance.random(), 2)} for i in range(14)]
    book = scenario(assets, positions, 4000, horizon="10 d", step="1 d", maintenance=0.01, paths=1000, correlation=0.5)
    names = [p["name"] for p in positions]
    told = advise(program, book, "--screen", "1000", "--leverages", "1", "--margins", "1")
    check(not told["method"]["exhaustive"], "a walk")
    best = set(told["rows"][told["best_partition"]]["isolated"])
    near_by = [best] + [best ^ {name} for name in names] + [best ^ {a, b} for a in sorted(best) for b in sorted(set(names) - best)]
    results, modes = run_modes(program, {**book, "seed": told["method"]["choose_seed"], "confidence": [0.99]},
                               [mode_of(s, names) for s in near_by])
    values = [results[m]["expected_shortfall"][0] for m in modes]
    flips = values[: 1 + len(names)]
    check(min(flips) >= values[0] * (1 - 1e-12), f"walk: a flip is better, {flips}")
    check(min(values) >= values[0] * (1 - 1e-12), f"walk: a swap is better, {min(values)} below {values[0]}")
    check(told == advise(program, book, "--screen", "1000", "--leverages", "1", "--margins", "1", "-j", "1"),
          "the walk does not depend on threads")


def safe_size(program):
    """The largest leverage of one position for which a limit holds, against a run with that position scaled."""
    book = hedged(modes=["isolated", "cross"])
    told = json.loads(program.call("reverse", program.write(book), "--scale", "leverage:satellite", "--target",
                                   "cross.any_liquidation=20%", "--json", "-q"))
    answer = told["answers"][0]
    check(told["position"] == "satellite" and told["leverage"] == 8.0 and answer["end"] == "found", "safe size")
    for multiple, side in ((answer["multiple"], 1), (answer["multiple"] * 0.97, -1)):
        scaled = json.loads(json.dumps(book))
        satellite = scaled["positions"][2]
        satellite["quantity"] = satellite.pop("notional") / 10 * multiple
        frequency = program.run(scaled)["cross"]["any_liquidation_frequency"]
        check(side * (frequency - 0.2) >= 0 if side < 0 else abs(frequency - answer["value"]) < 1e-12,
              f"safe size: {frequency} at {multiple}, told {answer['value']}")
    check(0 < answer["multiple_se"] < 0.2 * answer["multiple"], "its error")


def safe_size_known(program):
    """The leverage at which a single long is liquidated with a given probability, where that has a closed form."""
    wanted = 0.1
    low, high = 0.05, 4.0
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if isolated("long", 5 * middle, 0.005, 0.8, 0.0, 7 / 365) < wanted else (low, middle)
    book = scenario([{"name": "A", "price": 100, "volatility": 0.8}], [{"name": "a", "asset": "A", "side": "long", "notional": 1000,
                    "margin": 200}], 200, horizon="7 d", step="12 h", maintenance=0.005, paths=20000, monitoring="continuous")
    for scale in ("leverage", "leverage:a"):
        answer = json.loads(program.call("reverse", program.write(book), "--scale", scale, "--target",
                                         f"cross.any_liquidation={wanted}", "--json", "-q"))["answers"][0]
        z = (answer["multiple"] - low) / answer["multiple_se"]
        check(abs(z) <= 4, f"{scale}: {answer['multiple']} ± {answer['multiple_se']}, exactly {low}")


def main():
    program = Program(sys.argv[1])
    satellite = shipped("core-satellite", 6000)
    for objective, statistic, level in (("es99", "expected_shortfall", 0.99), ("es95", "expected_shortfall", 0.95),
                                        ("wipeout", "wipeout_frequency", 0.99),
                                        ("any_liquidation", "any_liquidation_frequency", 0.99)):
        told = exhaustive(program, satellite, objective, statistic, level)
        if objective == "any_liquidation":
            judged(program, satellite, told)
            frontier(told, "capital")
    told = exhaustive(program, hedged(), "es99", "expected_shortfall", 0.99)
    check(told["rows"][told["best_partition"]]["isolated"] == ["satellite"], f"a hybrid: {told['verdict']}")
    judged(program, hedged(), told)
    frontier(told, "any_liquidation_frequency")
    mirrored = hedged(sampling={"antithetic": True})
    judged(program, mirrored, {"rows": advise(program, mirrored)["rows"][:3]}, True)
    wipeouts(program)
    nothing_matters(program)
    budgets(program)
    holdings(program)
    walk(program)
    safe_size(program)
    safe_size_known(program)
    print(f"advise: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
