"""How well a series of forecasts agrees with what happened: the tests of Kupiec and Christoffersen on the days that lost
more than the value at risk, and what these days lost against the expected shortfall. It knows nothing of models."""
import math

import numpy as np


def chi_square_tail(statistic, degrees):
    """Probability that a chi-square variable with one or two degrees of freedom is above `statistic`."""
    return math.erfc(math.sqrt(statistic / 2)) if degrees == 1 else math.exp(-statistic / 2)


def log_likelihood(hits, misses, p):
    """Of independent trials, where 0 ln 0 is 0."""
    return (hits * math.log(p) if hits else 0.0) + (misses * math.log1p(-p) if misses else 0.0)


def kupiec(days, hits, p):
    """Likelihood ratio of the unconditional coverage, one degree of freedom (Kupiec 1995)."""
    return max(0.0, 2 * (log_likelihood(hits, days - hits, hits / days) - log_likelihood(hits, days - hits, p)))


def independence(pairs):
    """Likelihood ratio of a first-order Markov chain against independent days, one degree of freedom (Christoffersen
    1998). pairs[before][after] counts neighbouring days, 1: a hit."""
    (n00, n01), (n10, n11) = pairs
    total = n00 + n01 + n10 + n11
    if total == 0:
        return 0.0
    alike = log_likelihood(n01 + n11, n00 + n10, (n01 + n11) / total)
    after_miss = log_likelihood(n01, n00, n01 / (n00 + n01)) if n00 + n01 else 0.0
    after_hit = log_likelihood(n11, n10, n11 / (n10 + n11)) if n10 + n11 else 0.0
    return max(0.0, 2 * (after_miss + after_hit - alike))


def count_pairs(hit, dates):
    """Of days that follow each other; across a gap nothing is counted."""
    follows = np.diff(dates) == np.timedelta64(1, "D")
    return [[int(np.sum(follows & (hit[:-1] == before) & (hit[1:] == after))) for after in (False, True)]
            for before in (False, True)]


def binomial_interval(days, p, level=0.95):
    """The hits to expect of a forecast that is right: each tail outside has at most (1 - level) / 2."""
    log_p, log_q, tail = math.log(p), math.log1p(-p), (1 - level) / 2
    law = [math.exp(math.lgamma(days + 1) - math.lgamma(k + 1) - math.lgamma(days - k + 1) + k * log_p + (days - k) * log_q)
           for k in range(days + 1)]
    below = np.cumsum(law)
    low = int(np.searchsorted(below, tail, side="right"))
    return low, int(np.searchsorted(below, 1 - tail, side="left"))


def judge(dates, loss, value_at_risk, expected_shortfall, confidence):
    """The figures of one model at one level, by name; p-values end in _p."""
    p, days = 1 - confidence, len(loss)
    hit = loss > value_at_risk
    hits = int(hit.sum())
    low, high = binomial_interval(days, p)
    unconditional, apart = kupiec(days, hits, p), independence(count_pairs(hit, dates))
    return {"confidence": confidence, "days": days, "exceedances": hits, "expected": days * p, "expected_low": low,
            "expected_high": high, "rate": hits / days, "pairs": count_pairs(hit, dates)[1][1],
            "kupiec_p": chi_square_tail(unconditional, 1), "independence_p": chi_square_tail(apart, 1),
            "conditional_p": chi_square_tail(unconditional + apart, 2), **shortfall(loss, expected_shortfall, hit, p),
            "mean_value_at_risk": float(np.mean(value_at_risk))}


def shortfall(loss, expected, hit, p):
    """Mean of loss / expected shortfall over the hits, 1 where the forecast is right, and its standard error; Z2 of Acerbi
    and Szekely (2014), 0 where it is right, below 0 where it is too low or hits are too many."""
    ratio = loss[hit] / expected[hit]
    n = len(ratio)
    return {"loss_over_shortfall": float(ratio.mean()) if n else math.nan,
            "loss_over_shortfall_se": float(ratio.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan,
            "acerbi_szekely_z2": 1 - float(ratio.sum()) / (len(loss) * p)}
