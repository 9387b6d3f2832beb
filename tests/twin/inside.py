"""Between the ends of a step, where the diffusive move is a Brownian bridge: which pool or stop was reached, when, and at
which prices. Everything is in what the account sees: its own displacement is part of the ends."""
import math
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from riskpool_test import normal_cdf  # noqa: E402

from .account import NEAR  # noqa: E402


class Law:
    """Of the diffusive move over a step, in x = ln(P / P(0)), or P / P(0) - 1 when the model is arithmetic."""

    def __init__(self, market, step_hours):
        self.initial = [asset["price"] for asset in market["assets"]]
        self.linear = market["model"] == "bachelier"
        years = step_hours / 8760.0
        shocks = self.shocks(market["assets"], years)
        self.covariance = shocks @ np.array(market["correlation"]) @ shocks.T
        self.deviation = np.sqrt(np.diag(self.covariance))
        self.volatility = (self.deviation / math.sqrt(years)).tolist()
        self.correlation = self.covariance / np.where(self.deviation > 0.0, self.deviation, 1.0)
        self.correlation = self.correlation / np.where(self.deviation > 0.0, self.deviation, 1.0)[:, None]

    @staticmethod
    def shocks(assets, years):
        """What a correlated normal an asset does to every asset: a future moves with its underlying and its basis, which is
        an Ornstein-Uhlenbeck process."""
        index = {asset["name"]: j for j, asset in enumerate(assets)}
        shocks = np.zeros((len(assets), len(assets)))
        for j, asset in enumerate(assets):
            twice = 2.0 * asset.get("basis_reversion", 0.0) * years
            shocks[j, j] = asset.get("volatility", 0.0) * math.sqrt(years * (-math.expm1(-twice) / twice if twice else 1.0))
            if "of" in asset:
                of = index[asset["of"]]
                shocks[j, of] = assets[of]["volatility"] * math.sqrt(years)
        return shocks

    def prices(self, x):
        return [p * (1.0 + c) if self.linear else p * math.exp(c) for p, c in zip(self.initial, x)]

    def x(self, asset, price):
        ratio = price / self.initial[asset]
        return ratio - 1.0 if self.linear else math.log(ratio)

    def slope(self, prices):
        """dP/dx."""
        return self.initial if self.linear else prices


class Bridge:
    """One step of one account: its law, the x that the account sees at both ends, and one normal an asset."""

    def __init__(self, account, law, start, end, normals):
        self.account, self.law = account, law
        self.start, self.end, self.normals = start, end, normals
        self.here = law.prices(start)

    # --- Pools ---

    def pool(self, pool):
        """(fraction of the step, prices, asset, side) at which a pool reaches its requirement, or None. An asset and a
        side when it is the price of one asset that did it."""
        if pool.excess(self.here) <= 0.0:
            return None  # as it was when nobody could look: a matter of the step's end
        if pool.curved:
            return None  # no law of its value: a matter of the step's end
        if len(pool.assets) == 1:
            return self.pool_of_one(pool, next(iter(pool.assets)))
        self.doubt_of_tiers(pool)
        y0, y1 = (self.distance(pool, self.law.prices(x)) for x in (self.start, self.end))
        weight = self.weights(pool)
        variance = float(weight @ self.law.covariance @ weight)
        spread = weight * self.law.deviation
        norm = math.sqrt(float(spread @ self.law.correlation @ spread))
        normal = float(spread @ np.array(self.normals)) / norm if norm > 0.0 else 0.0
        if not self.touches(y0, y1, variance, normal):
            return None
        theta = y0 / (y0 + abs(y1))
        return theta, self.to_surface(pool, self.between(theta)), None, None

    def doubt_of_tiers(self, pool):
        """A leg that starts on the bound of a tier, where rounding says which rate is its marginal one."""
        for leg in pool.legs.values():
            notional = pool.rule.notional(leg, self.here[leg.asset])
            for floor in pool.rule.tiers[leg.asset].floors[1:]:
                self.account.doubts += abs(notional - floor) <= NEAR * floor

    def pool_of_one(self, pool, asset):
        """Everything on one asset: the barriers are prices, below and above."""
        best = None
        for side in (-1.0, 1.0):
            barrier = self.barrier(pool, asset, side)
            theta = None if barrier is None else self.level(asset, barrier, side)
            if theta is not None and (best is None or theta < best[0]):
                best = (theta, self.at(self.end, asset, barrier), asset, side)
        return best

    def level(self, asset, price, side):
        """Fraction of the step at which the price of one asset falls (side -1) or rises (+1) to a level, or None."""
        x = self.law.x(asset, price)
        y0, y1 = side * (x - self.start[asset]), side * (x - self.end[asset])
        if y0 > 0.0 and self.touches(y0, y1, self.law.covariance[asset][asset], -side * self.normals[asset]):
            return y0 / (y0 + abs(y1))
        return None

    def touches(self, y0, y1, variance, normal):
        """Has the bridge between the distances y0 > 0 and y1 touched zero? Decided by the normal's probability."""
        if y1 <= 0.0:
            return True
        self.account.near(y1, 0.0, y0)
        if math.isinf(y0) or math.isinf(y1) or variance <= 0.0:
            return False
        below = normal_cdf(normal)
        if below == 0.0:
            return True
        self.account.near(math.log(below), -2.0 * y0 * y1 / variance)
        return math.log(below) < -2.0 * y0 * y1 / variance

    def between(self, theta):
        return [a + theta * (b - a) for a, b in zip(self.start, self.end)]

    def at(self, x, asset, price):
        prices = list(self.law.prices(x))
        prices[asset] = price
        return prices

    def barrier(self, pool, asset, side):
        """The price nearest to the present one, below or above, where the excess is zero: bracketed, then halved."""
        def excess(price):
            return pool.excess([price if j == asset else p for j, p in enumerate(self.here)])

        safe = self.here[asset]
        unsafe = 0.0 if side < 0.0 else 2.0 * safe
        while side > 0.0 and excess(unsafe) > 0.0 and unsafe < 1e9 * safe:
            unsafe *= 2.0
        while side < 0.0 and self.law.linear and excess(unsafe) > 0.0 and unsafe > -1e9 * safe:
            unsafe = -safe if unsafe == 0.0 else 2.0 * unsafe
        if excess(unsafe) > 0.0:
            return None
        while (middle := 0.5 * (safe + unsafe)) not in (safe, unsafe):
            safe, unsafe = (middle, unsafe) if excess(middle) > 0.0 else (safe, middle)
        return unsafe if unsafe > 0.0 or self.law.linear else None

    def distance(self, pool, prices):
        """Zero at the surface: the excess, or the log of the ratio of its two sides."""
        positive, negative = pool.sides(prices)
        if self.law.linear:
            return positive - negative
        if negative <= 0.0:
            return math.inf
        return math.log(positive / negative) if positive > 0.0 else -math.inf

    def weights(self, pool):
        """d distance / dx at the start, by sides: what gains with its price in the positive one, what loses in the other."""
        positive, negative = (1.0, 1.0) if self.law.linear else pool.sides(self.here)
        weight, dp = np.zeros(len(self.here)), self.law.slope(self.here)
        for asset, slope in pool.slopes(self.here):
            weight[asset] += slope * dp[asset] / (positive if slope * self.here[asset] > 0.0 else negative)
        return weight

    def to_surface(self, pool, x):
        """From x along covariance * gradient of the excess to where the excess is zero (Newton)."""
        def gradient(prices):
            slope, dp = np.zeros(len(prices)), self.law.slope(prices)
            for asset, value in pool.slopes(prices):
                slope[asset] += value * dp[asset]
            return slope

        direction = self.law.covariance @ gradient(self.law.prices(x))
        t = 0.0
        for _ in range(60):
            prices = self.law.prices([c + t * d for c, d in zip(x, direction)])
            move = pool.excess(prices) / float(gradient(prices) @ direction)
            t -= move
            if abs(move) <= 1e-16 * abs(t):
                break
        return self.law.prices([c + t * d for c, d in zip(x, direction)])

    # --- Stops ---

    def stops(self, pool):
        """(fraction, prices, leg, side) of the stops of a pool that are met inside the step."""
        found = []
        for leg in pool.legs.values():
            stop, side = leg.stop(), -1.0 if leg.quantity > 0.0 else 1.0
            theta = None if stop is None else self.level(leg.asset, stop, side)
            if theta is not None:
                found.append((theta, self.at(self.between(theta), leg.asset, stop), leg, side))
        return found

    # --- What comes first ---

    def events(self, waits):
        """[(fraction, prices, pool, leg)]; leg None: a liquidation (of a pool that does not wait), else its stop. On one
        asset, in one direction, what is nearer is first, and the other did not happen."""
        found = []
        for pool in self.account.pools:
            if not pool.open:
                continue
            liquidation, stops = None if waits(pool) else self.pool(pool), self.stops(pool)
            if liquidation:
                theta, prices, asset, side = liquidation
                nearer = [s for s in stops if s[2].asset == asset and s[3] == side and
                          side * s[1][asset] <= side * prices[asset]]
                farther = [s for s in stops if s[2].asset == asset and s[3] == side and s not in nearer]
                stops = [s for s in stops if s not in farther]
                stops = [(min(s[0], theta), *s[1:]) if s in nearer else s for s in stops]
                if not nearer:
                    found.append((theta, prices, pool, None))
            found += [(theta, prices, pool, leg) for theta, prices, leg, _ in stops]
        return found
