"""The pictures of how often positions are liquidated: each by itself, the account as a whole, and how many together."""
import numpy as np

from . import numbers, style
from .loss import bars, ceiling
from .style import GREY

ACCOUNT = [("any_liquidation_frequency", "at least one"), ("all_liquidation_frequency", "every position"),
           ("wipeout_frequency", "wipe-out (99 % of equity)"), ("shortfall_frequency", "shortfall")]
MOST_LINES_WITH_NUMBERS = 130


def interval_rows(results, entries):
    """entries: [(label, statistic, index or None)]; a row for each entry and mode, by entry then mode."""
    rows = []
    for label, statistic, at in entries:
        for mode in results.modes:
            picked = [getattr(mode, statistic + end) for end in ("", "_low", "_high")]
            rows.append((label, mode, [float(each if at is None else each[at]) for each in picked]))
    return rows


def draw_rows(axes, results, rows, roomy):
    """Rows of one label stand together: a label in their middle, a hairline between groups, numbers at the right."""
    n = len(results.modes)
    style.dots(axes, [(style.colour_of(results, mode), *values) for _, mode, values in rows])
    middles = np.arange(0, len(rows), n) + (n - 1) / 2
    style.row_labels(axes, [])
    axes.set_yticks(middles, [style.short(rows[at][0], 26) for at in range(0, len(rows), n)])
    for line in range(n, len(rows), n):
        axes.axhline(line - 0.5, color=style.LIGHT, linewidth=0.6)
    if roomy:
        style.column(axes, 0.75, [numbers.percent(values[0]) for _, _, values in rows], size=7.5)
        style.column(axes, 2.1, [numbers.percent_range(*values[1:]) for _, _, values in rows], size=7.5)


def draw_frequency(results):
    names, n = results.first.position, len(results.modes)
    order = np.argsort(-np.asarray(results.first.liquidation_frequency), kind="stable")
    account = interval_rows(results, [(label, name, None) for name, label in ACCOUNT])
    single = interval_rows(results, [(names[at], "liquidation_frequency", at) for at in order])
    roomy = len(single) <= MOST_LINES_WITH_NUMBERS
    line = max(0.17, 0.24 / n) if roomy else max(0.1, 0.15 / n)
    heights = [line * len(account) + 0.25, line * len(single) + 0.25]
    figure = style.sheet(results, "Liquidation frequency",
                         "Share of paths on which each position is liquidated by the horizon, with its 95 % interval"
                         + (f"; sorted by the mode {style.short(results.first.name)}." if len(names) > 1 else ".")
                         + " Below: the account as a whole."
                         + (" Numbers: the share, and its interval." if roomy else ""),
                         sum(heights) + 0.5, mode_key(results))
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": heights[::-1]})
    draw_rows(upper, results, single, roomy)
    draw_rows(lower, results, account, True if line >= 0.15 else roomy)
    upper.set_title("each position", color=GREY, size=style.TEXT)
    lower.set_title("the account", color=GREY, size=style.TEXT)
    ends = [value for _, _, values in account + single for value in values if np.isfinite(value)]
    most = max(ends, default=1.0) or 1.0
    lower.set_xlim(-0.012 * most, most * 1.03)
    style.percent_axis(lower.xaxis, "share of paths", bins=8)
    if len(names) > 12:
        upper.tick_params(labelbottom=True)
    return figure


def mode_key(results):
    from matplotlib.lines import Line2D
    return [Line2D([], [], color=style.colour_of(results, mode), marker="o", linewidth=1.4, markersize=5,
                   label=style.short(mode.name, 18)) for mode in results.modes]


def draw_count(results):
    if len(results.first.position) < 2:
        raise style.NothingToDraw("a single position: its liquidation frequency says it all")
    modes = results.modes
    rows = [np.asarray(mode.liquidation_count_frequency) for mode in modes]
    last = max([int(np.nonzero(shares)[0][-1]) for shares in rows if np.any(shares > 0)], default=0)
    last = min(max(last, 3), rows[0].size - 1)
    top = ceiling([shares[:last + 1] for shares in rows])
    height = 1.5 if len(modes) <= 4 else 1.25
    figure = style.sheet(results, "Number of positions liquidated",
                         "Share of paths on which this many positions are liquidated by the horizon."
                         + (" Bars with a notch are cut; the number beside them is their true share."
                            if max(shares.max() for shares in rows) > top else "")
                         + (f" More than {last} never happened." if last < rows[0].size - 1 else ""),
                         height * len(modes) + 0.5)
    stack = figure.subplots(len(modes), 1, sharex=True, squeeze=False)[:, 0]
    for axes, mode, shares in zip(stack, modes, rows):
        colour = style.colour_of(results, mode)
        axes.set_xlim(-0.6, last + 0.6)
        draw_counts(axes, shares[:last + 1], top, colour)
        axes.set_title(style.short(mode.name), color=colour, weight="bold")
        mean = float(np.dot(np.arange(shares.size), shares))
        axes.set_title(f"mean {mean:.2f}", loc="right", color=GREY, size=style.TEXT - 0.5)
        style.percent_axis(axes.yaxis, "", bins=3)
        axes.grid(False, axis="x")
        axes.label_outer()
    from matplotlib.ticker import MaxNLocator
    stack[-1].xaxis.set_major_locator(MaxNLocator(integer=True, nbins=26))
    stack[-1].set_xlabel("positions liquidated")
    stack[len(stack) // 2].set_ylabel("share of paths")
    return figure


def draw_counts(axes, shares, top, colour):
    """Few counts carry their share above the bar; many are bars alone, cut ones labelled."""
    if shares.size > 13:
        edges = np.arange(shares.size + 1) - 0.5
        bars(axes, edges, shares, top, colour)
        return
    axes.bar(np.arange(shares.size), np.minimum(shares, top), width=0.7, color=colour, alpha=0.45, edgecolor=colour)
    axes.set_ylim(0, top * 1.22)
    for at, share in enumerate(shares):
        axes.text(at, min(share, top) + 0.02 * top, numbers.percent(float(share)), ha="center", va="bottom", size=8)
        if share > top:
            axes.fill_between([at - 0.4, at + 0.4], top * 0.86, top * 0.9, color="white", linewidth=0, zorder=3)
