"""The picture of joint liquidation: how much more often two positions fall together than if their liquidations were
independent."""
import math

import numpy as np
from matplotlib.colors import LogNorm

from . import numbers, style
from .style import NothingToDraw

FEW = 5  # expected joint paths below which a ratio says little
LARGEST = 64.0  # end of the colour scale
SMALLEST = 4.5  # size of letters below which the cells speak by their colour alone


def ratios(mode):
    """Joint frequency over the product of the marginals, with what was expected; NaN on the diagonal and where
    one of the two was never liquidated."""
    joint = np.asarray(mode.joint_liquidation_frequency, dtype=float)
    alone = np.asarray(mode.liquidation_frequency, dtype=float)
    expected = np.outer(alone, alone)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, joint / expected, np.nan)
    np.fill_diagonal(ratio, np.nan)
    return ratio, joint, expected


def scale(results):
    """Upper end of the symmetric log colour scale: a power of two that holds all but thinly supported ratios."""
    seen = [2.0]
    for mode in results.modes:
        ratio, _, expected = ratios(mode)
        held = ratio[np.isfinite(ratio) & (ratio > 0) & (expected * results.n_paths >= FEW)]
        seen += [max(held.max(), 1 / held.min())] if held.size else []
    return min(LARGEST, 2.0 ** math.ceil(math.log2(max(seen) * 0.999)))


def fitting_size(words, cell):
    """The size at which the longest words fit a cell of so many inches; at most the usual one."""
    longest = max((len(word) for word in words), default=1)
    return min(7.5, cell * 72 * 0.9 / (0.62 * longest))


def annotate(axes, ratio, joint, expected, limit, detailed, cell):
    size = 8 if detailed else fitting_size([numbers.ratio(float(each)) for each in ratio[np.isfinite(ratio)]], cell)
    if size < SMALLEST:
        return
    for row, col in np.ndindex(ratio.shape):
        if row == col:
            continue
        if not np.isfinite(ratio[row, col]):
            axes.text(col, row, "–", ha="center", va="center", size=size, color=style.GREY)
            continue
        dark = abs(math.log(max(ratio[row, col], 1e-9))) > 0.62 * math.log(limit)
        words = numbers.ratio(float(ratio[row, col]))
        if detailed:
            words += f"\n{numbers.percent(float(joint[row, col]))}\n({numbers.percent(float(expected[row, col]))})"
        axes.text(col, row, words, ha="center", va="center", size=size, linespacing=1.3,
                  color="white" if dark else style.INK)


def panel(axes, results, mode, limit, names, cell):
    ratio, joint, expected = ratios(mode)
    axes.set_facecolor("#f2f2f2")
    shown = np.where(np.isfinite(ratio), np.clip(ratio, 1 / limit, limit), np.nan)
    image = axes.imshow(shown, cmap="PuOr_r", norm=LogNorm(1 / limit, limit), interpolation="nearest")
    axes.grid(False)
    size = min(style.TEXT - 0.5, cell * 72 * 0.62)
    axes.set_xticks(range(len(names)), names, rotation=90 if len(names) > 5 or max(map(len, names)) > 7 else 0, size=size)
    axes.set_yticks(range(len(names)), names, size=size)
    axes.tick_params(length=0)
    for edge in axes.spines.values():
        edge.set_visible(False)
    axes.set_title(style.short(mode.name), color=style.colour_of(results, mode), weight="bold")
    annotate(axes, ratio, joint, expected, limit, len(names) <= 4, cell)
    return image


def draw(results):
    count, n = len(results.first.position), len(results.modes)
    if count < 2:
        raise NothingToDraw("a single position")
    if not any(np.any(np.asarray(mode.liquidation_frequency) > 0) for mode in results.modes):
        raise NothingToDraw("no position was ever liquidated")
    names = [style.short(name, 14) for name in results.first.position]
    columns = min(n, 2 if count > 14 else 3)
    rows = -(-n // columns)
    cell = max(0.115, (style.WIDTH - 2.4) / columns / count) if count > 4 else min(0.75, 6.6 / columns / count)
    limit = scale(results)
    sentence = ("Joint liquidation frequency of two positions divided by the product of their own frequencies: ×1 is what "
                "independent liquidations would give, orange is more often together, purple less."
                + (" Below the ratio: the joint frequency and, in brackets, the product." if count <= 4 else "")
                + " Grey: the diagonal, or a position that was never liquidated.")
    side = cell * count
    width = max(style.WIDTH, columns * (side + 0.25) + 2.4)
    figure = style.sheet(results, "Joint liquidation against chance", sentence, rows * (side + 0.35) + 0.9, width=width)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for at, axes in enumerate(grid.ravel()):
        if at >= n:
            axes.set_visible(False)
            continue
        image = panel(axes, results, results.modes[at], limit, names, cell)
    for axes in grid[:, 0]:
        axes.tick_params(labelleft=True)
    for at in range(max(0, n - columns), n):
        grid.ravel()[at].tick_params(labelbottom=True)
    colour_bar(figure, image, grid, limit)
    return figure


def colour_bar(figure, image, grid, limit):
    bar = figure.colorbar(image, ax=grid, fraction=0.03, pad=0.02, aspect=25, shrink=0.9)
    power = int(round(math.log2(limit)))
    step = 1 if power <= 3 else 2
    ticks = [2.0 ** at for at in range(-power, power + 1) if at % step == 0]
    bar.set_ticks(ticks, labels=[f"×{tick:g}" if tick >= 1 else f"×1/{1 / tick:g}" for tick in ticks])
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.set_label("joint ÷ product (ratio)")
