"""The picture of a backtest: for each model the returns of the book day by day, the forecast below which they should
rarely fall, the days on which they did, and beside it how many there were and how many a right forecast has."""
import types

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from pictures import style

PLAIN, MISS = "#b0b0b0", "#D55E00"
ROW, SIDE = 1.15, 0.28


def key(confidence):
    return [Line2D([], [], color=PLAIN, linewidth=1.2, label="return of the book"),
            Line2D([], [], color=style.PALETTE[0], linewidth=1.2, label=f"−VaR {100 * confidence:g} %, forecast the day before"),
            Line2D([], [], color=MISS, marker="o", markersize=4, linestyle="", label="exceedance")]


def days(axes, backtest, model, level, low, high):
    date, loss = np.array(backtest["days"], "datetime64[D]"), np.array(backtest["loss"])
    risk = np.array(backtest["forecasts"][model]["value_at_risk"])[:, level]
    hit = loss > risk
    axes.vlines(date, 0, -loss, color=PLAIN, linewidth=min(1.0, 700 / len(date)))
    axes.plot(date, -risk, color=style.PALETTE[0], linewidth=0.9)
    axes.plot(date[hit], -loss[hit], "o", color=MISS, markersize=3, markeredgewidth=0)
    axes.set_ylim(low, high)
    style.percent_axis(axes.yaxis, "", bins=4)
    axes.set_xlim(date[0], date[-1])
    axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))
    axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator(), show_offset=False))
    axes.set_title(model, weight="bold", size=9.5, pad=4)


def counts(axes, row):
    axes.axvspan(row["expected_low"], row["expected_high"], color="#dceaf5", zorder=0)
    axes.axvline(row["expected"], color=style.PALETTE[0], linewidth=0.9)
    axes.plot([row["exceedances"]], [0.62], "o", color=MISS, markersize=6, clip_on=False)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)


def p_word(p):
    return "p < 0.0001" if p < 1e-4 else f"p {p:.2g}" if p < 0.1 else f"p {p:.2f}"


def draw(backtest, level):
    """The figure of one confidence, by its number."""
    models, confidence = list(backtest["models"]), backtest["confidences"][level]
    about = types.SimpleNamespace(title=backtest["book"], path=backtest["file"], n_paths=backtest["paths"], complete=True,
                                  attributes={"source": "riskpool", "seed": backtest["seed"]})
    rows = [backtest["models"][model][level] for model in models]
    sentence = (f"Equal-weight book held for a day: its return, and the loss that the model said would be exceeded on "
                f"{100 * (1 - confidence):.3g} % of the days. Models are calibrated every {backtest['every']} days on at most "
                f"{backtest['window']} days before. Right: the number of exceedances; of a right forecast it is the line, "
                "and 95 times in 100 inside the band.")
    figure = style.sheet(about, f"Does the value at risk of {100 * confidence:g} % hold?", sentence, ROW * len(models) + 0.5,
                         legend=key(confidence))
    grid = figure.subplots(len(models), 2, squeeze=False, sharex="col", width_ratios=[1, SIDE])
    loss = np.array(backtest["loss"])
    low = 1.08 * min(-np.max(loss), -np.nanmax([np.array(f["value_at_risk"])[:, level].max()
                                               for f in backtest["forecasts"].values()]))
    most = max([row["exceedances"] for row in rows] + [row["expected_high"] for row in rows])
    for (left, right), model, row in zip(grid, models, rows):
        days(left, backtest, model, level, low, max(0.05, np.quantile(-loss, 0.999)))
        counts(right, row)
        right.set_xlim(0, 1.12 * most)
        right.set_title(f"{row['exceedances']} · count {p_word(row['kupiec_p'])} · apart {p_word(row['independence_p'])}",
                        size=7.5, pad=4, color=style.INK)
    grid[-1, 1].set_xlabel(f"exceedances in {rows[0]['days']:,} days")
    return figure
