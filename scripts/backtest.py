#!/usr/bin/python3
"""Forecasts the one-day value at risk of an equal-weight book under each market model, day after day on a table of daily
prices, and says how well the forecasts agree with what happened.

It knows the command line; forecasts, tests, tables and the picture are in the folder backtesting/ beside it.
"""
import argparse
import concurrent.futures
import os
import shutil
import sys

sys.dont_write_bytecode = True

PACKAGES = "python3-numpy python3-h5py python3-matplotlib python3-yaml"
try:
    import numpy as np
    from backtesting import coverage, forecast, picture, report, table
    from pictures import style
except ImportError as missing:
    sys.exit(f"backtest.py: {missing} ({sys.executable}); on Debian: apt-get install {PACKAGES}, "
             "then run this script with /usr/bin/python3")

EXIT_USAGE, EXIT_INVALID, EXIT_MISSING, EXIT_NOT_CREATED = 64, 65, 66, 73
FEWEST = 50  # forecasts to judge


def fail(code, text):
    print(f"backtest.py: {text}", file=sys.stderr)
    sys.exit(code)


def date(word):
    try:
        return np.datetime64(word, "D")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is not a date like 2024-01-31") from None


def count(word):
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a whole number above 0")
    return int(word)


def level(word):
    try:
        value = float(word.rstrip("%")) / (100 if word.endswith("%") else 1)
    except ValueError:
        value = 0
    if not 0.5 <= value < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a confidence from 50% to below 100%")
    return value


def names(known):
    def chosen(word):
        found = [name.strip() for name in word.split(",")]
        for name in found:
            if not name or found.count(name) > 1:
                raise argparse.ArgumentTypeError(f"{word!r} has an empty name or one twice")
            if known and name not in known:
                raise argparse.ArgumentTypeError(f"no model {name}; there are {', '.join(known)}")
        return found
    return chosen


def default_program():
    built = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "release", "riskpool")
    return built if os.access(built, os.X_OK) else "riskpool"


def arguments():
    class Parser(argparse.ArgumentParser):
        def error(self, message):
            fail(EXIT_USAGE, message)

    parser = Parser(description="Forecast the one-day value at risk of an equal-weight book under each market model, day after "
                    "day, and judge the forecasts by what happened (Kupiec 1995, Christoffersen 1998, Acerbi and Szekely 2014).")
    parser.add_argument("prices", metavar="PRICES.csv", help="daily prices, all days of the week: dates, then a column an asset")
    parser.add_argument("--columns", metavar="A,B", type=names(()), help="the assets of the book [all columns]")
    parser.add_argument("--from", dest="first", metavar="DATE", type=date, default=np.datetime64("0001-01-01"),
                        help="first day to forecast [as soon as the window is long enough]")
    parser.add_argument("--to", dest="last", metavar="DATE", type=date, default=np.datetime64("9999-12-31"), help="last day [the last]")
    parser.add_argument("--models", metavar="M,N", type=names(forecast.MODELS), default=list(forecast.MODELS),
                        help=f"some of {', '.join(forecast.MODELS)} [all]")
    parser.add_argument("--every", metavar="DAYS", type=count, default=30, help="calibrate so often [30]")
    parser.add_argument("--window", metavar="DAYS", type=count, default=730, help="calibrate on the days before, at most so many [730]")
    parser.add_argument("--least", metavar="RETURNS", type=count, default=250, help="and at least so many [250]")
    parser.add_argument("--confidence", metavar="LEVEL", type=level, action="append", help="repeatable [99%% and 95%%]")
    parser.add_argument("-n", "--paths", metavar="N", type=count, default=20000, help="paths of a forecast [20000]")
    parser.add_argument("--seed", metavar="N", type=count, default=1, help="of the first day; every day has its own [1]")
    parser.add_argument("-j", "--jobs", metavar="N", type=count, default=1, help="models at once [1]")
    parser.add_argument("--riskpool", metavar="PROGRAM", default=default_program(), help="the program [build/release/riskpool]")
    parser.add_argument("-o", "--picture", metavar="FILE.png", help="draw the forecasts of the highest confidence")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything as JSON, forecasts and losses of every day included")
    form.add_argument("--csv", action="store_true", help="the table as CSV")
    form.add_argument("--markdown", action="store_true", help="the table as Markdown")
    return parser.parse_args()


def tell(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def judged(date_, loss, found, confidences):
    """One row a confidence, of the days that have a forecast."""
    there = np.isfinite(found[:, 0, 0])
    return [coverage.judge(date_[there], loss[there], found[there, 0, k], found[there, 1, k], confidence)
            for k, confidence in enumerate(confidences) if there.any()]


def backtest(chosen, plan):
    """Everything that is reported, as JSON has it."""
    prices = plan.table
    blocks = list(plan.blocks(chosen.first, chosen.last))
    at = np.concatenate([np.arange(block.start, block.stop) for _, block in blocks]) if blocks else np.zeros(0, int)
    if len(at) < FEWEST:
        fail(EXIT_INVALID, f"{prices.path}: {len(at)} days to forecast, at least {FEWEST} are needed; a forecast needs "
             f"{plan.least} returns in the {plan.window} days before it, complete in {', '.join(prices.names)}")
    day, loss = prices.date[at], -prices.simple[at].mean(axis=1)
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        found = dict(zip(chosen.models, pool.map(lambda model: forecast.forecast(plan, model, blocks, tell), chosen.models)))
    tell("")
    empty = [model for model, (values, _) in found.items() if not np.isfinite(values).any()]
    if empty:
        fail(EXIT_INVALID, f"no forecast by {empty[0]}: {found[empty[0]][1][0]}")
    book = f"equal weights of {', '.join(prices.names)}"
    return {"title": f"{book}; {len(day)} days from {day[0]} to {day[-1]}; calibrated every {plan.every} days on "
                     f"{plan.least} to {plan.window} days before, {plan.paths} paths a forecast",
            "book": book, "file": prices.path, "every": plan.every, "window": plan.window, "least": plan.least,
            "paths": plan.paths, "seed": plan.seed, "confidences": list(plan.confidences),
            "models": {model: judged(day, loss, values, plan.confidences) for model, (values, _) in found.items()},
            "faults": {model: faults for model, (_, faults) in found.items()},
            "days": [str(each) for each in day], "loss": loss.tolist(),
            "forecasts": {model: {"value_at_risk": values[:, 0].tolist(), "expected_shortfall": values[:, 1].tolist()}
                          for model, (values, _) in found.items()}}


def main():
    chosen = arguments()
    if not shutil.which(chosen.riskpool):
        fail(EXIT_MISSING, f"{chosen.riskpool}: no such program; scripts/run.sh builds it, --riskpool names another")
    try:
        prices = table.read(chosen.prices, chosen.columns)
    except OSError as reason:
        fail(EXIT_MISSING, f"{chosen.prices}: {reason.strerror}")
    except (table.BadTable, UnicodeDecodeError) as reason:
        fail(EXIT_INVALID, f"{chosen.prices}: {reason}")
    plan = forecast.Plan(chosen.riskpool, prices, set(chosen.confidence or [0.99, 0.95]), chosen.every, chosen.window, chosen.least,
                         chosen.paths, chosen.seed)
    made = backtest(chosen, plan)
    if chosen.picture:
        try:
            style.save(picture.draw(made, len(made["confidences"]) - 1), chosen.picture)
        except (OSError, ValueError) as reason:
            fail(EXIT_NOT_CREATED, f"{chosen.picture}: {reason}")
    print({chosen.json: report.as_json, chosen.csv: report.as_csv}.get(True, lambda made: report.text(made, chosen.markdown))(made), end="")


if __name__ == "__main__":
    main()
