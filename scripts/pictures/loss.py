"""The picture of the loss distribution: one row a mode on one scale; bars too tall for it are cut and say their height."""
import numpy as np

from . import numbers, style
from .style import GREY, INK


def window(modes, outside=5e-4):
    """The losses to show: all, unless leaving out a share `outside` at either end shortens the scale a lot."""
    edges = modes[0].bin_edge
    held = [np.nonzero(mode.loss_frequency)[0] for mode in modes]
    held = [at for at in held if at.size]
    if not held:
        return float(edges[0]), float(edges[-1]), False
    whole = edges[min(at[0] for at in held)], edges[max(at[-1] for at in held) + 1]
    below = [np.concatenate([[0], np.cumsum(mode.loss_frequency)]) for mode in modes]
    inner = (edges[min(np.searchsorted(share, outside, "right") - 1 for share in below)],
             edges[max(np.searchsorted(share, 1 - outside) for share in below).clip(0, len(edges) - 1)])
    cut = 0 < inner[1] - inner[0] < 0.7 * (whole[1] - whole[0])
    low, high = inner if cut else whole
    return float(low), float(high), bool(cut)


def ceiling(rows):
    """The height at which bars are cut: a little above the tallest bar that does not stand out from its neighbours."""
    usual = 0.0
    for shares in rows:
        padded = np.concatenate([[0], shares, [0]])
        beside = np.maximum(padded[:-2], padded[2:])
        calm = shares[(shares > 0) & (shares <= 2.5 * beside)]
        usual = max(usual, calm.max() if calm.size else 0.0)
    tallest = max((shares.max() for shares in rows if shares.size), default=0.0)
    return 1.3 * usual if 0 < 1.3 * usual < tallest / 1.5 else 1.12 * (tallest or 1.0)


def bars(axes, edges, shares, top, colour):
    """Filled steps up to `top`; what is higher is cut with a white notch and labelled, the tallest first while there is room."""
    axes.stairs(np.minimum(shares, top), edges, fill=True, color=colour, alpha=0.3, linewidth=0)
    axes.stairs(np.minimum(shares, top), edges, color=colour, linewidth=0.8)
    axes.set_ylim(0, top)
    left, right = axes.get_xlim()
    shown = [at for at in np.argsort(-shares, kind="stable") if shares[at] > top]
    taken = []
    for at in shown:
        low, high = edges[at], edges[at + 1]
        axes.fill_between([low, high], top * 0.86, top * 0.9, color="white", linewidth=0, zorder=3)
        words = numbers.percent(shares[at])
        width = (right - left) * (0.0085 * len(words) + 0.012)
        flip = high + width > right
        span = (low - width, high) if flip else (low, high + width)
        if span[0] < left or any(span[0] < end and begin < span[1] for begin, end in taken):
            continue
        taken.append(span)
        pad = 0.004 * (right - left)
        axes.text(low - pad if flip else high + pad, top * 0.99, words, ha="right" if flip else "left", va="top",
                  size=8, weight="bold", color=INK)
    return len(shown) > 0


def headline(mode, results):
    best = int(np.argmin(np.abs(np.asarray(mode.confidence) - 0.99)))
    level = numbers.level(float(mode.confidence[best]))
    mean = f"mean {numbers.money(float(mode.mean_loss))}" if np.isfinite(mode.mean_loss) else "no mean"
    return (f"{mean} · VaR {level} {numbers.money(float(mode.value_at_risk[best]))}"
            f" · ES {level} {numbers.money(float(mode.expected_shortfall[best]))} {results.currency}")


def draw(results):
    modes = results.modes
    low, high, cut = window(modes)
    top = ceiling([mode.loss_frequency for mode in modes])
    row = 1.9 if len(modes) <= 2 else 1.45 if len(modes) <= 4 else 1.2
    taller = any(mode.loss_frequency.max(initial=0) > top for mode in modes)
    sentence = ("Share of paths in each bin of the loss (start equity minus end equity; a gain is negative). "
                + ("Bars with a notch are cut: the number beside them is their true share, mostly of paths that end at one "
                   "and the same loss. " if taller else "") + ("The dashed line is the mean." if any(np.isfinite(mode.mean_loss) for mode in modes)
                   else "Prices of this model have no mean, so gains have none.")
                + (" The outermost 0.05 % of paths on either side lie outside the frame." if cut else ""))
    figure = style.sheet(results, "Loss distribution", sentence, row * len(modes) + 0.5)
    rows = figure.subplots(len(modes), 1, sharex=True, squeeze=False)[:, 0]
    pad = 0.01 * (high - low) or 1.0
    for axes, mode in zip(rows, modes):
        colour = style.colour_of(results, mode)
        axes.set_xlim(low - pad, high + pad)
        bars(axes, mode.bin_edge, mode.loss_frequency, top, colour)
        if np.isfinite(mode.mean_loss):
            axes.axvline(float(mode.mean_loss), color=INK, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_title(style.short(mode.name), color=colour, weight="bold")
        axes.set_title(headline(mode, results), loc="right", color=GREY, size=style.TEXT - 0.5)
        style.percent_axis(axes.yaxis, "", bins=3 if len(modes) > 2 else 4)
        axes.label_outer()
    rows[len(rows) // 2].set_ylabel("share of paths per bin")
    style.money_axis(rows[-1].xaxis, results, "loss", max(abs(low), abs(high)))
    return figure
