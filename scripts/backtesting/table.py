"""A table of daily prices: the chosen columns, the days whose return can be had, and windows of them. It knows neither
models nor forecasts."""
import csv
import math

import numpy as np

DAY = np.timedelta64(1, "D")


class BadTable(Exception):
    """The table cannot be used; the text says why."""


class Table:
    """`date` and `simple` [day][column] are those of the returns from one row to the row of the next day, both without a
    missing price; `log` are their logarithms."""

    def __init__(self, path, names, dates, prices):
        self.path, self.names = path, names
        whole = np.isfinite(prices).all(axis=1)
        used = np.flatnonzero(whole[1:] & whole[:-1] & (np.diff(dates) == DAY))
        self.date = dates[used + 1]
        self.log = np.log(prices[used + 1] / prices[used])
        self.simple = np.expm1(self.log)
        self.fresh = np.concatenate([[True], np.diff(self.date) != DAY]) if len(used) else np.zeros(0, bool)

    def between(self, first, last):
        """Returns that end on these days, both inside, as a slice."""
        return slice(int(np.searchsorted(self.date, first)), int(np.searchsorted(self.date, last, side="right")))


def price(word, where):
    if not word.strip():
        return math.nan
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not (value > 0 and math.isfinite(value)):
        raise BadTable(f"{where}: {word!r} is not a price above 0")
    return value


def day(word, where):
    try:
        return np.datetime64(word.strip(), "D")
    except ValueError:
        raise BadTable(f"{where}: {word!r} is not a date like 2024-01-31") from None


def read(path, columns):
    """columns: names, or None for all that the table has."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row]
    if len(rows) < 3:
        raise BadTable("needs a row of names and at least two rows of prices")
    head = [name.strip() for name in rows[0]]
    names = columns or head[1:]
    unknown = [name for name in names if name not in head[1:]]
    if unknown:
        raise BadTable(f"no column {', '.join(unknown)}; there are {', '.join(head[1:])}")
    if any(len(row) != len(head) for row in rows):
        raise BadTable("rows differ in their number of cells")
    at = [head.index(name) for name in names]
    dates = np.array([day(row[0], f"row {k + 1}") for k, row in enumerate(rows) if k])
    if not np.all(np.diff(dates) >= DAY):
        raise BadTable("dates do not increase day by day")
    prices = [[price(row[i], f"row {k + 1}, column {head[i]}") for i in at] for k, row in enumerate(rows) if k]
    return Table(path, names, dates, np.array(prices))
