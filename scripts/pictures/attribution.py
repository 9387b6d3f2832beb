"""The pictures of where the tail of every mode comes from: what each position contributes to the expected shortfall, and
what is lost when it is liquidated."""
import numpy as np

from . import numbers, style
from .liquidation import mode_key
from .sensitivity import check, fewer, largest, level_of

MOST_ROWS = 10
LINE = 0.21


def draw_contributions(results):
    name = "expected_shortfall_contribution"
    risk = check(results, name)
    at, level = level_of(risk)
    parts = [risk.of(name, mode)[at] for mode in results.modes]
    kept = largest(parts, MOST_ROWS)
    lines = [steps_of(risk, mode, part, kept, at) for mode, part in zip(results.modes, parts)]
    figure = style.sheet(results, "Where the tail comes from",
                         f"Contribution of every position to the expected shortfall {numbers.level(level)}: its mean loss on the "
                         "paths of the tail, one on top of the other; pale: it earns there. They add up to the shortfall."
                         + fewer(len(kept), len(parts[0]), "positions, the rest as one"),
                         sum(LINE * (len(each) + 1) + 0.45 for each in lines) + 0.5)
    heights = [len(each) + 2 for each in lines]
    panels = figure.subplots(len(lines), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    least = reach = 0.0
    for axes, mode, steps in zip(panels, results.modes, lines):
        total = float(mode.expected_shortfall[at])
        waterfall(axes, steps, total, style.NORMAL_95 * float(mode.expected_shortfall_se[at]), style.colour_of(results, mode))
        axes.set_title(style.short(mode.name), color=style.colour_of(results, mode), weight="bold")
        heights = np.append(np.cumsum([value for _, value in steps]), total)
        least, reach = min(least, heights.min()), max(reach, heights.max())
    panels[-1].set_xlim(least - 0.02 * (reach - least), (reach + 0.02 * (reach - least)) or 1.0)
    style.money_axis(panels[-1].xaxis, results, f"expected shortfall {numbers.level(level)}", max(reach, -least))
    return figure


def steps_of(risk, mode, part, kept, at):
    """[(name, contribution)], the largest first; what is left of the account last, where there is any."""
    names, rest = risk.values["position"], [k for k in range(len(part)) if k not in kept]
    steps = sorted(((names[k], float(part[k])) for k in kept), key=lambda step: -float(f"{step[1]:.9g}"))
    if rest:
        steps.append((f"{len(rest)} others", float(np.sum(part[rest]))))
    other = float(risk.of("expected_shortfall_contribution_other", mode)[at]) if risk.has(
        "expected_shortfall_contribution_other") else 0.0
    if abs(other) > 1e-9 * max(abs(value) for _, value in steps + [("", 1e-300)]):
        steps.append(("the rest of the account", other))
    return steps


def waterfall(axes, steps, total, half, colour):
    """Bars that begin where the one before ended, and their sum."""
    before = 0.0
    for at, (_, value) in enumerate(steps):
        axes.barh(at, value, left=before, height=0.62, color=colour, alpha=0.6 if value >= 0 else 0.25, linewidth=0)
        before += value
        axes.plot([before, before], [at - 0.31, at + 1.31], color=style.GREY, linewidth=0.7)
    last = len(steps)
    axes.barh(last, total, height=0.62, color=colour, linewidth=0)
    if np.isfinite(half):
        axes.plot([total - half, total + half], [last, last], color=style.INK, linewidth=1.2, solid_capstyle="butt")
    axes.axvline(0, color=style.GREY, linewidth=0.9)
    axes.set_ylim(last + 0.6, -0.6)
    style.row_labels(axes, [style.short(name, 24) for name, _ in steps] + ["together"])
    values = [value for _, value in steps] + [total]
    style.column(axes, 0.85, [numbers.money(value) for value in values])
    style.column(axes, 1.6, [numbers.percent(round(value / total, 9)) if total > 0 else "–" for value in values])


def draw_given(results):
    name = "expected_loss_given_liquidation"
    risk = check(results, name)
    table = [risk.of(name, mode) for mode in results.modes]
    kept = largest(table, 2 * MOST_ROWS)
    rows = [(mode, k, *(float(risk.of(name + end, mode)[k]) for end in ("", "_se"))) for k in kept for mode in results.modes]
    n = len(results.modes)
    figure = style.sheet(results, "Loss given a liquidation",
                         "Mean loss of the account on the paths on which the position is liquidated, with its 95 % interval; "
                         "nothing where it never was." + fewer(len(kept), len(table[0]), "positions"),
                         max(0.17, 0.24 / n) * len(rows) + 0.75, mode_key(results))
    axes = figure.subplots()
    half = style.NORMAL_95
    style.dots(axes, [(style.colour_of(results, mode), value, value - half * error, value + half * error)
                      for mode, _, value, error in rows])
    style.row_labels(axes, [])
    axes.set_yticks(np.arange(0, len(rows), n) + (n - 1) / 2, [style.short(risk.values["position"][k], 24) for k in kept])
    for line in range(n, len(rows), n):
        axes.axhline(line - 0.5, color=style.LIGHT, linewidth=0.6)
    style.column(axes, 1.5, [f"{numbers.money(value)} ± {numbers.error(half * error, value)}" if np.isfinite(error) else
                             numbers.money(value) for _, _, value, error in rows], size=7.5)
    style.money_axis(axes.xaxis, results, "mean loss", float(np.nanmax(np.abs(table))))
    return figure
