"""The pictures of the account through time: quantiles of equity and of margin level, with what starts a liquidation."""
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import maintenance, numbers, style
from .style import GREY, INK, NothingToDraw

MAINTENANCE = "#A50026"
SAMPLE = 32768  # paths whose trajectories the program samples


def bands(quantiles):
    """Indices of the outer, …, inner pairs of quantiles that lie symmetric about the median."""
    pairs = []
    for at, share in enumerate(quantiles):
        other = int(np.argmin(np.abs(quantiles - (1 - share))))
        if share < 0.5 - 1e-9 and abs(quantiles[other] - (1 - share)) < 1e-9:
            pairs.append((at, other))
    return pairs


def band_name(quantiles, pair):
    low, high = (f"{100 * quantiles[at]:g}" for at in pair)
    return f"{low} to {high} %"


def panel(axes, results, mode, name, unit):
    colour, values, quantiles = style.colour_of(results, mode), getattr(mode, name), np.asarray(mode.quantile)
    hours = np.asarray(mode.time) / unit
    axes.set_title(style.short(mode.name), color=colour, weight="bold")
    if not mode.has(name):
        axes.text(0.5, 0.5, "not recorded", transform=axes.transAxes, ha="center", va="center", color=GREY)
        return
    for low, high in bands(quantiles):
        axes.fill_between(hours, values[:, low], values[:, high], color=colour, alpha=0.2, linewidth=0)
    middle = int(np.argmin(np.abs(quantiles - 0.5)))
    axes.plot(hours, values[:, middle], color=colour, linewidth=1.6)


def key(quantiles, extra):
    pairs = bands(quantiles)
    # Bands lie on top of each other: the inner ones show darker.
    patches = [Patch(facecolor=GREY, alpha=1 - 0.8 ** (depth + 1), label=band_name(quantiles, pair))
               for depth, pair in enumerate(pairs)]
    return [Line2D([], [], color=GREY, linewidth=1.8, label="median")] + patches[::-1] + extra


def grid(results, name, heading, sentence, extra):
    modes = results.modes
    columns = min(len(modes), 3)
    rows = -(-len(modes) // columns)
    height = 3.6 if rows == 1 else 2.6
    figure = style.sheet(results, heading, sentence, height * rows + 0.3, key(np.asarray(results.first.quantile), extra))
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for at, axes in enumerate(panels.ravel()):
        if at >= len(modes):
            axes.set_visible(False)
            continue
        unit = style.time_axis(axes, modes[at].time)
        panel(axes, results, modes[at], name, unit)
        if at + columns < len(modes):
            axes.set_xlabel("")
        else:
            axes.tick_params(labelbottom=True)
    return figure, panels


def last_labels(panels, results, name):
    """Direct labels of the quantiles, at the end of every row."""
    columns = panels.shape[1]
    for at, mode in enumerate(results.modes):
        if at % columns != columns - 1 and at != len(results.modes) - 1:
            continue
        values = getattr(mode, name)
        known = np.nonzero(np.isfinite(values).any(axis=1))[0]
        if known.size and known[-1] == len(values) - 1:
            style.label_ends(panels.ravel()[at], [(float(value), f"{100 * share:g} %", GREY)
                                                  for value, share in zip(values[-1], mode.quantile)], size=7.5)


def largest(results, name):
    return max((float(np.nanmax(np.abs(getattr(mode, name)))) for mode in results.modes if mode.has(name)), default=1.0)


def sample(results):
    """The paths that the fans are made of."""
    return "all paths" if results.n_paths <= SAMPLE else f"the first {SAMPLE:,} paths"


def draw_equity(results):
    if not any(mode.has("equity_quantile") for mode in results.modes):
        raise NothingToDraw("equity over time was not recorded (output.trajectories is off)")
    lines = maintenance.at_start(results)
    whole = {mode: lines[mode][0][0] for mode in maintenance.in_one_pool(results) if mode in lines}
    extra = [Line2D([], [], color=INK, linewidth=1, linestyle=(0, (4, 2)), label="equity at the start")]
    if whole:
        extra.append(Line2D([], [], color=MAINTENANCE, linewidth=1.3, label="maintenance at the start"))
    figure, panels = grid(results, "equity_quantile", "Equity over time",
                          f"Quantiles of the account's equity over {sample(results)}."
                          + (" In a mode with one pool a liquidation begins where equity meets the maintenance margin, drawn "
                             "here for the prices at the start; with several pools no one line can say it." if whole else ""),
                          extra)
    for axes, mode in zip(panels.ravel(), results.modes):
        if mode.has("equity_quantile"):
            axes.axhline(float(mode.equity_quantile[0][len(mode.quantile) // 2]), color=INK, linewidth=1, linestyle=(0, (4, 2)))
        if mode.name in whole:
            axes.axhline(whole[mode.name], color=MAINTENANCE, linewidth=1.3)
    for axes in panels[:, 0]:
        style.money_axis(axes.yaxis, results, "equity", largest(results, "equity_quantile"))
    last_labels(panels, results, "equity_quantile")
    return figure


def draw_margin_level(results):
    if not any(mode.has("margin_level_quantile") for mode in results.modes):
        raise NothingToDraw("the margin level over time was not recorded (output.trajectories is off)")
    lines = maintenance.at_start(results)
    extra = [Line2D([], [], color=MAINTENANCE, linewidth=1.3, label="maintenance at the start")] if lines else []
    figure, panels = grid(results, "margin_level_quantile", "Margin level over time",
                          f"Quantiles of equity over used margin, of those of {sample(results)} that still have open positions; of "
                          "several pools the lowest counts." + (" A liquidation begins where the level meets the maintenance margin, "
                                                  "drawn here for the prices at the start: one line a pool." if lines else ""),
                          extra)
    for axes, mode in zip(panels.ravel(), results.modes):
        for _, level in lines.get(mode.name, []):
            axes.axhline(level, color=MAINTENANCE, linewidth=1.3)
    for axes in panels[:, 0]:
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
        axes.set_ylabel("margin level (%)")
        axes.yaxis.set_major_formatter(lambda value, _: numbers.tick(value, [0, 1]) + " %")
    last_labels(panels, results, "margin_level_quantile")
    return figure
