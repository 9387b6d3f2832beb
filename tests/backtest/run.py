#!/usr/bin/python3
"""The backtest of value at risk: its tests on known answers, its states against `riskpool calibrate`, its forecasts on
invented prices whose law is known, and its messages; with a folder of prices, a short piece of real history.

    run.py BINARY [FOLDER]
"""
import csv
import io
import json
import math
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "..", "..", "scripts")
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "pictures"), os.path.join(HERE, "..", "models"), SCRIPTS]
sys.dont_write_bytecode = True
try:
    import numpy as np
    from backtesting import coverage, forecast, picture, states, table
    from drawn import write_prices
    from looks import faults
    from riskpool_test import Checks, Program, normal_pdf, normal_quantile
except ImportError as error:
    print(f"run.py: {error}", file=sys.stderr)
    sys.exit(77)  # skipped

NAMES = ["A", "B", "C"]

# Days, level: the exceedances with which Kupiec (1995) does not reject at 95 %,
# both ends inside (Kupiec 1995; at 255 days and 1 % only the upper one is printed there).
NOT_REJECTED = [(255, 0.01, 1, 6), (510, 0.01, 2, 10), (1000, 0.01, 5, 16),
                (255, 0.05, 7, 20), (510, 0.05, 17, 35), (1000, 0.05, 38, 64)]


def known_answers(checks):
    for days, p, low, high in NOT_REJECTED:
        accepted = [x for x in range(days // 5) if coverage.chi_square_tail(coverage.kupiec(days, x, p), 1) > 0.05]
        checks.same(f"Kupiec accepts {low} to {high} of {days} at {p:g}", [accepted[0], accepted[-1]], [low, high])
    # J.P. Morgan in 1998, 20 exceedances in 252 days at 95 %, 6 of them on the day after one (Jorion 2001, chapter 6).
    checks.close("Jorion: unconditional", coverage.kupiec(252, 20, 0.05), 3.91, 0.005)
    checks.close("Jorion: independence", coverage.independence([[218, 14], [14, 6]]), 9.53, 0.005)
    checks.close("chi-square tails", [coverage.chi_square_tail(3.841458820694124, 1), coverage.chi_square_tail(5.991464547107979, 2)],
                 0.05, 1e-12)
    checks.close("no exceedance: -2 n ln(1 - p)", coverage.kupiec(100, 0, 0.01), -200 * math.log(0.99), 1e-12)
    checks.close("ends of the interval", coverage.binomial_interval(20, 0.5), (6, 14), 0)


def pairs(checks):
    hit = np.array([1, 1, 0, 0, 1, 1], bool)
    dates = np.datetime64("2024-01-01") + np.array([0, 1, 2, 3, 4, 7])
    checks.same("pairs across a gap do not count", coverage.count_pairs(hit, dates), [[1, 1], [1, 1]])
    row = coverage.judge(dates, np.array([3.0, 1, 0, 0, 0, 1]), np.full(6, 2.0), np.full(6, 2.5), 0.75)
    checks.close("figures by hand", [row["exceedances"], row["expected"], row["loss_over_shortfall"], row["acerbi_szekely_z2"]],
                 [1, 1.5, 1.2, 1 - 1.2 / 1.5], 1e-12)


def invented(program, name, moves, missing=()):
    prices = 100 * np.exp(np.cumsum(np.vstack([np.zeros(moves.shape[1]), moves]), axis=0))
    prices[list(missing), 0] = np.nan
    return write_prices(os.path.join(program.folder.name, name), NAMES, prices, start="2020-01-01")


def gbm_moves(days, seed):
    factor = np.linalg.cholesky(0.5 * np.eye(3) + 0.5)
    return np.random.default_rng(seed).standard_normal((days, 3)) @ factor.T * [0.03, 0.04, 0.05]


def run(program, prices, *options):
    return subprocess.run([sys.executable, os.path.join(SCRIPTS, "backtest.py"), prices, "--riskpool", program.binary, *options],
                          capture_output=True, text=True, check=False)


def backtest(program, prices, *options):
    done = run(program, prices, "--json", *options)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def right_law(checks, program):
    """Normal moves of constant volatility: the value at risk is known, and the exceedances are binomial."""
    path = invented(program, "gbm.csv", gbm_moves(2800, 7))
    made = backtest(program, path, "--models", "gbm", "--every", "100", "--window", "500")
    days = len(made["days"])
    checks.true("every day after the first 250 is forecast", days == 2800 - 250 and made["faults"]["gbm"] == [])
    for row in made["models"]["gbm"]:
        checks.frequency(f"gbm at {row['confidence']:g}", row["rate"], 1 - row["confidence"], days)
        low, high = coverage.binomial_interval(days, 1 - row["confidence"], 0.9999)
        checks.true(f"gbm at {row['confidence']:g}: {row['exceedances']} in {low} to {high}", low <= row["exceedances"] <= high)
        checks.true(f"gbm at {row['confidence']:g}: not rejected", row["kupiec_p"] > 1e-4 and row["conditional_p"] > 1e-4)
    moved = table.read(path, None)
    window = moved.log[moved.between(np.datetime64(made["days"][0]) - 500, np.datetime64(made["days"][0]) - 1)]
    deviation = math.sqrt(np.cov(window.T).sum()) / 3
    found = made["forecasts"]["gbm"]["value_at_risk"][0][1]
    error = deviation * math.sqrt(0.01 * 0.99 / 20000) / normal_pdf(normal_quantile(0.99))
    # To the second order in the moves of a day: the sum of lognormals is a little less wide below.
    checks.close("the first forecast is that of the normal law", found, deviation * normal_quantile(0.99), 4 * error + 2 * deviation ** 2)
    checks.close("losses are those of the table", made["loss"], -moved.simple[-days:].mean(axis=1), 1e-15)


def wrong_law(checks, program):
    """A volatility that doubles half-way: gbm must fail, a filter must be ahead of it."""
    moves = gbm_moves(900, 11)
    moves[450:] *= 2
    made = backtest(program, invented(program, "doubled.csv", moves), "--from", "2021-03-26", "--models", "gbm,garch-t,bootstrap-ewma",
                    "--paths", "4000", "--every", "150", "--to", "2021-08-01")
    rows = {model: rows[1] for model, rows in made["models"].items()}
    checks.true(f"gbm is rejected: {rows['gbm']['exceedances']}", rows["gbm"]["kupiec_p"] < 1e-4)
    for model in ("garch-t", "bootstrap-ewma"):
        checks.true(f"{model} has fewer: {rows[model]['exceedances']}", rows[model]["exceedances"] < rows["gbm"]["exceedances"])


def as_calibrated(checks, program):
    """Today's garch variances and regime probabilities are those that `riskpool calibrate` has at the end of its window."""
    clusters = gbm_moves(600, 3) * np.repeat(np.random.default_rng(5).choice([0.5, 2.0], 30), 20)[:, None]
    prices = table.read(invented(program, "clusters.csv", clusters), None)
    plan = forecast.Plan(program.binary, prices, [0.99], every=10, window=500)
    window, block = next(plan.blocks(np.datetime64("2021-06-01"), np.datetime64("2021-06-10")))
    dates = prices.date[window]
    options = ["--from", str(dates[0]), "--to", str(dates[-1]), "--json", "--model"]
    told = json.loads(program.call("calibrate", prices.path, *options, "garch-t"))
    garch, every_day = forecast.MODELS["garch-t"]
    market, returns = garch(plan, window), prices.log[window]
    # The likelihood has the variance by 1 / n, the market by 1 / (n - 1).
    ratio = math.sqrt(1 - 1 / len(returns))
    by_n = {"assets": [{**asset, "volatility": ratio * states.fraction(asset["volatility"])} for asset in market["assets"]]}
    h = states.garch(by_n, returns.mean(axis=0), returns, prices.fresh[window])
    checks.close("volatility after the last row", np.sqrt(h[-1] * states.YEAR),
                 [asset["garch"]["volatility_after_last_row"] for asset in told["assets"]], 1e-5)
    days = every_day(plan, market, window, block)
    checks.close("the first day starts there", [asset["start_volatility"] for asset in days[0]["assets"]],
                 np.sqrt(h[-1] * states.YEAR), 1e-3)
    checks.true("every day has a state of its own", len({day["assets"][0]["start_volatility"] for day in days}) == len(days))
    market = forecast.MODELS["regimes"][0](plan, window)
    crisis = states.regimes(market, prices.log[window].mean(axis=0), prices.log[window])
    wild = np.repeat(np.random.default_rng(5).choice([0.5, 2.0], 30), 20)[window] > 1
    checks.true("the filter tells the regimes apart", crisis[:-1][wild].mean() > 0.8 and crisis[:-1][~wild].mean() < 0.2)
    chain = states.starting_with(market, 0.3)["regimes"]
    leave = [-math.expm1(-1 / float(regime["duration"].removesuffix(" d"))) for regime in chain]
    checks.close("a chain that starts as forecast", leave[0] / (leave[0] + leave[1]), 0.3, 1e-12)


def reports(checks, program):
    path = invented(program, "gap.csv", gbm_moves(420, 9), missing=[330])
    few = ["--models", "gbm,student-t", "--paths", "2000", "--every", "60", "--to", "2020-12-20"]
    drawn = os.path.join(program.folder.name, "p.png")
    made = backtest(program, path, *few, "-o", drawn)
    checks.true("the days about a missing price are left out", "2020-11-26" not in made["days"] and "2020-11-27" not in made["days"]
                and "2020-11-28" in made["days"])
    checks.true("a picture is there", os.path.getsize(drawn) > 10000)
    for fault in faults(picture.draw(made, 1)):
        checks.true(f"picture: {fault}", False)
    rows = list(csv.DictReader(io.StringIO(run(program, path, *few, "--csv").stdout)))
    checks.true("CSV has a row a model and level", [(row["model"], float(row["confidence"])) for row in rows]
                == [(model, level) for model in ("gbm", "student-t") for level in (0.95, 0.99)])
    checks.same("CSV has the figures of JSON", [float(row["kupiec_p"]) for row in rows],
                [row["kupiec_p"] for model in ("gbm", "student-t") for row in made["models"][model]])
    checks.true("the text is the same again", run(program, path, *few).stdout == run(program, path, *few, "-j", "2").stdout)


def messages(checks, program):
    path = invented(program, "short.csv", gbm_moves(260, 1))
    bad = os.path.join(program.folder.name, "bad.csv")
    with open(bad, "w", encoding="utf-8") as file:
        file.write("date,A\n2024-01-01,1\n2024-01-02,-3\n")
    for code, words, arguments in ((65, "at least 50 are needed", [path]), (65, "row 3, column A: '-3' is not a price", [bad]),
                                   (66, "No such file", [bad + "x"]), (65, "no column X; there are A, B, C", [path, "--columns", "X"]),
                                   (64, "no model gmb; there are gbm", [path, "--models", "gmb"]),
                                   (64, "is not a confidence", [path, "--confidence", "40%"])):
        done = run(program, *arguments)
        checks.true(f"exit {code}, {words!r}: {done.returncode} {done.stderr.strip()[:200]}",
                    done.returncode == code and words in done.stderr and len(done.stderr.splitlines()) == 1 and not done.stdout)


def history(program, folder):
    """Two months about March 2020: every model is forecast without a fault, and the day of the crash exceeds them all."""
    path = os.path.join(folder, "crypto-daily.csv")
    if not os.path.isfile(path):
        print(f"skipped: the price table {path} is not here")
        return 77
    checks = Checks("backtest on history", verbose=False)
    made = backtest(program, path, "--columns", "BTC,ETH,LTC", "--from", "2020-02-20", "--to", "2020-04-20", "--paths", "4000")
    crash = made["days"].index("2020-03-12")
    for model, found in made["forecasts"].items():
        checks.true(f"{model}: {made['faults'][model]}", not made["faults"][model] and len(made["days"]) == 61)
        checks.true(f"{model}: 12 March 2020 exceeds it", made["loss"][crash] > found["value_at_risk"][crash][1] > 0.04)
    for model in ("garch-t", "bootstrap-ewma"):
        risk = np.array(made["forecasts"][model]["value_at_risk"])[:, 1]
        checks.true(f"{model} is warned the day after", risk[crash + 1] > 1.2 * risk[crash])
    return checks.finish()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = Program(sys.argv[1])
    if len(sys.argv) == 3:
        return history(program, sys.argv[2])
    checks = Checks("backtest", verbose=False)
    known_answers(checks)
    pairs(checks)
    right_law(checks, program)
    wrong_law(checks, program)
    as_calibrated(checks, program)
    reports(checks, program)
    messages(checks, program)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
