"""The maintenance margin of every pool at the start, worked out from the resolved scenario. It knows linear positions with
flat or tiered maintenance; of anything else it says nothing, and the pictures go without the line."""
import yaml


def at_start(results):
    """{mode: [(requirement in money, requirement over used margin in percent)]}, one entry a pool with positions."""
    try:
        scenario = yaml.safe_load(results.provenance["resolved_scenario"])
        return {mode.name: pools_of(scenario, mode.name) for mode in results.modes}
    except (KeyError, TypeError, ValueError, ZeroDivisionError, yaml.YAMLError):
        return {}


def in_one_pool(results):
    """The modes in which the wallet backs every position, so that the account has one equity and one requirement."""
    try:
        scenario = yaml.safe_load(results.provenance["resolved_scenario"])
        names = [each["name"] for each in scenario["positions"]]
        return {mode.name for mode in results.modes
                if mode.name != "isolated" and partition(scenario, mode.name, names) == [names]}
    except (KeyError, TypeError, yaml.YAMLError):
        return set()


def number(value):
    if isinstance(value, str) and value.strip().endswith("%"):
        return float(value.strip()[:-1]) / 100
    return float(value)


def pools_of(scenario, mode):
    prices = {asset["name"]: number(asset["price"]) for asset in scenario["market"]["assets"]}
    legs = {each["name"]: leg(each, prices, scenario["liquidation"]) for each in scenario["positions"]}
    sums = [[sum(part) for part in zip(*(legs[name] for name in pool))] for pool in partition(scenario, mode, list(legs))]
    return sorted((need, 100 * need / used) for need, used in sums)


def leg(position, prices, liquidation):
    """Maintenance requirement and initial margin of one position."""
    price = prices[position["asset"]]
    entry = number(position.get("entry") or price)
    quantity = abs(number(position["quantity"])) if position.get("quantity") else number(position["notional"]) / entry
    margin = number(position["margin"]) if position.get("margin") else quantity * entry / number(position["leverage"])
    base = quantity * (entry if liquidation.get("maintenance_base") == "entry" else price)
    return requirement(base, of_asset(liquidation.get("tiers"), position["asset"]),
                       of_asset(liquidation.get("maintenance"), position["asset"])), margin


def of_asset(rule, asset):
    return rule.get(asset, rule.get("default")) if isinstance(rule, dict) else rule


def requirement(notional, tiers, flat):
    """Marginal tiers are convex: the requirement is the largest of r·n − c over the tiers."""
    if not tiers:
        return number(flat) * notional
    best, charge, before = 0.0, 0.0, 0.0
    for tier in tiers:
        rate = number(tier["rate"])
        charge += number(tier.get("from", 0)) * (rate - before)
        before = rate
        best = max(best, rate * notional - charge)
    return best


def partition(scenario, name, positions):
    """Names of the positions of every pool of a mode; what is named nowhere shares pool 0."""
    mode = next(each for each in scenario["modes"] if each == name or isinstance(each, dict) and each.get("name") == name)
    if mode == "isolated":
        return [[position] for position in positions]
    rules = mode if isinstance(mode, dict) else {}
    pools = [[position] for position in rules.get("isolated") or []]
    pools += [list(pool["positions"]) for pool in rules.get("pools") or []]
    placed = {position for pool in pools for position in pool}
    shared = [position for position in positions if position not in placed]
    return pools + ([shared] if shared else [])
