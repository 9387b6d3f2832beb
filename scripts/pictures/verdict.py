"""The verdict of a run in words and numbers: which mode, how much better, how sure. It knows statistics by name and
nothing of pages."""
import math
from collections import namedtuple

import numpy as np

from . import numbers

LEVEL = 0.99
POINT = 0.01  # of a correlation or a volatility, for which slopes are told
SURE, LIKELY = 4.0, 1.959963984540054  # standard errors

# better, worse: names of modes; by: how much less the better one's expected shortfall is; error: its standard error.
Difference = namedtuple("Difference", "better worse by error")
# of a statistic of a mode along the correlation of a pair
Slope = namedtuple("Slope", "pair mode by error")


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
    """One sentence that a desk head remembers: who loses least in the tail, by how much, and at which price."""
    at, level = level_of(results)
    order, tail = ranked(results, at), numbers.level(1 - level)
    if len(order) < 2:
        mode = results.first
        return (f"{mode.name}: in the worst {tail} of cases it loses {numbers.money(shortfall(mode, at))} {results.currency} "
                f"on average")
    best, second = order[0], order[1]
    gap = difference(results, best, second, at)
    if is_noise(gap):
        same = [mode for mode in order if is_noise(difference(results, best, mode, at))]
        return (f"In the worst {tail} of cases {listed([mode.name for mode in same])} lose the same, within the error"
                + rarest_of(same))
    rare = rarest(results.modes)
    share = gap.by / abs(shortfall(second, at)) if shortfall(second, at) else math.nan
    sure = "beyond doubt" if gap.by >= SURE * gap.error else "likely"
    words = (f"in the worst {tail} of cases {best.name} loses {numbers.money(gap.by)} {results.currency} "
             f"({numbers.percent(share)}) less than {second.name}, {sure}")
    if rare is not best and not overlap(rare, best):
        return (f"It is a trade: {words}, but something is liquidated on {often(best)} of the paths, in {rare.name} only on "
                f"{often(rare)}")
    if not overlap(best, second):
        return (f"{best.name} is better on both counts: {words}, and something is liquidated on {often(best)} of the paths "
                f"instead of {often(second)}")
    return f"{best.name} loses least when it goes wrong: {words}, and liquidations are no more frequent"


def often(mode):
    return numbers.percent(chance(mode, "any_liquidation_frequency"))


def rarest(modes):
    return min(modes, key=lambda mode: chance(mode, "any_liquidation_frequency"))


def overlap(first, second):
    """Whether the intervals of their liquidation frequencies overlap."""
    bounds = [[chance(mode, f"any_liquidation_frequency_{end}") for end in ("low", "high")] for mode in (first, second)]
    return bounds[0][0] <= bounds[1][1] and bounds[1][0] <= bounds[0][1]


def rarest_of(modes):
    """Who of those that lose alike liquidates least often, where that is not noise."""
    rare = rarest(modes)
    often_most = max(modes, key=lambda mode: chance(mode, "any_liquidation_frequency"))
    if overlap(rare, often_most):
        return ""
    return f"; something is liquidated on {often(rare)} of the paths in {rare.name}, on {often(often_most)} in {often_most.name}"


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
        said += crossings(results, level)
        said.append(ends(results))
        said.append(means(results))
        said.append(scatter(results, order[0]))
        said += rescues(results)
    said += together(results)
    said += wiped(results)
    said += risks(results)
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


def crossings(results, level):
    """Where along a sweep of one parameter a mode and the first change sides."""
    sweep = results.sweep
    if sweep is None or len(sweep.axes) != 1:
        return
    at = int(np.argmin(np.abs(np.asarray(sweep.values["confidence"], float) - level)))
    for pair, words in enumerate(sweep.pairs):
        mode = words[:-len(" - " + results.first.name)]
        where, error = (float(sweep.values["crossing_expected_shortfall" + end][pair, at]) for end in ("", "_se"))
        beyond = np.where(sweep.axes[0] > where, sweep.axes[0], np.inf)
        if not math.isfinite(where) or not np.any(np.isfinite(beyond)):
            continue
        above = sweep.values["excess_expected_shortfall"][pair, int(np.argmin(beyond)), at] < 0
        higher, lower = (mode, results.first.name) if above else (results.first.name, mode)
        yield (f"It depends on {sweep.keys[0]}: above {place(where, error)} {higher} has the smaller tail, below it {lower}.")


def place(where, error):
    """A value of a parameter with the digits that its interval leaves it."""
    half = LIKELY * error
    digits = 3 if not half > 0 else min(6, max(0, 1 - math.floor(math.log10(half))))
    return numbers.signed(f"{where:,.{digits}f}") + (f" ± {half:,.{digits}f}" if half > 0 else "")


def ends(results):
    """The largest loss of every mode, where many paths share it: the expected shortfall beyond the highest level is then the
    value at risk."""
    capped = [mode for mode in results.modes
              if float(mode.expected_shortfall[-1]) - float(mode.value_at_risk[-1]) <= 1e-9 * abs(float(mode.value_at_risk[-1]))]
    whole = float(results.attributes.get("start_equity", math.nan))
    if not capped or not math.isfinite(whole):
        return ""
    words = listed([f"{numbers.money(float(mode.value_at_risk[-1]))} in {mode.name}" for mode in capped])
    return f"Of the {numbers.money(whole)} {results.currency} no path loses more than {words}."


def means(results):
    """Whether any mode is better on average."""
    pairs, against_first = results.comparison.get("pair", []), results.comparison
    values, errors = (np.atleast_1d(against_first.get("mean_excess_loss" + end, math.nan)) for end in ("", "_se"))
    if not pairs or not np.all(np.isfinite(values)):
        return ""
    if np.all(np.abs(values) <= LIKELY * errors):
        return "On average none is better: the mean losses differ by no more than their errors."
    at = int(np.argmin(values)) if np.min(values) < 0 else int(np.argmax(values))
    if abs(values[at]) <= LIKELY * errors[at]:
        return ""
    name = pairs[at][:-len(" - " + results.first.name)]
    less, more = (name, results.first.name) if values[at] < 0 else (results.first.name, name)
    return (f"On average {less} loses {numbers.money(abs(values[at]))} ± {numbers.money(LIKELY * errors[at])} {results.currency} "
            f"less than {more}.")


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
            yield (f"On {numbers.percent(rescue)} of the paths {mode} keeps everything and {results.first.name} does not; it takes "
                   + (f"a position down that {results.first.name} would have kept on {numbers.percent(contagion)}."
                      if contagion > 0 else f"nothing down that {results.first.name} would have kept."))


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
            f"paths, {numbers.ratio(ratio[row, col])[1:]} times as often as independent liquidations would."]


def wiped(results):
    worst = max(results.modes, key=lambda mode: chance(mode, "wipeout_frequency"))
    if chance(worst, "wipeout_frequency") <= 0:
        return []
    return [f"The account is wiped out most often in {worst.name}: on "
            f"{numbers.percent(chance(worst, 'wipeout_frequency'))} of the paths."]


def risks(results):
    """The correlation that hurts most, beyond noise, and who makes up more than an equal part of the tails."""
    if results.risk is None:
        return
    yield from sensitivity_of(results)
    yield from contributions(results)


def sensitivity_of(results):
    at, _ = level_of(results)
    found = worst_slope(results, "d_expected_shortfall", np.s_[..., at], max(abs(shortfall(mode, at)) for mode in results.modes))
    if found:
        yield (f"The correlation to fear is that of {found.pair} in {found.mode}: {turn(found)} adds {numbers.money(POINT * abs(found.by))} ± "
               f"{numbers.money(POINT * LIKELY * found.error)} {results.currency} to its tail.")
        return
    found = worst_slope(results, "d_any_liquidation_frequency", np.s_[...], 1.0)
    if found:
        yield (f"The correlation to fear is that of {found.pair} in {found.mode}: {turn(found)} adds {numbers.money(100 * POINT * abs(found.by))} ± "
               f"{numbers.money(100 * POINT * LIKELY * found.error)} percentage points to its liquidations; no tail moves beyond noise.")


def turn(slope):
    return f"{POINT:g} {'more' if slope.by > 0 else 'less'} of it"


def worst_slope(results, name, every, scale):
    """The steepest slope of those over modes and pairs that are beyond doubt; None: there is none."""
    risk, worst = results.risk, None
    if not risk.has(name) or not risk.has(name + "_se"):
        return None
    for mode in results.modes:
        value, error = risk.of(name, mode)[every], risk.of(name + "_se", mode)[every]
        clear = np.where(np.abs(value) > np.maximum(SURE * error, 1e-9 * scale), np.abs(value), 0.0)
        if np.max(clear) > (abs(worst.by) if worst else 0.0):
            row, col = np.unravel_index(np.argmax(clear), clear.shape)
            assets = risk.values["asset"]
            worst = Slope(f"{assets[row]} and {assets[col]}", mode.name, float(value[row, col]), float(error[row, col]))
    return worst


def contributions(results):
    risk, name = results.risk, "expected_shortfall_contribution"
    if not risk.has(name) or len(risk.values["position"]) < 2:
        return
    at, _ = level_of(results)
    largest = []
    for mode in results.modes:
        part, total = risk.of(name, mode)[at], shortfall(mode, at)
        if total > 0 and np.all(np.isfinite(part)) and np.max(part) > 1.2 * total / len(part):
            largest.append(f"{risk.values['position'][int(np.argmax(part))]} in {mode.name} ({numbers.percent(round(float(np.max(part)) / total, 9))})")
    if largest:
        yield f"The largest part of the tail is {listed(largest)}."
