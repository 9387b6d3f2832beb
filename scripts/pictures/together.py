"""The pictures of how losses come together: which liquidations follow from one, which the pool alone is to blame for, and
how the assets move together in the tail."""
import numpy as np
from matplotlib.colors import Normalize

from . import matrix, numbers, style
from .sensitivity import check, level_of
from .style import NothingToDraw

SHARES = "Oranges"


def draw_conditional(results):
    name = "conditional_liquidation_frequency"
    risk = check(results, name)
    names = list(risk.values["position"])
    if len(names) < 2:
        raise NothingToDraw("a single position")
    tables = [np.vstack([np.asarray(mode.liquidation_frequency, float), bare(risk.of(name, mode))]) for mode in results.modes]
    return shares(results, "If one is liquidated, which are the others?",
                  "Share of the paths on which the position of the row is liquidated that liquidate the position of the column too. The "
                  "first row is of all paths: what every row would be if liquidations were independent. Grey: the diagonal, or a "
                  "position that was never liquidated.", tables, (["all paths"] + names, names), "share of paths")


def draw_contagion(results):
    name = "contagion_liquidation_frequency"
    risk = check(results, name)
    names = list(risk.values["position"])
    modes = [mode for mode in results.modes if np.nansum(bare(risk.of(name, mode))) > 0]
    if not modes:
        raise NothingToDraw("no pool took a position down that would have stood alone")
    return shares(results, "Contagion inside the pools",
                  "Share of all paths on which both positions are liquidated and that of the column is not where it stands alone: it "
                  "went with the position of the row.", [bare(risk.of(name, mode)) for mode in modes], (names, names),
                  "share of paths", modes)


def bare(table):
    """Without the diagonal."""
    return np.where(np.eye(len(table), dtype=bool), np.nan, table)


def shares(results, heading, sentence, tables, names, what, modes=None):
    modes = modes or results.modes
    figure, panels, cell = matrix.sheet(results, heading, sentence, modes, tables[0].shape)
    limit = max(float(np.nanmax(table)) for table in tables if np.any(np.isfinite(table))) or 1.0
    for axes, mode, table in zip(panels, modes, tables):
        image = matrix.panel(axes, table, (SHARES, Normalize(0, limit)), names, cell)
        matrix.write(axes, image, [[words(value, cell) for value in row] for row in table], cell)
        matrix.head(axes, results, mode)
    bar = matrix.bar(figure, image, panels, "")
    style.percent_axis(bar.ax.yaxis, what)
    return figure


def words(value, cell):
    """A share as percent; without its sign where the cell is small, and nothing in the smallest."""
    if not np.isfinite(value) or cell < 0.2:
        return ""
    if cell >= 0.5:
        return numbers.percent(float(value))
    return f"{100 * value:.0f}" if value >= 0.0995 or value == 0 else f"{100 * value:.1f}"


def draw_tail_correlation(results):
    risk = check(results, "tail_correlation", assets=2)
    at, level = level_of(risk)
    names, given = list(risk.values["asset"]), np.asarray(results.market["correlation"], float)
    detailed = len(names) <= 6
    figure, panels, cell = matrix.sheet(
        results, "How the assets move together in the tail",
        f"Co-movement of the log returns on the paths beyond the {numbers.level(level)} value at risk"
        + ("; in brackets the correlation that went in." if detailed else ", about zero: 1 is in step, −1 is against each other."),
        results.modes, (len(names), len(names)))
    for axes, mode in zip(panels, results.modes):
        table = bare(risk.of("tail_correlation", mode)[at])
        image = matrix.panel(axes, table, ("PuOr_r", Normalize(-1, 1)), (names, names), cell)
        matrix.write(axes, image, [[pair(tail, before, detailed) for tail, before in zip(*rows)] for rows in zip(table, given)], cell)
        matrix.head(axes, results, mode)
    matrix.bar(figure, image, panels, "tail correlation")
    return figure


def pair(tail, given, detailed):
    if not np.isfinite(tail):
        return ""
    return numbers.signed(f"{tail:.2f}" + (f"\n({given:.2f})" if detailed else ""))
