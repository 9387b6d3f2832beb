"""The picture of joint liquidation: how much more often two positions fall together than if their liquidations were
independent."""
import math

import numpy as np
from matplotlib.colors import LogNorm

from . import matrix, numbers
from .style import NothingToDraw

FEW = 5  # expected joint paths below which a ratio says little
LARGEST = 64.0  # end of the colour scale


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


def words_of(ratio, joint, expected, detailed):
    """What stands in the cells; nothing on the diagonal."""
    def cell(row, column):
        if row == column:
            return ""
        if not np.isfinite(ratio[row, column]):
            return "–"
        words = numbers.ratio(float(ratio[row, column]))
        if detailed:
            words += f"\n{numbers.percent(float(joint[row, column]))}\n({numbers.percent(float(expected[row, column]))})"
        return words
    count = range(len(ratio))
    return [[cell(row, column) for column in count] for row in count]


def draw(results):
    names = list(results.first.position)
    if len(names) < 2:
        raise NothingToDraw("a single position")
    if not any(np.any(np.asarray(mode.liquidation_frequency) > 0) for mode in results.modes):
        raise NothingToDraw("no position was ever liquidated")
    limit, detailed = scale(results), len(names) <= 4
    sentence = ("Joint liquidation frequency of two positions divided by the product of their own frequencies: ×1 is what "
                "independent liquidations would give, orange is more often together, purple less."
                + (" Below the ratio: the joint frequency and, in brackets, the product." if detailed else "")
                + " Grey: the diagonal, or a position that was never liquidated.")
    figure, panels, cell = matrix.sheet(results, "Joint liquidation against chance", sentence, results.modes,
                                        (len(names), len(names)))
    for axes, mode in zip(panels, results.modes):
        ratio, joint, expected = ratios(mode)
        image = matrix.panel(axes, np.clip(ratio, 1 / limit, limit), ("PuOr_r", LogNorm(1 / limit, limit)), (names, names), cell)
        matrix.write(axes, image, words_of(ratio, joint, expected, detailed), cell)
        matrix.head(axes, results, mode)
    colour_bar(figure, image, panels, limit)
    return figure


def colour_bar(figure, image, panels, limit):
    power = int(round(math.log2(limit)))
    step = 1 if power <= 3 else 2
    ticks = [2.0 ** at for at in range(-power, power + 1) if at % step == 0]
    bar = matrix.bar(figure, image, panels, "joint ÷ product (ratio)")
    bar.set_ticks(ticks, labels=[f"×{tick:g}" if tick >= 1 else f"×1/{1 / tick:g}" for tick in ticks])
    bar.ax.minorticks_off()
