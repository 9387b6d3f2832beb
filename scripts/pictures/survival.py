"""The picture of survival: the share of paths without any liquidation yet, with its interval."""
import numpy as np

from . import numbers, style
from .style import NothingToDraw


def draw(results):
    modes = [mode for mode in results.modes if mode.has("survival")]
    if not modes:
        raise NothingToDraw("the file holds no survival")
    lowest = min(float(np.nanmin(mode.survival_low)) if mode.has("survival_low") else float(np.nanmin(mode.survival))
                 for mode in modes)
    whole = lowest < 0.6
    figure = style.sheet(results, "Survival",
                         "Share of paths on which no position has been liquidated yet; the band is the 95 % interval."
                         + ("" if whole else " The axis does not start at zero."), 3.9)
    axes = figure.subplots()
    for mode in modes:
        colour = style.colour_of(results, mode)
        hours = np.asarray(mode.time) / style.time_axis(axes, mode.time)
        axes.fill_between(hours, mode.survival_low, mode.survival_high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(hours, mode.survival, color=colour, linewidth=1.6)
    axes.set_ylim(0 if whole else lowest - 0.08 * max(1 - lowest, 1e-9), 1 + 0.02 * (1 if whole else max(1 - lowest, 1e-9)))
    style.percent_axis(axes.yaxis, "paths without liquidation")
    style.label_ends(axes, [(float(mode.survival[-1]), f"{style.short(mode.name, 18)} {numbers.percent(float(mode.survival[-1]))}",
                             style.colour_of(results, mode)) for mode in modes])
    return figure
