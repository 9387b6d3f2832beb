"""The pictures of what correlations and volatilities do to the tail and to the liquidations of every mode: a map over pairs
of assets, bars over assets, and the common factor whose strengthening hurts most."""
from collections import namedtuple

import numpy as np
from matplotlib.colors import TwoSlopeNorm

from . import matrix, numbers, style
from .style import NothingToDraw
from .verdict import POINT

NOISE = 2.0  # standard errors
LEVEL = 0.99
MOST_ROWS = 14


# What a slope is of. name: of the variable; short: in a heading; scale: from the file's unit to the picture's.
Measure = namedtuple("Measure", "name short of_level scale words unit size")
TAIL = Measure("d_expected_shortfall", "the tail", True, 1.0,
               lambda results: f"the expected shortfall {numbers.level(level_of(results.risk)[1])}", lambda results: results.currency,
               lambda mode, at: abs(float(mode.expected_shortfall[at])))
LIQUIDATIONS = Measure("d_any_liquidation_frequency", "liquidations", False, 100.0,
                       lambda results: "the share of paths with any liquidation", lambda results: "percentage points",
                       lambda mode, at: 1.0)


def level_of(risk):
    """Index and value of the confidence that is drawn: the highest up to 99 %, else the lowest."""
    levels = [float(level) for level in risk.values["confidence"]]
    fitting = [at for at, level in enumerate(levels) if level <= LEVEL + 1e-12]
    at = fitting[-1] if fitting else 0
    return at, levels[at]


def check(results, name, assets=1):
    """The group of the results, if it has the variable and so many assets."""
    if results.risk is None:
        raise NothingToDraw("no output.correlation_risk")
    if len(results.risk.values["asset"]) < assets:
        raise NothingToDraw("a single asset")
    if not results.risk.has(name):
        raise NothingToDraw(f"the file holds no {name}")
    return results.risk


def slopes(results, measure, by=""):
    """(values, standard errors) of every mode, per POINT, in the unit of the measure; what is only rounding is nothing."""
    check(results, measure.name + by, assets=1 if by else 2)
    at, _ = level_of(results.risk)
    every = np.s_[..., at] if measure.of_level else np.s_[...]
    both = [[POINT * measure.scale * results.risk.of(measure.name + by + end, mode)[every] for mode in results.modes]
            for end in ("", "_se")]
    least = 1e-9 * max(measure.size(mode, at) for mode in results.modes)
    both = [[np.where(np.abs(each) < least, 0.0, each) for each in kind] for kind in both]
    if not any(np.any(np.isfinite(each)) for kind in both for each in kind):
        raise NothingToDraw("too few paths to know")
    if not any(np.any(np.nan_to_num(each)) for kind in both for each in kind):
        raise NothingToDraw(f"nothing moves {measure.short}")
    return both


def reach(tables):
    return max((float(np.nanmax(np.abs(each))) for each in tables if np.any(np.isfinite(each))), default=0.0) or 1.0


def is_noise(value, error):
    return np.abs(value) <= NOISE * error


def draw_correlations(results, measure):
    values, errors = slopes(results, measure)
    assets, limit = results.risk.values["asset"], reach(values)
    figure, panels, cell = matrix.sheet(
        results, f"What correlation does to {measure.short}",
        f"Change of {measure.words(results)} ({measure.unit(results)}) when one correlation rises by {POINT:g}, and its standard error: "
        "orange raises it, purple lowers it. Grey: within two standard errors of none, or not known (empty).",
        results.modes, (len(assets), len(assets)), 0.95)
    for axes, mode, value, error in zip(panels, results.modes, values, errors):
        shown = np.where(is_noise(value, error), np.nan, value)
        image = matrix.panel(axes, shown, ("PuOr_r", TwoSlopeNorm(0, -limit, limit)), (assets, assets), cell)
        matrix.write(axes, image, [[change(v, e) for v, e in zip(*rows)] for rows in zip(value, error)], cell)
        matrix.head(axes, results, mode)
    bar = matrix.bar(figure, image, panels, "")
    style.plain_axis(bar.ax.yaxis, f"change per {POINT:g} of correlation ({measure.unit(results)})")
    return figure


def change(value, error):
    if not np.isfinite(value):
        return ""
    if value == 0 and error == 0:
        return "0"
    return plus(value) + (f"\n± {numbers.error(float(error), float(value))}" if np.isfinite(error) else "")


def plus(value):
    words = numbers.money(float(value))
    return words if words == "0" or value < 0 else "+" + words


def bars(axes, results, mode, rows, write_row):
    """rows: [(name, value, error)]; bars with a whisker of 95 %, the noise pale."""
    colour = style.colour_of(results, mode)
    for at, (_, value, error) in enumerate(rows):
        if np.isfinite(value):
            axes.barh(at, value, height=0.62, color=colour, alpha=0.25 if is_noise(value, error) else 0.75, linewidth=0)
            if np.isfinite(error):
                axes.plot([value - style.NORMAL_95 * error, value + style.NORMAL_95 * error], [at, at], color=style.INK,
                          linewidth=1.1, solid_capstyle="butt")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0, color=style.GREY, linewidth=0.9)
    style.row_labels(axes, [style.short(name, 16) for name, _, _ in rows])
    style.column(axes, 1.6, [write_row(value, error) for _, value, error in rows], size=style.TEXT - 1)
    matrix.head(axes, results, mode)


def stack(results, heading, sentence, lines):
    """A panel of bars under the other for every mode, all on one scale."""
    each = 0.22 * lines + 0.42
    figure = style.sheet(results, heading, sentence, each * len(results.modes) + 0.5)
    return figure, figure.subplots(len(results.modes), 1, sharex=True, squeeze=False)[:, 0]


def largest(table, count):
    """Indices of the rows with the largest entries of any mode, in their own order; never all but one."""
    count += np.shape(table)[1] == count + 1
    size = np.nanmax(np.abs(np.nan_to_num(table)), axis=0)
    return np.sort(np.argsort(-size, kind="stable")[:count])


def fewer(shown, count, what):
    return f" Only the {shown} largest of {count} {what}." if shown < count else ""


def amount(value, error):
    if not np.isfinite(value):
        return "–"
    half = f" ± {numbers.error(style.NORMAL_95 * float(error), float(value))}" if np.isfinite(error) else ""
    return plus(value) + half


def draw_volatilities(results, measure):
    values, errors = slopes(results, measure, "_by_volatility")
    kept = largest(values, MOST_ROWS)
    figure, panels = stack(results, f"What volatility does to {measure.short}",
                           f"Change of {measure.words(results)} ({measure.unit(results)}) when the annual volatility of one asset rises by "
                           "one percentage point, with its 95 % interval; pale: within two standard errors of none."
                           + fewer(len(kept), len(values[0]), "assets"), len(kept))
    for axes, mode, value, error in zip(panels, results.modes, values, errors):
        bars(axes, results, mode, [(results.risk.values["asset"][k], value[k], error[k]) for k in kept], amount)
    style.plain_axis(panels[-1].xaxis, f"change per point of volatility ({measure.unit(results)})")
    return figure


def upright(loading):
    """With the largest loading above zero, the sign of a factor being nobody's; NaN where there is none."""
    if not np.any(np.nan_to_num(loading)):
        return np.full_like(loading, np.nan)
    return loading * np.sign(loading[np.nanargmax(np.abs(loading))])


def draw_factor(results):
    risk = check(results, "common_factor", assets=2)
    at, level = level_of(risk)
    loadings = [upright(risk.of("common_factor", mode)[at]) for mode in results.modes]
    if not np.any(np.isfinite(loadings)):
        raise NothingToDraw("nothing moves the tail")
    kept = largest(loadings, MOST_ROWS)
    figure, panels = stack(results, "The common factor that hurts most",
                           f"Loadings of the common factor whose strengthening raises the expected shortfall {numbers.level(level)} "
                           "most: assets on the same side move closer together, assets on opposite sides further apart. At the "
                           "right: the expected shortfall per unit of it, with its 95 % interval."
                           + fewer(len(kept), len(loadings[0]), "assets"), len(kept))
    for axes, mode, loading in zip(panels, results.modes, loadings):
        bars(axes, results, mode, [(risk.values["asset"][k], loading[k], np.nan) for k in kept],
             lambda value, _: numbers.signed(f"{value:+.2f}") if abs(value) >= 0.005 else "0" if value == value else "–")
        slope, error = (float(risk.of("common_factor_slope" + end, mode)[at]) for end in ("", "_se"))
        axes.set_title(f"{amount(slope, error)} {results.currency}" if np.any(np.isfinite(loading)) else "nothing moves it", loc="right",
                       color=style.GREY, size=style.TEXT - 0.5)
    panels[-1].set_xlim(-1.05, 1.05)
    panels[-1].set_xlabel("loading")
    return figure
