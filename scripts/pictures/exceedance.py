"""The picture of the tail: the exceedance curve of every mode on a log scale, and below it, on the same scale of losses,
value at risk and expected shortfall with their intervals."""
import numpy as np
from matplotlib.lines import Line2D

from . import numbers, style
from .loss import window
from .style import GREY, INK

POINTS = 3000


def curve(mode):
    """Losses x and P(loss > x), right-continuous: from the losses themselves if all are kept, else from the bins."""
    if mode.loss is None:
        return mode.bin_edge, np.clip(1 - np.concatenate([[0], np.cumsum(mode.loss_frequency)]), 0, 1)
    n = mode.loss.size
    # Ranks from the top, dense in the tail: 1, 2, 3 … then evenly in the logarithm.
    ranks = np.unique(np.round(np.geomspace(1, n, min(n, POINTS))).astype(int))[::-1]
    return mode.loss[n - ranks], (ranks - 1) / n


def draw_curves(axes, results):
    low, high, _ = window(results.modes)
    alphas = 1 - np.asarray(results.first.confidence)
    for mode in results.modes:
        colour = style.colour_of(results, mode)
        x, share = curve(mode)
        axes.plot(x, np.where(share > 0, share, np.nan), color=colour, linewidth=1.5, drawstyle="steps-post",
                  label=style.short(mode.name))
        if np.any(share > 0):
            axes.plot([x[-1], x[-1]], [share[share > 0][-1], 1e-300], color=colour, linewidth=1.5, linestyle=":")
        axes.plot(mode.value_at_risk, 1 - np.asarray(mode.confidence), "o", color=colour, markersize=4.5, zorder=3)
        axes.plot(mode.expected_shortfall, 1 - np.asarray(mode.confidence), "D", color=colour, markersize=4.5,
                  markerfacecolor="white", zorder=3)
    axes.set_yscale("log")
    bottom = min(0.5 / results.n_paths, alphas.min() / 3 if alphas.size else 1)
    axes.set_ylim(max(bottom, 1e-9), 1.5)
    style.log_percent_axis(axes.yaxis, "P(loss > x)")
    axes.grid(False, axis="y", which="minor")
    for alpha in alphas:
        axes.axhline(alpha, color=GREY, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    style.label_ends(axes, [(alpha, f"{numbers.level(1 - alpha)} VaR, ES", GREY) for alpha in alphas], size=8)


def draw_levels(axes, results):
    """One row a confidence level and mode."""
    rows = [(mode, at) for at in range(len(results.first.confidence)) for mode in results.modes]
    colours = [style.colour_of(results, mode) for mode, _ in rows]
    style.dots(axes, [(colour, mode.value_at_risk[at], mode.value_at_risk_low[at], mode.value_at_risk_high[at])
                      for colour, (mode, at) in zip(colours, rows)], lift=-0.17)
    half = [style.NORMAL_95 * mode.expected_shortfall_se[at] for mode, at in rows]
    style.dots(axes, [(colour, mode.expected_shortfall[at], mode.expected_shortfall[at] - wide,
                       mode.expected_shortfall[at] + wide)
                      for colour, wide, (mode, at) in zip(colours, half, rows)], marker="D", filled=False, lift=0.17)
    style.row_labels(axes, [f"{numbers.level(float(mode.confidence[at]))}  {style.short(mode.name)}" for mode, at in rows],
                     colours)
    for line in range(len(results.modes), len(rows), len(results.modes)):
        axes.axhline(line - 0.5, color=style.LIGHT, linewidth=0.8)
    style.column(axes, 0.62, [numbers.money(float(mode.value_at_risk[at])) for mode, at in rows], "VaR")
    style.column(axes, 1.75, [f"{numbers.money(float(mode.expected_shortfall[at]))} ± {numbers.error(wide, float(mode.expected_shortfall[at]))}"
                              if np.isfinite(wide) else numbers.money(float(mode.expected_shortfall[at]))
                              for wide, (mode, at) in zip(half, rows)], "ES")


def draw(results):
    modes, levels = results.modes, len(results.first.confidence)
    below = 0.24 * len(modes) * levels + 0.35
    key = [Line2D([], [], color=style.colour_of(results, mode), linewidth=2, label=style.short(mode.name, 16))
           for mode in modes]
    key += [Line2D([], [], color=INK, marker="o", linestyle="", markersize=4.5, label="VaR"),
            Line2D([], [], color=INK, marker="D", markerfacecolor="white", linestyle="", markersize=4.5, label="ES")]
    figure = style.sheet(results, "Tail of the loss",
                         "Above: share of paths that lose more than x, on a log scale; a vertical drop is a loss that many paths "
                         "share. Below: value at risk (the loss that is not exceeded at that confidence) and expected "
                         "shortfall (the mean of the losses beyond), each with its 95 % interval.",
                         3.6 + below, key)
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3.2, below]})
    low, high, _ = window(modes)
    ends = [value for mode in modes for value in (*mode.expected_shortfall, *mode.value_at_risk_high) if np.isfinite(value)]
    ends += [float(mode.loss[-1]) for mode in modes if mode.loss is not None and mode.loss.size]
    high = max([high] + ends)
    pad = 0.02 * (high - low) or 1.0
    draw_curves(upper, results)
    draw_levels(lower, results)
    upper.set_xlim(low - pad, high + pad)
    style.money_axis(lower.xaxis, results, "loss x", max(abs(low), abs(high)))
    return figure
