"""The pictures of a sweep: tail and liquidation of every mode over the swept parameter with their bands, and the modes
against the first, where they change sides; over two parameters a map of that difference."""
import numpy as np
from matplotlib.colors import TwoSlopeNorm

from . import matrix, numbers, style
from .style import NothingToDraw
from .verdict import place

LEVEL = 0.99


def level_of(sweep):
    """Index of the confidence that is drawn: the highest up to 99 %, else the lowest."""
    fitting = [at for at, level in enumerate(sweep.values["confidence"]) if level <= LEVEL + 1e-12]
    return fitting[-1] if fitting else 0


def check(results, parameters):
    if results.sweep is None:
        raise NothingToDraw("nothing was swept")
    if len(results.sweep.axes) not in parameters:
        raise NothingToDraw("two parameters were swept: see the map" if len(results.sweep.axes) == 2 else "one parameter")


def colour(results, name):
    return next(style.colour_of(results, mode) for mode in results.modes if mode.name == name)


def curve(axes, results, name, x, value, half):
    order = np.argsort(x)
    low, high = half if isinstance(half, tuple) else (value - half, value + half)
    axes.fill_between(x[order], low[order], high[order], color=colour(results, name), alpha=0.22, linewidth=0)
    axes.plot(x[order], value[order], color=colour(results, name), linewidth=1.6, marker="o", markersize=3)
    return float(value[order][-1]), style.short(name, 18), colour(results, name)


def draw(results):
    check(results, {1})
    sweep, at = results.sweep, level_of(results.sweep)
    level, values, x = numbers.level(float(sweep.values["confidence"][at])), sweep.values, sweep.axes[0]
    figure = style.sheet(results, "Sweep", f"Every mode at every value of {sweep.keys[0]}, all on the same random numbers; "
                         "bands are 95 % intervals.", 5.6)
    above, below = figure.subplots(2, 1, sharex=True)
    tail, error = values["expected_shortfall"][..., at], values["expected_shortfall_se"][..., at]
    often = [values["any_liquidation_frequency" + end] for end in ("", "_low", "_high")]
    tails = [curve(above, results, name, x, tail[m], style.NORMAL_95 * error[m]) for m, name in enumerate(sweep.modes)]
    shares = [curve(below, results, name, x, often[0][m], (often[1][m], often[2][m])) for m, name in enumerate(sweep.modes)]
    style.money_axis(above.yaxis, results, f"expected shortfall {level}", float(np.nanmax(np.abs(tail))))
    style.percent_axis(below.yaxis, "any liquidation")
    below.set_xlabel(sweep.keys[0])
    style.label_ends(above, tails)
    style.label_ends(below, shares)
    return figure


def draw_difference(results):
    check(results, {1, 2})
    if not results.sweep.pairs:
        raise NothingToDraw("a single mode")
    return draw_line(results) if len(results.sweep.axes) == 1 else draw_map(results)


def draw_line(results):
    sweep, at = results.sweep, level_of(results.sweep)
    values, x = sweep.values, sweep.axes[0]
    level = numbers.level(float(values["confidence"][at]))
    figure = style.sheet(results, f"Sweep: against {results.first.name}",
                         f"Expected shortfall {level} minus that of {results.first.name}, with the 95 % interval of the paired "
                         "difference: below zero the mode is better. A ring marks where it changes sides.", 3.6)
    axes = figure.subplots()
    difference, error = values["excess_expected_shortfall"][..., at], values["excess_expected_shortfall_se"][..., at]
    labels, places = [], []
    for pair, words in enumerate(sweep.pairs):
        name = words[:-len(" - " + results.first.name)]
        labels.append(curve(axes, results, name, x, difference[pair], style.NORMAL_95 * error[pair]))
        crossing = float(values["crossing_expected_shortfall"][pair, at])
        if np.isfinite(crossing):
            axes.plot([crossing], [0], marker="o", markersize=9, markerfacecolor="none", markeredgewidth=1.6,
                      color=colour(results, name), zorder=5)
            places.append(f"{style.short(name)} at {place(crossing, float(values['crossing_expected_shortfall_se'][pair, at]))}")
    axes.set_title("; ".join(places), loc="right", color=style.GREY, size=style.TEXT - 0.5)
    axes.axhline(0, color=style.GREY, linewidth=0.9)
    style.money_axis(axes.yaxis, results, "difference", float(np.nanmax(np.abs(difference))) or 1.0)
    axes.set_xlabel(sweep.keys[0])
    style.label_ends(axes, labels)
    return figure


def draw_map(results):
    sweep, at = results.sweep, level_of(results.sweep)
    values = sweep.values
    level = numbers.level(float(values["confidence"][at]))
    columns = min(len(sweep.pairs), 2)
    rows = -(-len(sweep.pairs) // columns)
    figure = style.sheet(results, f"Sweep: against {results.first.name}",
                         f"Expected shortfall {level} minus that of {results.first.name} ({results.currency}): purple is where the mode is "
                         "better, orange where it is worse; grey cells are noise (within two standard errors).", 3.4 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    difference, error = values["excess_expected_shortfall"][..., at], values["excess_expected_shortfall_se"][..., at]
    limit = float(np.nanmax(np.abs(difference))) or 1.0
    first, second = (np.argsort(axis) for axis in sweep.axes)
    for pair, axes in enumerate(grid.ravel()):
        if pair >= len(sweep.pairs):
            axes.set_visible(False)
            continue
        cells = difference[pair][np.ix_(first, second)]
        noise = np.abs(cells) <= style.NORMAL_95 * error[pair][np.ix_(first, second)]
        axes.set_facecolor("#f2f2f2")
        image = axes.imshow(np.where(noise, np.nan, cells).T, origin="lower", aspect="auto", cmap="PuOr_r",
                            norm=TwoSlopeNorm(0, -limit, limit))
        axes.grid(False)
        matrix.write(axes, image, [[numbers.money(float(value)) if np.isfinite(value) else "" for value in row] for row in cells.T],
                     min(6.5 / columns / len(first), 2.4 / len(second)))
        for axis, order, values_at in ((axes.xaxis, first, sweep.axes[0]), (axes.yaxis, second, sweep.axes[1])):
            shown = np.unique(np.linspace(0, len(order) - 1, min(len(order), 7)).astype(int))
            axis.set_ticks(shown, [f"{values_at[order][k]:g}" for k in shown])
        axes.set_xlabel(sweep.keys[0])
        axes.set_ylabel(sweep.keys[1])
        axes.set_title(style.short(sweep.pairs[pair], 40))
    figure.colorbar(image, ax=list(grid.ravel()[:len(sweep.pairs)]), shrink=0.8)
    return figure
