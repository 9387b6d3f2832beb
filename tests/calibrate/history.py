#!/usr/bin/python3
"""`riskpool calibrate` on real daily closes against figures that were computed from them by another program: volatilities,
correlations, spectra and tails of the calm year 2023 and of crash windows. The prices (Binance, daily closes in USDT and
NYSE days) are not part of the project; where they are absent the test is skipped.

    history.py BINARY FOLDER
"""
import os
import sys

import numpy as np

from base import Checks, Program, calibrate

ELEVEN = "BTC,ETH,SOL,XRP,DOGE,BNB,LTC,BCH,ADA,LINK,AVAX"
EIGHT = "BTC,ETH,XRP,DOGE,LTC,BCH,ADA,LINK"

# Per cent a year, standard deviation of daily log returns times sqrt(365).
VOLATILITY_2023 = [44, 47, 96, 80, 62, 45, 65, 76, 66, 74, 83]
CORRELATION_2023 = """
1.00 0.83 0.62 0.46 0.62 0.63 0.65 0.58 0.66 0.60 0.60
0.83 1.00 0.62 0.52 0.63 0.65 0.70 0.54 0.68 0.65 0.56
0.62 0.62 1.00 0.42 0.51 0.50 0.52 0.39 0.63 0.57 0.65
0.46 0.52 0.42 1.00 0.45 0.39 0.44 0.24 0.63 0.46 0.39
0.62 0.63 0.51 0.45 1.00 0.54 0.63 0.48 0.65 0.59 0.61
0.63 0.65 0.50 0.39 0.54 1.00 0.59 0.42 0.60 0.55 0.51
0.65 0.70 0.52 0.44 0.63 0.59 1.00 0.60 0.61 0.61 0.56
0.58 0.54 0.39 0.24 0.48 0.42 0.60 1.00 0.42 0.50 0.38
0.66 0.68 0.63 0.63 0.65 0.60 0.61 0.42 1.00 0.64 0.65
0.60 0.65 0.57 0.46 0.59 0.55 0.61 0.50 0.64 1.00 0.59
0.60 0.56 0.65 0.39 0.61 0.51 0.56 0.38 0.65 0.59 1.00"""

# name, columns, from, to: returns, mean, least and most correlation, share of the first eigenvalue, smallest one, beta.
WINDOWS = [
    ("2023", ELEVEN, "2023-01-01", "2023-12-29", [363, 0.56, 0.24, 0.83, 0.60, 0.15, 0.98]),
    ("2023-07..09", ELEVEN, "2023-07-01", "2023-09-30", [92, 0.58, 0.16, 0.91, 0.63, 0.06, 1.22]),
    ("2024", ELEVEN, "2024-01-11", "2024-12-31", [356, 0.59, 0.33, 0.80, 0.64, 0.15, 1.02]),
    ("2020-03", EIGHT, "2020-02-26", "2020-03-26", [30, 0.96, 0.90, 0.99, 0.96, 0.01, 1.05]),
    ("2021-05", ELEVEN, "2021-05-04", "2021-06-02", [30, 0.83, 0.56, 0.95, 0.85, 0.02, 1.81]),
    ("2022-05", ELEVEN, "2022-04-26", "2022-05-25", [30, 0.93, 0.83, 0.98, 0.93, 0.01, 1.50]),
    ("2022-06", ELEVEN, "2022-05-29", "2022-06-27", [30, 0.80, 0.67, 0.94, 0.82, 0.03, 1.02]),
    ("2022-11", ELEVEN, "2022-10-24", "2022-11-22", [30, 0.82, 0.50, 0.97, 0.84, 0.01, 1.48]),
    ("2024-08", ELEVEN, "2024-07-21", "2024-08-19", [30, 0.74, 0.25, 0.93, 0.78, 0.02, 1.04]),
    ("2025-10", ELEVEN, "2025-09-25", "2025-10-24", [30, 0.85, 0.59, 0.98, 0.87, 0.01, 1.96]),
]

# Degrees of freedom of a t, daily log returns 2020 to 2025.
MARGINAL = {"BTC": 2.62, "ETH": 3.00, "XRP": 2.21, "DOGE": 2.14, "LTC": 2.88, "BCH": 2.78, "ADA": 3.10, "LINK": 3.90}

# Degrees of freedom of the t copula on ranks, and log-likelihoods of the t and the normal one.
COPULAS = [
    (EIGHT, "2020-01-01", "2025-12-31", 5.5, 8817, 7663),
    (EIGHT, "2023-01-01", "2023-12-31", 7.4, 1249, 1149),
    ("BTC,ETH", "2020-01-01", "2025-12-31", 4.0, 1312, 1227),
    ("BTC,SOL", "2020-08-12", "2025-12-31", 2.7, 621, 439),
    ("BTC,XRP", "2020-01-01", "2025-12-31", 3.3, 806, 655),
]

# NYSE days of 2023: per cent a year at 252 days.
CROSS_ASSETS = {"SPX": 13.1, "GLD": 13.4, "TLT_adj": 18.4}


def calm_year(checks, program, prices):
    found = calibrate(program, prices, "--columns", ELEVEN, "--from", "2023-01-01", "--to", "2023-12-31")
    checks.close("2023: volatilities", 100 * np.array(found.volatilities()), VOLATILITY_2023, 0.51)
    expected = np.array([[float(word) for word in row.split()] for row in CORRELATION_2023.split("\n")[1:]])
    checks.close("2023: correlation", found.market["correlation"], expected, 0.0051)
    checks.true("2023: two returns are left out", found.used == 363 and "2 left out where a price is missing" in found.text)


def windows(checks, program, prices):
    for name, columns, begin, end, expected in WINDOWS:
        found = calibrate(program, prices, "--columns", columns, "--from", begin, "--to", end).glance()
        checks.close(f"{name}: structure", found, expected, 0.0051)


def tails(checks, program, prices):
    found = calibrate(program, prices, "--columns", EIGHT, "--from", "2020-01-01", "--to", "2025-12-31")
    for name, dof in MARGINAL.items():
        checks.close(f"{name}: degrees of freedom", found.dof(name), dof, 0.0051)
    for columns, begin, end, dof, student, normal in COPULAS:
        found = calibrate(program, prices, "--columns", columns, "--from", begin, "--to", end)
        what = f"copula of {columns} from {begin}"
        checks.close(what, found.dof("copula of the ranks"), dof, 0.051)
        checks.true(f"{what}: likelihoods {student}, {normal}", abs(found.copula_likelihoods()[0] - student) < 0.6
                    and abs(found.copula_likelihoods()[1] - normal) < 0.6)


def trading_days(checks, program, prices):
    found = calibrate(program, prices, "--columns", ",".join(CROSS_ASSETS), "--from", "2023-01-01", "--to", "2023-12-31")
    for name, value in zip(found.names, found.volatilities()):
        checks.close(f"{name}: trading days", 100 * value, CROSS_ASSETS[name], 0.1)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    daily, cross = (os.path.join(sys.argv[2], name) for name in ("crypto-daily.csv", "cross-asset-daily.csv"))
    if not (os.path.isfile(daily) and os.path.isfile(cross)):
        print(f"skipped: the price tables {daily} and {cross} are not here")
        return 77
    program, checks = Program(sys.argv[1]), Checks("calibrate on history", verbose=False)
    calm_year(checks, program, daily)
    windows(checks, program, daily)
    tails(checks, program, daily)
    trading_days(checks, program, cross)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
