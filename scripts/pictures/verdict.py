"""The verdict of a run in words and numbers: which mode, how much better, how sure. It knows statistics by name and
nothing of pages."""
import math
from collections import namedtuple

import numpy as np

from . import numbers

LEVEL = 0.99
SURE, LIKELY = 4.0, 1.959963984540054  # standard errors

# better, worse: names of modes; by: how much less the better one's expected shortfall is; error: its standard error.
Difference = namedtuple("Difference", "better worse by error")


def level_of(results):
    """Index and value of the confidence that the verdict speaks of: the highest up to 99 %, else the lowest."""
    levels = [float(level) for level in results.first.confidence]
    fitting = [at for at, level in enumerate(levels) if level <= LEVEL + 1e-12]
    at = fitting[-1] if fitting else 0
    return at, levels[at]


def shortfall(mode, at):
    return float(mode.expected_shortfall[at])


def ranked(results, at):
    """The modes whose expected shortfall exists, the smallest first."""
    known = [mode for mode in results.modes if math.isfinite(shortfall(mode, at))]
    return sorted(known, key=lambda mode: shortfall(mode, at))


def pair_error(results, mode, at):
    """Standard error of a mode's expected shortfall minus the first mode's, on the same paths; NaN: not in the file."""
    pairs = list(results.comparison.get("pair", []))
    name = f"{mode.name} - {results.first.name}"
    errors = results.comparison.get("excess_expected_shortfall_se")
    return float(np.asarray(errors)[pairs.index(name), at]) if errors is not None and name in pairs else math.nan


def difference(results, better, worse, at):
    """The error is that of the paired difference where one of them is the first mode, else an upper bound."""
    errors = [pair_error(results, mode, at) for mode in (better, worse) if mode is not results.first]
    if not errors or any(math.isnan(error) for error in errors):
        errors = [float(mode.expected_shortfall_se[at]) for mode in (better, worse)]
    return Difference(better.name, worse.name, shortfall(worse, at) - shortfall(better, at), math.hypot(*errors))


def sureness(gap):
    if not gap.error > 0:
        return "the two end alike on every path" if gap.by == 0 else "exactly"
    z = gap.by / gap.error
    if z >= 100:
        return "beyond doubt: more than a hundred standard errors"
    if z >= SURE:
        return f"beyond doubt: {z:.0f} standard errors"
    if z >= LIKELY:
        return f"likely: {z:.1f} standard errors"
    return f"not more than noise: {z:.1f} standard errors"


def is_noise(gap):
    return gap.by <= LIKELY * gap.error or gap.by <= 1e-9 * abs(gap.by + 1)


def chance(mode, name):
    return float(mode.values[name])


def headline(results):
    """One sentence that a desk head remembers."""
    at, level = level_of(results)
    order = ranked(results, at)
    words = f"{numbers.level(level)} expected shortfall"
    if len(order) < 2:
        mode = results.first
        return (f"{mode.name}: in the worst {numbers.level(1 - level)} of cases it loses "
                f"{numbers.money(shortfall(mode, at))} {results.currency} on average")
    best, second = order[0], order[1]
    gap = difference(results, best, second, at)
    if is_noise(gap):
        same = [mode.name for mode in order if is_noise(difference(results, best, mode, at))]
        return f"{listed(same)} are as good as each other: their {words} is the same within its error"
    share = gap.by / abs(shortfall(second, at)) if shortfall(second, at) else math.nan
    return (f"{best.name} loses least when it goes wrong: its {words} is {numbers.money(gap.by)} {results.currency} "
            f"({numbers.percent(share)}) below that of {second.name}")


def listed(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def sentences(results):
    """What else there is to say, the most important first."""
    at, level = level_of(results)
    order = ranked(results, at)
    said = []
    if len(order) > 1:
        said += [against(results, order[0], mode, at) for mode in order[1:]]
        said += other_levels(results, order[0], level)
        said.append(frequency(results, order[0]))
        said.append(scatter(results, order[0]))
        said += rescues(results)
    said += together(results)
    said += wiped(results)
    return [each for each in said if each]


def against(results, best, other, at):
    gap = difference(results, best, other, at)
    half = numbers.error(LIKELY * gap.error, gap.by) if math.isfinite(gap.error) else "–"
    return (f"{other.name} against {best.name}: {numbers.money(gap.by)} ± {half} {results.currency} more in the tail "
            f"({sureness(gap)}).")


def other_levels(results, best, level):
    """Levels at which another mode has the smaller expected shortfall, by more than noise."""
    for at, other in enumerate(float(each) for each in results.first.confidence):
        order = ranked(results, at)
        if other == level or len(order) < 2 or order[0] is best:
            continue
        gap = difference(results, order[0], best, at)
        if not is_noise(gap):
            yield (f"At {numbers.level(other)} it is the other way round: {order[0].name} loses "
                   f"{numbers.money(gap.by)} {results.currency} less than {best.name}.")


def frequency(results, best):
    """Whether the mode with the smaller tail is also the one that liquidates less."""
    rare = min(results.modes, key=lambda mode: chance(mode, "any_liquidation_frequency"))
    mine, least = chance(best, "any_liquidation_frequency"), chance(rare, "any_liquidation_frequency")
    if mine <= least * (1 + 1e-12):
        return f"It is also the one that liquidates least often: on {numbers.percent(mine)} of the paths."
    return (f"It is a trade: {best.name} liquidates something on {numbers.percent(mine)} of the paths, {rare.name} only on "
            f"{numbers.percent(least)}, but then loses more.")


def scatter(results, best):
    """What the smaller tail costs in certainty."""
    calm = min(results.modes, key=lambda mode: float(mode.loss_std))
    mine, least = float(best.loss_std), float(calm.loss_std)
    if not (math.isfinite(mine) and mine > 1.05 * least):
        return ""
    return (f"The outcome is less certain in {best.name}: the loss has a standard deviation of {numbers.money(mine)} "
            f"{results.currency}, in {calm.name} {numbers.money(least)}.")


def rescues(results):
    pairs = results.comparison.get("pair", [])
    for at, pair in enumerate(pairs):
        rescue, contagion = (float(results.comparison[f"{what}_frequency"][at]) for what in ("rescue", "contagion"))
        mode = pair[:-len(" - " + results.first.name)]
        if rescue > 0 or contagion > 0:
            yield (f"{mode} liquidates nothing on {numbers.percent(rescue)} of the paths where {results.first.name} does, and "
                   f"on {numbers.percent(contagion)} takes a position down that {results.first.name} would have kept.")


def together(results):
    """The pair of positions that falls together most beyond chance, in the first mode."""
    joint = np.asarray(results.first.joint_liquidation_frequency, float)
    alone = np.asarray(results.first.liquidation_frequency, float)
    expected = np.outer(alone, alone)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected * results.n_paths >= 5, joint / expected, np.nan)
    np.fill_diagonal(ratio, np.nan)
    if not np.any(np.isfinite(ratio)):
        return []
    row, col = np.unravel_index(np.nanargmax(ratio), ratio.shape)
    names = list(results.first.position)
    return [f"In {results.first.name}, {names[row]} and {names[col]} fall together on {numbers.percent(joint[row, col])} of the "
            f"paths, {numbers.ratio(ratio[row, col])} what independent liquidations would give."]


def wiped(results):
    worst = max(results.modes, key=lambda mode: chance(mode, "wipeout_frequency"))
    if chance(worst, "wipeout_frequency") <= 0:
        return []
    return [f"The account is wiped out most often in {worst.name}: on "
            f"{numbers.percent(chance(worst, 'wipeout_frequency'))} of the paths."]
