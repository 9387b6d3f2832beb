"""The pictures of correlation risk against the file that they are drawn from: bars as long as the numbers, cells that hold
them, noise left grey; and nothing drawn of what is not there."""
import h5py
import numpy as np

import pictures
from pictures import attribution, results, sensitivity, together

RISK = {"contributions", "correlation_sensitivity", "volatility_sensitivity", "liquidation_correlation_sensitivity",
        "liquidation_volatility_sensitivity", "common_factor", "tail_correlation",
        "conditional_liquidation", "contagion", "loss_given_liquidation"}


def axes_of(figure, mode):
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == mode)


def words_at(axes):
    return {tuple(int(round(at)) for at in text.get_position()): text.get_text() for text in axes.texts}


def faults(path):
    """What the pictures of a results file with three positions say otherwise than the file does."""
    run = results.read(path)
    with h5py.File(path) as file:
        group = {name: item[()] for name, item in file["correlation_risk"].items()}
        tails = [file[mode.name]["expected_shortfall"][1] for mode in run.modes]
        shares = [file[mode.name]["liquidation_frequency"][()] for mode in run.modes]
    for m, mode in enumerate(run.modes):
        yield from waterfall(axes_of(attribution.draw_contributions(run), mode.name), group, m, tails[m], mode.name)
        yield from slopes(axes_of(sensitivity.draw_correlations(run, sensitivity.TAIL), mode.name), group, m, mode.name)
        yield from volatilities(axes_of(sensitivity.draw_volatilities(run, sensitivity.TAIL), mode.name), group, m, mode.name)
        yield from given(axes_of(together.draw_conditional(run), mode.name), group, m, shares[m], mode.name)


def waterfall(axes, group, m, tail, name):
    bars = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
    parts = np.append(group["expected_shortfall_contribution"][m, 1], group["expected_shortfall_contribution_other"][m, 1])
    parts = parts[np.abs(parts) > 1e-9 * abs(tail)]  # what is nothing has no bar
    if len(bars) != len(parts) + 1 or not np.allclose(sorted(width for _, width in bars[:-1]), sorted(parts)):
        yield f"{name}: the bars {bars} are not the contributions {parts}"
    ends = np.cumsum([width for _, width in bars[:-1]])
    if not np.allclose([x for x, _ in bars[1:-1]], ends[:-1]) or not np.allclose([ends[-1], bars[-1][1]], tail):
        yield f"{name}: the bars do not add up to {tail}: {bars}"
    low, high = axes.get_xlim()
    if ends.max() > high or min(0, ends.min()) < low:
        yield f"{name}: bars are cut off"


def slopes(axes, group, m, name):
    value, error = 0.01 * group["d_expected_shortfall"][m, ..., 1], 0.01 * group["d_expected_shortfall_se"][m, ..., 1]
    shown, words = np.ma.masked_invalid(axes.get_images()[0].get_array()), words_at(axes)
    for row, column in np.ndindex(value.shape):
        clear = row != column and abs(value[row, column]) > 2 * error[row, column]
        if clear != (not np.ma.is_masked(shown[row, column])):
            yield f"{name}: noise and what is none mixed up at {row}, {column}"
        if np.isnan(value[row, column]):
            if words.get((column, row), ""):
                yield f"{name}: {words[column, row]!r} in the cell of what is not known"
        elif row != column and abs(number(words[column, row]) - value[row, column]) > 0.005 * abs(value[row, column]) + 1e-6:
            yield f"{name}: {words[column, row]!r} in the cell of {value[row, column]}"


def number(words):
    """The number in the first line of a cell."""
    return float(words.split("\n")[0].replace(",", "").replace("−", "-"))


def volatilities(axes, group, m, name):
    found = [bar.get_width() for bar in axes.patches]
    told = 0.01 * group["d_expected_shortfall_by_volatility"][m, :, 1]
    if not np.allclose(found, told[np.isfinite(told)], atol=1e-6):
        yield f"{name}: the bars of volatility are {found}"


def given(axes, group, m, shares, name):
    table, count = group["conditional_liquidation_frequency"][m], len(shares)
    shown = np.ma.masked_invalid(axes.get_images()[0].get_array())
    if not np.allclose(shown[0], shares):
        yield f"{name}: the first row is not that of all paths"
    off = ~np.eye(count, dtype=bool)
    if not np.allclose(shown[1:][off], table[off]) or not np.ma.getmaskarray(shown[1:])[~off].all():
        yield f"{name}: rows are not those of the file"


def left_out(path):
    """Names of the pictures of correlation risk that a file cannot give."""
    run, names = results.read(path), set()
    for picture in (each for each in pictures.PICTURES if each.name in RISK):
        try:
            picture.draw(run)
        except pictures.NothingToDraw:
            names.add(picture.name)
    return names


def absences(path):
    """Takes the variables out one after the other, then the group: each time only what shows them is left out."""
    whole = left_out(path)
    for variable, picture in (("expected_shortfall_contribution", "contributions"), ("d_expected_shortfall", "correlation_sensitivity"),
                              ("d_expected_shortfall_by_volatility", "volatility_sensitivity"),
                              ("d_any_liquidation_frequency", "liquidation_correlation_sensitivity"),
                              ("d_any_liquidation_frequency_by_volatility", "liquidation_volatility_sensitivity"), ("common_factor", "common_factor"),
                              ("tail_correlation", "tail_correlation"), ("contagion_liquidation_frequency", "contagion"),
                              ("conditional_liquidation_frequency", "conditional_liquidation"),
                              ("expected_loss_given_liquidation", "loss_given_liquidation")):
        with h5py.File(path, "a") as file:
            del file["correlation_risk"][variable]
        before, whole = whole, left_out(path)
        gone = whole - before
        if gone != {picture} - before:
            yield f"without {variable}: {gone or 'nothing'} left out"
    with h5py.File(path, "a") as file:
        del file["correlation_risk"]
    if whole != RISK or left_out(path) != RISK:
        yield f"without the group: {left_out(path)} left out"
