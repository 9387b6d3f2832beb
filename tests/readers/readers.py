#!/usr/bin/python3
"""Opens a results file with every reader that its users have and checks that all see the same.

usage: readers.py RESULTS.h5

xarray (with h5netcdf and with netcdf4), h5py, ncdump and h5dump. Checks that the root has attributes only, every axis of
every variable has a named dimension scale, every variable has units and a long name, coordinates are in every group, and
values agree. Exit 0: all is well, 1: something is not, 77: a reader is missing."""

import itertools
import subprocess
import sys

try:
    import h5netcdf  # noqa: F401
    import h5py
    import netCDF4
    import numpy as np
    import xarray as xr
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = ["Conventions", "title", "source", "filetype", "format_version", "scenario_sha256", "seed", "n_paths", "complete"]
NOT_MODES = {"market", "comparison", "correlation_risk", "sweep", "provenance"}
MODE_VARIABLES = """mean_loss mean_loss_se loss_std value_at_risk value_at_risk_low value_at_risk_high expected_shortfall
expected_shortfall_se liquidation_frequency liquidation_frequency_low liquidation_frequency_high any_liquidation_frequency
any_liquidation_frequency_low any_liquidation_frequency_high all_liquidation_frequency all_liquidation_frequency_low
all_liquidation_frequency_high wipeout_frequency wipeout_frequency_low wipeout_frequency_high shortfall_frequency
shortfall_frequency_low shortfall_frequency_high joint_liquidation_frequency liquidation_count_frequency survival
survival_low survival_high equity_quantile margin_level_quantile loss_frequency mean_fees mean_slippage mean_funding
mean_shortfall mean_top_up""".split()
DIMENSIONS = {
    "value_at_risk": ("confidence",), "expected_shortfall": ("confidence",), "liquidation_frequency": ("position",),
    "joint_liquidation_frequency": ("position", "position_2"), "liquidation_count_frequency": ("count",),
    "survival": ("time",), "equity_quantile": ("time", "quantile"), "margin_level_quantile": ("time", "quantile"),
    "loss_frequency": ("bin",), "alert_frequency": ("alert",), "mean_loss": (), "loss": ("path",),
    "liquidation_time": ("path", "position"), "correlation": ("asset", "asset_2"), "price": ("asset",),
    "mean_excess_loss": ("pair",), "excess_loss_quantile": ("pair", "quantile"),
}
PURE = b"This is a netCDF dimension but not a netCDF variable."
FAULTS = []


def check(fine, what):
    if not fine:
        FAULTS.append(what)
        print("wrong:", what)


def is_text(dataset):
    return h5py.check_string_dtype(dataset.dtype) is not None


def check_root(file):
    for name in ROOT:
        check(name in file.attrs, f"root attribute {name}")
    for name, value in file.attrs.items():
        check(not isinstance(value, bytes), f"root attribute {name} is not variable-length UTF-8")
    check(file.attrs.get("filetype") == "riskpool results", "filetype")
    check(len(file.attrs.get("format_version", ())) == 2, "format_version")
    check(all(isinstance(node, h5py.Group) for node in file.values()), "data at the root")


def check_variable(path, dataset):
    is_scale = dataset.attrs.get("CLASS") == b"DIMENSION_SCALE"
    if is_scale:
        phrase = dataset.attrs["NAME"]
        if phrase.startswith(PURE):
            check(int(phrase[len(PURE):]) == dataset.size, f"{path}: length in the dimension's phrase")
            check(dataset.id.get_storage_size() == 0, f"{path}: takes room")
            return
        check(dataset.ndim == 1, f"{path}: scale of {dataset.ndim} axes")
    else:
        for axis in range(dataset.ndim):
            check(len(dataset.dims[axis]) == 1, f"{path}: axis {axis} has no scale")
            if len(dataset.dims[axis]) == 1:
                check(dataset.dims[axis][0].parent == dataset.parent, f"{path}: axis {axis} has a scale elsewhere")
    for name in ("units", "long_name"):
        check(isinstance(dataset.attrs.get(name), str) and dataset.attrs[name], f"{path}: {name}")
    check(dataset.attrs.get("units") not in ("hours", "days", "minutes", "seconds"), f"{path}: plural time unit")
    check(dataset.dtype.kind in "fiO", f"{path}: type {dataset.dtype}")
    if dataset.dtype.kind == "O":
        text = h5py.check_string_dtype(dataset.dtype)
        check(text is not None and text.length is None and text.encoding == "utf-8", f"{path}: kind of text")
    if dataset.chunks:
        check(dataset.shuffle and dataset.compression == "gzip" and dataset.compression_opts == 1
              and dataset.fletcher32, f"{path}: filters")


def check_chunks(path, dataset, twin):
    """The chunks, which the program packs itself, are what HDF5's own filters make of the values, byte for byte."""
    copy = twin.create_dataset(path, data=dataset[()], dtype=dataset.dtype, chunks=dataset.chunks, shuffle=True,
                               compression="gzip", compression_opts=1, fletcher32=True)
    twin.flush()
    names = [[copy.id.get_create_plist().get_filter(i)[0] for i in range(3)],
             [dataset.id.get_create_plist().get_filter(i)[0] for i in range(3)]]
    check(names[0] == names[1], f"{path}: order of filters {names}")
    for at in itertools.product(*(range(0, n, step) for n, step in zip(dataset.shape, dataset.chunks))):
        check(dataset.id.read_direct_chunk(at) == copy.id.read_direct_chunk(at), f"{path}: chunk at {at}")


def dimensions_of(dataset):
    return tuple(dataset.dims[axis][0].name.rsplit("/", 1)[1] for axis in range(dataset.ndim))


def check_h5py(file, twin):
    for group_name, group in file.items():
        for name, dataset in group.items():
            check_variable(f"{group_name}/{name}", dataset)
            if dataset.chunks:
                check_chunks(f"{group_name}/{name}", dataset, twin)
            if name in DIMENSIONS and group_name != "provenance":
                check(dimensions_of(dataset) == DIMENSIONS[name], f"{group_name}/{name}: {dimensions_of(dataset)}")
    modes = [name for name in file if name not in NOT_MODES]
    check(len(modes) > 0, "no mode")
    check("market" in file and "provenance" in file, "market, provenance")
    check(("comparison" in file) == (len(modes) > 1), "comparison")
    for mode in modes:
        for name in MODE_VARIABLES:
            check(name in file[mode] or name.startswith(("liquidation_frequency", "joint"))
                  and "position" not in file[mode], f"{mode}/{name} is missing")
    for name in ("scenario", "resolved_scenario"):
        check(file["provenance"][name].shape == () and is_text(file["provenance"][name]), f"provenance/{name}")
    return modes


def same(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind in "OUS" or b.dtype.kind in "OUS":
        return a.shape == b.shape and [str(x) for x in a.flat] == [str(x) for x in b.flat]
    return a.shape == b.shape and np.array_equal(a.astype(float), b.astype(float), equal_nan=True)


def values_of(dataset):
    return dataset.asstr()[()] if is_text(dataset) else dataset[()]


def check_xarray(path, file, group, engine):
    with xr.open_dataset(path, group=group, engine=engine) as opened:
        for name, dataset in file[group].items():
            where = f"{engine}: {group}/{name}"
            if str(dataset.attrs.get("NAME", b"")).find(PURE.decode()) >= 0:
                check(name in opened.sizes and opened.sizes[name] == dataset.size, where)
                continue
            check(name in opened.variables, f"{where} is not seen")
            if name not in opened.variables:
                continue
            check(same(opened[name].values, values_of(dataset)), f"{where}: values")
            if dataset.ndim and dataset.attrs.get("CLASS") == b"DIMENSION_SCALE":
                check(name in opened.coords, f"{where} is no coordinate")
            else:
                check(opened[name].dims == dimensions_of(dataset), f"{where}: dimensions {opened[name].dims}")
            check(opened[name].attrs.get("units") == dataset.attrs["units"], f"{where}: units")


def check_use(path, modes, engine):
    """What a user does first: select by name, stack the modes, make a table."""
    sets = [xr.open_dataset(path, group=mode, engine=engine) for mode in modes]
    level = float(sets[0]["confidence"][0])
    check(np.ndim(sets[0]["expected_shortfall"].sel(confidence=level).values) == 0, f"{engine}: sel(confidence)")
    if "position" in sets[0].coords:
        first = str(sets[0]["position"].values[0])
        joint = sets[0]["joint_liquidation_frequency"].sel(position=first, position_2=first)
        check(joint == sets[0]["liquidation_frequency"].sel(position=first), f"{engine}: diagonal of joint")
    statistics = [s[["mean_loss", "survival", "expected_shortfall"]] for s in sets]
    stacked = xr.concat(statistics, dim="mode")
    check(stacked.sizes["mode"] == len(modes), f"{engine}: concat")
    check(len(sets[0]["equity_quantile"].to_dataframe()) == sets[0]["equity_quantile"].size, f"{engine}: to_dataframe")
    for opened in sets:
        opened.close()


def check_netcdf(path, file):
    with netCDF4.Dataset(path) as root:
        check(set(root.groups) == set(file), "netCDF4: groups")
        check(list(root.groups) == list_in_order(file), "netCDF4: order of the groups")
        check(not root.variables and not root.dimensions, "netCDF4: data at the root")
        for name, group in root.groups.items():
            check(not [d for d in group.dimensions if d.startswith("phony")], f"netCDF4: {name} has nameless dimensions")


def list_in_order(file):
    names = []
    file.id.links.iterate(lambda name: names.append(name.decode()), idx_type=h5py.h5.INDEX_CRT_ORDER)
    return names


def check_tool(arguments, expected):
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        print(f"skipped: no {arguments[0]}")
        sys.exit(77)
    check(done.returncode == 0 and not done.stderr, f"{arguments[0]}: {done.returncode} {done.stderr[:200]}")
    for text in expected:
        check(text in done.stdout, f"{arguments[0]}: no '{text}'")


def main(path):
    with h5py.File(path) as file:
        check_root(file)
        with h5py.File("twin", "w", driver="core", backing_store=False) as twin:
            modes = check_h5py(file, twin)
        for engine in ("h5netcdf", "netcdf4"):
            for group in file:
                check_xarray(path, file, group, engine)
            check_use(path, modes, engine)
        check_netcdf(path, file)
    check_tool(["ncdump", "-h", path], [f"group: {mode} {{" for mode in modes] + ["value_at_risk(confidence)"])
    check_tool(["h5dump", "-H", path], [f'GROUP "{mode}"' for mode in modes])
    check_tool(["h5dump", "-d", f"/{modes[0]}/survival", path], ["DATASET"])
    print(f"{len(FAULTS)} faults" if FAULTS else f"all readers agree on {path}")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
