#!/usr/bin/python3
"""usage: run.py RISKPOOL: draws books of every size, from invented results and from real ones, and looks at the pictures as
a reader would: every one is there and not blank, no text lies on another, is cut off or cannot be read, and the page
holds them all; what they show of correlation risk is what the file says."""
import itertools
import json
import os
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(FOLDER, "..", ".."))
sys.path[:0] = [FOLDER, os.path.join(ROOT, "scripts")]
sys.dont_write_bytecode = True
try:
    import matplotlib.image
    import invented
    import pictures
    import told
    from looks import faults
    from pictures import replay, results
except ImportError as error:
    print(f"run.py: {error}", file=sys.stderr)
    sys.exit(77)  # skipped

INVENTED = {
    "two-modes": {},
    "no-correlation-risk": {"risk": False},
    "one-mode": {"modes": ("cross",)},
    "six-modes": {"modes": ("isolated", "cross", "core-satellite", "majors-and-minors", "a-rather-long-name-of-a-mode", "x")},
    "one-position": {"positions": 1},
    "eleven": {"positions": 11, "modes": ("isolated", "cross", "hybrid")},
    "fifty": {"positions": 50},
    "long-names": {"names": ["bitcoin-perpetual-long", "ether-quarterly-short", "solana-spot-on-margin"]},
    "nothing-happens": {"threshold": float("inf")},
    "no-paths-kept": {"kept": "none", "trajectories": False},
    "millions": {"scale": 1e6, "currency": "JPY"},
    "cents": {"scale": 1e-4, "hours": 1},
}
REAL = {"three-longs": 100000, "single-long": 5000, "book-of-eleven": 5000}  # paths
SWEPT = {"one parameter": "[{parameter: market.correlation.BTC.ETH, values: [-0.5, 0.5, 0.8, 0.9, 0.99]}]",
         "two parameters": "[{parameter: leverage, values: [0.5, 1, 1.5]}, {parameter: volatility, values: [0.5, 1, 2]}]"}


def look(path, folder):
    """Draws a results file by the script, then every picture once more to look at its texts."""
    done = subprocess.run(["/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable,
                           os.path.join(ROOT, "scripts", "plot.py"), path, "-o", folder],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield f"plot.py: exit {done.returncode}: {done.stderr.strip()[-300:]}"
        return
    with open(os.path.join(folder, "index.html"), encoding="utf-8") as file:
        page = file.read()
    run = results.read(path)
    drawn = 0
    for picture in pictures.PICTURES:
        try:
            figure = picture.draw(run)
        except pictures.NothingToDraw:
            continue
        drawn += 1
        image = matplotlib.image.imread(os.path.join(folder, picture.name + ".png"))
        if image[..., :3].std() < 0.01:
            yield f"{picture.name}: blank"
        for fault in itertools.islice(faults(figure), 5):
            yield f"{picture.name}: {fault}"
    yield from look_at_paths(path, run)
    if page.count("data:image/png;base64,") != drawn:
        yield "index.html does not hold every picture"
    if "http://" in page or "https://" in page or "<script" in page:
        yield "index.html is not self-contained"


def look_at_paths(path, run):
    """The worst path of each mode of a real run, drawn."""
    for mode in run.modes if os.path.basename(path).startswith("real-") else []:
        done = subprocess.run([os.environ["RISKPOOL"], "replay", path, "--worst", mode.name, "--json", "--every-step"],
                              capture_output=True, text=True, check=True)
        for fault in itertools.islice(faults(replay.draw(run, json.loads(done.stdout))), 5):
            yield f"worst path of {mode.name}: {fault}"


def main(riskpool):
    os.environ["RISKPOOL"] = riskpool
    failed = passed = 0
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for name, shape in INVENTED.items():
            cases.append((name, os.path.join(folder, name + ".h5")))
            invented.write(cases[-1][1], **shape)
        for name, paths in REAL.items():
            cases.append((f"scenario {name}", os.path.join(folder, f"real-{name}.h5")))
            scenario = os.path.join(ROOT, "scenarios", name + ".yaml")
            subprocess.run([riskpool, "run", "-q", "-n", str(paths), "-P", "output.correlation_risk=true", "-o", cases[-1][1], scenario],
                           check=False)
        for name, sweep in SWEPT.items():
            cases.append((f"sweep of {name}", os.path.join(folder, f"{name}.h5")))
            subprocess.run([riskpool, "run", "-q", "-n", "4000", "-P", f"sweep={sweep}", "-o", cases[-1][1],
                            os.path.join(ROOT, "scenarios", "pairs-trade.yaml")], check=False)
        cases.append(("what correlation risk says", os.path.join(folder, "told.h5")))
        invented.write(cases[-1][1], modes=("isolated", "cross", "hybrid"))
        for name, path in cases:
            complaints = list(look(path, path + ".pictures"))
            if name in ("what correlation risk says", "scenario three-longs"):
                complaints += list(told.faults(path)) + list(told.absences(path))
            print("ok  " if not complaints else "FAIL", name)
            print("".join(f"     {complaint}\n" for complaint in complaints), end="")
            failed += bool(complaints)
            passed += not complaints
    print(f"pictures: {passed} passed, {failed} failed, 0 skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
