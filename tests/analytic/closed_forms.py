"""Closed forms that a sampled result must meet: first passage of a Brownian motion, tails of normal losses, the number
of defaults in a one-factor book. Nothing here knows the program."""
import math
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from riskpool_test import normal_cdf, normal_pdf, normal_quantile  # noqa: E402


def passage(distance, drift, deviation, years):
    """P(a Brownian motion that starts `distance` above a barrier reaches it within `years`); drift away from the
    barrier is positive. Reflection principle with drift (Borodin and Salminen 2002, 2.1.2.4)."""
    s = deviation * math.sqrt(years)
    return (normal_cdf((-distance - drift * years) / s)
            + math.exp(-2.0 * drift * distance / deviation**2) * normal_cdf((-distance + drift * years) / s))


def liquidation_ratio(side, leverage, maintenance):
    """Liquidation price over entry price of one isolated position, maintenance on the mark notional."""
    if side == "long":
        return (1.0 - 1.0 / leverage) / (1.0 - maintenance)
    return (1.0 + 1.0 / leverage) / (1.0 + maintenance)


def isolated(side, leverage, maintenance, volatility, drift, years):
    """P(an isolated position on a log-normal price is liquidated), watched continuously."""
    distance = abs(math.log(liquidation_ratio(side, leverage, maintenance)))
    log_drift = drift - 0.5 * volatility**2
    return passage(distance, log_drift if side == "long" else -log_drift, volatility, years)


def ratio_pair(quantity, maintenance, volatility, correlation, years):
    """P(long quantity[0] of A against short quantity[1] of B is liquidated) when the cash makes the breach a level of
    the ratio of the two prices, which start equal; watched continuously, no drift."""
    barrier = quantity[1] / quantity[0] * (1.0 + maintenance) / (1.0 - maintenance)
    variance = volatility[0]**2 + volatility[1]**2 - 2.0 * correlation * volatility[0] * volatility[1]
    drift = -0.5 * volatility[0]**2 + 0.5 * volatility[1]**2
    return passage(-math.log(barrier), drift, math.sqrt(variance), years)


def normal_tail(deviation, level):
    """Value at risk and expected shortfall of a centred normal loss."""
    q = normal_quantile(level)
    return deviation * q, deviation * normal_pdf(q) / (1.0 - level)


def normal_tail_error(deviation, level, paths):
    """Standard error of the expected shortfall of a normal loss estimated from `paths` draws (influence function)."""
    value, shortfall = normal_tail(1.0, level)
    # E[(L - VaR)^2; L > VaR] of the standard normal, less the square of E[(L - VaR); L > VaR]
    first = normal_pdf(value) - value * (1.0 - level)
    second = (1.0 + value * value) * (1.0 - level) - value * normal_pdf(value)
    assert shortfall > value
    return deviation * math.sqrt((second - first * first) / paths) / (1.0 - level)


def defaults(n, p, correlation):
    """Distribution of the number of `n` equicorrelated normals below their `p` quantile (Vasicek 1987), by quadrature
    over the common factor."""
    x, weight = np.polynomial.legendre.leggauss(400)
    x, weight = 10.0 * x, 10.0 * weight * np.array([normal_pdf(10.0 * v) for v in x])
    barrier = normal_quantile(p)
    given = np.array([normal_cdf((barrier - math.sqrt(correlation) * v) / math.sqrt(1.0 - correlation)) for v in x])
    return [float(np.sum(weight * math.comb(n, k) * given**k * (1.0 - given)**(n - k))) for k in range(n + 1)]
