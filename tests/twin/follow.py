"""From the exporter's lines (tests/export_paths.c) to the columns of every mode."""
import numpy as np

from .engine import Path


def paths_of(lines, n_assets):
    """{path: [(step, (start, end, final, bridge normal) by asset)]}."""
    paths = {}
    for line in lines:
        fields = line.split()
        rows = np.array(fields[2:], float).reshape(n_assets, 4).T.tolist()
        paths.setdefault(int(fields[0]), []).append((int(fields[1]), rows))
    return paths


def mode_name(mode):
    return mode if isinstance(mode, str) else mode["name"]


def follow(made, lines):
    """{mode: {column: array over the paths}}."""
    rows = {mode_name(mode): [] for mode in made["modes"]}
    for steps in paths_of(lines, len(made["market"]["assets"])).values():
        for mode in made["modes"]:
            path = Path(made, mode)
            for number, prices in steps:
                path.step(number, *prices)
            rows[mode_name(mode)].append(path.outcome())
    return {name: {column: np.array([row[column] for row in all_of_it]) for column in all_of_it[0]}
            for name, all_of_it in rows.items()}
