"""The scenarios of the sweeps, made from the reference workload: more assets, another mode, what is watched."""
import copy
import os

import yaml

ASSETS = [8, 16, 50]
MODELS = {"gbm": ({}, {}), "student-t": ({"degrees_of_freedom": 4}, {}),
          "garch-t": ({"degrees_of_freedom": 4}, {"alpha": 0.05, "beta": 0.9})}
STEPS = [24, 96, 256, 720, 1440]  # over the 720 hours of the reference
TRAJECTORIES, CONTINUOUS = ["-P", "output.trajectories=true"], ["-P", "monitoring=continuous"]
WATCHED = [("as it is", []), ("everything evaluated", ["--exact"]), ("trajectories", TRAJECTORIES),
           ("continuous", CONTINUOUS), ("continuous, trajectories", CONTINUOUS + TRAJECTORIES),
           ("all paths kept", ["-P", "output.paths=all"])]


def read(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def write(folder, name, scenario):
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(scenario, file, sort_keys=False, default_flow_style=None, width=1000)
    return path


def with_third_mode(reference):
    """A third mode: three positions on their own, the others share the rest."""
    scenario = read(reference)
    scenario["modes"] = [*scenario["modes"], {"name": "core-and-three", "isolated": ["c", "d", "g"]}]
    return scenario


def with_model(reference, model):
    """The same book under another law: keys of the market, and of every asset."""
    scenario = read(reference)
    of_market, of_asset = MODELS[model]
    scenario["market"].update(model=model, **of_market)
    for asset in scenario["market"]["assets"]:
        asset.update(of_asset)
    return scenario


def spread(low, high, n):
    return [low + (high - low) * i / (n - 1) for i in range(n)]


def with_assets(reference, n):
    """n assets with volatilities over the range of the reference, correlated by one common factor (hence a valid
    matrix), every fourth position short, as much leverage and balance a position as there."""
    scenario = copy.deepcopy(read(reference))
    loading = spread(0.95, 0.45, n)
    scenario["market"]["assets"] = [{"name": f"A{i}", "price": 100, "volatility": sigma, "drift": 0}
                                    for i, sigma in enumerate(spread(0.42, 1.10, n))]
    scenario["market"]["correlation"] = [[1.0 if i == j else round(loading[i] * loading[j], 6) for j in range(n)]
                                         for i in range(n)]
    scenario["positions"] = [{"name": f"p{i}", "asset": f"A{i}", "side": "short" if i % 4 == 3 else "long",
                              "notional": 12000, "margin": 2700} for i in range(n)]
    scenario["account"]["balance"] = 2800 * n
    return scenario
