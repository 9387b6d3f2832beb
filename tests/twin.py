#!/usr/bin/python3
"""A second engine: slow, obvious, one path at a time, written from the margin model and not from the program.

    twin.py BINARY EXPORTER [--paths N]

It takes the price paths from the exporter (tests/export_paths.c) and must agree with the program's columns path by
path, to 1e-9 of the balance.
"""
import argparse
import math
import subprocess
import sys

import numpy as np

from riskpool_test import Checks, Program, normal_cdf, scenario

COLUMNS = ("loss", "shortfall", "max_drawdown", "lowest_margin_level", "liquidation_time")


class Position:
    def __init__(self, entry, prices, index, tiers, base_is_entry):
        self.index = index
        self.asset = index[entry["asset"]]
        price = prices[self.asset]
        self.entry = entry.get("entry", price)
        self.quantity = entry.get("quantity", entry.get("notional", 0.0) / self.entry)
        if entry.get("side") == "short":
            self.quantity = -self.quantity
        self.margin = entry.get("margin") or abs(self.quantity) * self.entry / entry["leverage"]
        self.tiers = tiers
        self.fixed = base_is_entry and maintenance(tiers, abs(self.quantity) * self.entry)[0]

    def profit(self, price):
        return self.quantity * (price[self.asset] - self.entry)

    def maintenance(self, price):
        """Requirement and marginal rate at the current price."""
        if self.fixed is not False:
            return self.fixed, 0.0
        return maintenance(self.tiers, abs(self.quantity) * price[self.asset])


def maintenance(tiers, notional):
    """Marginal tiers by their definition: each rate on the part of the notional inside its tier."""
    need, rate = 0.0, tiers[0]["rate"]
    for i, tier in enumerate(tiers):
        above = tiers[i + 1]["from"] if i + 1 < len(tiers) else math.inf
        if notional > tier["from"]:
            need += tier["rate"] * (min(notional, above) - tier["from"])
            rate = tier["rate"]
    return need, rate


class Pool:
    def __init__(self, cash, positions):
        self.cash = cash
        self.positions = positions  # those that are open
        self.used = sum(p.margin for p in positions.values())

    def equity(self, price):
        return self.cash + math.fsum(p.profit(price) for p in self.positions.values())

    def requirement(self, price):
        return math.fsum(p.maintenance(price)[0] for p in self.positions.values())

    def excess(self, price):
        return self.equity(price) - self.requirement(price)

    def notional(self, price):
        return math.fsum(abs(p.quantity) * price[p.asset] for p in self.positions.values())

    def gradient(self, price, n):
        """d(equity - requirement) / d price."""
        slope = [0.0] * n
        for p in self.positions.values():
            slope[p.asset] += p.quantity - p.maintenance(price)[1] * abs(p.quantity)
        return slope

    def sides(self, price):
        """The excess as the difference of two positive sums: longs after their requirement against shorts with theirs,
        and the constant where it belongs."""
        positive = negative = 0.0
        constant = self.cash
        for p in self.positions.values():
            need, rate = p.maintenance(price)
            value = abs(p.quantity) * price[p.asset]
            if p.quantity > 0.0:
                positive += value * (1.0 - rate)
            else:
                negative += value * (1.0 + rate)
            constant += rate * value - need - p.quantity * p.entry
        return (positive + constant, negative) if constant > 0.0 else (positive, negative - constant)


class Twin:
    """One path of one mode."""

    def __init__(self, made, mode):
        self.made = made
        market, rule = made["market"], made["liquidation"]
        self.initial = [a["price"] for a in market["assets"]]
        self.n = len(self.initial)
        self.linear = market["model"] == "bachelier"
        self.index = {a["name"]: i for i, a in enumerate(market["assets"])}
        self.hours = hours(made["step"])
        deviation = np.array([a["volatility"] for a in market["assets"]]) * math.sqrt(self.hours / 8760.0)
        self.deviation = deviation
        self.correlation = np.array(market["correlation"])
        self.covariance = self.correlation * np.outer(deviation, deviation)
        self.rule = rule
        self.pools = self.divide(mode)
        self.start_equity = sum(pool.equity(self.initial) for pool in self.pools)
        self.times = [math.nan] * len(made["positions"])
        self.shortfall = self.drawdown = 0.0
        self.peak = self.start_equity
        self.lowest = math.inf
        self.record(self.initial)

    def divide(self, mode):
        made = self.made
        rates = self.rule["maintenance"]
        positions = {}
        for i, entry in enumerate(made["positions"]):
            rate = rates.get(entry["asset"], rates.get("default")) if isinstance(rates, dict) else rates
            tiers = rate if isinstance(rate, list) else [{"from": 0.0, "rate": rate}]
            on_entry = self.rule.get("maintenance_base") == "entry"
            positions[i] = Position(entry, self.initial, self.index, tiers, on_entry)
        names = {entry["name"]: i for i, entry in enumerate(made["positions"])}
        groups = []
        if mode == "isolated":
            groups = [([i], None) for i in positions]
        elif mode != "cross":
            groups = [([names[n]], None) for n in mode.get("isolated", [])]
            groups += [([names[n] for n in pool["positions"]], pool.get("cash")) for pool in mode.get("pools", [])]
        pools, shared, wallet = [], dict(positions), made["account"]["balance"]
        for members, cash in groups:
            cash = sum(positions[i].margin for i in members) if cash is None else cash
            pools.append(Pool(cash, {i: shared.pop(i) for i in members}))
            wallet -= cash
        return [Pool(wallet, shared)] + pools

    def price(self, x):
        return [p * (1.0 + c) if self.linear else p * math.exp(c) for p, c in zip(self.initial, x)]

    def slope(self, price):
        """dP/dx."""
        return self.initial if self.linear else price

    def step(self, number, start, end, final, bridge):
        while self.made["monitoring"] == "continuous":
            found = [(*crossing, pool) for pool in self.pools if pool.positions
                     for crossing in [self.crossing(pool, start, end, bridge)] if crossing]
            if not found:
                break
            theta, price, pool = min(found, key=lambda f: f[0])
            self.close(pool, price, (number + theta) * self.hours)
        price = self.price(final)
        while True:
            breached = [pool for pool in self.pools if pool.positions and pool.excess(price) <= 0.0]
            if not breached:
                break
            for pool in breached:
                self.close(pool, price, (number + 1) * self.hours)
        self.record(price)

    def close(self, pool, price, hour):
        equity, notional = pool.equity(price), pool.notional(price)
        self.lowest = min(self.lowest, 100.0 * equity / pool.used)
        for i in pool.positions:
            self.times[i] = hour
        self.shortfall += max(0.0, -equity)
        taken_over = self.rule.get("price") == "bankruptcy" or self.rule.get("remainder") == "forfeited"
        rest = 0.0 if taken_over else max(0.0, equity - self.rule.get("fee", 0.0) * notional)
        pool.cash, pool.positions = 0.0, {}
        self.pools[0].cash += rest

    def record(self, price):
        equity = math.fsum(pool.equity(price) for pool in self.pools)
        self.peak = max(self.peak, equity)
        self.drawdown = max(self.drawdown, self.peak - equity)
        for pool in self.pools:
            if pool.positions:
                self.lowest = min(self.lowest, 100.0 * pool.equity(price) / pool.used)
        self.loss = self.start_equity - equity

    def crossing(self, pool, start, end, bridge):
        """(fraction of the step, prices) at which the pool crosses inside the step, or None."""
        assets = {p.asset for p in pool.positions.values()}
        if len(assets) == 1:
            return self.crossing_of_one(pool, assets.pop(), start, end, bridge)
        y0, y1 = (self.distance(pool, self.price(x)) for x in (start, end))
        weight = self.weights(pool, self.price(start))
        variance = float(weight @ self.covariance @ weight)
        spread = weight * self.deviation
        norm = math.sqrt(float(spread @ self.correlation @ spread))
        normal = float(spread @ np.array(bridge)) / norm if norm > 0.0 else 0.0
        if not touches(y0, y1, variance, normal):
            return None
        theta = y0 / (y0 + abs(y1))
        return theta, self.to_surface(pool, [a + theta * (b - a) for a, b in zip(start, end)])

    def distance(self, pool, price):
        positive, negative = pool.sides(price)
        if self.linear:
            return positive - negative
        if negative <= 0.0:
            return math.inf
        return math.log(positive / negative) if positive > 0.0 else -math.inf

    def weights(self, pool, price):
        """d distance / dx, by sides: longs in the positive one, shorts in the negative one."""
        positive, negative = (1.0, 1.0) if self.linear else pool.sides(price)
        weight = np.zeros(self.n)
        for p in pool.positions.values():
            slope = p.quantity - p.maintenance(price)[1] * abs(p.quantity)
            weight[p.asset] += slope * self.slope(price)[p.asset] / (positive if p.quantity > 0.0 else negative)
        return weight

    def to_surface(self, pool, x):
        """From x along covariance * gradient of the excess to where the excess is zero (Newton)."""
        def gradient(point):
            price = self.price(point)
            return np.array(pool.gradient(price, self.n)) * np.array(self.slope(price))

        direction = self.covariance @ gradient(x)
        t = 0.0
        for _ in range(60):
            point = [c + t * d for c, d in zip(x, direction)]
            move = pool.excess(self.price(point)) / float(gradient(point) @ direction)
            t -= move
            if abs(move) <= 1e-16 * abs(t):
                break
        return self.price([c + t * d for c, d in zip(x, direction)])

    def crossing_of_one(self, pool, asset, start, end, bridge):
        """All positions on one asset: the barriers are prices, above and below."""
        variance = self.covariance[asset][asset]
        here, best = self.price(start), None
        for side in (-1.0, 1.0):
            barrier = self.barrier(pool, asset, here, side)
            if barrier is None:
                continue
            ratio = barrier / self.initial[asset]
            level = ratio - 1.0 if self.linear else math.log(ratio)
            y0, y1 = side * (level - start[asset]), side * (level - end[asset])
            if touches(y0, y1, variance, -side * bridge[asset]):
                theta = y0 / (y0 + abs(y1))
                if best is None or theta < best[0]:
                    price = list(self.price(end))
                    price[asset] = barrier
                    best = (theta, price)
        return best

    def barrier(self, pool, asset, here, side):
        """The price nearest to the current one, up or down, where the excess is zero: bracketed, then halved."""
        def excess(p):
            return pool.excess([p if j == asset else here[j] for j in range(self.n)])

        safe = here[asset]
        if side < 0.0:
            unsafe = 0.0
            while self.linear and excess(unsafe) > 0.0 and unsafe > -1e9 * safe:
                unsafe = -safe if unsafe == 0.0 else 2.0 * unsafe
        else:
            unsafe = 2.0 * safe
            while excess(unsafe) > 0.0 and unsafe < 1e9 * safe:
                unsafe *= 2.0
        if excess(unsafe) > 0.0:
            return None
        while (middle := 0.5 * (safe + unsafe)) not in (safe, unsafe):
            safe, unsafe = (middle, unsafe) if excess(middle) > 0.0 else (safe, middle)
        return unsafe


def touches(y0, y1, variance, normal):
    """Has the bridge between the distances y0 > 0 and y1 touched zero? Decided by the normal's probability."""
    if y1 <= 0.0:
        return True
    if math.isinf(y0) or math.isinf(y1) or variance <= 0.0:
        return False
    below = normal_cdf(normal)
    return below == 0.0 or math.log(below) < -2.0 * y0 * y1 / variance


def hours(duration):
    number, unit = duration.split()
    return float(number) * {"min": 1.0 / 60.0, "h": 1.0, "d": 24.0}[unit]


def follow(made, lines):
    """The columns of every mode for the paths in the exporter's lines."""
    n = len(made["market"]["assets"])
    names = [m if isinstance(m, str) else m["name"] for m in made["modes"]]
    paths = {}
    for line in lines:
        fields = line.split()
        rows = np.array(fields[2:], float).reshape(n, 4).T.tolist()  # start, end, final, bridge
        paths.setdefault(int(fields[0]), []).append((int(fields[1]), rows))
    columns = {name: {column: [] for column in COLUMNS} for name in names}
    for steps in paths.values():
        for mode, name in zip(made["modes"], names):
            twin = Twin(made, mode)
            for number, (start, end, final, bridge) in steps:
                twin.step(number, start, end, final, bridge)
            for column, value in zip(COLUMNS, (twin.loss, twin.shortfall, twin.drawdown, twin.lowest, twin.times)):
                columns[name][column].append(value)
    return {name: {key: np.array(rows) for key, rows in mode.items()} for name, mode in columns.items()}


ASSETS = [{"name": "BTC", "price": 60000.0, "volatility": 0.9, "drift": 0.1},
          {"name": "ETH", "price": 3000.0, "volatility": 1.1, "drift": 0.0},
          {"name": "SOL", "price": 150.0, "volatility": 1.6, "drift": -0.8}]
CORRELATION = [[1.0, 0.8, 0.5], [0.8, 1.0, -0.1], [0.5, -0.1, 1.0]]
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


def compare(program, exporter, checks, name, made):
    path = program.write(made)
    lines = subprocess.run([exporter, path, "0", str(made["paths"] - 1)], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    steps = round(hours(made["horizon"]) / hours(made["step"]))
    checks.true(f"{name}: all steps exported", len(lines) == made["paths"] * steps)
    expected, results = follow(made, lines), program.run(made)
    balance = made["account"]["balance"]
    for mode, columns in expected.items():
        for column in COLUMNS:
            scale = {"lowest_margin_level": 1e-7, "liquidation_time": 1e-7}.get(column, 1e-9 * balance)
            checks.close(f"{name}: {mode} {column}", results[mode][column], columns[column], scale)
        gone = np.isfinite(columns["liquidation_time"])
        checks.true(f"{name}: {mode}: {gone.sum()} of {gone.size} positions are liquidated", 0 < gone.sum() < gone.size)


def main():
    parser = argparse.ArgumentParser(description="a second engine, path by path")
    parser.add_argument("binary")
    parser.add_argument("exporter")
    parser.add_argument("--paths", type=int, default=300)
    options = parser.parse_args()
    program, checks = Program(options.binary), Checks("twin")
    for name, made in scenarios(options.paths):
        compare(program, options.exporter, checks, name, made)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
