"""The picture of one path: prices, then for each mode the equity of its pools against their requirement, with what
happened. It draws what `riskpool replay --json --every-step` says."""
import numpy as np
from matplotlib.lines import Line2D

from . import numbers, style

POOLS = 6  # drawn one by one up to so many, else as their sum
MARKS = {"liquidation": ("v", "#A50026", "liquidation"), "stop": ("s", "#222222", "stop"),
         "reduction": ("d", "#222222", "reduction"), "top-up": ("^", "#009E73", "top-up"),
         "sale": ("P", "#E69F00", "sale of collateral")}
PRICES, MODE = 2.3, 2.5  # heights, inches


def draw(results, path):
    """`path`: the object that the program printed."""
    modes = path["modes"]
    seen = {event["event"] for mode in modes.values() for event in mode["events"]}
    legend = [Line2D([], [], color=style.GREY, linewidth=1.6, label="equity"),
              Line2D([], [], color=style.GREY, linewidth=1.2, linestyle=(0, (3, 2)), label="requirement")]
    legend += [Line2D([], [], color=colour, marker=marker, linestyle="none", label=label)
               for event, (marker, colour, label) in MARKS.items() if event in seen]
    figure = style.sheet(results, f"Path {path['path']:,}",
                         "Prices over their start; then each mode's pools: equity against requirement after every step, "
                         "and what happened.", PRICES + MODE * len(modes), legend)
    rows = figure.subplots(1 + len(modes), 1, sharex=True, squeeze=False,
                           gridspec_kw={"height_ratios": [PRICES] + [MODE] * len(modes)})[:, 0]
    draw_prices(rows[0], next(iter(modes.values()))["steps"])
    for axes, (name, mode) in zip(rows[1:], modes.items()):
        draw_mode(axes, results, name, mode)
    for axes in rows[:-1]:
        axes.set_xlabel("")
    return figure


def draw_prices(axes, steps):
    hours = np.asarray(steps["time"], float)
    unit = style.time_axis(axes, hours)
    labels = []
    for at, (asset, series) in enumerate(steps["price"].items()):
        price = np.asarray(series, float)
        colour = style.PALETTE[at % len(style.PALETTE)]
        change = price / price[0] - 1
        axes.plot(hours / unit, change, color=colour, linewidth=1.3)
        labels.append((float(change[-1]), f"{style.short(asset, 12)} {numbers.percent(float(change[-1]))}", colour))
    style.percent_axis(axes.yaxis, "price")
    axes.set_title("Prices")
    style.label_ends(axes, labels[:14], style.TEXT - 0.5)


def lines_of(steps):
    """[(label, equity, requirement)] of the pools that ever have to cover something; their sum when they are many."""
    pools = [(name, np.asarray(steps["equity"][name], float), np.asarray(steps["requirement"][name], float))
             for name in steps["equity"]]
    owing = [pool for pool in pools if np.any(pool[2] > 0)]
    if len(owing) <= POOLS:
        return owing
    return [(f"{len(owing)} pools", sum(pool[1] for pool in owing), sum(pool[2] for pool in owing))]


def draw_mode(axes, results, name, mode):
    steps = mode["steps"]
    hours = np.asarray(steps["time"], float)
    unit = style.time_axis(axes, hours)
    labels, largest, lines = [], 0.0, lines_of(steps)
    for at, (pool, equity, requirement) in enumerate(lines):
        colour = style.PALETTE[at % len(style.PALETTE)]
        axes.plot(hours / unit, equity, color=colour, linewidth=1.5)
        axes.plot(hours / unit, requirement, color=colour, linewidth=1.1, linestyle=(0, (3, 2)))
        labels.append((float(equity[-1]), style.short(pool, 16), colour))
        largest = max(largest, float(np.max(np.abs(equity))), float(np.max(requirement)))
    for event in mode["events"]:
        if event["event"] in MARKS and "pool" in event:
            marker, colour, _ = MARKS[event["event"]]
            height = next((float(np.interp(event["time"], hours, equity)) for pool, equity, _ in lines
                           if pool == event["pool"]), 0.0)
            axes.plot([event["time"] / unit], [event.get("equity", height)], marker=marker, color=colour, markersize=6,
                      linestyle="none", clip_on=False, zorder=4)
    style.money_axis(axes.yaxis, results, "equity", largest)
    axes.set_title(f"{style.short(name, 40)}: loss {numbers.money(float(mode['loss']))} {results.currency}")
    style.label_ends(axes, labels, style.TEXT - 0.5)
