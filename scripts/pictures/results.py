"""A results file in memory: one object per mode with its statistics by name. It knows the file's layout and nothing
of drawing. Columns per path stay in the file, except the loss."""
import os

import h5py
import numpy as np

NOT_MODES = {"market", "comparison", "correlation_risk", "sweep", "provenance"}
PER_PATH = {"path", "loss", "shortfall", "max_drawdown", "lowest_margin_level", "liquidation_time", "fees",
            "slippage", "funding", "top_up", "forfeited", "closed_notional", "rounds",
            "margin_peak_to_trough", "margin_largest_rise"}


class NotResults(Exception):
    """The file opens but is not a results file."""


class Mode:
    """Statistics of one mode as attributes of the same name; `loss` is sorted, None unless every path is kept."""

    def __init__(self, name, values, loss):
        self.name = name
        self.loss = loss
        self.values = values

    def __getattr__(self, name):
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(f"the mode has no {name}") from None

    def has(self, name):
        return name in self.values and np.size(self.values[name]) > 0 and bool(np.any(np.isfinite(self.values[name])))


class Sweep:
    """Statistics over (mode or pair, parameters, confidence); keys: the swept keys of the scenario, axes: their values."""

    def __init__(self, group):
        names = [text(name) for name in np.atleast_1d(group.attrs["parameters"])]
        self.values = values_of(group)
        self.axes = [np.asarray(self.values[name], float) for name in names]
        self.keys = [str(text(group[name].attrs["long_name"])) for name in names]
        self.modes = list(self.values["mode"])
        self.pairs = list(self.values.get("pair", []))


class CorrelationRisk:
    """Sensitivities and attribution: variables by name, over mode first."""

    def __init__(self, group):
        self.values = values_of(group)
        self.modes = list(self.values["mode"])

    def has(self, name):
        return name in self.values and bool(np.any(np.isfinite(self.values[name])))

    def of(self, name, mode):
        return np.asarray(self.values[name], float)[self.modes.index(mode.name)]


class Results:
    """modes: the first listed in the scenario comes first; comparison: values by name, {} for a single mode; risk, sweep:
    None where the scenario asks for none."""

    def __init__(self, path, attributes, modes, comparison, provenance, currency, market=None, risk=None, sweep=None):
        self.path = path
        self.attributes = attributes
        self.modes = modes
        self.comparison = comparison
        self.provenance = provenance
        self.currency = currency
        self.market = market or {}
        self.risk = risk
        self.sweep = sweep

    @property
    def n_paths(self):
        return int(self.attributes["n_paths"])

    @property
    def title(self):
        return str(self.attributes.get("title") or os.path.splitext(os.path.basename(self.path))[0])

    @property
    def complete(self):
        return bool(self.attributes.get("complete", 1))

    @property
    def first(self):
        return self.modes[0]


def read(path):
    with h5py.File(path, "r") as file:
        attributes = {name: text(value) for name, value in file.attrs.items()}
        if attributes.get("filetype") != "riskpool results":
            raise NotResults("not a results file of riskpool (no filetype attribute that says so)")
        names = [name for name in ordered_names(file) if name not in NOT_MODES and "loss_frequency" in file[name]]
        if not names:
            raise NotResults("no mode in it")
        n_paths = int(attributes["n_paths"])
        modes = [Mode(name, values_of(file[name]), sorted_loss(file[name], n_paths)) for name in names]
        comparison = values_of(file["comparison"]) if "comparison" in file else {}
        provenance = values_of(file["provenance"]) if "provenance" in file else {}
        market = values_of(file["market"]) if "market" in file else {}
        risk = CorrelationRisk(file["correlation_risk"]) if "correlation_risk" in file else None
        sweep = Sweep(file["sweep"]) if "sweep" in file else None
        currency = text(file[names[0]]["mean_loss"].attrs.get("units", ""))
    return Results(path, attributes, first_listed_first(modes, comparison), comparison, provenance, currency, market,
                   risk, sweep)


def ordered_names(group):
    """Names of the members as they were created, or by name where the file does not keep that order."""
    found = []
    try:
        group.id.links.visit(lambda name: found.append(name.split(b"/")[0]), idx_type=h5py.h5.INDEX_CRT_ORDER)
    except (RuntimeError, ValueError):
        return list(group)
    return [name.decode() for name in dict.fromkeys(found)]


def first_listed_first(modes, comparison):
    """A pair is "B - A" where A is the scenario's first mode; moves A to the front if the file's order hides it."""
    pairs = list(comparison.get("pair", []))
    for mode in modes:
        if pairs and all(pair.endswith(" - " + mode.name) for pair in pairs):
            rank = {pair[:-len(" - " + mode.name)]: at for at, pair in enumerate(pairs)}
            rank[mode.name] = -1
            return sorted(modes, key=lambda each: rank.get(each.name, len(pairs)))
    return modes


def values_of(group):
    return {name: text(item[()]) for name, item in group.items()
            if isinstance(item, h5py.Dataset) and name not in PER_PATH}


def sorted_loss(group, n_paths):
    if "loss" not in group or group["loss"].shape != (n_paths,):
        return None
    return np.sort(group["loss"][()])


def text(value):
    """Bytes of HDF5 strings become str, also inside arrays; all else is returned as it is."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray) and value.dtype.kind in "OS":
        return [text(each) for each in value.ravel()]
    return value
