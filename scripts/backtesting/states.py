"""What a calibrated market tells of tomorrow from the returns up to today: its garch variances, or the probabilities of
its regimes. Markets are as `riskpool calibrate` prints them for daily prices; all returns are those of a day."""
import math

import numpy as np

YEAR = 365.0


def fraction(value):
    return float(value.rstrip("%")) / 100 if isinstance(value, str) else float(value)


def variances(market):
    """Of a day, by asset."""
    return np.array([fraction(asset["volatility"]) ** 2 for asset in market["assets"]]) / YEAR


def garch(market, mean, returns, fresh):
    """Variance of every day and of the one after the last, [day + 1][asset]; where `fresh`, it starts again."""
    level = variances(market)
    alpha, beta = (np.array([float(asset[key]) for asset in market["assets"]]) for key in ("alpha", "beta"))
    h = np.empty((len(returns) + 1, len(level)))
    h[0] = level
    for t, move in enumerate(returns - mean):
        h[t + 1] = level if t + 1 < len(returns) and fresh[t + 1] else (
            (1 - alpha - beta) * level + alpha * move ** 2 + beta * h[t])
    return h


def regimes(market, mean, returns):
    """Probability of the second of two regimes on every day and the one after the last, before its return is known
    (Hamilton 1989)."""
    stay = np.exp([-1 / float(regime["duration"].removesuffix(" d")) for regime in market["regimes"]])
    density = np.column_stack([log_density(market, regime, returns - mean) for regime in market["regimes"]])
    crisis = np.empty(len(returns) + 1)
    crisis[0] = (1 - stay[0]) / (2 - stay[0] - stay[1])
    for t, (calm, wild) in enumerate(density):
        odds = crisis[t] * math.exp(min(700.0, wild - calm))
        now = odds / (odds + 1 - crisis[t])
        crisis[t + 1] = now * stay[1] + (1 - now) * (1 - stay[0])
    return crisis


def log_density(market, regime, moves):
    """Of the normal law of a regime, without the constant that all share."""
    deviation = np.sqrt(variances(market)) * fraction(regime["volatility"])
    factor = np.linalg.cholesky(np.array(regime["correlation"], float) * np.outer(deviation, deviation))
    white = np.linalg.solve(factor, moves.T)
    return -0.5 * np.sum(white ** 2, axis=0) - np.sum(np.log(np.diag(factor)))


def starting_with(market, crisis):
    """The market whose stationary distribution is (1 - crisis, crisis): its first day is that of the forecast, which says
    nothing of the days after."""
    crisis = min(max(crisis, 1e-6), 1 - 1e-6)
    return {**market, "regimes": [{**regime, "duration": f"{-1 / math.log1p(-leave / 2)!r} d"}
                                  for regime, leave in zip(market["regimes"], (crisis, 1 - crisis))]}
