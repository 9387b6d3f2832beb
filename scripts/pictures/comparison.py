"""The picture of the comparison: every mode against the first listed, on the same paths."""
import numpy as np
from matplotlib.lines import Line2D

from . import numbers, style
from .fans import bands, band_name
from .style import GREY, INK, NothingToDraw


def draw(results):
    against = results.comparison
    pairs = list(against.get("pair", []))
    if not pairs:
        raise NothingToDraw("a single mode has nothing to be compared with")
    first = results.first.name
    names = [pair[:-len(" - " + first)] for pair in pairs]
    colours = [next((style.colour_of(results, mode) for mode in results.modes if mode.name == name), INK) for name in names]
    base, quantiles = style.short(first, 18), np.asarray(against["quantile"])
    figure = style.sheet(results, f"Against {base}, path by path",
                         f"Every mode against {base} on the same price paths. Whiskers are 95 % intervals. Excess loss is the "
                         f"mode's loss minus that of {base}: left of zero the mode does better.",
                         4 * (0.27 * len(pairs) + 0.42) + 0.75, quantile_key(quantiles))
    rescue, contagion, mean, spread_of = figure.subplots(4, 1)
    draw_shares(rescue, against, "rescue_frequency", names, colours,
                f"Rescue: {base} liquidates something, the mode nothing")
    draw_shares(contagion, against, "contagion_frequency", names, colours,
                f"Contagion: the mode liquidates a position that {base} keeps")
    ends = np.concatenate([np.ravel(against[f"{kind}_frequency{end}"])
                           for kind in ("rescue", "contagion") for end in ("", "_low", "_high")])
    most = float(np.nanmax(ends)) if np.isfinite(ends).any() else 1.0
    for axes in (rescue, contagion):
        axes.set_xlim(-0.012 * (most or 1), 1.04 * (most or 1))
        style.percent_axis(axes.xaxis, "", bins=8)
    contagion.set_xlabel("share of paths")
    draw_mean(mean, results, against, names, colours)
    draw_quantiles(spread_of, results, against, names, colours, quantiles)
    return figure


def quantile_key(quantiles):
    pairs = bands(quantiles)
    lines = [Line2D([], [], color=GREY, linewidth=width_of(depth), alpha=0.35 + 0.2 * depth, label=band_name(quantiles, pair),
                    solid_capstyle="butt") for depth, pair in enumerate(pairs)]
    return [Line2D([], [], color=INK, marker="o", linewidth=1.4, markersize=5, label="estimate")] + lines + \
        [Line2D([], [], color=INK, marker="|", markersize=10, markeredgewidth=2, linestyle="", label="median")]


def width_of(depth):
    return 2.0 + 3.0 * depth


def draw_shares(axes, against, name, names, colours, title):
    values = [np.ravel(against[name + end]) for end in ("", "_low", "_high")]
    style.dots(axes, [(colour, *row) for colour, row in zip(colours, zip(*values))])
    style.row_labels(axes, [style.short(each) for each in names], colours)
    axes.set_title(title, size=style.TEXT)
    style.column(axes, 0.75, [numbers.percent(float(value)) for value in values[0]])
    style.column(axes, 2.25, [numbers.percent_range(float(low), float(high)) for low, high in zip(*values[1:])])


def draw_mean(axes, results, against, names, colours):
    value, error = np.ravel(against["mean_excess_loss"]), style.NORMAL_95 * np.ravel(against["mean_excess_loss_se"])
    style.dots(axes, [(colour, each, each - half, each + half) for colour, each, half in zip(colours, value, error)])
    zero_line(axes)
    style.row_labels(axes, [style.short(each) for each in names], colours)
    axes.set_title("Mean excess loss", size=style.TEXT)
    largest = float(np.nanmax(np.abs(value) + error)) if np.isfinite(value + error).any() else 1.0
    style.money_axis(axes.xaxis, results, "mean excess loss", largest)
    style.column(axes, 2.25, [f"{numbers.money(float(each))} ± {numbers.money(float(half))}" if np.isfinite(each) else "none"
                              for each, half in zip(value, error)])


def draw_quantiles(axes, results, against, names, colours, quantiles):
    table = np.asarray(against["excess_loss_quantile"])
    middle = int(np.argmin(np.abs(quantiles - 0.5)))
    for at, (row, colour) in enumerate(zip(table, colours)):
        for depth, (low, high) in enumerate(bands(quantiles)):
            axes.plot([row[low], row[high]], [at, at], color=colour, linewidth=width_of(depth), alpha=0.35 + 0.2 * depth,
                      solid_capstyle="butt")
        axes.plot([row[middle]], [at], color=INK, marker="|", markersize=10, markeredgewidth=2)
    axes.set_ylim(len(names) - 0.4, -0.6)
    zero_line(axes)
    style.row_labels(axes, [style.short(each) for each in names], colours)
    axes.set_title("Quantiles of the excess loss over paths", size=style.TEXT)
    largest = float(np.nanmax(np.abs(table))) if np.isfinite(table).any() else 1.0
    style.money_axis(axes.xaxis, results, "excess loss", largest)
    style.column(axes, 2.25, [f"{numbers.money(float(row[0]))} to {numbers.money(float(row[-1]))}" for row in table])


def zero_line(axes):
    axes.axvline(0, color=GREY, linewidth=1, zorder=1)
    left, right = axes.get_xlim()
    if left == right or max(abs(left), abs(right)) < 1e-12:
        axes.set_xlim(-1, 1)
