"""Closed forms and quadratures for moves with t laws: tails of linear and exponential losses, two tails at once, first
passage of a walk whose steps are wide at random. Nothing here knows the program."""
import math

import numpy as np

from closed_forms import normal_cdf


def t_pdf(x, nu):
    return (math.exp(math.lgamma(0.5 * nu + 0.5) - math.lgamma(0.5 * nu)) / math.sqrt(math.pi * nu)
            * (1.0 + x * x / nu)**(-0.5 * (nu + 1.0)))


def incomplete_beta(a, b, x):
    """I_x(a, b) by its continued fraction (Lentz)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    value = c = 1.0
    d = 0.0
    for i in range(1000):
        m = i // 2
        if i == 0:
            term = 1.0
        elif i % 2 == 0:
            term = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        d = 1.0 / (1.0 + term * d)
        c = 1.0 + term / c
        value *= c * d
        if abs(1.0 - c * d) < 1e-16:
            break
    return front * (value - 1.0)


def t_cdf(x, nu):
    if x == 0.0:
        return 0.5
    tail = 0.5 * incomplete_beta(0.5 * nu, 0.5, nu / (nu + x * x))
    return tail if x < 0.0 else 1.0 - tail


def t_quantile(p, nu):
    low, high = -1e6, 1e6
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if t_cdf(middle, nu) < p else (low, middle)
    return 0.5 * (low + high)


def t_expectation(function, nu, low, high, panels=400):
    """E[function(T); low < T < high], Gauss-Legendre in asinh T; bounds may be infinite."""
    ends = [math.asinh(max(min(v, 1e12), -1e12)) for v in (low, high)]
    node, weight = np.polynomial.legendre.leggauss(16)
    edge = np.linspace(*ends, panels + 1)
    half = 0.5 * (edge[1:] - edge[:-1])[:, None]
    u = (edge[:-1][:, None] + half * (1.0 + node)).ravel()
    x = np.sinh(u)
    density = (math.exp(math.lgamma(0.5 * nu + 0.5) - math.lgamma(0.5 * nu)) / math.sqrt(math.pi * nu)
               * (1.0 + x * x / nu)**(-0.5 * (nu + 1.0)))
    return float(np.sum((half * weight).ravel() * np.cosh(u) * density * function(x)))


def log_t_tail(notional, deviation, nu, level, most):
    """Value at risk and expected shortfall of a long (notional > 0) or short of one price whose logarithm moves by a t of
    that standard deviation, the loss ending at `most`."""
    scale = deviation * math.sqrt((nu - 2.0) / nu)
    sign = 1.0 if notional > 0.0 else -1.0
    q = t_quantile(1.0 - level, nu)

    def loss(x):
        return np.minimum(notional * -np.expm1(np.minimum(sign * scale * x, 700.0)), most)

    return float(loss(np.array(q))), t_expectation(loss, nu, -math.inf, q) / (1.0 - level)


def t_both(nu, correlation, p):
    """P(both of two t below their p quantile), by quadrature over the mixing variable of the normals' orthants."""
    q = t_quantile(p, nu)
    factor, weight = mixing(nu)
    node, w = np.polynomial.legendre.leggauss(64)
    angle = 0.5 * math.asin(correlation) * (1.0 + node)  # Plackett (1954)
    total = 0.0
    for f, share in zip(factor, weight):
        h = q / f
        extra = np.sum(w * np.exp(-h * h / (1.0 + np.sin(angle)))) * 0.5 * math.asin(correlation) / (2.0 * math.pi)
        total += share * (normal_cdf(h)**2 + float(extra))
    return total


def mixing(nu, nodes=400):
    """sqrt(nu / chi2) and weights: the trapezium rule in ln chi2, which converges faster than any power."""
    reach = 12.0 * math.sqrt(2.0 / nu)
    u = math.log(nu) + np.linspace(-80.0 / nu - reach, min(reach, 5.0), nodes)
    log_density = 0.5 * nu * u - 0.5 * np.exp(u) - 0.5 * nu * math.log(2.0) - math.lgamma(0.5 * nu)
    weight = np.exp(log_density) * (u[1] - u[0])
    return np.sqrt(nu) * np.exp(-0.5 * u), weight


def t_passage(distance, deviation, nu, steps, continuous):
    """P(a walk of t steps without drift falls by `distance`), at step ends or, given how wide each step is, as a Brownian
    motion: density of the distance left, pushed from step to step (Nystrom), its loss of mass summed."""
    factor, weight = mixing(nu, 160)
    keep = weight > 1e-17
    spread, weight = factor[keep] * deviation * math.sqrt((nu - 2.0) / nu), weight[keep]
    edge = [0.0]
    while edge[-1] < 40.0 * deviation + 4.0 * distance:
        edge.append(edge[-1] + max(0.25 * deviation, 0.15 * (edge[-1] - distance - 6.0 * deviation)))
    edge = np.array(edge)
    node, w = np.polynomial.legendre.leggauss(12)
    half = 0.5 * (edge[1:] - edge[:-1])[:, None]
    x = (edge[:-1][:, None] + half * (1.0 + node)).ravel()
    w = (half * w).ravel()

    def kernel(start):
        total = np.zeros((len(start), len(x)))
        for s, share in zip(spread, weight):
            density = np.exp(-0.5 * ((x[None, :] - start[:, None]) / s)**2) / (s * math.sqrt(2.0 * math.pi))
            if continuous:
                density *= -np.expm1(-2.0 * start[:, None] * x[None, :] / s**2)
            total += share * density
        return total

    def fall(start):
        tail = np.array([[normal_cdf(-d / s) for s in spread] for d in start]) @ weight
        return 2.0 * tail if continuous else tail

    start = np.array([distance])
    total, push, falls = float(fall(start)[0]), kernel(x), fall(x)
    mass = kernel(start)[0] * w
    for _ in range(steps - 1):
        total += float(mass @ falls)
        mass = (mass @ push) * w
    return total
