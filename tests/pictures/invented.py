"""Results files for the tests of the pictures: the layout is the real one, the numbers are invented but consistent (one
factor drives all positions; those that fall far enough are liquidated)."""
import h5py
import numpy as np

QUANTILES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
CONFIDENCE = np.array([0.95, 0.99, 0.999])
TIMES = 64


def wilson(share, n):
    z = 1.96
    middle, half = share + z * z / 2 / n, z * np.sqrt(share * (1 - share) / n + z * z / 4 / n / n)
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return np.where(share == 0, 0, low), np.where(share == 1, 1, high)


def write(path, modes=("isolated", "cross"), positions=3, n=20000, threshold=0.35, scale=1.0, kept="all",
          trajectories=True, title="Three leveraged longs that fall together", names=None, currency="USDT", hours=168, risk=True):
    """threshold: the larger, the rarer a liquidation; infinity: none at all."""
    names = names or [f"p{at:02d}" if positions > 3 else ("btc", "eth", "sol")[at] for at in range(positions)]
    random = np.random.default_rng(5)
    factor = random.standard_normal((n, 1))
    moves = 0.35 * (0.8 * factor + 0.6 * random.standard_normal((n, positions)) * np.linspace(0.7, 1.6, positions))
    balance, margin = 10000 * scale, 6000 * scale / positions
    edges = None
    outcomes = [outcome(moves, margin, balance, threshold, rank, random, hours) for rank in range(len(modes))]
    low = min(loss.min() for loss, _ in outcomes)
    high = max(loss.max() for loss, _ in outcomes)
    edges = np.linspace(low, high if high > low else low + 1, 121)
    with h5py.File(path, "w", track_order=True) as file:
        file.attrs.update({"Conventions": "CF-1.8", "title": title, "source": "riskpool 0.1.0", "filetype": "riskpool results",
                           "scenario_sha256": "ab" * 32, "seed": np.uint64(1), "n_paths": np.uint64(n),
                           "complete": np.int8(1), "format_version": np.array([1, 0], "i4")})
        for name, (loss, time) in zip(modes, outcomes):
            write_mode(file.create_group(name, track_order=True), names, loss, time, edges, balance, kept, trajectories, currency,
                       hours, random)
        if len(modes) > 1:
            write_comparison(file.create_group("comparison", track_order=True), modes, outcomes, currency)
        if risk:
            write_market(file.create_group("market", track_order=True), positions)
            write_risk(file, file.create_group("correlation_risk", track_order=True), modes, names, outcomes, currency)
        provenance = file.create_group("provenance", track_order=True)
        put(provenance, "scenario", "name: invented\n")
        put(provenance, "resolved_scenario", scenario(names, modes, margin))


def outcome(moves, margin, balance, threshold, rank, random, hours):
    n, positions = moves.shape
    if rank == 0:
        fallen = moves < -threshold
        loss = np.where(fallen, margin, -moves / threshold * margin if np.isfinite(threshold) else -moves * margin).sum(axis=1)
    else:
        total = moves.sum(axis=1)
        ruined = total < -threshold * positions * (1.1 + 0.1 * rank)
        fallen = np.repeat(ruined[:, None], positions, axis=1)
        loss = np.where(ruined, balance * (1 - 0.02 * rank),
                        -total * margin / (threshold if np.isfinite(threshold) else 1.0))
    time = np.where(fallen, hours * random.random((n, 1)) ** 0.7, np.nan)
    return np.minimum(loss, balance), time


def put(group, name, values, dims=(), units="1"):
    if isinstance(values, str) or (isinstance(values, list) and values and isinstance(values[0], str)):
        item = group.create_dataset(name, data=values, dtype=h5py.string_dtype())
    else:
        item = group.create_dataset(name, data=np.asarray(values, dtype=float))
    item.attrs["units"] = units
    item.attrs["long_name"] = name.replace("_", " ")
    for at, dim in enumerate(dims):
        item.dims[at].attach_scale(group[dim])


def frequency(group, name, share, n, dims=()):
    low, high = wilson(np.asarray(share, dtype=float), n)
    for end, values in (("", share), ("_low", low), ("_high", high)):
        put(group, name + end, values, dims)


def write_mode(group, names, loss, time, edges, balance, kept, trajectories, money, hours, random):
    n, positions = time.shape
    times = np.linspace(0, hours, TIMES)
    for dim, values, units in [("position", names, "1"), ("position_2", names, "1"), ("confidence", CONFIDENCE, "1"),
                               ("time", times, "hour"), ("quantile", QUANTILES, "1"), ("bin", (edges[1:] + edges[:-1]) / 2, money),
                               ("bin_edge", edges, money), ("alert", ["margin_level 150%", "utilisation 60%"], "1"),
                               ("count", np.arange(positions + 1), "1")]:
        put(group, dim, values, units=units)
        group[dim].make_scale(dim)
    fallen = np.isfinite(time)
    group.create_dataset("path", data=np.arange(n, dtype=">f4")).make_scale("path")
    if kept == "all":
        put(group, "loss", loss, ["path"], money)
        put(group, "liquidation_time", time, ["path", "position"], "hour")
    put(group, "mean_loss", loss.mean(), units=money)
    put(group, "mean_loss_se", loss.std() / np.sqrt(n), units=money)
    put(group, "loss_std", loss.std(), units=money)
    write_levels(group, np.sort(loss), money)
    frequency(group, "liquidation_frequency", fallen.mean(axis=0), n, ["position"])
    for name, share in [("any_liquidation", fallen.any(axis=1)), ("all_liquidation", fallen.all(axis=1)),
                        ("wipeout", loss >= 0.99 * balance), ("shortfall", loss > 2 * balance)]:
        frequency(group, name + "_frequency", share.mean(), n)
    put(group, "joint_liquidation_frequency", fallen.T.astype(float) @ fallen / n, ["position", "position_2"])
    put(group, "liquidation_count_frequency", np.bincount(fallen.sum(axis=1), minlength=positions + 1) / n, ["count"])
    first = np.min(np.where(fallen, time, np.inf), axis=1)
    frequency(group, "survival", [(first > at).mean() for at in times], n, ["time"])
    write_fans(group, loss, first, times, balance, trajectories, money, random)
    put(group, "loss_frequency", np.histogram(loss, edges)[0] / n, ["bin"])
    put(group, "alert_frequency", [0.3, 0.01], ["alert"])
    for name in ("fees", "slippage", "funding", "shortfall", "top_up"):
        put(group, "mean_" + name, 12.5 if name == "fees" else 0.0, units=money)


def write_levels(group, loss, money):
    n, rows = loss.size, []
    for level in CONFIDENCE:
        at, half = int(np.ceil(n * level)) - 1, 1.96 * np.sqrt(n * level * (1 - level))
        high = at + int(np.ceil(half))
        tail = loss[at:]
        rows.append((loss[at], loss[max(0, at - int(half))], loss[high] if high < n else np.nan, tail.mean(),
                     np.sqrt((tail.std() ** 2 + level * (tail.mean() - loss[at]) ** 2) / max(1, tail.size))))
    for name, values in zip(("value_at_risk", "value_at_risk_low", "value_at_risk_high", "expected_shortfall",
                             "expected_shortfall_se"), zip(*rows)):
        put(group, name, list(values), ["confidence"], money)


def write_fans(group, loss, first, times, balance, trajectories, money, random):
    equity = np.full((times.size, QUANTILES.size), np.nan)
    level = equity.copy()
    if trajectories:
        some = slice(0, 2000)
        noise = random.standard_normal((loss[some].size, times.size)).cumsum(axis=1) * balance * 0.01
        ramp = np.linspace(0, 1, times.size)
        paths = balance - loss[some, None] * ramp + noise * np.sqrt(ramp * (1 - ramp))
        equity = np.quantile(paths, QUANTILES, axis=0).T
        alive = np.where(first[some, None] > times, paths / balance * 167, np.nan)
        level = np.nanquantile(alive, QUANTILES, axis=0).T
    put(group, "equity_quantile", equity, ["time", "quantile"], money)
    put(group, "margin_level_quantile", level, ["time", "quantile"], "percent")


def write_comparison(group, modes, outcomes, money):
    put(group, "pair", [f"{name} - {modes[0]}" for name in modes[1:]])
    put(group, "quantile", QUANTILES)
    for dim in ("pair", "quantile"):
        group[dim].make_scale(dim)
    (base, time), others = outcomes[0], outcomes[1:]
    n, before = base.size, np.isfinite(time)
    excess = [loss - base for loss, _ in others]
    put(group, "mean_excess_loss", [each.mean() for each in excess], ["pair"], money)
    put(group, "mean_excess_loss_se", [each.std() / np.sqrt(n) for each in excess], ["pair"], money)
    after = [np.isfinite(time) for _, time in others]
    frequency(group, "rescue_frequency", [(before.any(1) & ~each.any(1)).mean() for each in after], n, ["pair"])
    frequency(group, "contagion_frequency", [(each & ~before).any(1).mean() for each in after], n, ["pair"])
    put(group, "excess_loss_quantile", [np.quantile(each, QUANTILES) for each in excess], ["pair", "quantile"], money)


def write_market(group, assets):
    put(group, "asset", [f"A{at}" for at in range(assets)])
    put(group, "asset_2", [f"A{at}" for at in range(assets)])
    for dim in ("asset", "asset_2"):
        group[dim].make_scale(dim)
    put(group, "correlation", np.full((assets, assets), 0.6) + 0.4 * np.eye(assets), ["asset", "asset_2"])


def write_risk(file, group, modes, names, outcomes, money):
    """Sensitivities and attribution: pairs far apart matter less, the first mode not at all beyond noise, and one asset
    hedges; the contributions add up."""
    assets, levels = [f"A{at}" for at in range(len(names))], CONFIDENCE.size
    for dim, values in [("mode", list(modes)), ("asset", assets), ("asset_2", assets), ("confidence", CONFIDENCE),
                        ("position", names), ("position_2", names)]:
        put(group, dim, values)
        group[dim].make_scale(dim)
    count = np.arange(len(names))
    apart = np.abs(count[:, None] - count[None, :])
    shape = np.where(apart == 0, np.nan, (-1.0) ** (count[:, None] + count[None, :] + 1) / np.maximum(apart, 1))
    tail = np.array([file[mode]["expected_shortfall"][()] for mode in modes])
    rank = np.arange(len(modes))[:, None, None, None]
    slopes = np.where(rank > 0, 0.4, 0.004) * np.broadcast_to(shape[None, :, :, None], (len(modes), *shape.shape, levels)) \
        * tail[:, None, None, :]
    put(group, "d_expected_shortfall", slopes, ["mode", "asset", "asset_2", "confidence"], money)
    put(group, "d_expected_shortfall_se", np.where(np.isfinite(slopes), 0.04 * np.abs(tail)[:, None, None, :], np.nan),
        ["mode", "asset", "asset_2", "confidence"], money)
    by = 0.3 * tail[:, None, :] * np.linspace(1, -0.2, len(names))[None, :, None]
    put(group, "d_expected_shortfall_by_volatility", by, ["mode", "asset", "confidence"], money)
    put(group, "d_expected_shortfall_by_volatility_se", np.broadcast_to(0.05 * np.abs(tail)[:, None, :], by.shape),
        ["mode", "asset", "confidence"], money)
    often = np.array([file[mode]["any_liquidation_frequency"][()] for mode in modes])
    moved = 0.3 * often[:, None, None] * shape
    put(group, "d_any_liquidation_frequency", moved, ["mode", "asset", "asset_2"])
    put(group, "d_any_liquidation_frequency_se", np.where(np.isfinite(moved), 0.03 * often[:, None, None], np.nan),
        ["mode", "asset", "asset_2"])
    moved = often[:, None] * np.linspace(1, -0.2, len(names))
    put(group, "d_any_liquidation_frequency_by_volatility", moved, ["mode", "asset"])
    put(group, "d_any_liquidation_frequency_by_volatility_se", 0.1 * np.abs(moved), ["mode", "asset"])
    factor = np.where(np.isfinite(shape), shape, 0.0)
    weights = np.linalg.eigh(factor)[1][:, -1]
    put(group, "common_factor", np.broadcast_to(weights, (len(modes), levels, len(names))), ["mode", "confidence", "asset"])
    put(group, "common_factor_slope", 0.5 * tail, ["mode", "confidence"], money)
    put(group, "common_factor_slope_se", 0.05 * np.abs(tail), ["mode", "confidence"], money)
    share = np.linspace(1.0, -0.2, len(names))
    share = 0.9 * share / share.sum()
    put(group, "expected_shortfall_contribution", tail[:, :, None] * share, ["mode", "confidence", "position"], money)
    put(group, "expected_shortfall_contribution_other", tail * (1 - share.sum()), ["mode", "confidence"], money)
    put(group, "tail_correlation", np.broadcast_to(np.where(apart == 0, 1, 0.9 ** apart), (len(modes), levels, *apart.shape)),
        ["mode", "confidence", "asset", "asset_2"])
    write_together(group, outcomes, money)


def write_together(group, outcomes, money):
    fallen = [np.isfinite(time) for _, time in outcomes]
    each = ["mode", "position", "position_2"]
    with np.errstate(invalid="ignore", divide="ignore"):
        put(group, "conditional_liquidation_frequency", [(f.T.astype(float) @ f) / f.sum(axis=0)[:, None] for f in fallen], each)
        put(group, "contagion_liquidation_frequency", [(f.T.astype(float) @ (f & ~fallen[0])) / len(f) for f in fallen], each)
        given = [(f * loss[:, None]).sum(axis=0) / f.sum(axis=0) for (loss, _), f in zip(outcomes, fallen)]
        put(group, "expected_loss_given_liquidation", given, ["mode", "position"], money)
        put(group, "expected_loss_given_liquidation_se", [0.3 * np.abs(value) / np.sqrt(np.maximum(f.sum(axis=0), 1))
                                                          for value, f in zip(given, fallen)], ["mode", "position"], money)


def scenario(names, modes, margin):
    lines = ["name: invented", "market:", "  assets:"]
    lines += [f"    - {{name: A{at}, price: 100}}" for at in range(len(names))]
    lines += ["positions:"] + [f'    - {{name: "{name}", asset: A{at}, side: long, notional: {10 * margin}, margin: {margin}}}'
                               for at, name in enumerate(names)]
    lines += ["modes:"] + [f'    - "{name}"' if name in ("isolated", "cross") else f'    - {{name: "{name}", isolated: ["{names[0]}"]}}'
                           for name in modes]
    return "\n".join(lines + ["liquidation: {maintenance: 0.5%}", ""])
